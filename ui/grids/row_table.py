"""The table of a grid: paints rows, and is selected and moved in as in any Windows program."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QToolTip, QWidget

from ui.grids.header import HEADER_HEIGHT, GridHeader
from ui.grids.paged_model import GUTTER, Index, PagedModel
from ui.grids.row_painter import Place, RowPainter, Scene
from ui.grids.row_selection import Flag, RowSelection
from ui.look.fonts import scaled
from ui.look.plain import tip_text
from ui.look.tokens import Role, color, theme
from ui.look.words import plural

COMPACT = 24
COMFORTABLE = 30
_SMALLEST_ROW = 16
_SPOKEN_ONE_BY_ONE = 1_000
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_SHIFT_OR_CONTROL = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class RowTable(QTableView):
    """Whole rows of a PagedModel, painted at once and selected by a RowSelection."""

    selection_changed = Signal()
    current_changed = Signal()
    activated_key = Signal(object)
    """The key of the row that was double-clicked, or on which Enter was pressed."""

    def __init__(self, model: PagedModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = RowSelection(model, self)
        self._painter = RowPainter(model, self._selection)
        self._hover = -1
        self._row_height = COMPACT
        self._wished_height = COMPACT
        self._drag_flag = Flag.Select
        self._section = GUTTER
        """The column of the current cell, also while there is none."""
        self._header = GridHeader(self)
        self.setHorizontalHeader(self._header)
        self._set_up()
        self.setModel(model)
        self.setSelectionModel(self._selection)
        self._selection.rows_changed.connect(self._rows_changed)
        theme().changed.connect(self._dress)
        self._dress()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        # Tab leaves the grid; otherwise nobody gets out of it by keyboard.
        self.setTabKeyNavigation(False)
        self.viewport().setMouseTracking(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(_SMALLEST_ROW)

    @Slot()
    def _dress(self) -> None:
        self._row_height = scaled(self._wished_height)
        self.verticalHeader().setDefaultSectionSize(self._row_height)
        self.verticalScrollBar().setProperty("headerHeight", scaled(HEADER_HEIGHT))
        self.verticalScrollBar().setSingleStep(self._row_height)
        self.updateGeometries()
        self._header.viewport().update()
        self.viewport().update()

    def set_comfortable(self, comfortable: bool) -> None:
        """Rows of 30 px instead of 24."""
        self._wished_height = COMFORTABLE if comfortable else COMPACT
        self._dress()

    # The header must not look at the rows' selection: with many rows selected each of its paints would
    # walk them all, for every column. The view gives it that selection whenever it gets one itself.

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        self._header.use_empty_selection()

    def setSelectionModel(self, model: QItemSelectionModel) -> None:
        super().setSelectionModel(model)
        self._header.use_empty_selection()

    @property
    def grid_header(self) -> GridHeader:
        return self._header

    # What is selected and current

    @property
    def selection(self) -> RowSelection:
        return self._selection

    @property
    def current_row(self) -> int:
        """-1 when no row is."""
        return self.currentIndex().row()

    @Slot()
    def _rows_changed(self) -> None:
        self.viewport().update()
        self.selection_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Speak the count instead: for a screen reader QTableView lists every selected cell, for seconds."""
        rows = sum(part.height() for part in (*selected.toList(), *deselected.toList()))
        if rows <= _SPOKEN_ONE_BY_ONE:
            super().selectionChanged(selected, deselected)
            return
        QAbstractItemView.selectionChanged(self, selected, deselected)
        if QAccessible.isActive():
            spoken = plural(self._selection.count, "{n} row selected", "{n} rows selected")
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._section = current.column()
        if current.row() != previous.row():
            self._update_row(previous.row())
            self._update_row(current.row())
            self._current_row_changed()

    def _current_row_changed(self) -> None:
        self.current_changed.emit()

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        command = super().selectionCommand(index, event)
        if isinstance(event, QKeyEvent):
            if event.key() in _SIDEWAYS and not event.modifiers() & _SHIFT_OR_CONTROL:
                # Looking at another column must not cost the selection.
                return Flag.NoUpdate
            return _only_this_run(command, event.modifiers())
        if isinstance(event, QMouseEvent):
            if self._selection.scattered:
                return self._command_among_marks(index.row(), command, event)
            return _only_this_run(command, event.modifiers())
        return command

    def _command_among_marks(
        self, row: int, command: QItemSelectionModel.SelectionFlag, event: QMouseEvent
    ) -> QItemSelectionModel.SelectionFlag:
        """Qt believes nothing is selected then, so what depends on that is decided here."""
        marked = row >= 0 and self._selection.is_row_selected(row)
        if event.type() == QEvent.Type.MouseButtonPress:
            if event.button() == Qt.MouseButton.RightButton and marked:
                return Flag.NoUpdate
            self._drag_flag = Flag.Deselect if marked else Flag.Select
        if command & Flag.Toggle:
            return (command & ~Flag.Toggle) | self._drag_flag
        return _only_this_run(command, event.modifiers())

    # Keys

    def moveCursor(self, wanted: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last row: whole rows are what is moved among."""
        action = QAbstractItemView.CursorAction
        rows = self._model.rowCount()
        if rows and wanted in (action.MoveHome, action.MoveEnd):
            column = max(self.currentIndex().column(), 0)
            return self._model.index(0 if wanted == action.MoveHome else rows - 1, column)
        return super().moveCursor(wanted, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.current_row >= 0:
            self.activated_key.emit(self._model.key_at(self.current_row))
            event.accept()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Qt would ask for the text of every row, a million of them, at each letter typed."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        row = self.rowAt(event.position().toPoint().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.activated_key.emit(self._model.key_at(row))

    # Painting

    def places(self, offset: int) -> list[Place]:
        """The columns that are not hidden, from left to right, when `offset` pixels have scrolled away."""
        header = self._header
        found = []
        for visual in range(header.count()):
            section = header.logicalIndex(visual)
            if not header.isSectionHidden(section):
                x = header.sectionPosition(section) - offset
                found.append(Place(section - 1, x, header.sectionSize(section)))
        return found

    def _places_at(self, x: int) -> list[Place]:
        """The columns as they stand around `x`."""
        return self.places(self._header.offset())

    def paintEvent(self, event: QPaintEvent) -> None:
        rect = event.rect()
        painter = QPainter(self.viewport())
        try:
            self._paint(painter, rect, self._header.offset())
        finally:
            painter.end()

    def _paint(self, painter: QPainter, rect: QRect, offset: int) -> None:
        """Paint what is to be seen in `rect` when `offset` pixels have scrolled away at the left."""
        height = self._row_height
        above = self.verticalHeader().offset()
        first = max(0, (rect.top() + above) // height)
        last = min((rect.bottom() + above) // height, self._model.rowCount() - 1)
        end = 0
        if first <= last:
            left = -offset
            scene = Scene(
                first=first,
                last=last,
                top=first * height - above,
                row_height=height,
                places=self.places(offset),
                clip=(rect.left(), rect.right()),
                left=left,
                width=max(self._header.length(), self.viewport().width() - left),
                hover=self._hover,
                current=self.current_row,
                active=self.isActiveWindow(),
                focused=self.hasFocus(),
                dpr=self.devicePixelRatioF(),
            )
            self._painter.paint(painter, scene)
            end = (last + 1) * height - above
        if end <= rect.bottom():
            rest = QRect(rect.left(), max(end, rect.top()), rect.width(), rect.bottom() + 1 - max(end, rect.top()))
            painter.fillRect(rest, color(Role.SURFACE))

    def sizeHintForColumn(self, column: int) -> int:
        """Wide enough for what is on the screen: a double-click on the header's separator asks."""
        if column == GUTTER:
            return self._header.sectionSize(GUTTER)
        first = max(self.rowAt(0), 0)
        last = min(first + self.viewport().height() // self._row_height + 1, self._model.rowCount())
        return max((self._painter.width_of(row, column - 1) for row in range(first, last)), default=0)

    # The pointer

    def _update_row(self, row: int) -> None:
        if row >= 0:
            y = row * self._row_height - self.verticalHeader().offset()
            self.viewport().update(0, y, self.viewport().width(), self._row_height)

    def _hover_over(self, row: int) -> None:
        if row != self._hover:
            self._update_row(self._hover)
            self._hover = row
            self._update_row(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_over(self.rowAt(event.position().toPoint().y()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._hover >= 0:
            self._hover_over(self.rowAt(self.viewport().mapFromGlobal(QCursor.pos()).y()))

    def viewportEvent(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event.pos(), event.globalPos())
            return True
        if kind == QEvent.Type.Leave:
            self._hover_over(-1)
        return super().viewportEvent(event)

    def _show_tip(self, at: QPoint, where: QPoint) -> None:
        """The whole text, where only a part of it is seen."""
        row = self.rowAt(at.y())
        text = self._painter.tip(row, at.x(), self._places_at(at.x())) if row >= 0 else ""
        QToolTip.showText(where, tip_text(text), self.viewport())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._update_row(self.current_row)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_row(self.current_row)


def _only_this_run(
    command: QItemSelectionModel.SelectionFlag, modifiers: Qt.KeyboardModifier
) -> QItemSelectionModel.SelectionFlag:
    """Shift without Ctrl selects from the anchor to here and nothing else, as Windows does; Qt would add."""
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if shift and not control and command & Flag.Current:
        return command | Flag.Clear
    return command
