"""The header of a grid: titles, the arrows of the sorting, short lines between."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QRect, QSize, Qt, Slot
from PySide6.QtGui import QCursor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ui.grids.frozen_header import FrozenHeader
from ui.grids.paged_model import GUTTER, PagedModel, alignment
from ui.grids.row_painter import PAD
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, Weight, draw
from ui.look.plain import tip_text
from ui.look.tokens import Role, color

HEADER_HEIGHT = 30
SMALLEST_SECTION = 20
GUTTER_WIDTH = 28
_ARROW = 10
_ARROW_GAP = 5
_NUMBER_GAP = 1
_SEPARATOR = 14


class GridHeader(FrozenHeader):
    """Never looks at the selection of the rows: asking it per column costs seconds with many rows selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(False)
        self.sectionMoved.connect(self._keep_ticks_first)
        self.setHighlightSections(False)
        # Fusion's own minimum silently widens narrow columns, and a scroll bar appears.
        self.setMinimumSectionSize(SMALLEST_SECTION)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @Slot()
    def _keep_ticks_first(self) -> None:
        """Qt does not let the first section be dragged, but others before it."""
        if self.visualIndex(GUTTER) > 0:
            self.moveSection(self.visualIndex(GUTTER), 0)

    def use_empty_selection(self) -> None:
        """To be called after each setModel and setSelectionModel of the view, which give it the rows' one."""
        model = self.model()
        old = self.selectionModel()
        if model is None or (old is not None and old.parent() is self and old.model() is model):
            return
        self.setSelectionModel(QItemSelectionModel(model, self))
        if old is not None and old.parent() is self:
            old.deleteLater()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), scaled(HEADER_HEIGHT))

    def sectionSizeFromContents(self, logical: int) -> QSize:
        """As wide as the title with an arrow beside it."""
        if logical == GUTTER:
            return QSize(GUTTER_WIDTH, scaled(HEADER_HEIGHT))
        title = self._grid_model().columns[logical - 1].heading
        width = metrics(Type.HEADER).horizontalAdvance(title) + 2 * PAD + _ARROW + _ARROW_GAP
        return QSize(width, scaled(HEADER_HEIGHT))

    def _grid_model(self) -> PagedModel:
        model = self.model()
        assert isinstance(model, PagedModel)
        return model

    def is_title_elided(self, logical: int) -> bool:
        title = self._grid_model().columns[logical - 1].heading
        return metrics(Type.HEADER).horizontalAdvance(title) > self._room(logical)

    def viewportEvent(self, event: QEvent) -> bool:
        """The column's tip, and its title where that is cut short."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().viewportEvent(event)
        logical = self.section_at(event.pos().x())
        text = ""
        if logical > GUTTER:
            column = self._grid_model().columns[logical - 1]
            text = "\n".join(filter(None, (column.heading if self.is_title_elided(logical) else "", column.tip)))
        QToolTip.showText(event.globalPos(), tip_text(text), self.viewport())
        return True

    def _room(self, logical: int) -> int:
        return self.sectionSize(logical) - 2 * PAD - self._mark_width(logical)

    def _mark_width(self, logical: int) -> int:
        """Of the arrow, and of its number where several columns are sorted by."""
        number = self._number(logical)
        if number is None:
            return 0
        beside = metrics(Type.CAPTION).horizontalAdvance(number) + _NUMBER_GAP if number else 0
        return _ARROW_GAP + _ARROW + beside

    def _number(self, logical: int) -> str | None:
        """Which of the columns that are sorted by this one is; "" for the only one, None for none of them."""
        model = self._grid_model()
        place = model.place_in_order(model.columns[logical - 1].id)
        if place < 0:
            return None
        return str(place + 1) if len(model.order_shown) > 1 else ""

    def paintEvent(self, e: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._paint_ground(painter, self.viewport().rect())
        painter.end()
        super().paintEvent(e)

    def _paint_ground(self, painter: QPainter, rect: QRect) -> None:
        painter.fillRect(rect, color(Role.SUBTLE))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, color(Role.LINE))

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        self._paint_ground(painter, rect)
        if logical == GUTTER:
            return
        if self._is_under_pointer(logical):
            painter.fillRect(rect.adjusted(0, 0, -1, -1), color(Role.HOVER))
        middle = rect.y() + (rect.height() - scaled(_SEPARATOR)) // 2
        painter.fillRect(rect.right(), middle, 1, scaled(_SEPARATOR), color(Role.LINE2))
        self._paint_title(painter, rect, logical)

    def _paint_title(self, painter: QPainter, rect: QRect, logical: int) -> None:
        model = self._grid_model()
        column = model.columns[logical - 1]
        measures = metrics(Type.HEADER)
        text = measures.elidedText(column.heading, Qt.TextElideMode.ElideRight, self._room(logical))
        width = measures.horizontalAdvance(text)
        number = self._number(logical)
        is_sorted = number is not None
        x = rect.x() + PAD
        if alignment(column) & Qt.AlignmentFlag.AlignRight:
            x = rect.right() + 1 - PAD - width - self._mark_width(logical)
        painter.setFont(font(Type.HEADER))
        painter.setPen(color(Role.TEXT if is_sorted else Role.TEXT2))
        baseline = rect.y() + (rect.height() - measures.height()) // 2 + measures.ascent()
        painter.drawText(x, baseline, text)
        if number is not None:
            arrow = QRect(x + width + _ARROW_GAP, rect.y(), _ARROW, rect.height() - 1)
            key = model.order_shown[model.place_in_order(column.id)]
            icon = Icon.ARROW_DOWN if key.descending else Icon.ARROW_UP
            draw(painter, icon, arrow, Role.ACCENT_TEXT, weight=Weight.BOLD, size=_ARROW)
            painter.setFont(font(Type.CAPTION))
            painter.setPen(color(Role.ACCENT_TEXT))
            painter.drawText(arrow.right() + 1 + _NUMBER_GAP, baseline, number)

    def _is_under_pointer(self, logical: int) -> bool:
        if not self.underMouse():
            return False
        return self.section_at(self.viewport().mapFromGlobal(QCursor.pos()).x()) == logical
