"""*Update Selected* and its *Undo*, from the question before to the summary after."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.history import UndoSummary
from app.keys import Keys
from app.plr.replan import replan
from app.plr.update import UpdateSummary, lower_rows, undo_update, update_selected
from app.tasks import Progress, TaskContext, now
from ui.dialogs.questions import Lower, ask_lower
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.look.words import count, plural, tr
from ui.plr_words import taken_back, undo_listed, update_listed
from ui.workers import Lane, TaskRunner

_SHOWN_EVERY = 0.04
"""Seconds between two numbers shown: hundreds of learners a second are more than anybody reads, and each costs the
window milliseconds."""


class PlrUpdating(QObject):
    """One update or undo at a time. `wrote` carries Changes; `ended` comes after every end, good or bad."""

    progressed = Signal(str, int, int)
    """(words, done, total) for the strip."""
    ended = Signal()
    wrote = Signal(object)
    taken_back = Signal(str, str)
    """(what happened, what to know) after an undo."""
    ended_unseen = Signal(str)
    """What became of an update whose window was closed meanwhile."""
    failed = Signal(object)

    def __init__(self, owner: QWidget, context: AppContext, runner: TaskRunner) -> None:
        super().__init__(owner)
        self._owner, self._context, self._runner = owner, context, runner
        self._session = context.plr
        self._task: TaskContext | None = None
        self._summary: UpdateSummary | None = None
        self._dialog: UpdateSummaryDialog | None = None
        self._shown_at = 0.0
        self.updated_rows = 0

    @property
    def busy(self) -> bool:
        return self._task is not None

    def cancel(self) -> None:
        """What is finished stays."""
        if self._task is not None:
            self._task.cancel()

    def update(self, keys: Keys) -> bool:
        """Ask about lower grades, then carry out the plan for these rows; False if the user went back."""
        lower_too = False
        if lower := lower_rows(self._session, keys):
            answer = ask_lower(self._owner.window(), lower)
            if answer is Lower.BACK:
                return False
            lower_too = answer is Lower.UPDATE
        self.carry_out(keys, lower_too=lower_too)
        return True

    def carry_out(self, keys: Keys, *, lower_too: bool) -> None:
        """Update these rows without asking; the summary follows."""
        run, session = self._context, self._session

        def work(context: TaskContext) -> UpdateSummary:
            default_type = run.settings.lrs.default_attainment_type
            return update_selected(
                context, run.db, run.user, session, keys, lower_too=lower_too, default_type=default_type
            )

        self._task = self._runner.run(
            work,
            lane=Lane.WRITE,
            done=self._updated,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._ended,
            listed=update_listed(),
        )
        self.progressed.emit(tr("Updating attainments"), 0, 1)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        moment = now()
        if progress.done < progress.total and moment - self._shown_at < _SHOWN_EVERY:
            return
        self._shown_at = moment
        words = tr("Updating {done} of {total} learners", done=count(progress.done), total=count(progress.total))
        self.progressed.emit(words, progress.done, progress.total)

    @Slot(object)
    def _updated(self, summary: UpdateSummary) -> None:
        self._ended()
        self.wrote.emit(summary.changes)
        if not self._owner.window().isVisible():  # and so the rows that a summary would list are gone
            words = "{n} record was updated before the Attainments (PLR) window was closed."
            many = "{n} records were updated before the Attainments (PLR) window was closed."
            self.ended_unseen.emit(plural(summary.updated, words, many))
            return
        self.updated_rows += summary.updated
        self._summary = summary
        # In a turn of its own: the pages have begun to reload, and the window must not feel both at once.
        QTimer.singleShot(0, self, self._make_summary)

    @Slot()
    def _make_summary(self) -> None:
        summary, self._summary = self._summary, None
        if summary is None or not self._owner.window().isVisible():
            return  # nothing comes up after its window has gone
        run = self._context
        dialog = UpdateSummaryDialog(
            self._owner.window(), summary, self._session.row, self._runner, lambda: run.require(Permission.EXPORT)
        )
        dialog.setProperty("operation", summary.operation_id)
        dialog.undo_requested.connect(self._undo)
        # Shown in another turn, for the same reason.
        self._dialog = dialog
        QTimer.singleShot(0, self, self._open_summary)

    @Slot()
    def _open_summary(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None:
            return
        if self._owner.window().isVisible():
            dialog.open()
        else:
            dialog.deleteLater()

    @Slot()
    def _undo(self) -> None:
        operation_id = self.sender().property("operation")
        if operation_id is None or self.busy:
            return
        run, session = self._context, self._session

        def work(context: TaskContext) -> UndoSummary:
            undone = undo_update(run.db, run.user, operation_id)
            replan(context, run.db, session)
            return undone

        self._task = self._runner.run(
            work,
            lane=Lane.WRITE,
            done=self._undone,
            failed=self._failed,
            cancelled=self._ended,
            listed=undo_listed(),
        )
        self.progressed.emit(tr("Taking back the update"), 0, 0)

    @Slot(object)
    def _undone(self, undone: UndoSummary) -> None:
        self.updated_rows = 0
        self._ended()
        self.wrote.emit(Changes.of(Topic.ATTAINMENTS))
        if undone.left:
            self.taken_back.emit(tr("Update taken back in part"), taken_back(undone).words)
        else:
            self.taken_back.emit(tr("Update taken back"), tr("Everything is as it was before."))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._ended()
        self.failed.emit(error)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.ended.emit()
