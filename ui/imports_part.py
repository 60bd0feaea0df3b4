"""What the window does about imports: the jobs and their pages, locks, undo, discarding, files. What is done with one
file of course records, `ImportWork` does."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from app.tasks import TaskContext
from ui.export_status import ExportStatus
from ui.hub import Hub
from ui.import_files import ImportFiles
from ui.import_held import ImportHeld
from ui.import_locks import ImportLocks
from ui.import_work import ImportWork
from ui.messages import Messages
from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.status_bar import StatusBar
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from ui.pages.import_check import ImportCheckPage
    from ui.pages.import_jobs import ImportJobsPage
    from ui.pages.locks import LocksPage


class ImportsPart(QObject):
    """`changed` when something can be done that could not before. Dialogs are imported when a button needs them."""

    changed = Signal()

    def __init__(
        self,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        messages: Messages,
        stack: PageStack,
        row: PageRow,
        status: StatusBar,
        exports: ExportStatus,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._messages = context, runner, hub, messages
        self._stack, self._row = stack, row
        self._window = window
        self.work = ImportWork(context, runner, hub, messages, stack, row, status, window)
        self.work.changed.connect(self.changed)
        self.work.unlock_wanted.connect(self.unlock)
        self.held = ImportHeld(context, runner, messages, stack, row, window)
        self.held.changed.connect(self._written)
        self.held.job_wanted.connect(self.work.open)
        self.files = ImportFiles(context, runner, exports, window)
        stack.made.connect(self._page_made)
        self._locks = ImportLocks(context, runner, hub, stack, row, status, self)
        self._locks.changed.connect(self.changed)

    # Pages

    @property
    def jobs(self) -> "ImportJobsPage":
        return cast("ImportJobsPage", self._stack.page("import_jobs"))

    @property
    def page(self) -> "ImportCheckPage":
        return self.work.page

    @Slot(QWidget)
    def _page_made(self, made: QWidget) -> None:
        match made.objectName():
            case "import_jobs":
                jobs = cast("ImportJobsPage", made)
                jobs.new_wanted.connect(self._new)
                jobs.dropped.connect(self.work.new_import)
                jobs.done_with.connect(self.do_with)
                jobs.rows_wanted.connect(self.work.open)
                jobs.locks.unlock_wanted.connect(self.unlock)
                self._locks.show()
            case "locks":
                cast("LocksPage", made).unlock_wanted.connect(self.unlock)
            case "import_check":
                page = cast("ImportCheckPage", made)
                page.refused_wanted.connect(self.export_refused)
                page.resume_wanted.connect(self.resume)
                page.undo_wanted.connect(self.undo)

    @property
    def locked(self) -> bool:
        """Whether any importer is locked."""
        return bool(self._locks.locks)

    @property
    def busy(self) -> bool:
        """Whether a file is being checked or applied."""
        return self.work.busy

    # The file in front, or the current job

    @property
    def _job_in_front(self) -> int | None:
        if self._row.is_in_front("import_check"):
            return shown.job_id if (shown := self.page.shown_file) is not None else None
        return self.jobs.current.job.id if self.jobs.current is not None else None

    @Slot()
    def _new(self) -> None:
        self.new_import()

    def new_import(self) -> None:
        """*New Import*."""
        self.work.new_import()

    def apply(self) -> None:
        """*Apply*: the file in front, as far as it is confirmed."""
        self.work.apply()

    def cancel(self) -> None:
        """*Cancel*: the check, or the import between two batches."""
        self.work.cancel()

    @Slot()
    def resume(self) -> None:
        """*Resume*: the job in front, or the current one of the list."""
        job_id = self._job_in_front
        if job_id is not None:
            self.work.resume(job_id)

    @Slot(str)
    def unlock(self, scope: str = "") -> None:
        """*Unlock*: the importer of this scope; without one the first that is locked."""
        from ui.dialogs.import_unlock import UnlockDialog

        dialog = UnlockDialog(self._window, self._runner, self._context, scope)
        dialog.changed.connect(self._written)
        dialog.open()

    @Slot(object)
    def _written(self, changes: Changes) -> None:
        self._hub.announce(changes)
        self.changed.emit()
        self.work.look_again()

    @Slot()
    def undo(self) -> None:
        """*Undo*: the job in front, or the current one of the list."""
        job_id = self._job_in_front
        if job_id is not None:
            self._undo(job_id)

    def _undo(self, job_id: int) -> None:
        from ui.dialogs.import_undo import ImportUndoDialog

        dialog = ImportUndoDialog(self._window, self._runner, self._context, job_id)
        dialog.changed.connect(self._written)
        dialog.open()

    def _discard(self, job_id: int) -> None:
        """*Discard*: a job of which nothing was applied; in a task."""
        run = self._context

        def work(task: TaskContext) -> Changes:
            from app.imports import discarding

            discarding.discard(run.db, run.user, job_id)
            return Changes.of(Topic.IMPORTS)

        self._runner.run(work, lane=Lane.WRITE, done=self._written)

    # Jobs

    @Slot(str, int)
    def do_with(self, what: str, job_id: int) -> None:
        """What a button of the details pane says, for this job."""
        match what:
            case "open":
                self.work.open(job_id)
            case "resume":
                self.work.resume(job_id)
            case "undo":
                self._undo(job_id)
            case "discard":
                self._discard(job_id)
            case "report":
                self.files.export_report(job_id)
            case "refused":
                self.files.export_refused_of(job_id, frozenset())

    # Files

    @Slot()
    def export_refused(self) -> None:
        """*Export Refused Rows* of the file in front, or of the current job."""
        shown = self.page.shown_file
        if self._row.is_in_front("import_check") and shown is not None:
            self.files.export_refused_of(shown.job_id, self.page.acknowledged)
        elif self.jobs.current is not None:
            self.files.export_refused_of(self.jobs.current.job.id, frozenset())
