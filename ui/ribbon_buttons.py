"""The buttons of the ribbon: large with the text below, small with the text beside."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from ui.actions import ActionSet
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, Weight, draw
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.style_marks import caret
from ui.look.tips import show_tip
from ui.look.tokens import Role, color
from ui.look.words import tr

LARGE_HEIGHT = 76
SMALL_HEIGHT = 25
_LARGE_ICON = 32
_ICON_TOP = 6
_TEXT_TOP = 41
_LINE = 15
_LARGE_PADDING = 10
_SMALL_PADDING = 8
_SMALL_ICON = 16
_SMALL_TEXT = 30
_CARET = 10
_CARET_GAP = 4
_LONGEST_LINE = 116
_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}


def two_lines(text: str) -> tuple[str, ...]:
    """The label of a large button: broken at its last gap, or in the middle where the first line is long."""
    words = text.split(" ")
    if len(words) == 1:
        return (text,)
    measure = metrics(Type.SECONDARY, weight=500)
    breaks = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    if measure.horizontalAdvance(breaks[-1][0]) <= scaled(_LONGEST_LINE):
        return breaks[-1]
    return min(breaks, key=lambda lines: max(measure.horizontalAdvance(line) for line in lines))


class PaintedButton(QToolButton):
    """What both kinds share: the ground, the keys, and arrows that move to the neighbour."""

    arrow_pressed = Signal(int)
    """An arrow key; the panel knows what lies in that direction."""
    used = Signal()
    """Its action was triggered or its menu opened."""
    keyboard_lost = Signal()
    """It went grey while it had the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = False
        self._tabbed = False
        self.setAutoRaise(True)
        self.setProperty("ring_grown", 2)  # the name of the group is right below, the next button beside
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            self.arrow_pressed.emit(event.key())
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        self._tabbed = isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
        try:
            return super().event(event)
        finally:
            self._tabbed = False

    def focusNextPrevChild(self, onward: bool) -> bool:
        """What Tab does; Qt calls it too for a button that goes grey under the keyboard, often because it was
        pressed. Then whatever stands beside it is not meant."""
        if not self._tabbed:
            self.keyboard_lost.emit()
            if self.window().focusWidget() is not self:
                return True
        return super().focusNextPrevChild(onward)

    def key_tip_centre(self) -> QPoint:
        """Where the middle of a key tip stands; it covers no label there."""
        raise NotImplementedError

    def _open_menu(self, menu: QMenu) -> None:
        """Show `menu` below; the button looks pressed until it is closed."""
        menu.setParent(self, menu.windowFlags())
        menu.aboutToHide.connect(self._menu_closed)
        menu.aboutToHide.connect(menu.deleteLater)
        self._open = True
        self.update()
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 3)))

    def _menu_closed(self) -> None:
        self._open = False
        self.update()

    def _paint_ground(self, painter: QPainter) -> None:
        if self._open or self.isChecked():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.ACCENT_SOFT, line=Role.ACCENT_LINE)
        elif self.isDown():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.PRESSED)
        elif self.underMouse() and self.isEnabled():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.HOVER, line=Role.LINE)

    def _paint_large(self, painter: QPainter, icon: Icon, role: Role, lines: tuple[str, ...]) -> None:
        enabled = self.isEnabled()
        place = QRect((self.width() - _LARGE_ICON) // 2, _ICON_TOP, _LARGE_ICON, _LARGE_ICON)
        draw(painter, icon, place, role if enabled else Role.DISABLED, weight=Weight.LARGE)
        painter.setFont(font(Type.SECONDARY, weight=500))
        painter.setPen(color(Role.TEXT if enabled else Role.DISABLED))
        line = scaled(_LINE)
        for at, words in enumerate(lines):
            row = QRect(0, _TEXT_TOP + at * line, self.width(), line)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_caret_below(self, painter: QPainter, lines: int) -> None:
        top = _TEXT_TOP + lines * scaled(_LINE) + (scaled(_LINE) - _CARET) // 2
        caret(painter, QPoint((self.width() - _CARET) // 2, top), self.isEnabled())


def large_height() -> int:
    return LARGE_HEIGHT + 2 * (scaled(_LINE) - _LINE)


class RibbonButton(PaintedButton):
    """The button of one action. A menu opens below it; else it does what the action does."""

    def __init__(self, actions: ActionSet, action_id: str, *, large: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.actions_ = actions
        self.action_id = action_id
        self.entry = actions.entry(action_id)
        self.large = large
        self._label = tr(self.entry.text)
        self.setObjectName(action_id)
        action = actions.action(action_id)
        self.setDefaultAction(action)
        self.setAccessibleName(self._label)
        action.changed.connect(self._say)
        self._say()

    def _say(self) -> None:
        self.setAccessibleDescription(self.actions_.description(self.action_id))

    @property
    def has_menu(self) -> bool:
        return self.entry.menu is not None

    def nextCheckState(self) -> None:
        """What Qt calls for a click: open the menu, or trigger the action."""
        self.used.emit()
        menu = self.actions_.menu(self.action_id)
        if menu is None:
            super().nextCheckState()
        else:
            self._open_menu(menu)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            reason = self.actions_.reason(self.action_id)
            keys = self.actions_.keys(self.action_id)
            text = unavailable(reason) if reason else tr(self.entry.tip) if self.entry.tip else ""
            show_tip(self, self._label, keys, text)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        if self.large:
            measure = metrics(Type.SECONDARY, weight=500)
            words = max(measure.horizontalAdvance(line) for line in two_lines(self._label)) + 1
            return QSize(max(words + 2 * _LARGE_PADDING, 52), large_height())
        words = metrics(Type.SECONDARY).horizontalAdvance(self._label) + 1
        menu = _CARET_GAP + _CARET if self.has_menu else 0
        return QSize(_SMALL_TEXT + words + menu + _SMALL_PADDING, scaled(SMALL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def key_tip_centre(self) -> QPoint:
        if self.large:
            # Right above the label, half of it on the icon.
            return QPoint((self.width() + _LARGE_ICON) // 2, _TEXT_TOP - 1 - scaled(18) // 2)
        return QPoint(_SMALL_PADDING + _SMALL_ICON // 2, self.height() // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_ground(painter)
        if self.large:
            lines = two_lines(self._label)
            role = Role.ACCENT_TEXT if self.entry.primary else Role.TEXT
            self._paint_large(painter, self.entry.icon, role, lines)
            if self.has_menu and len(lines) == 1:
                self._paint_caret_below(painter, 1)
        else:
            self._paint_small(painter)
        painter.end()

    def _paint_small(self, painter: QPainter) -> None:
        enabled = self.isEnabled()
        on = self.isChecked() or self._open
        icon = QRect(_SMALL_PADDING, 0, _SMALL_ICON, self.height())
        role = Role.ACCENT_TEXT if on else Role.TEXT2
        draw(painter, self.entry.icon, icon, role if enabled else Role.DISABLED, size=_SMALL_ICON)
        painter.setFont(font(Type.SECONDARY))
        painter.setPen(color(Role.TEXT if enabled else Role.DISABLED))
        text = self.rect().adjusted(_SMALL_TEXT, 0, -_SMALL_PADDING, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._label)
        if self.has_menu:
            corner = QPoint(self.width() - _SMALL_PADDING - _CARET, (self.height() - _CARET) // 2 + 1)
            caret(painter, corner, enabled)


class GroupButton(PaintedButton):
    """A group for which there is no room: one large button, whose menu has the same actions."""

    def __init__(self, actions: ActionSet, name: str, ids: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._name = name
        self._ids = ids
        self.setText(name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("Opens a menu with the actions of this group."))
        self.setToolTip(name)

    def nextCheckState(self) -> None:
        menu = self.make_menu()
        menu.triggered.connect(self.used)
        self._open_menu(menu)

    def make_menu(self) -> QMenu:
        """The actions of the group; what has a menu of its own is a submenu."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action_id in self._ids:
            action = self._actions.action(action_id)
            below = self._actions.menu(action_id)
            if below is None:
                menu.addAction(action)
                continue
            below.setParent(menu, below.windowFlags())
            below.setTitle(action.text())
            below.setIcon(action.icon())
            below.menuAction().setEnabled(action.isEnabled())
            below.menuAction().setToolTip(action.toolTip())
            menu.addMenu(below)
        return menu

    def open_menu_of(self, action_id: str) -> None:
        """The menu of one action of the group, below this button."""
        menu = self._actions.menu(action_id)
        if menu is not None:
            self._open_menu(menu)

    def sizeHint(self) -> QSize:
        words = metrics(Type.SECONDARY, weight=500).horizontalAdvance(self._name) + 1
        return QSize(max(words + 2 * _LARGE_PADDING, 52), large_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def key_tip_centre(self) -> QPoint:
        return QPoint(self.width() // 2, _TEXT_TOP + scaled(_LINE) + scaled(18) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_ground(painter)
        icon = self._actions.entry(self._ids[0]).icon
        self._paint_large(painter, icon, Role.TEXT, (self._name,))
        self._paint_caret_below(painter, 1)
        painter.end()


def unavailable(reason: str) -> str:
    """The reason as a tip says it."""
    start = tr("Not available: ")
    return reason if reason.startswith(start) else f"{start}{reason[:1].lower()}{reason[1:]}"
