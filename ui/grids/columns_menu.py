"""The menu of a grid's columns: which are shown, how the rows are sorted, where the column stands."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from ui.grids.columns import Column
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
            self._add_column_entries(column)
            self.addSeparator()
        self._add_sorting()
        self.addSeparator()
        self._add_visibility()
        self.addSeparator()
        self._entry(self, tr("Reset Columns"), "", "reset")
        self.triggered.connect(self._chosen)

    def _entry(self, menu: QMenu, text: str, column: str, what: str) -> QAction:
        action = menu.addAction(text.replace("&", "&&"))
        action.setData((what, column))
        return action

    def _add_column_entries(self, column: Column) -> None:
        layout = self._view.column_layout
        if column.sortable:
            self._entry(self, tr("Sort {title} Ascending", title=column.title), column.id, "ascending")
            self._entry(self, tr("Sort {title} Descending", title=column.title), column.id, "descending")
        left = self._entry(self, tr("Move {title} Left", title=column.title), column.id, "left")
        left.setEnabled(layout.can_move(column.id, -1))
        right = self._entry(self, tr("Move {title} Right", title=column.title), column.id, "right")
        right.setEnabled(layout.can_move(column.id, 1))
        hide = self._entry(self, tr("Hide {title}", title=column.title), column.id, "hide")
        hide.setEnabled(len(layout.visible_columns()) > 1)

    def _add_sorting(self) -> None:
        menu = self.addMenu(tr("Sort By"))
        by, descending = self._view.sort
        group = QActionGroup(menu)
        own = self._entry(menu, tr("Original Order"), "", "ascending")
        entries = [own] + [
            self._entry(menu, column.title, column.id, "ascending")
            for column in self._view.column_layout.visible_columns()
            if column.sortable
        ]
        for entry in entries:
            entry.setCheckable(True)
            entry.setChecked(entry.data()[1] == by)
            group.addAction(entry)
        menu.addSeparator()
        turned = self._entry(menu, tr("Descending"), by, "turn")
        turned.setCheckable(True)
        turned.setChecked(descending)
        turned.setEnabled(by != "")

    def _add_visibility(self) -> None:
        layout = self._view.column_layout
        seen = layout.visible_columns()
        for column in self._view.columns:
            entry = self._entry(self, column.title, column.id, "show")
            entry.setCheckable(True)
            entry.setChecked(column in seen)
            # At least one column stays visible.
            entry.setEnabled(seen != [column])

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        what, column = action.data()
        view, layout = self._view, self._view.column_layout
        if what in ("ascending", "descending"):
            view.sort_by(column, descending=what == "descending")
        elif what == "turn":
            view.sort_by(column, descending=action.isChecked())
        elif what in ("left", "right"):
            layout.move(column, -1 if what == "left" else 1)
        elif what == "hide":
            layout.set_hidden(column, True)
        elif what == "show":
            layout.set_hidden(column, not action.isChecked())
        else:
            layout.reset()


def show_at_header(view: "GridView", x: int) -> None:
    """Open the menu for the column at `x` of the header."""
    header = view.horizontalHeader()
    section = header.logicalIndexAt(x)
    column = view.columns[section - 1] if section > 0 else None
    menu = ColumnsMenu(view, column)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(header.viewport().mapToGlobal(QPoint(x, header.height())))
