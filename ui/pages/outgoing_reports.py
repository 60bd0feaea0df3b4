"""The page Outgoing Reports: what is due to outside bodies, by when, and what is missing; exported as their files."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from app.export import ExportSummary, Target
from app.imports import credit_details, outgoing_export
from app.imports.outgoing import FIELDS, ReportRow
from app.saved import Kind
from app.tasks import TaskContext
from ui.exporting import CSV, Exporter
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import plural, tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.outgoing_details import OutgoingDetails
from ui.pages.outgoing_source import OutgoingSource
from ui.pages.searches import Searches
from ui.protecting import Holds, ask_for_target
from ui.workers import TaskRunner


class OutgoingReportsPage(GridPage):
    """`saved` carries the operation that marked records as exported; `lists_wanted` asks for the outside bodies."""

    saved = Signal(int)
    lists_wanted = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = OutgoingSource(context.db)
        nouns = ("report", "reports")
        super().__init__("outgoing_reports", "Outgoing Reports", nouns, source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.OUTGOING_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.OUTGOING_LAYOUT, self)
        self._context, self._hub = context, hub
        self._marked: int | None = None
        self.watch(hub, Topic.CREDIT, Topic.LEARNERS)
        self.pane = OutgoingDetails(self)
        self.follow(self.pane, credit_details.of_report, self._show)
        empty = EmptyState(
            tr("Nothing is due to outside bodies"),
            tr(
                "When a course awards credit whose type an outside body hears of, a record comes here with its "
                "deadline. Credit that a file contains is never reported."
            ),
            icon=Icon.PAPER_PLANE_TILT,
            primary=(tr("Outside Bodies"), Icon.LIST_BULLETS),
        )
        empty.primary_pressed.connect(self.lists_wanted)
        self.grid.set_empty_widget(empty)

    def _show(self, row: ReportRow | None) -> None:
        self.pane.show_row(row)

    def export_for_body(self) -> None:
        """*Export for the Body*: the selected records, or all of the filter, into the file of their one body."""
        title = tr("Export for the Body")
        target = ask_for_target(self.window(), CSV, title, f"{tr(self.title)}.{CSV}", Holds.MAYBE)
        if target is not None:
            self.start_export_for_body(target)

    def start_export_for_body(self, path: Target) -> Exporter:
        """Write the file in a task, and mark what stands in it."""
        db, user, keys = self._context.db, self._context.user, list(self.rows_to_export())
        self._marked = None

        def work(context: TaskContext) -> ExportSummary:
            done = outgoing_export.export_for_body(context, db, user, keys, path)
            self._marked = done.operation_id
            left = ("{n} lacks something and was left out.", "{n} lack something and were left out.")
            note = plural(done.incomplete, *left) if done.incomplete else ""
            return ExportSummary(done.file.rows, done.file.path, note=note)

        exporter = Exporter(self.runner, self)
        exporter.ended.connect(self._exported)
        exporter.start(work, tr("Export for the Body"))
        self.exporting.emit(exporter)
        return exporter

    @Slot()
    def _exported(self) -> None:
        if self._marked is not None:
            self.saved.emit(self._marked)
            self._hub.announce(Changes.of(Topic.CREDIT))
