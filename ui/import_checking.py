"""Checking a file of course records: the dry run, and what the page shows of it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app import jobs
from app.context import AppContext
from app.errors import InputError
from app.imports import checked, dry_run, remembered
from app.imports.dry_run import Options
from app.imports.repairs import NO_REPAIRS, Repairs
from app.tasks import Progress, TaskContext, now
from ui.activity import Listed, Outcome, Place
from ui.import_lines import Shown
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner


def check(task: TaskContext, context: AppContext, path: Path, options: Options, sender: str) -> Shown:
    """Read the file to its end, in a task. Raises AccessError, InputError, DatabaseError, Cancelled."""
    began = now()
    made = dry_run.dry_run(task, context.db, context.user, path, options)
    seconds = now() - began
    with context.db.read(task) as tx:
        found = checked.checked(tx, made.job_id)
        kept = remembered.remembered(tx, context.user, sender) if sender else NO_REPAIRS
    if found is None:
        raise InputError("The file was discarded meanwhile.", hint="Check it again.")
    # What cannot be made in this file was left out.
    options = Options(options.importer, options.course, made.facts.asked.repairs, options.assign)
    return Shown(found, path, options, sender, tuple(made.offers), tuple(sorted(kept.chosen)), seconds)


def of_job(task: TaskContext, context: AppContext, job_id: int, known: Shown | None = None) -> Shown | None:
    """A job as it stands now; what was `known` of it in this session stays known. None if it is gone."""
    with context.db.read(task) as tx:
        found = checked.checked(tx, job_id)
    if found is None:
        return None
    if known is not None and known.job_id == job_id:
        return Shown(found, known.path, known.options, known.sender, known.offers, known.remembered, known.seconds)
    facts = found.dry.facts
    options = Options(facts.asked.importer, facts.asked.course, facts.asked.repairs, facts.assign)
    return Shown(found, Path(facts.path), options)


def keep_repairs(runner: TaskRunner, context: AppContext, shown: Shown, *, forget: bool) -> None:
    """Offer the repairs of this file for the next one of its sender, or no longer; in a task."""
    db, user, sender = context.db, context.user, shown.sender
    repairs = NO_REPAIRS if forget else shown.options.repairs
    if sender:
        runner.run(lambda task: remembered.remember(db, user, sender, repairs), lane=Lane.WRITE)


class Checking(QObject):
    """A file checked again, with other repairs. `done` carries the Shown, `failed` an exception."""

    done = Signal(object)
    failed = Signal(object)
    progressed = Signal(object)
    ended = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._runner = context, runner
        self._task: TaskContext | None = None

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(self, shown: Shown, repairs: Repairs) -> None:
        """Check the file of `shown` with just these repairs; what was checked before is given up."""
        if self.busy:
            return
        context = self._context
        options = Options(shown.options.importer, shown.options.course, repairs, shown.options.assign)

        def work(task: TaskContext) -> Shown:
            made = check(task, context, shown.path, options, shown.sender)
            if shown.open:
                jobs.discard(context.db, shown.job_id)
            return made

        listed = Listed(tr("Check a file of course records"), checked_outcome)
        self._run(work, listed)

    def open(self, job_id: int, known: Shown | None = None) -> None:
        """Bring back a job that was checked or applied before."""
        context = self._context
        self._run(lambda task: of_job(task, context, job_id, known))

    def _run(self, work: Callable[[TaskContext], Shown | None], listed: Listed | None = None) -> None:
        if self.busy:
            return
        self._task = self._runner.run(
            work,
            lane=Lane.IMPORT,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=listed,
        )

    @Slot()
    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _done(self, shown: Shown | None) -> None:
        self._task = None
        self.ended.emit()
        self.done.emit(shown)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._task = None
        self.ended.emit()
        self.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._task = None
        self.ended.emit()


def checked_outcome(shown: Shown | None) -> Outcome | None:
    """How many rows were checked, and the job; None where it is gone meanwhile."""
    if shown is None:
        return None
    return Outcome(
        plural(shown.checked.job.rows, "{n} row checked", "{n} rows checked"), place=Place(job=shown.job_id)
    )
