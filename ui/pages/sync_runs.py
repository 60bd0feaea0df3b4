"""The page Sync Runs: every run of the synchronisation of the last two years, and what came of it."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from app.lms import runs_list
from app.lms.runs_list import FIELDS, RunRow
from app.saved import Kind
from app.tasks import TaskContext
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.pages.sync_run_details import SyncRunDetails
from ui.pages.sync_run_source import SyncRunSource
from ui.workers import Lane, TaskRunner

_LATER_MS = 150


class SyncRunsPage(GridPage):
    """The latest run is at the top unless another order was chosen."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = SyncRunSource(context.db)
        super().__init__("sync_runs", "Sync Runs", ("run", "runs"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.SYNC_RUN_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.SYNC_RUN_LAYOUT, self)
        self._context = context
        hub.announced.connect(self._announced)
        self.pane = SyncRunDetails(self)
        self.set_details(self.pane)
        self.pane.closed.connect(self.pane.hide)
        self._later = QTimer(self, singleShot=True, interval=_LATER_MS)
        self._later.timeout.connect(self._look)
        self._looking: TaskContext | None = None
        self.grid.set_empty_widget(
            EmptyState(
                tr("No runs yet"),
                tr("Every synchronisation with the LMS is listed here for two years. Press Sync Now for the first."),
                icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            )
        )

    def selection_changed(self) -> None:
        self.pane.show_selection(self.selected_count)

    def current_changed(self) -> None:
        self.pane.settled = False
        self._later.start()

    @Slot()
    def _look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        key = self.grid.current_key
        if key is None or self.pane.isHidden():
            self.pane.show_run(None)
            return
        db = self._context.db

        def read(context: TaskContext) -> RunRow | None:
            with db.read(context) as tx:
                return runs_list.rows(tx, [key]).get(key)

        self._looking = self.runner.run(read, lane=Lane.COUNT, done=self._looked)

    @Slot(object)
    def _looked(self, row: RunRow | None) -> None:
        if row is None or row.id == self.grid.current_key:
            self.pane.show_run(row)

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if Topic.SYNC_RUNS in changes.topics:
            self.reload()
            self._later.start()
