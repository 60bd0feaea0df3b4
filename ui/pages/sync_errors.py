"""The page Sync Errors: what goes wrong with the LMS, by cause and one by one, and what to do about it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.lms import enrolments_list, errors_list
from app.lms.errors import Level
from app.lms.errors_list import FIELDS, ErrorGroup
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.pages.sync_causes import WIDTHS, SyncCauses
from ui.pages.sync_error_details import LookedAt, SyncErrorDetails
from ui.pages.sync_error_source import SyncErrorSource
from ui.workers import Task, TaskRunner

_TOPICS = (Topic.SYNC_RUNS, Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.LEARNERS)


class SyncErrorsPage(GridPage):
    """`action_wanted` carries what the main action was pressed of, an ErrorGroup or an ErrorRow; `snooze_wanted` the
    ids of errors; `said` a sentence for the status bar."""

    action_wanted = Signal(object)
    snooze_wanted = Signal(object)
    said = Signal(str)
    details_widths = (330, 290)
    causes: SyncCauses | None = None

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = SyncErrorSource(context.db)
        super().__init__("sync_errors", "Sync Errors", ("error", "errors"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.SYNC_ERROR_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.SYNC_ERROR_LAYOUT, self)
        self._context = context
        self.watch(hub, *_TOPICS)
        causes = self.causes = SyncCauses(self)
        causes.chosen.connect(self._cause_chosen)
        causes.action_wanted.connect(self.action_wanted)
        self._row.insertWidget(0, causes)
        self.pane = SyncErrorDetails(self)
        self.follow(self.pane, _read, self._show)
        self.pane.action_wanted.connect(self.action_wanted)
        self.pane.snooze_wanted.connect(self._snooze_one)
        self.pane.copied.connect(self.said)
        self._groups = Follower(runner, self._read_groups, causes.show_groups, self)
        self.grid.set_empty_widget(
            EmptyState(
                tr("No open errors"),
                tr(
                    "Everything the LMS was asked for came. Errors appear here with what to do, and clear themselves "
                    "once a run succeeds; those that have cleared are found with a condition on Cleared."
                ),
                icon=Icon.CHECK_CIRCLE,
            )
        )
        self._fit_details()

    def _fit_details(self) -> None:
        super()._fit_details()
        if self.causes is not None:
            wide, narrow = WIDTHS
            self.causes.setFixedWidth(scaled(narrow if self.is_narrow else wide))

    # Causes

    @Slot()
    def reload(self) -> None:
        """The grid and the causes beside it."""
        super().reload()
        if self.causes is not None:
            self.causes.show_chosen(chosen_cause(self.conditions))
        self._groups.look()

    def _read_groups(self) -> Task:
        db = self._context.db

        def read(context: TaskContext) -> Sequence[ErrorGroup]:
            with db.read(context) as tx:
                return errors_list.groups(db, tx)

        return read

    @Slot(object)
    def _cause_chosen(self, key: tuple[str, Level] | None) -> None:
        self.show_cause(key)

    def show_cause(self, key: tuple[str, Level] | None) -> None:
        """Only the errors of one cause, as a condition that can be seen, saved and taken away; None: all."""
        if key is None:
            self.set_conditions(None)
            return
        code, level = key
        tests = (Test("code", Operator.IS, code), Test("level", Operator.IS, level.value))
        self.set_conditions(Group(Join.ALL, tests))

    # The pane

    def _show(self, looked: LookedAt | None) -> None:
        self.pane.why_not = self._context.rights.why_not(Permission.SYNCHRONISE)
        self.pane.show_row(looked)

    @Slot(object)
    def _snooze_one(self, key: int) -> None:
        self.snooze_wanted.emit([key])


def _read(tx: Connection, key: int) -> LookedAt | None:
    row = errors_list.rows(tx, [key]).get(key)
    if row is None:
        return None
    at = row.enrolment_id
    return LookedAt(row, enrolments_list.rows(tx, [at]).get(at) if at is not None else None)


def chosen_cause(conditions: Group | None) -> tuple[str, Level] | None:
    """The cause that conditions narrow the errors to, if they say just that."""
    if conditions is None or conditions.negated or len(conditions.members) != 2:
        return None
    told = {
        one.field: one.value for one in conditions.members if isinstance(one, Test) and one.operator is Operator.IS
    }
    if set(told) != {"code", "level"}:
        return None
    return told["code"], Level(told["level"])
