"""The page Sync Runs: every run of the synchronisation of the last two years, and what came of it."""

from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.changes import Topic
from app.context import AppContext
from app.lms import runs_list
from app.lms.runs_list import FIELDS, RunRow
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.pages.sync_run_details import SyncRunDetails
from ui.pages.sync_run_source import SyncRunSource
from ui.workers import TaskRunner


class SyncRunsPage(GridPage):
    """The latest run is at the top unless another order was chosen."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = SyncRunSource(context.db)
        super().__init__("sync_runs", "Sync Runs", ("run", "runs"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.SYNC_RUN_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.SYNC_RUN_LAYOUT, self)
        self._context = context
        self.watch(hub, Topic.SYNC_RUNS)
        self.pane = SyncRunDetails(self)
        self.follow(self.pane, _read, self.pane.show_row)
        self.grid.set_empty_widget(
            EmptyState(
                tr("No runs yet"),
                tr("Every synchronisation with the LMS is listed here for two years. Press Sync Now for the first."),
                icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            )
        )


def _read(tx: Connection, key: int) -> RunRow | None:
    return runs_list.rows(tx, [key]).get(key)
