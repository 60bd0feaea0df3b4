"""Every few seconds: was something written by another window, or by a command? Then the pages are told."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.changes import Changes
from app.context import AppContext
from app.elsewhere import Mark, look
from app.errors import AppError
from app.tasks import TaskContext
from ui.hub import Hub
from ui.workers import Lane, TaskRunner

EVERY_MS = 5_000
_WRITING = (Lane.WRITE, Lane.PLR, Lane.SYNC)


class Elsewhere(QObject):
    """Announces through the hub what others wrote. What this window wrote itself was announced by who wrote it: it
    is passed over, and nothing is asked while it is writing."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._runner, self._hub = context, runner, hub
        self._seen: Mark | None = None
        self._asking: TaskContext | None = None
        self._own: Changes | None = None
        """Announced by this window since the history was last looked at."""
        self._announcing = False
        hub.announced.connect(self._announced)
        self.timer = QTimer(self, interval=EVERY_MS)
        self.timer.timeout.connect(self.ask)
        self.timer.start()
        QTimer.singleShot(0, self, self.ask)

    @Slot()
    def ask(self) -> None:
        """Look now, in a task; the answer of a look under way will do."""
        writing = any(self._runner.is_busy(lane) for lane in _WRITING)
        if self._asking is not None or (writing and self._seen is not None):
            return
        work = partial(look, db=self._context.db, seen=self._seen)
        self._asking = self._runner.run(
            work, lane=Lane.COUNT, done=self._looked, failed=self._failed, cancelled=self._stopped
        )

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if self._announcing:
            return
        before = self._own.topics if self._own is not None else frozenset()
        self._own = Changes(before | changes.topics)
        # From a fresh event: by then the task that wrote has left its lane. What others write from now on counts.
        QTimer.singleShot(0, self, self.ask)

    @Slot(object)
    def _looked(self, answer: tuple[Mark, Changes]) -> None:
        self._asking = None
        own, self._own = self._own, None
        self._seen, found = answer
        self._announcing = True
        try:
            self._hub.announce(Changes(found.topics - (own.topics if own is not None else frozenset())))
        finally:
            self._announcing = False

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """A database out of reach is said by what the user does with it; the next look may reach it."""
        self._asking = None
        if not isinstance(error, AppError):
            self.timer.stop()
            self._runner.failed.emit(error)

    @Slot()
    def _stopped(self) -> None:
        self._asking = None
