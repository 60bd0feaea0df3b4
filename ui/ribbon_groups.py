"""The groups of one area of the ribbon, and what becomes of them where there is no room."""

from itertools import groupby

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.actions import Action, ActionSet
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.shapes import hair_line
from ui.look.tokens import Role, color
from ui.look.words import tr
from ui.ribbon_buttons import (
    SMALL_HEIGHT,
    GroupButton,
    PaintedButton,
    RibbonButton,
    large_height,
)

BODY_HEIGHT = 100
_TOP = 5
_SIDE = 8
_LINE_INSET = 10
_IN_A_COLUMN = 3


def body_height() -> int:
    """The height of the ribbon's card at the present size of the text."""
    return BODY_HEIGHT - 76 + buttons_height() + scaled(14) - 14


def buttons_height() -> int:
    """Room for a large button, or for small ones below each other, which grow faster with the text."""
    return max(large_height(), _IN_A_COLUMN * scaled(SMALL_HEIGHT))


class RibbonGroup(QWidget):
    """Named buttons: large ones, and small ones three to a column; folded, one button with a menu."""

    def __init__(self, actions: ActionSet, name: str, entries: list[Action], *, last: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self._last = last
        self._folded = False
        self.setAccessibleName(name)
        self.buttons = [RibbonButton(actions, entry.id, large=entry.large, parent=self) for entry in entries]
        self.group_button = GroupButton(actions, name, [entry.id for entry in entries], self)
        self.group_button.setObjectName(f"group:{name}")
        self.group_button.hide()

    @property
    def folded(self) -> bool:
        return self._folded

    def fold(self, folded: bool) -> None:
        """Show one button instead of all, or all again."""
        if folded == self._folded:
            return
        self._folded = folded
        for button in self.buttons:
            button.setVisible(not folded)
        self.group_button.setVisible(folded)
        self.update()

    def columns(self) -> list[list[RibbonButton]]:
        """The buttons as they stand: a large one alone, small ones up to three below each other."""
        found: list[list[RibbonButton]] = []
        for large, run in groupby(self.buttons, key=lambda button: button.large):
            members = list(run)
            step = 1 if large else _IN_A_COLUMN
            found += [members[at : at + step] for at in range(0, len(members), step)]
        return found

    def full_width(self) -> int:
        columns = sum(max(button.sizeHint().width() for button in column) for column in self.columns())
        name = metrics(Type.CAPTION).horizontalAdvance(self.name) + 4
        return max(columns, name) + 2 * _SIDE + 1

    def folded_width(self) -> int:
        return self.group_button.sizeHint().width() + 2 * _SIDE + 1

    def place(self) -> None:
        """Put the buttons where they belong, in the width that the group has."""
        if self._folded:
            self.group_button.setGeometry(QRect(QPoint(_SIDE, _TOP), self.group_button.sizeHint()))
            return
        columns = self.columns()
        widths = [max(button.sizeHint().width() for button in column) for column in columns]
        left = max(_SIDE, (self.width() - 1 - sum(widths)) // 2)
        for column, width in zip(columns, widths, strict=True):
            top = _TOP
            for button in column:
                hint = button.sizeHint()
                button.setGeometry(left, top, width if button.large else hint.width(), hint.height())
                top += scaled(SMALL_HEIGHT)
            left += width

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._folded:
            top = _TOP + buttons_height()
            place = QRect(0, top, self.width() - 1, self.height() - top - 5)
            painter.setFont(font(Type.CAPTION))
            painter.setPen(color(Role.TEXT3))
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, self.name)
        if not self._last:
            x = self.width() - 1
            hair_line(painter, QPointF(x, _LINE_INSET), QPointF(x, self.height() - _LINE_INSET))
        painter.end()


class RibbonPanel(QWidget):
    """All groups of one area, from left to right; too narrow, it folds them from the right."""

    used = Signal()
    keyboard_lost = Signal()
    left_upwards = Signal()
    """The arrow up in the first row: the focus goes to the tabs."""

    def __init__(self, actions: ActionSet, tab: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tab = tab
        self.elsewhere: frozenset[str] = frozenset()
        """Names of groups that are about other pages than the one in front."""
        self.setAccessibleName(tr(tab))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        members: dict[str, list[Action]] = {}
        for entry in actions:
            if entry.tab == tab and entry.on_ribbon:
                members.setdefault(entry.group, []).append(entry)
        last = list(members)[-1] if members else ""
        self.groups = [
            RibbonGroup(actions, tr(name), entries, last=name == last, parent=self)
            for name, entries in members.items()
        ]
        for group in self.groups:
            for button in (*group.buttons, group.group_button):
                button.arrow_pressed.connect(self._move)
                button.used.connect(self.used)
                button.keyboard_lost.connect(self.keyboard_lost)

    def sizeHint(self) -> QSize:
        return QSize(sum(group.full_width() for group in self.groups), body_height())

    def minimumSizeHint(self) -> QSize:
        narrow = sum(min(group.folded_width(), group.full_width()) for group in self.groups)
        return QSize(narrow, body_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Fold as many groups as must be, those about other pages first, from the right, and place all."""
        room = self.width() - sum(group.full_width() for group in self.groups)
        folded: set[RibbonGroup] = set()
        others = [group for group in self.groups if group.name in self.elsewhere]
        here = [group for group in self.groups if group.name not in self.elsewhere]
        for group in reversed([*here, *others]):
            saved = group.full_width() - group.folded_width()
            if room < 0 and saved > 0:
                folded.add(group)
                room += saved
        left = 0
        for group in self.groups:
            group.fold(group in folded)
            width = group.folded_width() if group.folded else group.full_width()
            group.setGeometry(left, 0, width, self.height())
            group.place()
            left += width

    def buttons(self) -> list[PaintedButton]:
        """Every button that can be seen, from left to right."""
        found: list[PaintedButton] = []
        for group in self.groups:
            found += [group.group_button] if group.folded else group.buttons
        return found

    def focus_first(self) -> bool:
        """Give the first button that can be used the focus; False if there is none."""
        for button in self.buttons():
            if button.isEnabled():
                button.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def _move(self, key: int) -> None:
        start = self.sender()
        if not isinstance(start, PaintedButton):
            return
        here = self._place_of(start)
        reach: list[tuple[int, PaintedButton]] = []
        for button in self.buttons():
            if button is start or not button.isEnabled():
                continue
            way = self._place_of(button) - here
            along, across = _steps(key, way)
            same_column = button.parentWidget() is start.parentWidget() and abs(way.x()) < start.width()
            if along > 0 and (same_column or key in {Qt.Key.Key_Left, Qt.Key.Key_Right}):
                reach.append((along + 2 * abs(across), button))
        if reach:
            min(reach, key=lambda pair: pair[0])[1].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Up:
            self.left_upwards.emit()

    def _place_of(self, button: QWidget) -> QPoint:
        """Its left edge, in the middle of its row; large buttons count as standing in the first row."""
        low = scaled(SMALL_HEIGHT) // 2
        return button.mapTo(self, QPoint(0, min(button.height() // 2, low)))


def _steps(key: int, way: QPoint) -> tuple[int, int]:
    """How far `way` leads in the direction of the arrow, and to the side."""
    if key == Qt.Key.Key_Left:
        return -way.x(), way.y()
    if key == Qt.Key.Key_Right:
        return way.x(), way.y()
    if key == Qt.Key.Key_Up:
        return -way.y(), way.x()
    return way.y(), way.x()
