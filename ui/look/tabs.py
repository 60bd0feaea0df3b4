"""The tab bar of the ribbon and of the pages: words, an underline, a count where there is one."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from ui.look.chips import PILL_HEIGHT, paint_pill, pill_width
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.shapes import box
from ui.look.tokens import Role, color, theme

RIBBON_TABS_HEIGHT = 38
PAGE_TABS_HEIGHT = 36
_CHOSEN_WEIGHT = 600
_UNDERLINE = 3
_PILL_GAP = 8


class TabBar(QTabBar):
    """Tabs as words. `pressed` tells of a mouse press, and whether that tab was in front already."""

    pressed = Signal(int, bool)
    double_clicked = Signal(int)

    def __init__(self, *, height: int = PAGE_TABS_HEIGHT, padding: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self._padding = padding
        self._counts: dict[int, str] = {}
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setMouseTracking(True)
        self.setFont(font(Type.KEY))
        theme().changed.connect(self._dress)

    def set_count(self, index: int, text: str) -> None:
        """Show `text` ("15", "3 new") beside the title of a tab; "" takes it away."""
        if self._counts.get(index, "") == text:
            return
        self._counts[index] = text
        spoken = f"{self.tabText(index)}, {text}" if text else ""
        self.setAccessibleTabName(index, spoken)
        # Qt keeps the sizes of the tabs until the text of one is set.
        self.setTabText(index, self.tabText(index))
        self.update()

    def count_text(self, index: int) -> str:
        return self._counts.get(index, "")

    def title_rect(self, index: int) -> QRect:
        """Where the title and its count stand."""
        rect = self.tabRect(index)
        return rect.adjusted(self._padding, 0, -self._padding, 0)

    def tabSizeHint(self, index: int) -> QSize:
        """As wide as the chosen tab would be, so that no tab moves when it is chosen."""
        words = metrics(Type.KEY, weight=_CHOSEN_WEIGHT).horizontalAdvance(self._title(index))
        count = self._counts.get(index, "")
        pill = _PILL_GAP + pill_width(count) if count else 0
        return QSize(words + pill + 2 * self._padding, scaled(self._height))

    def tabRemoved(self, index: int) -> None:
        later = {at - 1: text for at, text in self._counts.items() if at > index}
        self._counts = {at: text for at, text in self._counts.items() if at < index} | later
        super().tabRemoved(index)

    def tabInserted(self, index: int) -> None:
        later = {at + 1: text for at, text in self._counts.items() if at >= index}
        self._counts = {at: text for at, text in self._counts.items() if at < index} | later
        super().tabInserted(index)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    @Slot()
    def _dress(self) -> None:
        self.setFont(font(Type.KEY))
        self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        before = self.currentIndex()
        super().mousePressEvent(event)
        at = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.pressed.emit(at, at == before)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.double_clicked.emit(at)
            return
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pointer = self.mapFromGlobal(self.cursor().pos()) if self.underMouse() else QPoint(-1, -1)
        for index in range(self.count()):
            if self.isTabVisible(index) and self.tabRect(index).intersects(event.rect()):
                self._paint_tab(painter, index, over=self.tabRect(index).contains(pointer))
        painter.end()

    def _title(self, index: int) -> str:
        return self.tabText(index).replace("&&", "&")

    def _paint_tab(self, painter: QPainter, index: int, *, over: bool) -> None:
        chosen = index == self.currentIndex()
        rect = self.title_rect(index)
        role = Role.ACCENT_TEXT if chosen else Role.TEXT if over else Role.TEXT2
        if not self.isTabEnabled(index) or not self.isEnabled():
            role = Role.DISABLED
        painter.setFont(font(Type.KEY, weight=_CHOSEN_WEIGHT if chosen else 500))
        painter.setPen(color(role))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._title(index))
        count = self._counts.get(index, "")
        if count:
            width = pill_width(count)
            pill = QRect(0, 0, width, scaled(PILL_HEIGHT))
            pill.moveCenter(rect.center())
            pill.moveRight(rect.right())
            paint_pill(painter, pill, count)
        if chosen or over:
            bottom = self.tabRect(index).bottom() + 1
            line = QRectF(rect.left(), bottom - _UNDERLINE, rect.width(), _UNDERLINE)
            box(painter, line, _UNDERLINE / 2, fill=Role.ACCENT if chosen else Role.LINE2)
