"""Above the grid of extract records: which filter is applied and how many it holds. Below it: what is staged."""

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.lms.extracts.staged import Staged
from ui.look.buttons import button, enable
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.shapes import CONDITION_BAR_HEIGHT
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr
from ui.pages.extract_source import STATES

_STAGED_HEIGHT = 46
_TOLD_MOVES = 2


class FilterLine(QWidget):
    """Always says the applied filter; while something else is chosen, that it is not applied (EX-F1)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filter_line")
        self.setFixedHeight(scaled(CONDITION_BAR_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(Icon.FUNNEL, Role.ACCENT_TEXT, 16))
        self.words = ElidingLabel("", Type.HEADER, numbers=True)
        self.words.setObjectName("filter_words")
        row.addWidget(self.words, 1)
        self._mark = IconLabel(Icon.WARNING, Role.WARN, 14)
        self._not_applied = text_label(tr("Filter not applied"), Type.SECONDARY, Role.WARN, weight=600)
        self._not_applied.setObjectName("filter_not_applied")
        self._not_applied.setToolTip(tr("Press Apply Filters to see what you have chosen."))
        row.addWidget(self._mark)
        row.addWidget(self._not_applied)
        self.show_state("", in_force=True)

    def show_state(self, words: str, *, in_force: bool) -> None:
        was = not self._not_applied.isHidden()
        self.words.setText(words)
        self._mark.setVisible(not in_force)
        self._not_applied.setVisible(not in_force)
        if not in_force and not was:
            announce(self._not_applied, self._not_applied.text())

    @property
    def in_force(self) -> bool:
        return self._not_applied.isHidden()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), color(Role.LINE))
        painter.end()


class StagedBar(QWidget):
    """What is staged, with *Discard* and *Save*; not there while nothing is."""

    save_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("staged_bar")
        self.setAccessibleName(tr("Staged changes"))
        self.setMinimumHeight(scaled(_STAGED_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(IconLabel(Icon.PENCIL_SIMPLE, Role.STAGED, 16))
        self.number = text_label("", Type.KEY, numbers=True, weight=600, name="staged_number")
        self.words = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="staged_words")
        row.addWidget(self.number)
        row.addWidget(self.words, 1)
        self.discard = button(tr("Discard"), Icon.TRASH_SIMPLE, name="staged_discard", clicked=self.discard_wanted)
        self.save = button(tr("Save"), Icon.FLOPPY_DISK, "primary", "staged_save", clicked=self.save_wanted)
        row.addWidget(self.discard)
        row.addWidget(self.save)
        self.hide()

    def show_staged(self, staged: Staged, why_not: str) -> None:
        """`why_not`: why the user may not save now."""
        number = staged.changing
        self.number.setText(plural(number, "{n} record staged", "{n} records staged"))
        self.words.setText(f"{move_words(staged)} {tr('Nothing is written until you save.')}")
        enable(self.save, why_not, tr("Writes what is staged, as far as nobody changed it meanwhile."))
        enable(self.discard, "", tr("Forgets what is staged. Nothing is written."))
        if number and self.isHidden():
            announce(self, f"{self.number.text()}. {self.words.text()}")
        self.setVisible(number > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.STAGED_SOFT))
        painter.fillRect(QRect(0, 0, self.width(), 1), color(Role.LINE))
        painter.end()


def move_words(staged: Staged) -> str:
    """What would become of what: "Rejected to Ready." """
    moves = sorted(staged.moves.items(), key=lambda one: -one[1])
    if len(moves) == 1:
        [((old, new), _)] = moves
        return tr("{old} to {new}.", old=tr(STATES[old].text), new=tr(STATES[new].text))
    if len({new for (_, new), _ in moves}) == 1:
        before = [f"{count(number)} {tr(STATES[old].text)}" for (old, _), number in moves]
        return tr("{many} to {new}.", many=", ".join(before), new=tr(STATES[moves[0][0][1]].text))
    told = [
        tr("{n} {old} to {new}", n=count(number), old=tr(STATES[old].text), new=tr(STATES[new].text))
        for (old, new), number in moves[:_TOLD_MOVES]
    ]
    more = len(moves) - _TOLD_MOVES
    if more > 0:
        told.append(plural(more, "{n} other move", "{n} other moves"))
    return ", ".join(told) + "."
