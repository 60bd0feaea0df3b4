"""The list at the left of the sync errors: equal causes together, with their number and one action each (SE-R3)."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.lms.errors import Action, Level
from app.lms.errors_list import ErrorGroup
from ui.grids.columns import State
from ui.look.buttons import button, explain
from ui.look.cards import Card
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.help_key import RULE
from ui.look.icons import Icon, draw
from ui.look.labels import text_label
from ui.look.lines import empty
from ui.look.scrolling import scrolling
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, plural, tr
from ui.pages.sync_error_source import cause_role, icon_of

WIDTHS = (248, 232)
"""In a usual window and in a narrow one."""
ICONS = {
    Action.TEST: Icon.WIFI_HIGH,
    Action.SETTINGS: Icon.GEAR,
    Action.REPORT: Icon.COPY,
    Action.RETRY: Icon.ARROW_CLOCKWISE,
    Action.COMPARE: Icon.SCALES,
    Action.DECIDE_ACCOUNT: Icon.USER_FOCUS,
    Action.RELINK: Icon.LINK,
    Action.DECIDE_HOLD: Icon.QUESTION,
}
_PAD, _ICON = 10, 22
_WORDS = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class CauseButton(QAbstractButton):
    """A cause with its number; pressed in while the grid shows it alone."""

    def __init__(self, state: State, heading: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._heading, self._sentence = state, heading, sentence
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        said = f"{heading}: {sentence}" if sentence else heading
        self.setText(said)
        self.setAccessibleName(said)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(40, width - 2 * _PAD - _ICON), 4_000)
        high = metrics(Type.KEY, weight=600).boundingRect(room, _WORDS, self._heading).height()
        if self._sentence:
            high += 2 + metrics(Type.SECONDARY).boundingRect(room, _WORDS, self._sentence).height()
        return high + 2 * 7

    def sizeHint(self) -> QSize:
        width = scaled(WIDTHS[1]) - 16
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.isChecked():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.ACCENT_SOFT, line=Role.ACCENT_LINE)
        elif self.underMouse():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.HOVER)
        top = 7
        first = metrics(Type.KEY, weight=600)
        draw(painter, self._state.icon, QRect(_PAD, top, 16, first.height()), self._state.role, size=16)
        inside = self.rect().adjusted(_PAD + _ICON, top, -_PAD, -top)
        painter.setFont(font(Type.KEY, numbers=True, weight=600))
        painter.setPen(color(Role.TEXT))
        painter.drawText(inside, _WORDS, self._heading)
        inside.setTop(inside.top() + first.boundingRect(inside, _WORDS, self._heading).height() + 2)
        painter.setFont(font(Type.SECONDARY))
        painter.setPen(color(Role.TEXT2))
        painter.drawText(inside, _WORDS, self._sentence)
        painter.end()


class SyncCauses(Card):
    """`chosen` carries (code, level), or None for all; `action_wanted` an ErrorGroup whose action was pressed."""

    chosen = Signal(object)
    action_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, name="sync_causes")
        self.setAccessibleName(tr("Causes"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._groups: Sequence[ErrorGroup] = ()
        self._buttons: dict[tuple[str, Level] | None, CauseButton] = {}
        self._value: tuple[str, Level] | None = None
        content = QWidget()
        self._lines = QVBoxLayout(content)
        self._lines.setContentsMargins(6, 8, 6, 8)
        self._lines.setSpacing(2)
        self.column.addWidget(scrolling(content, sideways=False))

    @property
    def value(self) -> tuple[str, Level] | None:
        """The cause that is shown alone."""
        return self._value

    def show_groups(self, groups: Sequence[ErrorGroup]) -> None:
        """Other groups; the one with the keyboard keeps it where it is still there."""
        focused = next((key for key, one in self._buttons.items() if one.hasFocus()), False)
        self._groups = groups
        self._buttons = {}
        empty(self._lines)
        everything = sum(one.count for one in groups)
        state = State(Icon.LIST_BULLETS, "", Role.TEXT2)
        self._add(None, CauseButton(state, plural(everything, "{n} open error", "{n} open errors"), ""))
        for group in groups:
            self._add_group(group)
        self._lines.addStretch(1)
        self.show_chosen(self._value)
        if focused is not False and focused in self._buttons:
            self._buttons[focused].setFocus()

    def _add(self, key: tuple[str, Level] | None, made: CauseButton) -> None:
        made.setObjectName(f"cause_{key[0]}_{key[1].value}" if key is not None else "cause_all")
        made.clicked.connect(self._pressed)
        self._buttons[key] = made
        self._lines.addWidget(made)

    def _add_group(self, group: ErrorGroup) -> None:
        known = group.cause
        state = State(icon_of(known, group.level), "", cause_role(known, group.level))
        made = CauseButton(state, heading(group), known.sentence)
        explain(made, known.advice)
        made.setProperty(RULE, group.code)
        self._add((group.code, group.level), made)
        line = QHBoxLayout()
        line.setContentsMargins(_PAD + _ICON, 0, _PAD, 6)
        holder = QWidget()
        holder.setLayout(line)
        if known.action is Action.NONE:
            line.addWidget(text_label(tr("Nothing to do"), Type.SECONDARY, Role.TEXT3))
        else:
            name = f"act_{group.code}_{group.level.value}"
            act = button(tr(known.action.value), ICONS[known.action], "link", name, clicked=self._acted, small=True)
            act.setProperty("code", group.code)
            act.setProperty("level", group.level.value)
            act.setAccessibleName(f"{tr(known.action.value)}: {known.sentence}")
            explain(act, known.advice)
            line.addWidget(act)
        line.addStretch(1)
        self._lines.addWidget(holder)

    def show_chosen(self, key: tuple[str, Level] | None) -> None:
        """Which cause the grid shows alone; one that is not listed, or None: none."""
        self._value = key
        for its, made in self._buttons.items():
            made.setChecked(its == key)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._groups:
            self.show_groups(self._groups)

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        key = next((its for its, made in self._buttons.items() if made is sender), None)
        self.show_chosen(key)
        self.chosen.emit(key)

    @Slot()
    def _acted(self) -> None:
        sender = self.sender()
        if sender is None:
            return
        code, level = sender.property("code"), sender.property("level")
        for group in self._groups:
            if (group.code, group.level.value) == (code, level):
                self.action_wanted.emit(group)


def heading(group: ErrorGroup) -> str:
    """How many, of what, and how many of them are quiet: "12 courses, 2 quiet"."""
    if group.level is Level.CONNECTION:
        words = tr("Connection")
    elif group.level is Level.COURSE:
        words = plural(group.count, "{n} course", "{n} courses")
    else:
        words = plural(group.count, "{n} enrolment", "{n} enrolments")
    return tr("{words}, {n} quiet", words=words, n=count(group.quiet)) if group.quiet else words
