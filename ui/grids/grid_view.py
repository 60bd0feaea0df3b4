"""The grid of every page: a table that loads queries, sorts, arranges its columns and copies."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.sorting import SortKey
from ui.grids.column_layout import ColumnLayout
from ui.grids.columns import GridSource
from ui.grids.columns_menu import ColumnsMenu, show_at_header
from ui.grids.copying import MOST_TO_COPY, Copier
from ui.grids.loaded_table import LoadedTable
from ui.grids.paged_model import GUTTER
from ui.grids.sort_order import Order, clicked, clicked_with_shift, restored_order, stored_order
from ui.workers import TaskRunner


class GridView(LoadedTable):
    """A grid over a GridSource. `load` shows a query; everything else keeps working meanwhile."""

    sort_changed = Signal()
    too_many_to_copy = Signal(int)
    """Ctrl-C on so many rows was refused: offer an export instead, or call copy_selected(anyway=True)."""
    copy_progressed = Signal(object)
    copied = Signal(int)
    """So many rows are on the clipboard."""
    copy_ended = Signal()

    def __init__(self, source: GridSource, runner: TaskRunner, name: str, parent: QWidget | None = None) -> None:
        super().__init__(source, runner, parent)
        self.setObjectName(name)
        self.add_layouts: Callable[[QMenu], None] | None = None
        """Puts the layouts that were saved under names into the menu of columns, where there are some."""
        self._copier = Copier(source, runner, self)
        self._copier.progressed.connect(self.copy_progressed)
        self._copier.copied.connect(self.copied)
        self._copier.ended.connect(self.copy_ended)
        self.column_layout = ColumnLayout(self._header, self.columns, self)
        self.column_layout.frozen_changed.connect(self.frozen_changed)
        self.column_layout.reset()
        self._header.sectionClicked.connect(self._header_clicked)
        self._header.customContextMenuRequested.connect(self._header_menu)

    # Sorting and columns

    def sort_by(self, column_id: str, *, descending: bool = False) -> None:
        """Sort by one column, or "" for the source's own order; loads again."""
        if not column_id:
            self.sort_in_order(())
        elif self._sortable(column_id):
            self.sort_in_order((SortKey(column_id, descending),))

    def sort_in_order(self, order: Order) -> None:
        """Sort by some columns, the first one first; loads again."""
        self._show_order(order)
        self.load(self._query.sorted_by(order))
        self.sort_changed.emit()

    @Slot(int)
    def _header_clicked(self, section: int) -> None:
        """With Shift the column is sorted by behind the others."""
        if section == GUTTER or not self.columns[section - 1].sortable:
            return
        change = clicked_with_shift if self._header.shift_held else clicked
        self.sort_in_order(change(self.order, self.columns[section - 1].id))

    def columns_menu(self) -> ColumnsMenu:
        """Shows, hides, sorts and moves columns; its first entries are about the current cell's column."""
        section = self.currentIndex().column()
        menu = ColumnsMenu(self, self.columns[section - 1] if section > GUTTER else None)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(QPoint)
    def _header_menu(self, at: QPoint) -> None:
        show_at_header(self, at.x())

    def saved_layout(self) -> dict[str, Any]:
        """Order, widths, hidden and frozen columns and sorting, plain enough for JSON."""
        return {**self.column_layout.as_dict(), **stored_order(self.order)}

    def restore_layout(self, stored: Mapping[str, Any]) -> None:
        """Arrange the columns as stored; to be called before the first load, which it does not start."""
        self.column_layout.restore(stored)
        self._show_order(restored_order(stored, [column.id for column in self.columns if column.sortable]))

    def use_layout(self, stored: Mapping[str, Any]) -> None:
        """Arrange and sort as stored, now; {} is how the grid comes."""
        before = self.order
        self.restore_layout(stored)
        if self.order != before:
            self.sort_in_order(self.order)

    # Copying, keys and size

    def copy_selected(self, *, anyway: bool = False) -> None:
        """Put the selected rows on the clipboard, as text and as a table; says `too_many_to_copy` instead."""
        count = self.selected_count
        if count > MOST_TO_COPY and not anyway:
            self.too_many_to_copy.emit(count)
        elif count:
            self._copier.copy(self.column_layout.visible_columns(), self.selected_keys())

    def cancel_copy(self) -> None:
        self._copier.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
            event.accept()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.column_layout.fit(self.viewport().width())
