"""The Attainments page: the college's own records, of everybody or of chosen learners, with their history."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.attainments import export_changes as changes_export
from app.attainments.export_changes import ChangesExported, Layout
from app.attainments.search import FIELDS, history_of, rows
from app.changes import Topic
from app.context import AppContext
from app.export import ExportSummary, Target
from app.saved import Kind
from app.tasks import TaskContext
from ui.dialogs.export_layout import LayoutDialog
from ui.exporting import EXCEL, Exporter
from ui.hub import Hub
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.pages.attainment_details import AttainmentDetails, LookedAt
from ui.pages.attainment_source import AttainmentSource
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.protecting import Holds, ask_for_target
from ui.workers import Lane, TaskRunner


class AttainmentsPage(GridPage):
    failed = Signal(object)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        self._own = AttainmentSource(context.db)
        super().__init__(
            "attainments", "Attainments", ("attainment", "attainments"), self._own, fields, runner, parent
        )
        self.searches = Searches(self, context, Kind.ATTAINMENT_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.ATTAINMENT_LAYOUT, self)
        self._context = context
        self._hub = hub
        self.watch(hub, Topic.ATTAINMENTS, Topic.LEARNERS)
        self.pane = AttainmentDetails(self)
        self.follow(self.pane, _read, self.pane.show_row)
        self._exported: list[ChangesExported] = []
        self._empty = EmptyState(
            tr("No attainments here yet"),
            tr("Select learners on the Learners page, press Attainments (PLR) Download, then Update Selected."),
            icon=Icon.GRADUATION_CAP,
        )
        self.grid.set_empty_widget(self._empty)
        everybody = button(tr("Show Everybody"), name="show_everybody", clicked=self._show_everybody)
        self._chosen = Banner(Icon.FUNNEL, Role.INFO, "", "", [everybody], across=True)
        self._chosen.setObjectName("chosen_learners")
        self._chosen.hide()
        self.insert_above_grid(self._chosen)

    def show_learners(self, learner_ids: Sequence[int] | None) -> None:
        """Limit the page to some learners; None shows everybody's."""
        self._own.learner_ids = None if learner_ids is None else list(learner_ids)
        self._chosen.setVisible(learner_ids is not None)
        if learner_ids is not None:
            number = len(learner_ids)
            text = plural(number, "Attainments of {n} chosen learner", "Attainments of {n} chosen learners")
            self._chosen.say(text)
        self.reload()

    @property
    def learner_ids(self) -> Sequence[int] | None:
        return self._own.learner_ids

    @Slot()
    def _show_everybody(self) -> None:
        self.show_learners(None)

    # Export Changes

    @Slot()
    def export_changes(self) -> None:
        """What is new or changed since the last export; the layout is asked for once."""
        db = self._context.db
        self.runner.run(lambda context: changes_export.layout(db), lane=Lane.READ, done=self._layout_known)

    @Slot()
    def choose_layout(self) -> None:
        """Ask for the layout again, starting from the one in use."""
        db = self._context.db
        self.runner.run(lambda context: changes_export.layout(db), lane=Lane.READ, done=self._ask_layout)

    @Slot(object)
    def _layout_known(self, layout: Layout | None) -> None:
        if layout is None:
            self._ask_layout(None)
        else:
            self._ask_file(layout)

    @Slot(object)
    def _ask_layout(self, layout: Layout | None) -> None:
        dialog = LayoutDialog(self.window(), layout or Layout())
        agreed, chosen = bool(dialog.exec()), dialog.chosen
        dialog.deleteLater()
        if not agreed:
            return

        def keep(context: TaskContext) -> Layout:
            changes_export.choose_layout(self._context.db, self._context.user, chosen)
            return chosen

        self.runner.run(keep, lane=Lane.WRITE, done=self._ask_file)

    @Slot(object)
    def _ask_file(self, layout: Layout) -> None:
        name, holds = tr("Attainments changed.xlsx"), Holds.of(layout.columns)
        target = ask_for_target(self.window(), EXCEL, tr("Export Changes"), name, holds)
        if target is not None:
            self.start_changes_export(layout, target)

    def start_changes_export(self, layout: Layout, path: Target) -> None:
        context_of_run, learner_ids = self._context, self.learner_ids

        def work(context: TaskContext) -> ExportSummary:
            exported = changes_export.export_changes(
                context, context_of_run.db, context_of_run.user, path, layout, learner_ids
            )
            self._exported.append(exported)
            return exported.file

        exporter = Exporter(self.runner, self)
        exporter.ended.connect(self._changes_ended)
        exporter.start(work, tr("Export Changes"))
        self.exporting.emit(exporter)

    @Slot()
    def _changes_ended(self) -> None:
        while self._exported:
            self._hub.announce(self._exported.pop().changes)


def _read(tx: Connection, key: int) -> LookedAt | None:
    row = rows(tx, [key]).get(key)
    return (row, history_of(tx, key)) if row is not None else None
