"""The page Locks: what is being done that only one may do at a time, by whom, since when, and what hangs."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app import locks_listed
from app.access import Permission
from app.context import AppContext
from app.locks_listed import FIELDS, LockRow
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.lock_details import LockDetails
from ui.pages.lock_source import LockSource
from ui.pages.searches import Searches
from ui.workers import TaskRunner

EVERY_MS = 5_000
"""As often as a holder gives a sign of life."""


class LocksPage(GridPage):
    """Read anew every few seconds while it is seen: locks leave no history. `unlock_wanted` carries the scope."""

    unlock_wanted = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        super().__init__("locks", "Locks", ("lock", "locks"), LockSource(context.db), fields, runner, parent)
        self.searches = Searches(self, context, Kind.LOCK_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.LOCK_LAYOUT, self)
        self._context = context
        hub.announced.connect(self._announced)
        self.pane = LockDetails(self)
        self.pane.unlock_wanted.connect(self.unlock)
        self._row_shown: LockRow | None = None
        self.follow(self.pane, self._read, self._show)
        self.grid.set_empty_widget(
            EmptyState(
                tr("Nothing is locked"),
                tr("Imports, synchronisations and Purge lock what only one may do at a time. Nobody is at it now."),
                icon=Icon.LOCK_SIMPLE_OPEN,
            )
        )
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _read(self, tx: Connection, key: int) -> LockRow | None:
        return locks_listed.rows(tx, self._context.db, [key]).get(key)

    @Slot(object)
    def _show(self, row: LockRow | None) -> None:
        self._row_shown = row
        self.pane.why_not = self._context.rights.why_not(Permission.UNLOCK_IMPORTS)
        self.pane.show_row(row)

    @Slot()
    def _look(self) -> None:
        if self.isVisible() and not self.grid.is_loading:
            self.refresh()

    @Slot(object)
    def _announced(self, changes: object) -> None:
        """Whatever was written may have taken a lock or released one."""
        if self.isVisible():
            self.refresh()

    @Slot()
    def unlock(self) -> None:
        """*Unlock* the importer whose lock is current."""
        if self._row_shown is not None and self._row_shown.scope:
            self.unlock_wanted.emit(self._row_shown.scope)
