"""Every few seconds: was something written by another window, or by a command? Then the pages are told.

It is the heartbeat, too: whether the database answers at all shows here first.
"""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.changes import Changes
from app.context import AppContext
from app.elsewhere import Mark, look, reach
from app.errors import AppError
from app.tasks import TaskContext
from ui.hub import Hub
from ui.workers import Lane, TaskRunner

EVERY_MS = 5_000
SILENT_MS = 9_000
"""With the time until it is asked: a database that went away without a word is noticed within 15 s."""
_WRITING = (Lane.WRITE, Lane.PLR, Lane.SYNC)


class Elsewhere(QObject):
    """Announces through the hub what others wrote. What this window wrote itself was announced by who wrote it: it
    is passed over, and nothing but a sign of life is asked for while it is writing."""

    failed = Signal(object)
    """The database could not be asked."""
    silent = Signal()
    """It was asked, and has neither answered nor refused for SILENT_MS."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._runner, self._hub = context, runner, hub
        self._seen: Mark | None = None
        self._asking: TaskContext | None = None
        self._own: Changes | None = None
        """Announced by this window since the history was last looked at."""
        self._announcing = False
        self._silence = QTimer(self, singleShot=True, interval=SILENT_MS)
        self._silence.timeout.connect(self.silent)
        hub.announced.connect(self._announced)
        self.timer = QTimer(self, interval=EVERY_MS)
        self.timer.timeout.connect(self.ask)
        self.timer.start()
        QTimer.singleShot(0, self, self.ask)

    @Slot()
    def ask(self) -> None:
        """Look now, in a task; the answer of a look under way will do."""
        if self._asking is not None or self._context.offline:
            return
        self._silence.start()
        run, db = self._runner.run, self._context.db
        if self._seen is not None and any(self._runner.is_busy(lane) for lane in _WRITING):
            work, done = partial(reach, db=db), self._is_there
            self._asking = run(work, lane=Lane.LOOK, done=done, failed=self._failed, cancelled=self._stopped)
            return
        look_now = partial(look, db=db, seen=self._seen)
        self._asking = run(look_now, lane=Lane.LOOK, done=self._looked, failed=self._failed, cancelled=self._stopped)

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if self._announcing:
            return
        before = self._own.topics if self._own is not None else frozenset()
        self._own = Changes(before | changes.topics)
        # From a fresh event: by then the task that wrote has left its lane. What others write from now on counts.
        QTimer.singleShot(0, self, self.ask)

    def give_up(self) -> None:
        """Wait no longer for the answer to what was asked."""
        if self._asking is not None:
            self._asking.cancel()

    def _over(self) -> None:
        self._asking = None
        self._silence.stop()

    @Slot(object)
    def _is_there(self, nothing: None) -> None:
        self._over()

    @Slot(object)
    def _looked(self, answer: tuple[Mark, Changes]) -> None:
        self._over()
        own, self._own = self._own, None
        self._seen, found = answer
        self._announcing = True
        try:
            self._hub.announce(Changes(found.topics - (own.topics if own is not None else frozenset())))
        finally:
            self._announcing = False

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._over()
        if isinstance(error, AppError):
            self.failed.emit(error)
        else:
            self.timer.stop()
            self._runner.failed.emit(error)

    @Slot()
    def _stopped(self) -> None:
        self._over()
