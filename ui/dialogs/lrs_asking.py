"""What *Find ULN* and *Verify* have in common: who can be asked about is shown before the first call, the run can be
stopped, and a password that is missing is asked for."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.context import AppContext
from app.errors import AppError, SecretNeededError
from app.learners.asking import Ending, learners_to_ask
from app.learners.subject import Subject
from app.tasks import Progress, TaskContext
from ui.dialogs.sign_in import SignInDialog
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.grids.columns import State
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import asking_listed
from ui.workers import Lane, TaskRunner

READY = State(Icon.CIRCLE, "Will be asked about", Role.TEXT2)
CANNOT = State(Icon.PROHIBIT, "No call", Role.WARN)


class AskingDialog(FormDialog):
    """Stages: reading the learners, ready, asking, done. `asked` when a run has ended."""

    asked = Signal()
    state_share = 30
    list_shares = (16, 24)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        learner_ids: Sequence[int],
        *,
        title: str,
        icon: Icon,
        name: str,
    ) -> None:
        super().__init__(parent, title=title, heading=tr("Reading the learners…"), icon=icon, name=name)
        self._runner, self._context, self._ids = runner, context, list(learner_ids)
        self._running: TaskContext | None = None
        self._reading: TaskContext | None = None
        self.learners: list[Subject] = []
        self._build_asking()
        self.build()
        enable(self.ask_button, tr("The learners are still being read."))
        self.read()

    # For the dialogs to fill in

    def build(self) -> None:
        """Add what is special to `content` and to the foot."""

    def why_not(self, one: Subject) -> str:
        """Why this learner cannot be asked about; "" if it can."""
        raise NotImplementedError

    def work(self, task: TaskContext) -> object:
        """Ask the service about `self._ids`; in a task."""
        raise NotImplementedError

    def show_results(self, summary: object) -> Ending:
        """Show what came; returns how the run ended."""
        raise NotImplementedError

    # Building

    def _build_asking(self) -> None:
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.setObjectName(f"{self.objectName()}_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self._under_way = QWidget()
        line = QHBoxLayout(self._under_way)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(tr("Progress"))
        self._bar_words = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="asking_progress")
        line.addWidget(self._bar, 1)
        line.addWidget(self._bar_words)
        self._under_way.hide()
        self.content.addWidget(self._under_way)
        code, name = self.list_shares
        columns = (
            ListColumn(tr("Person Code"), "code", code),
            ListColumn(tr("Name"), "key", name),
            ListColumn(tr("Result"), "text", self.state_share),
        )
        self.list = StateList(columns, f"{self.objectName()}_list", 2)
        self.list.setAccessibleName(tr("Learners"))
        self.list_card = in_card(self.list)
        self.close_button = self.add_button(tr("Close"), name="asking_close", clicked=self.reject)
        self.ask_button = self.add_button(
            tr("Ask"), Icon.MAGNIFYING_GLASS, kind="primary", name="asking_start", clicked=self.start
        )

    # Reading

    @Slot()
    def read(self) -> None:
        """Read who is to be asked about; no call is made by that."""
        run, ids = self._context, self._ids

        def work(task: TaskContext) -> list[Subject]:
            all_names = run.settings.lrs.send_all_given_names
            return learners_to_ask(run.db, run.user, ids, all_names=all_names, context=task)

        self._reading = self._runner.run(work, lane=Lane.READ, done=self._read, failed=self._read_failed)

    @Slot(object)
    def _read(self, learners: list[Subject]) -> None:
        self.learners = learners
        reasons = [self.why_not(one) for one in learners]
        rows = [
            StateRow(CANNOT if reason else READY, (one.ref, one.name or tr("No name"), tr(reason) or tr(READY.text)))
            for one, reason in zip(learners, reasons, strict=True)
        ]
        self.list.show_states(sorted(rows, key=lambda row: row.state is READY))
        ready = sum(1 for reason in reasons if not reason)
        self.say(*self.words_before(ready, len(learners) - ready))
        self.ask_button.setText(plural(ready, "Ask About {n} Learner", "Ask About {n} Learners"))
        enable(self.ask_button, "" if ready else tr("None of them can be asked about; the list says why."))
        self.ask_button.setDefault(True)
        (self.ask_button if ready else self.close_button).setFocus()
        self.fit()

    def words_before(self, ready: int, cannot: int) -> tuple[str, str]:
        """What is about to happen, and that the learner will see it."""
        if not ready:
            heading = tr("The service cannot be asked about anybody here.")
            return heading, tr("The list says what to add. No call is made.")
        heading = plural(
            ready,
            "Ask the Learning Records Service about {n} learner?",
            "Ask the Learning Records Service about {n} learners?",
        )
        text = tr("The service keeps a record of each question, which the learner can see.")
        if cannot:
            words = "{n} learner cannot be asked about: the list says what to add."
            text += " " + plural(cannot, words, "{n} learners cannot be asked about: the list says what to add.")
        return heading, text

    @Slot(object)
    def _read_failed(self, error: Exception) -> None:
        self.say(tr("The learners could not be read."), tr("Close this window and try again."))
        self.show_problem(error)

    # Asking

    @Slot()
    def start(self) -> None:
        """Make the calls, in a task."""
        if self._running is not None:
            return
        self.banner.hide()
        self.ask_button.hide()
        self.close_button.setText(tr("Stop"))
        self.say(tr("Asking the Learning Records Service…"), tr("Stop keeps what has come."))
        self._show_progress(0, 0, "")
        self._under_way.show()
        self._running = self._runner.run(
            self.work,
            lane=Lane.PLR,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=asking_listed(self.windowTitle()),
        )
        self.close_button.setFocus()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self._show_progress(progress.done, progress.total, progress.text)

    def _show_progress(self, done: int, total: int, text: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        words = tr("{done} of {total} learners", done=count(done), total=count(total)) if total else ""
        self._bar_words.setText(tr(text) if text else words)

    @Slot(object)
    def _done(self, summary: object) -> None:
        self._not_running()
        self.ask_button.hide()
        ending = self.show_results(summary)
        if ending.stopped:
            self.banner.say(tr("Not everybody was asked about."), tr(ending.stopped), Role.WARN, Icon.WARNING)
            self.banner.show()
        self.fit()
        self.asked.emit()

    def _not_running(self) -> None:
        self._running = None
        self._under_way.hide()
        self.close_button.setEnabled(True)
        self.close_button.setText(tr("Close"))

    @Slot()
    def _cancelled(self) -> None:
        """Stopped before it began."""
        self._ready_again()

    def _ready_again(self) -> None:
        self._not_running()
        self.ask_button.show()
        ready = sum(1 for one in self.learners if not self.why_not(one))
        self.say(*self.words_before(ready, len(self.learners) - ready))
        self.ask_button.setFocus()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Nothing was sent: a setting, a right or a password is missing."""
        self._ready_again()
        if isinstance(error, SecretNeededError):
            dialog = SignInDialog(self, self._runner, self._context, error.secret)
            dialog.accepted.connect(self.start)
            dialog.open()
            return
        self.show_problem(error)

    def show_problem(self, error: Exception) -> None:
        """An expected failure stands in the banner; a bug is shown as one."""
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
            self.fit()
        else:
            self._runner.failed.emit(error)

    # Leaving

    @property
    def is_asking(self) -> bool:
        return self._running is not None

    def may_close(self) -> bool:
        """For the dialogs: ask first if something would be lost."""
        return True

    def reject(self) -> None:
        """Close, Esc or the cross; while the service is asked it stops that first."""
        if self._running is not None:
            self._running.cancel()
            self.close_button.setEnabled(False)
            return
        if self.may_close():
            if self._reading is not None:
                self._reading.cancel()
            super().reject()
