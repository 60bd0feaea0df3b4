"""Whether the database answers. When it does not: said once, nothing is lost, and it is asked again by itself.

Whoever reads or writes need not look: a task that failed because the database is out of reach is heard of here, and
what could not be read is read when it is back.
"""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.changes import Changes, Topic
from app.context import AppContext
from app.elsewhere import is_ours
from app.errors import AppError
from app.tasks import TaskContext, now
from ui.elsewhere import SILENT_MS, Elsewhere
from ui.error_words import error_words
from ui.hub import Hub
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

STEPS: tuple[float, ...] = (2, 5, 10, 20, 30, 60)
"""Seconds before the next try; the last one for all that follow."""
_AGAIN_AFTER = 60.0
"""Seconds in which a second break that nobody else notices is not read over, but told."""


class Offline(QObject):
    """`changed` when the database went away or came back, and before each try."""

    changed = Signal()

    def __init__(
        self, context: AppContext, runner: TaskRunner, elsewhere: Elsewhere, hub: Hub, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._runner, self._elsewhere, self._hub = context, runner, elsewhere, hub
        self.since: datetime | None = None
        """Since when it has not answered; None while it does."""
        self.cause = ""
        self.replaced = False
        """It answers again, and is that of another version of the program."""
        self.next_at: datetime | None = None
        self._doubt: Exception | None = None
        self._doubted_at = datetime.now().astimezone()
        self._trying: TaskContext | None = None
        self._tries = 0
        self._read_over = -_AGAIN_AFTER
        self._waiting = QTimer(self, singleShot=True)
        self._waiting.timeout.connect(self.try_again)
        self._silence = QTimer(self, singleShot=True, interval=SILENT_MS)
        self._silence.timeout.connect(self._give_up)
        runner.out_of_reach.connect(self._out_of_reach)
        elsewhere.failed.connect(self._out_of_reach)
        elsewhere.silent.connect(self._silent)

    @property
    def is_now(self) -> bool:
        """Whether nothing can be saved at the moment."""
        return self.since is not None or self.replaced

    @Slot(object)
    def _out_of_reach(self, error: Exception) -> None:
        """A task could not reach the database: look whether it is that one line only."""
        if self.is_now or self._trying is not None:
            return
        self._doubt, self._doubted_at = error, datetime.now().astimezone()
        self.try_again()

    @Slot()
    def _silent(self) -> None:
        """It was asked some time ago, and neither answers nor refuses."""
        if not self.is_now:
            self._doubted_at = datetime.now().astimezone() - timedelta(milliseconds=SILENT_MS)
            self._lost("")
            self._elsewhere.give_up()
            self.try_again()

    @Slot()
    def try_again(self) -> None:
        """Ask now, in a task; the answer of a try under way will do."""
        self._waiting.stop()
        if self._trying is not None or self.replaced:
            return
        self.next_at = None
        self._silence.start()
        work = partial(is_ours, db=self._context.db)
        self._trying = self._runner.run(
            work, lane=Lane.LOOK, done=self._reached, failed=self._unreached, cancelled=self._stopped
        )
        if self.is_now:
            self.changed.emit()

    @Slot()
    def _give_up(self) -> None:
        """Neither an answer nor a refusal: a new line may do better."""
        if self._trying is not None:
            self._trying.cancel()

    def _over(self) -> None:
        self._trying = None
        self._silence.stop()

    @Slot(object)
    def _reached(self, ours: bool) -> None:
        self._over()
        was, doubt, self._doubt = self.since, self._doubt, None
        self.since, self._tries, self.cause = None, 0, ""
        self.replaced = not ours
        self._settle()
        if not ours:
            return
        self._elsewhere.timer.start()
        if was is None:
            if now() - self._read_over < _AGAIN_AFTER:  # it answers, and yet this cannot be read
                self._runner.failed.emit(doubt)
                return
            self._read_over = now()
        # Rights too: who may do what may have changed meanwhile.
        self._hub.announce(Changes(frozenset(Topic)))

    @Slot(object)
    def _unreached(self, error: Exception) -> None:
        self._over()
        if not isinstance(error, AppError):
            self._runner.failed.emit(error)
            if self.is_now:  # it is asked again all the same
                self._wait("")
            return
        self._wait(error_words(error))

    @Slot()
    def _stopped(self) -> None:
        given_up = not self._silence.isActive()  # else the window is being left
        self._over()
        if given_up:
            self._wait("")

    def _wait(self, cause: str) -> None:
        seconds = STEPS[min(self._tries, len(STEPS) - 1)]
        self._tries += 1
        self.next_at = datetime.now().astimezone() + timedelta(seconds=seconds)
        self._waiting.start(round(seconds * 1000))
        self._lost(cause)

    def _lost(self, cause: str) -> None:
        self._elsewhere.timer.stop()
        self.since = self.since or self._doubted_at
        self.cause = cause or self.cause
        self._settle()

    def _settle(self) -> None:
        if self.replaced:
            self._context.offline = tr("The database was changed by another version of Learner Manager.")
        elif self.since is not None:
            self._context.offline = tr(
                "The database does not answer. Saving waits until it is back; nothing you typed is lost."
            )
        else:
            self._context.offline = ""
        self.changed.emit()
