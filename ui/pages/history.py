"""The page History: every operation, who did it, what it changed, and *Undo* of any of them."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.changes import Changes, Topic
from app.context import AppContext
from app.past.listed import FIELDS
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages import history_details
from ui.pages.grid_page import GridPage
from ui.pages.history_details import HistoryDetails, LookedAt
from ui.pages.history_source import HistorySource
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import TaskRunner


class HistoryPage(GridPage):
    """The latest operation is at the top unless another order was chosen. `said` a sentence for the status bar."""

    said = Signal(str)
    details_widths = (374, 320)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = HistorySource(context.db)
        super().__init__("history", "History", ("operation", "operations"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.HISTORY_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.HISTORY_LAYOUT, self)
        self._context, self._hub = context, hub
        self.watch(hub, *Topic)
        self.pane = HistoryDetails(self)
        self.follow(self.pane, self._read, self.pane.show_row)
        self.pane.changes_wanted.connect(self.show_changes)
        self.pane.undo_wanted.connect(self.undo)
        self.grid.set_empty_widget(
            EmptyState(
                tr("Nothing was done yet"),
                tr("Whatever anybody changes in this database is listed here: who, when, and what it was before."),
                icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            )
        )

    def _read(self, tx: Connection, key: int) -> LookedAt | None:
        return history_details.read(tx, self._context.user, key)

    def activated(self, key: int) -> None:
        self._open_changes(key)

    @Slot()
    def show_changes(self) -> None:
        """*Show All Changes* of the current operation."""
        if (key := self.grid.current_key) is not None:
            self._open_changes(key)

    def _open_changes(self, key: int) -> None:
        from ui.dialogs.history_changes import HistoryChangesDialog

        HistoryChangesDialog(self.window(), self.runner, self._context, key).open()

    @Slot()
    def undo(self) -> None:
        """*Undo* of the current operation: says what it comes to, and asks."""
        from ui.dialogs.history_undo import HistoryUndoDialog

        if (key := self.grid.current_key) is not None:
            dialog = HistoryUndoDialog(self.window(), self.runner, self._context, key)
            dialog.changed.connect(self._undone)
            dialog.open()

    @Slot(object)
    def _undone(self, changes: Changes) -> None:
        self._hub.announce(changes)
        if not changes.topics:
            self.refresh()
