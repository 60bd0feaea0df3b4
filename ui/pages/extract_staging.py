"""What is staged on the page of extract records: made in tasks, saved, discarded, taken back. The page shows it."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.keys import Keys
from app.lms.extracts import save as saving
from app.lms.extracts import statuses
from app.lms.extracts.save import SaveSummary, UndoneSave
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import Foreseen, Need
from app.tasks import Progress, TaskContext
from ui.activity import Listed, Outcome, Place, Stage
from ui.dialogs.extract_lists import RecordListDialog, SavedStatusesDialog, undone_words
from ui.dialogs.extract_save import SaveStatusesDialog
from ui.dialogs.update_statuses import UpdateStatusesDialog
from ui.hub import Hub
from ui.look.dialog import ask
from ui.look.words import count, plural, tr
from ui.pages.extract_source import STATES
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_Merged = tuple[Staged, Staged, Staged]
"""What was staged, what came to it, and both."""


class ExtractStaging(QObject):
    """`staged_changed` when the set is another; `said` carries words for the status bar; `progressed` and `ended`
    while it is saved; `changed` when something can be done that could not."""

    staged_changed = Signal()
    changed = Signal()
    said = Signal(str)
    progressed = Signal(object)
    ended = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._runner, self._hub, self._page = context, runner, hub, page
        self.staged = Staged()
        self.can_undo = False
        """Whether there is a save of this user that *Undo Last Save* would take back."""
        self._saving: TaskContext | None = None
        self._undoing = False
        self.look()

    @property
    def why_not(self) -> str:
        """Why the user may not change statuses; "" if allowed (EX-A1)."""
        return self._context.offline or self._context.rights.why_not(Permission.CHANGE_EXTRACTS)

    @property
    def busy(self) -> bool:
        """Whether a save is under way."""
        return self._saving is not None

    def look(self) -> None:
        """See whether there is a save to undo."""
        db, user = self._context.db, self._context.user

        def read(task: TaskContext) -> bool:
            with db.read(task) as tx:
                return saving.last_save(tx, user) is not None

        self._runner.run(read, lane=Lane.COUNT, done=self._looked)

    @Slot(object)
    def _looked(self, can_undo: bool) -> None:
        if can_undo != self.can_undo:
            self.can_undo = can_undo
            self.changed.emit()

    # Staging

    def stage(self, ids: Sequence[int], target: str) -> None:
        """Stage a status for these records; what may not be changed is listed with its reason."""
        run = self._context
        self._runner.run(
            lambda task: statuses.foresee(task, run.db, run.user, ids, target), lane=Lane.READ, done=self._foreseen
        )

    @Slot(object)
    def _foreseen(self, found: Foreseen) -> None:
        self._merge(found.staged)
        self.said.emit(_staged_words(found))
        if found.not_permitted:
            heading = plural(
                found.not_permitted, "{n} record may not be changed so", "{n} records may not be changed so"
            )
            RecordListDialog(self._page.window(), heading, found.listed, found.not_permitted).open()

    def _merge(self, more: Staged) -> None:
        """Put `more` to what is staged; in a task, since either may be very many."""
        before = self.staged
        self._runner.run(lambda task: (before, more, before.and_then(more)), lane=Lane.READ, done=self._merged)

    @Slot(object)
    def _merged(self, answer: _Merged) -> None:
        before, more, both = answer
        if before is not self.staged:  # something else was staged, saved or discarded meanwhile
            self._merge(more)
        else:
            self._take(both)

    def _take(self, staged: Staged) -> None:
        # A set in which nothing changes any more holds only what was so already: nothing is lost with it.
        self.staged = staged if staged.changing else Staged()
        self.staged_changed.emit()

    def update_all(self, ids_of: Callable[[TaskContext], Keys], filter_words: str) -> None:
        """*Update All Statuses*: its dialog, and what was decided in it staged."""
        dialog = UpdateStatusesDialog(self._page.window(), self._runner, self._context, ids_of, STATES, filter_words)
        dialog.decided.connect(self._decided)
        dialog.open()

    @Slot(object)
    def _decided(self, found: Foreseen) -> None:
        self._merge(found.staged)
        self.said.emit(_staged_words(found))

    def discard(self) -> None:
        """*Discard*: nothing of it was written."""
        if self.staged and not self.busy:
            number = self.staged.changing
            self._take(Staged())
            self.said.emit(
                plural(number, "{n} staged change discarded", "{n} staged changes discarded")
                + ". "
                + tr("Nothing was written.")
            )

    # Saving

    def save(self) -> None:
        """*Save*: asks for what the moves ask for, then writes."""
        if not self.staged or self.busy or self.why_not:
            return
        needed = statuses.needs(self.staged)
        if needed[Need.CONFIRM] or needed[Need.REASON]:
            dialog = SaveStatusesDialog(self._page.window(), self.staged, STATES)
            dialog.decided.connect(self._write)
            dialog.open()
        else:
            self._write("")

    @Slot(str)
    def _write(self, reason: str) -> None:
        run, staged = self._context, self.staged
        self._saving = self._runner.run(
            lambda task: saving.save(task, run.db, run.user, staged, reason, confirmed=True),
            lane=Lane.WRITE,
            done=self._saved,
            progress=self._progressed,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=Listed(tr("Save staged statuses"), _saved_as, Place(page="extracts")),
        )
        self.changed.emit()

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot()
    def cancel(self) -> None:
        """Stop a save under way; what was written stays."""
        if self._saving is not None:
            self._saving.cancel()

    def _rest(self) -> None:
        self._saving = None
        self.ended.emit()

    @Slot(object)
    def _saved(self, summary: SaveSummary) -> None:
        self._rest()
        self._take(summary.left)
        self.said.emit(_saved_words(summary))
        self._announce()
        # In turns of their own: the page has begun to reload, and the window must not feel all of it at once.
        QTimer.singleShot(0, self, partial(self._show_summary, summary))

    def _show_summary(self, summary: SaveSummary) -> None:
        if not self._page.window().isVisible():
            return  # it was closed meanwhile
        dialog = SavedStatusesDialog(self._page.window(), summary)
        dialog.undo_requested.connect(self.undo_last_save)
        QTimer.singleShot(0, dialog, dialog.open)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._rest()
        self.changed.emit()
        self._runner.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._rest()
        self.changed.emit()
        self.said.emit(tr("Save was cancelled. Nothing was written; everything is still staged."))

    def _announce(self) -> None:
        self.look()
        self._hub.announce(Changes.of(Topic.EXTRACTS))

    # Undo

    @Slot()
    def undo_last_save(self) -> None:
        """*Undo Last Save*; pressed again meanwhile, the save before that one stays."""
        if self._undoing:
            return
        self._undoing = True
        db, user = self._context.db, self._context.user
        listed = told_listed(tr("Undo Last Save"), undone_words, "extracts", stoppable=False)
        self._runner.run(
            lambda task: saving.undo_last_save(db, user),
            lane=Lane.WRITE,
            done=self._undone,
            failed=self._undo_failed,
            cancelled=self._undo_ended,
            listed=listed,
        )

    @Slot()
    def _undo_ended(self) -> None:
        self._undoing = False

    @Slot(object)
    def _undo_failed(self, error: Exception) -> None:
        self._undo_ended()
        self._runner.failed.emit(error)

    @Slot(object)
    def _undone(self, done: UndoneSave) -> None:
        self._undo_ended()
        self.said.emit(undone_words(done))
        self._announce()
        if done.left:
            heading = plural(
                done.left,
                "{n} record has moved on since and was left",
                "{n} records have moved on since and were left",
            )
            # From a fresh event: the summary of the save may just be closing.
            self._left = (heading, done)
            QTimer.singleShot(0, self, self._show_left)

    @Slot()
    def _show_left(self) -> None:
        heading, done = self._left
        RecordListDialog(self._page.window(), heading, done.listed, done.left).open()

    # Leaving

    def may_leave(self) -> bool:
        """Whether what is staged may go: asked, where there is anything (EX-U5)."""
        if self.busy:
            answer = ask(
                self._page.window(),
                tr("LMS Extract Statuses"),
                tr("Statuses are being saved."),
                tr("Stopping keeps what is written; the rest is forgotten."),
                [("leave", tr("Stop and Leave")), ("stay", tr("Keep Working"))],
                safe="stay",
                name="leaving_save",
            )
            if answer == "leave":
                self.cancel()
            return answer == "leave"
        if not self.staged.changing:
            return True
        number = self.staged.changing
        answer = ask(
            self._page.window(),
            tr("LMS Extract Statuses"),
            plural(number, "{n} staged change is not saved.", "{n} staged changes are not saved."),
            tr("Go back to save them, or discard them. Nothing of them has been written."),
            [("discard", tr("Discard Changes")), ("back", tr("Go Back"))],
            safe="back",
            name="leaving_staged",
        )
        if answer == "discard":
            self._take(Staged())
        return answer == "discard"


def _staged_words(found: Foreseen) -> str:
    """What staging came to: "4 staged · 1 is Ready already · 2 not permitted"."""
    parts = [plural(found.changing, "{n} record staged", "{n} records staged")]
    if found.already:
        target = tr(STATES[found.target].text)
        words = "{n} is {status} already" if found.already == 1 else "{n} are {status} already"
        parts.append(tr(words, n=count(found.already), status=target))
    if found.not_permitted:
        parts.append(plural(found.not_permitted, "{n} not permitted", "{n} not permitted"))
    return " · ".join(parts)


def _saved_as(one: SaveSummary) -> Outcome:
    """For the Activity pane."""
    stage = Stage.STOPPED if one.cancelled else Stage.FAILED if one.failed is not None else Stage.DONE
    return Outcome(_saved_words(one), stage)


def _saved_words(one: SaveSummary) -> str:
    return tr(
        "Updated {a} · unchanged {b} · conflicts {c} · refused {d}",
        a=count(one.updated),
        b=count(one.unchanged),
        c=count(one.conflicts),
        d=count(one.not_permitted),
    )
