"""An import under way: progress, cancel, and what came of it. One at a time in a window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.context import AppContext
from app.tasks import Progress, TaskContext
from ui.activity import Listed, Outcome, Place, Stage
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from app.imports.apply import ImportSummary


class Applying(QObject):
    """`done` carries the ImportSummary, `failed` an exception; `ended` comes before both, and after a cancel."""

    done = Signal(object)
    failed = Signal(object)
    progressed = Signal(object)
    ended = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._runner = context, runner
        self._task: TaskContext | None = None
        self.job_id: int | None = None
        """The job that is being applied, or was the last."""
        self._again: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(self, job_id: int, acknowledged: frozenset[str], *, queue: bool = False) -> None:
        """Apply a job that was checked; `queue`: behind another import of its scope."""
        run = self._context

        def work(task: TaskContext) -> "ImportSummary":
            from app.imports import apply

            return apply.apply(task, run.db, run.user, job_id, acknowledged, queue=queue)

        self._again = lambda: self.start(job_id, acknowledged, queue=True)
        self._run(job_id, work, tr("Apply a file of course records"))

    def resume(self, job_id: int, *, queue: bool = False) -> None:
        """Go on with a job that was aborted."""
        run = self._context

        def work(task: TaskContext) -> "ImportSummary":
            from app.imports import apply

            return apply.resume(task, run.db, run.user, job_id, queue=queue)

        self._again = lambda: self.resume(job_id, queue=True)
        self._run(job_id, work, tr("Resume an import"))

    def behind(self) -> None:
        """Once more, behind whoever imports now (CR-L9)."""
        if self._again is not None:
            self._again()

    def _run(self, job_id: int, work: Callable[[TaskContext], "ImportSummary"], title: str) -> None:
        if self.busy:
            return
        self.job_id = job_id
        self._task = self._runner.run(
            work,
            lane=Lane.IMPORT,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=Listed(title, outcome_of, Place(job=job_id)),
        )

    @Slot()
    def cancel(self) -> None:
        """Stop between two batches; what was applied stays."""
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    def _end(self) -> None:
        self._task = None
        self.ended.emit()

    @Slot(object)
    def _done(self, summary: "ImportSummary") -> None:
        self._end()
        self.done.emit(summary)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._end()


def applied_words(summary: "ImportSummary") -> str:
    """How many rows of how many were applied, and how many ended otherwise than foreseen."""
    from app.imports.rules import GOOD
    from ui.pages.import_result import surprise_words

    applied = sum(number for outcome, number in summary.outcomes.items() if outcome in GOOD)
    told = tr("{n} of {all} rows applied", n=count(applied), all=count(summary.rows))
    return f"{told}. {surprise_words(summary.surprises).capitalize()}."


def outcome_of(summary: "ImportSummary") -> Outcome:
    """What came of an import, for the Activity pane."""
    if summary.state == "aborted":
        return Outcome(f"{applied_words(summary)} {tr(summary.message)}".strip(), Stage.STOPPED)
    return Outcome(applied_words(summary))
