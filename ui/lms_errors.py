"""What is done about sync errors: retry, snooze, decide a hold, and where the main action of each cause leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from app.tasks import TaskContext
from ui.hub import Hub
from ui.look.words import plural, tr
from ui.page_stack import PageStack
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from app.lms.errors_list import ErrorGroup, ErrorRow
    from app.lms.holds import Hold
    from ui.lms_sync import LmsSync
    from ui.pages.sync_errors import SyncErrorsPage


_CLASH = "SE-23"


@dataclass(frozen=True, slots=True)
class _Where:
    """The courses that a retry asks about."""

    courses: Sequence[int]
    everything: bool
    """An error of the connection is among them: the whole synchronisation is tried again."""
    sends: bool = False
    """One of a sending is among them: what is Ready is sent again."""


class LmsErrors(QObject):
    """`compare_wanted` carries the id of the course that is to be compared; `accounts_wanted` that of the learner
    whose account is to be decided, None for all that wait; `running`: it was asked to retry while a run goes on."""

    said = Signal(str)
    running = Signal()
    test_wanted = Signal()
    settings_wanted = Signal()
    report_wanted = Signal()
    compare_wanted = Signal(object)
    accounts_wanted = Signal(object)

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        stack: PageStack,
        sync: "Callable[[], LmsSync]",
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub = context, runner, hub
        self._stack, self._sync, self._window = stack, sync, window

    @property
    def page(self) -> "SyncErrorsPage":
        return cast("SyncErrorsPage", self._stack.page("sync_errors"))

    @Slot(QWidget)
    def follow(self, page: QWidget) -> None:
        """Do what the page of errors asks for."""
        if page.objectName() == "sync_errors":
            self.page.action_wanted.connect(self._act)
            self.page.snooze_wanted.connect(self._snooze_these)
            self.page.said.connect(self.said)

    # Retry

    def retry(self) -> None:
        """*Retry*: the courses of the selected errors; all courses with errors where none is selected."""
        in_front = self._stack.currentWidget()
        chosen: Sequence[int] = ()
        if in_front is not None and in_front.objectName() == "sync_errors":
            chosen = list(self.page.grid.selected_keys())
        self._retry_where(lambda task: self._where(task, chosen))

    def _where(self, task: TaskContext, ids: Sequence[int]) -> _Where:
        from app.lms import enrolments, errors_list

        with self._context.db.read(task) as tx:
            rows = errors_list.rows(tx, ids or errors_list.of_whole(tx)).values()
            every = [] if ids else enrolments.with_errors(tx)
        ours = [one for one in rows if not one.sending]
        courses = {one.lms_course_id for one in ours if one.lms_course_id is not None}
        whole = any(one.lms_course_id is None for one in ours)
        return _Where(sorted(courses.union(every)), whole, len(ours) < len(rows))

    def _retry_where(self, where: Callable[[TaskContext], _Where]) -> None:
        self._runner.run(where, lane=Lane.READ, done=self._retry_known)

    @Slot(object)
    def _retry_known(self, where: _Where) -> None:
        if self._sync().busy:
            self.running.emit()
        elif where.everything:
            self._sync().sync_now(send=where.sends)
        elif where.courses:
            self.said.emit(
                plural(len(where.courses), "Asking again about {n} course", "Asking again about {n} courses")
            )
            self._sync().retry(where.courses, send=where.sends)
        elif where.sends:
            self.said.emit(tr("What is Ready is sent again."))
            self._sync().send()
        else:
            self.said.emit(tr("There is no error to try again."))

    def _retry_group(self, group: "ErrorGroup") -> None:
        def where(task: TaskContext) -> _Where:
            from app.lms import errors_list

            with self._context.db.read(task) as tx:
                ids = self._context.db.ids(tx, errors_list.keys_query(code=group.code, level=group.level.value))
            return self._where(task, list(ids))

        self._retry_where(where)

    # Snooze

    def snooze(self) -> None:
        """*Snooze*: the selected errors."""
        self._snooze_these(list(self.page.grid.selected_keys()))

    @Slot(object)
    def _snooze_these(self, ids: Sequence[int]) -> None:
        from ui.dialogs.snooze import SnoozeDialog

        dialog = SnoozeDialog(self._window, self._runner, self._context, ids)
        dialog.said.connect(self._changed)
        dialog.open()

    @Slot(str)
    def _changed(self, words: str) -> None:
        self.said.emit(words)
        self._hub.announce(Changes.of(Topic.SYNC_RUNS))

    # Holds

    @Slot()
    def decide(self, course: int | None = None) -> None:
        """*Decide*: what a run would have removed; the decision about `course` first."""
        from ui.dialogs.hold import HoldDialog

        dialog = HoldDialog(self._window, self._runner, self._context, course)
        dialog.said.connect(self.said)
        dialog.decided.connect(self._decided)
        dialog.open()

    @Slot(object, str)
    def _decided(self, hold: "Hold", decision: str) -> None:
        from app.lms.holds import KEEP
        from app.lms.settings import Kind

        self._hub.announce(Changes.of(Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.SYNC_RUNS))
        sync = self._sync()
        if decision == KEEP and sync.set_up and not sync.busy:
            if hold.lms_course_id is not None:
                sync.retry([hold.lms_course_id])
            else:
                sync.sync_now((Kind.COURSES,))

    # The one action of a cause

    @Slot(object)
    def _act(self, what: "ErrorGroup | ErrorRow") -> None:
        from app.lms.errors import Action
        from app.lms.errors_list import ErrorRow

        action = what.cause.action
        row = what if isinstance(what, ErrorRow) else None
        if action is Action.TEST:
            self.test_wanted.emit()
        elif action is Action.SETTINGS:
            self.settings_wanted.emit()
        elif action is Action.REPORT:
            self.report_wanted.emit()
        elif action is Action.DECIDE_HOLD:
            self.decide(row.lms_course_id if row is not None else None)
        elif action is Action.RETRY:
            self._retry_row(row) if row is not None else self._retry_group(cast("ErrorGroup", what))
        elif action is Action.DECIDE_ACCOUNT:
            self._decide_account(row)
        elif row is not None and row.lms_course_id is not None:
            self.compare_wanted.emit(row.lms_course_id)  # Relink is offered there, too
        else:
            self.page.show_cause((what.code, what.level))
            self.said.emit(tr("Choose one of them: the button in its details compares its course with the LMS."))

    def _decide_account(self, row: "ErrorRow | None") -> None:
        """Of a learner with a clash the accounts in question; who has none is looked for on the course."""
        if row is None:
            self.accounts_wanted.emit(None)
        elif row.code == _CLASH or row.lms_course_id is None:
            self.accounts_wanted.emit(row.learner_id)
        else:
            self.compare_wanted.emit(row.lms_course_id)

    def _retry_row(self, row: "ErrorRow") -> None:
        self._retry_where(lambda task: self._where(task, [row.id]))
