"""One question about one learner of the file: what is stored and what the file says, side by side, to choose from."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QGridLayout, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from app.learners.load_look import Option, Undecided
from app.learners.load_plan import ANOTHER, KEEP, TAKE
from ui.look.buttons import button
from ui.look.cards import Card
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.plain import visible_text, without_key
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role
from ui.look.words import count, tr

_NARROW = 560
_BESIDE = 2
"""Options in one line of a card; more go below."""


def option_words(option: Option) -> str:
    """What choosing it does."""
    if option.decision == TAKE:
        return tr("Take the ULN of the file")
    if option.decision == KEEP:
        return tr("Keep the stored ULN")
    if option.decision == ANOTHER:
        return tr("Another person: add as new")
    return tr("Same person: update learner {ref}", ref=visible_text(option.stored))


class OptionBox(QWidget):
    """A radio button over the fields of one side; a click anywhere chooses it."""

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.radio = QRadioButton(without_key(option_words(option)))
        self.radio.setObjectName(f"option_{option.decision.partition(':')[0]}")
        self.radio.toggled.connect(self.update)
        where = tr("stored") if option.stored else tr("in the file")
        said = [f"{tr(one.title)}: {one.text or tr('not held')}" for one in option.lines]
        self.radio.setAccessibleDescription(f"{where}. " + "; ".join(said))
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 3)  # for the ring of the keyboard, as the spacing
        head.setSpacing(12)
        head.addWidget(self.radio, 1)
        head.addWidget(text_label(where, Type.SECONDARY, Role.TEXT2))
        grid.addLayout(head, 0, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        for row, one in enumerate(option.lines, 1):
            grid.addWidget(text_label(tr(one.title), Type.SECONDARY, Role.TEXT2), row, 0)
            role = Role.INFO if one.differs else Role.TEXT if one.text else Role.TEXT3
            kind = Type.CODE if one.code and one.text else Type.SECONDARY
            value = QHBoxLayout()
            value.setSpacing(6)
            weight = 600 if one.differs and kind is Type.SECONDARY else 0
            value.addWidget(ElidingLabel(one.text or tr("not held"), kind, role, weight=weight))
            if one.differs:
                value.addWidget(IconLabel(Icon.PENCIL_SIMPLE, Role.INFO, 14, meaning=tr("differs")))
            value.addStretch(1)
            grid.addLayout(value, row, 1)
        grid.setRowStretch(len(option.lines) + 1, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
        self.radio.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.radio.isChecked()
        fill, line = (Role.ACCENT_SOFT, Role.ACCENT) if chosen else (Role.SURFACE, Role.LINE2)
        box(painter, self.rect(), CONTROL_RADIUS, fill=fill, line=line, width=2.0 if chosen else 1.0)
        painter.end()


class DecisionCard(Card):
    """`decided` carries the number of the row and the decision; "" leaves it open again."""

    decided = Signal(int, str)

    def __init__(self, about: Undecided, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=12, fill=Role.SUBTLE, name="decision_card")
        self.about, self._place = about, place
        self.setAccessibleName(visible_text(about.name))
        self.column.setSpacing(8)
        self.column.addLayout(self._head())
        self.boxes = [OptionBox(option, self) for option in about.options]
        self._group = QButtonGroup(self)
        self._beside = QGridLayout()
        self._beside.setSpacing(10)
        self._columns = 0
        for at, one in enumerate(self.boxes):
            self._group.addButton(one.radio, at)
            one.radio.setChecked(one.option.decision == about.decision)
        self._arrange(_BESIDE)
        self.column.addLayout(self._beside)
        self._group.idClicked.connect(self._chosen)
        self._show_open()

    def _arrange(self, columns: int) -> None:
        """So many options in one line."""
        if columns == self._columns:
            return
        self._columns = columns
        for place, one in enumerate(self.boxes):
            self._beside.addWidget(one, place // columns, place % columns)
        for column in range(_BESIDE):
            self._beside.setColumnStretch(column, 1 if column < columns else 0)

    def fit(self, room: int) -> None:
        """In a narrow place, or with large text, the sides stand below each other."""
        wide = room >= scaled(_NARROW)
        self._arrange(_BESIDE if wide else 1)
        ways = QBoxLayout.Direction
        self._head_row.setDirection(ways.LeftToRight if wide else ways.TopToBottom)

    def _head(self) -> QBoxLayout:
        lines = self._head_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        lines.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        where = tr("row {n} of the file", n=count(self._place))
        row.addWidget(ElidingLabel(self.about.name or tr("No name"), Type.HEADER))
        row.addWidget(text_label(where, Type.SECONDARY, Role.TEXT2))
        row.addStretch(1)
        self.open_button = button(
            tr("Leave Open"), kind="link", name="decision_open", clicked=self._leave_open, small=True
        )
        self.open_button.setAccessibleDescription(tr("An undecided learner is left out of the load."))
        row.addWidget(self.open_button)
        lines.addLayout(row, 1)
        why = QHBoxLayout()
        why.setSpacing(6)
        why.addWidget(ElidingLabel(tr(self.about.why), Type.SECONDARY, Role.WARN))
        why.addWidget(IconLabel(Icon.WARNING, Role.WARN, 14))
        why.addStretch(0)
        lines.addLayout(why)
        return lines

    @property
    def decision(self) -> str:
        """What is chosen; "" for nothing yet."""
        chosen = next((one for one in self.boxes if one.radio.isChecked()), None)
        return chosen.option.decision if chosen is not None else ""

    def _show_open(self) -> None:
        self.open_button.setVisible(bool(self.decision))

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self._show_open()
        self.update()
        self.decided.emit(self.about.number, self.boxes[place].option.decision)

    @Slot()
    def _leave_open(self) -> None:
        self.boxes[0].radio.setFocus(Qt.FocusReason.OtherFocusReason)
        self._group.setExclusive(False)
        for one in self.boxes:
            one.radio.setChecked(False)
        self._group.setExclusive(True)
        self._show_open()
        self.decided.emit(self.about.number, "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes a decision back; Up and Down lead to the other side, wherever it stands."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.decision:
            self._leave_open()
            return
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        at = next((place for place, one in enumerate(self.boxes) if one.radio.hasFocus()), -1)
        if at >= 0 and event.key() in steps:
            onward = self.boxes[(at + steps[Qt.Key(event.key())]) % len(self.boxes)]
            onward.radio.setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)
