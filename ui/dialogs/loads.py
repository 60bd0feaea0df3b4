"""*Loads*: what was loaded when, by whom, with what counts; each can be undone."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app import jobs
from app.access import Permission
from app.context import AppContext
from app.dates import shown_time
from app.errors import AppError
from app.history import UndoSummary
from app.jobs import FileJob, Foreseen
from app.learners import load, load_apply
from app.tasks import TaskContext
from ui.dialogs.load_summary import undone_words
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.grids.columns import State
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.dialog import ask
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 1040, 480
_STATES = {
    "applied": State(Icon.CHECK_CIRCLE, "Loaded", Role.GOOD),
    "undone": State(Icon.ARROW_COUNTER_CLOCKWISE, "Undone", Role.TEXT2),
    "partly_undone": State(Icon.ARROW_COUNTER_CLOCKWISE, "Partly undone", Role.WARN),
}


def counts_words(job: FileJob) -> str:
    """`312 new, 88 changed, 820 unchanged`."""
    counts = job.counts
    unchanged = counts.get(Foreseen.UNCHANGED, 0) + counts.get(Foreseen.BY_HAND, 0)
    words = tr(
        "{new} new, {changed} changed, {same} unchanged",
        new=count(counts.get(Foreseen.NEW, 0)),
        changed=count(counts.get(Foreseen.CHANGED, 0)),
        same=count(unchanged),
    )
    if left := counts.get("left", 0) + counts.get("open", 0) + counts.get(Foreseen.PROBLEM, 0):
        words += ", " + tr("{n} left out", n=count(left))
    return words


class LoadsDialog(FormDialog):
    """`undone` when a load was taken back."""

    undone = Signal()
    kinds: tuple[str, ...] = (load.KIND,)
    """The kinds of jobs that are listed."""
    title = "Loads"

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(parent, title=tr(self.title), heading=tr(self.title), icon=Icon.TRAY, name="loads")
        self._runner, self._context = runner, context
        self._jobs: list[FileJob] = []
        self.banner = Banner(Icon.INFO, Role.INFO, "")
        self.banner.setObjectName("loads_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        columns = (
            ListColumn(tr("When"), "text", 18),
            ListColumn(tr("Who"), "text", 13),
            ListColumn(tr("File"), "key", 26),
            ListColumn(tr("Counts"), "text", 30),
            ListColumn(tr("State"), "text", 13),
        )
        self.list = StateList(columns, "loads_list", 4)
        self.list.setAccessibleName(tr("Loads"))
        self.content.addWidget(in_card(self.list), 1)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="loads_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), kind="primary", name="loads_close", clicked=self.accept)
        self.list.selectionModel().currentRowChanged.connect(self._refresh)
        self._refresh()
        self.open_at(_WIDTH, _HEIGHT)
        self.read()

    def read(self) -> None:
        """Read the list anew."""
        db = self._context.db

        def work(context: TaskContext) -> list[FileJob]:
            with db.read(context) as tx:
                found = [one for kind in self.kinds for one in jobs.listed(tx, kind)]
            return sorted(found, key=lambda one: one.id, reverse=True)

        self._runner.run(work, lane=Lane.READ, done=self._read, failed=self._failed)

    @Slot(object)
    def _read(self, found: list[FileJob]) -> None:
        self._jobs = found
        self.list.show_states([self._row(one) for one in found])
        self.list.say_when_empty(tr("Each file that is loaded stands here, with what came of it."))
        if found and self.list.currentIndex().row() < 0:
            self.list.selectRow(0)
        words = plural(len(found), "{n} load, the latest first.", "{n} loads, the latest first.")
        self.say(tr(self.title), words if found else tr("No file was loaded yet."))
        self._refresh()
        if not self.writing:
            (self.list if found else self.close_button).setFocus()

    def _row(self, job: FileJob) -> StateRow:
        state = _STATES.get(job.state, _STATES["applied"])
        texts = (
            shown_time(job.ended_at or job.started_at),
            job.owner,
            job.file_name,
            counts_words(job),
            tr(state.text),
        )
        return StateRow(state, texts)

    def why_not_undo(self, job: FileJob | None) -> str:
        """Why this user cannot take back such a load; "" if they can."""
        return self._context.rights.why_not(Permission.EDIT_LEARNERS)

    def take_back(self, job: FileJob) -> UndoSummary:
        """Undo a load, in a task."""
        return load_apply.undo(self._context.db, self._context.user, job.id)

    @property
    def current(self) -> FileJob | None:
        """The load of the current row."""
        place = self.list.currentIndex().row()
        return self._jobs[place] if 0 <= place < len(self._jobs) else None

    @Slot()
    def _refresh(self) -> None:
        job = self.current
        reason = self.why_not_undo(job)
        if job is None:
            reason = tr("There is no load to undo.")
        elif job.state == "undone":
            reason = tr("This load was undone already.")
        elif self.writing:
            reason = tr("An undo is running.")
        enable(self.undo_button, reason, tr("Takes back what this load changed, as far as nobody changed it since."))

    @Slot()
    def undo(self) -> None:
        """Take back the load of the current row, after a question."""
        job = self.current
        if job is None or self.writing:
            return
        answer = ask(
            self,
            tr(self.title),
            tr("Undo the load of {file}?", file=visible_text(job.file_name)),
            tr("{counts}. What somebody changed since stays as it is.", counts=counts_words(job)),
            [("undo", tr("Undo the Load")), ("keep", tr("Keep It"))],
            safe="keep",
            name="loads_question",
        )
        if answer != "undo":
            return
        self.writing = True
        self._refresh()

        def work(context: TaskContext) -> UndoSummary:
            return self.take_back(job)

        self.waits(
            self._runner,
            self._runner.run(
                work,
                lane=Lane.WRITE,
                done=self._undone,
                failed=self._failed,
                cancelled=self._stopped,
                listed=undo_listed(tr("Undo of a load")),
            ),
        )

    @Slot()
    def _stopped(self) -> None:
        self.writing = False
        self._refresh()

    @Slot(object)
    def _undone(self, done: UndoSummary) -> None:
        self.writing = False
        self.banner.say(tr("The load was undone"), undone_words(done), Role.GOOD, Icon.CHECK_CIRCLE)
        self.banner.show()
        self.undone.emit()
        self.read()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._stopped()
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
        else:
            self._runner.failed.emit(error)
