"""The tiles of Home: an icon, a number, what it counts, and where a press leads."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from ui.look.chips import SOFT
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.plain import tip_text
from ui.look.shapes import CARD_RADIUS, CONTROL_RADIUS, WINDOW_GAP, box
from ui.look.tokens import Role, color
from ui.look.words import count, tr
from ui.pages.home_words import CERTIFICATE, LICENCE, MATTERS, NOTHING, SETTING_UP, Shown

MOST_BESIDE = 5
"""Tiles in a row of a window of usual width."""
NARROWEST = 228
_HEIGHT, _PAD, _ICON_BOX = 62, 12, 30
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MatterTile(QAbstractButton):
    """One matter that waits: a click, Space or Enter leads to it."""

    def __init__(self, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key, self.shown = key, NOTHING
        self.setObjectName(f"home_{key}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_matter(self, shown: Shown) -> None:
        """Another number, or other words."""
        self.shown = shown
        self.setText(shown.spoken)
        self.setAccessibleName(shown.spoken)
        where = tr("Opens {place}", place=shown.leads)
        self.setAccessibleDescription(where)
        self.setToolTip(tip_text(f"{shown.spoken}\n{where}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(NARROWEST), scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_ICON_BOX + 2 * _PAD), scaled(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, over = self.shown, self.underMouse()
        fill = Role.PRESSED if self.isDown() else Role.HOVER if over else Role.SURFACE
        box(painter, self.rect(), CARD_RADIUS, fill=fill, line=Role.LINE)
        pad, side = scaled(_PAD), scaled(_ICON_BOX)
        ground = QRect(pad, (self.height() - side) // 2, side, side)
        box(painter, ground, CONTROL_RADIUS, fill=SOFT[shown.role])
        draw(painter, shown.icon, ground, shown.role, size=scaled(18))
        left, right = ground.right() + pad + 1, self.width() - pad
        caret = QRect(right - 10, 0, 10, self.height() // 2)
        caret.moveTop(scaled(10) + (scaled(22) - caret.height()) // 2)
        draw(painter, Icon.CARET_RIGHT, caret, Role.TEXT3, size=10)
        top = QRect(left, scaled(9), caret.left() - 4 - left, scaled(24))
        number = count(shown.number)
        painter.setFont(font(Type.PAGE_TITLE, numbers=True))
        painter.setPen(color(Role.TEXT))
        painter.drawText(top, _LEFT, number)
        used = metrics(Type.PAGE_TITLE, numbers=True).horizontalAdvance(number) + 8
        self._line(painter, top.adjusted(used, 0, 0, 0), shown.remark, Type.SECONDARY, _RIGHT)
        below = QRect(left, scaled(34), right - left, scaled(18))
        self._line(painter, below, shown.caption, Type.SECONDARY, _LEFT, weight=500)
        painter.end()

    @staticmethod
    def _line(
        painter: QPainter, place: QRect, text: str, kind: Type, across: Qt.AlignmentFlag, weight: int = 0
    ) -> None:
        painter.setFont(font(kind, weight=weight))
        painter.setPen(color(Role.TEXT2))
        room = metrics(kind, weight=weight).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, across, room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class FlowGrid(QWidget):
    """Equally wide widgets in as many columns as there is room for, read along the rows; arrow keys go through.
    `moved` carries the one that they have reached."""

    moved = Signal(QWidget)

    def __init__(self, parent: QWidget, most: int = MOST_BESIDE, narrowest: int = NARROWEST) -> None:
        super().__init__(parent)
        self._most, self._narrowest = most, narrowest
        self._shown: list[QWidget] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(WINDOW_GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def columns(self) -> int:
        """How many stand beside each other at the present width."""
        room = (self.width() + WINDOW_GAP) // (scaled(self._narrowest) + WINDOW_GAP)
        return max(1, min(self._most, room))

    def place(self, widgets: Sequence[QWidget]) -> None:
        """Show these, in this order, and no others."""
        for one in self._shown:
            self._grid.removeWidget(one)
            if one not in widgets:
                one.hide()
        self._shown = list(widgets)
        self._columns = 0
        self._lay()
        for one in self._shown:
            one.show()

    def _lay(self) -> None:
        columns = self.columns
        if columns == self._columns:
            return
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for place, one in enumerate(self._shown):
            self._grid.addWidget(one, *divmod(place, columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay()

    def take_focus(self) -> bool:
        """The first of them has the keyboard; whether there is one."""
        if self._shown:
            self._shown[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = next((place for place, one in enumerate(self._shown) if one.hasFocus()), -1)
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Up: -self._columns,
        }
        step = steps.get(Qt.Key(event.key()), 0)
        if at >= 0 and step and 0 <= at + step < len(self._shown):
            self._shown[at + step].setFocus(Qt.FocusReason.TabFocusReason)
            self.moved.emit(self._shown[at + step])
        else:
            super().keyPressEvent(event)


class MatterTiles(FlowGrid):
    """What waits, as tiles; `wanted` carries the key of the one that was pressed."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("home_matters")
        self.setAccessibleName(tr("What needs attention"))
        # Made before they are needed: Tab goes through them in the order in which they were made.
        self._tiles = {key: MatterTile(key, self) for key in (*MATTERS, CERTIFICATE, LICENCE, SETTING_UP)}
        for one in self._tiles.values():
            one.hide()
            one.clicked.connect(self._pressed)

    def show_matters(self, matters: Sequence[Shown]) -> None:
        """One tile each, in order. A tile stays the same widget, so that the keyboard stays on it."""
        for one in matters:
            self._tiles[one.key].show_matter(one)
        self.place([self._tiles[one.key] for one in matters])

    def tile(self, key: str) -> MatterTile:
        """Raises KeyError for what there is not; a tile of which nothing waits is hidden."""
        return self._tiles[key]

    def _pressed(self) -> None:
        tile = self.sender()
        if isinstance(tile, MatterTile):
            self.wanted.emit(tile.key)
