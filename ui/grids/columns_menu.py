"""The menu of a grid's columns: which are shown and which stay, how the rows are sorted, where a column stands."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.sorting import SortKey
from ui.grids.columns import Column
from ui.grids.sort_order import turned, without
from ui.look.plain import without_key
from ui.look.words import tr

if TYPE_CHECKING:
    from ui.grids.grid_view import GridView


class ColumnsMenu(QMenu):
    """Everything that the mouse can do to columns, for the keyboard too.

    `column` is the one that the first entries are about: that under the pointer, or that of the current cell.
    """

    def __init__(self, view: "GridView", column: Column | None = None) -> None:
        super().__init__(view)
        self._view = view
        if column is not None:
            self._add_sorting_of(column)
            self._add_column_entries(column)
            self.addSeparator()
        self._add_sorting()
        self._add_then_sorting()
        self._add_freezing()
        if view.add_layouts is not None:
            view.add_layouts(self)
        self._entry(self, tr("Standard Layout"), "", "standard")
        self.addSeparator()
        self._add_visibility()
        self.triggered.connect(self._chosen)

    def _entry(self, menu: QMenu, text: str, column: str, what: str) -> QAction:
        action = menu.addAction(without_key(text))
        action.setData((what, column))
        return action

    def _sortable(self) -> list[Column]:
        return [column for column in self._view.column_layout.visible_columns() if column.sortable]

    # About one column

    def _add_sorting_of(self, column: Column) -> None:
        if not column.sortable:
            return
        self._entry(self, tr("Sort {title} Ascending", title=column.heading), column.id, "ascending")
        self._entry(self, tr("Sort {title} Descending", title=column.heading), column.id, "descending")
        order = self._view.order
        if len(order) > 1 and any(key.column == column.id for key in order):
            self._entry(self, tr("Do Not Sort by {title}", title=column.heading), column.id, "without")
        else:
            then = self._entry(self, tr("Then Sort by {title}", title=column.heading), column.id, "then")
            then.setEnabled(bool(order) and order[0].column != column.id)

    def _add_column_entries(self, column: Column) -> None:
        layout = self._view.column_layout
        left = self._entry(self, tr("Move {title} Left", title=column.heading), column.id, "left")
        left.setEnabled(layout.can_move(column.id, -1))
        right = self._entry(self, tr("Move {title} Right", title=column.heading), column.id, "right")
        right.setEnabled(layout.can_move(column.id, 1))
        freeze = self._entry(self, tr("Freeze up to {title}", title=column.heading), column.id, "freeze")
        freeze.setEnabled(not layout.frozen_up_to(column.id))
        self._entry(self, tr("Unfreeze"), "", "freeze").setEnabled(layout.frozen > 0)
        hide = self._entry(self, tr("Hide {title}", title=column.heading), column.id, "hide")
        hide.setEnabled(len(layout.visible_columns()) > 1)

    # About all of them

    def _one_of(self, menu: QMenu, entries: list[QAction], chosen: str) -> None:
        """A dot beside the entry of the column `chosen`."""
        group = QActionGroup(menu)
        for entry in entries:
            entry.setCheckable(True)
            entry.setChecked(entry.data()[1] == chosen)
            group.addAction(entry)

    def _add_sorting(self) -> None:
        menu = self.addMenu(tr("Sort By"))
        by, descending = self._view.sort
        own = self._entry(menu, tr("Original Order"), "", "ascending")
        others = [self._entry(menu, column.heading, column.id, "ascending") for column in self._sortable()]
        self._one_of(menu, [own, *others], by)
        menu.addSeparator()
        turning = self._entry(menu, tr("Descending"), by, "turn")
        turning.setCheckable(True)
        turning.setChecked(descending)
        turning.setEnabled(by != "")

    def _add_then_sorting(self) -> None:
        """The columns behind the first: a tick for each, and which way each goes."""
        menu = self.addMenu(tr("Then Sort By"))
        order = self._view.order
        menu.menuAction().setEnabled(bool(order))
        behind = {key.column: key for key in order[1:]}
        for column in self._sortable():
            if order and column.id == order[0].column:
                continue
            entry = self._entry(menu, column.heading, column.id, "without" if column.id in behind else "then")
            entry.setCheckable(True)
            entry.setChecked(column.id in behind)
        titles = {column.id: column.heading for column in self._view.columns}
        if behind:
            menu.addSeparator()
        for key in behind.values():
            turning = self._entry(menu, tr("{title} Descending", title=titles[key.column]), key.column, "turn")
            turning.setCheckable(True)
            turning.setChecked(key.descending)

    def _add_freezing(self) -> None:
        menu = self.addMenu(tr("Freeze up To"))
        layout = self._view.column_layout
        seen = layout.visible_columns()
        none = self._entry(menu, tr("No Column"), "", "freeze")
        entries = [self._entry(menu, column.heading, column.id, "freeze") for column in seen]
        last = next((column.id for column in seen if layout.frozen_up_to(column.id)), "")
        self._one_of(menu, [none, *entries], last)

    def _add_visibility(self) -> None:
        layout = self._view.column_layout
        seen = layout.visible_columns()
        for column in self._view.columns:
            entry = self._entry(self, column.heading, column.id, "show")
            entry.setCheckable(True)
            entry.setChecked(column in seen)
            # At least one column stays visible.
            entry.setEnabled(seen != [column])

    # What was chosen

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        if not isinstance(action.data(), tuple):
            return  # of another menu inside this one
        what, column = action.data()
        view, layout = self._view, self._view.column_layout
        if what in ("ascending", "descending"):
            view.sort_by(column, descending=what == "descending")
        elif what in ("turn", "then", "without"):
            self._change_sorting(what, column)
        elif what in ("left", "right"):
            layout.move(column, -1 if what == "left" else 1)
        elif what == "freeze":
            layout.freeze(column)
        elif what == "hide":
            layout.set_hidden(column, True)
        elif what == "show":
            layout.set_hidden(column, not action.isChecked())
        else:
            view.use_layout({})

    def _change_sorting(self, what: str, column: str) -> None:
        order = self._view.order
        if what == "turn":
            self._view.sort_in_order(turned(order, column))
        elif what == "then":
            self._view.sort_in_order((*order, SortKey(column)))
        else:
            self._view.sort_in_order(without(order, column))


def show_at_header(view: "GridView", x: int) -> None:
    """Open the menu for the column at `x` of the header."""
    header = view.grid_header
    section = header.section_at(x)
    column = view.columns[section - 1] if section > 0 else None
    menu = ColumnsMenu(view, column)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(header.viewport().mapToGlobal(QPoint(x, header.height())))
