"""Who imports at this moment: looked at some moments after the start, after every change, and every few seconds while
the import pages stand in front."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.changes import Changes, Topic
from app.context import AppContext
from app.tasks import TaskContext
from ui.hub import Hub
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from app.imports.lock import ImportLock

FIRST_MS, EVERY_MS = 1_400, 5_000


class LockWatch(QObject):
    """`changed` when other locks stand than before. `looks`: whether anybody would see them."""

    changed = Signal()

    def __init__(
        self, context: AppContext, runner: TaskRunner, hub: Hub, looks: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._runner, self._looks = context, runner, looks
        self._busy = False
        self.locks: tuple[ImportLock, ...] = ()
        hub.announced.connect(self._announced)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look_if_seen)
        self._timer.start()
        QTimer.singleShot(FIRST_MS, self, self.look)

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if Topic.IMPORTS in changes.topics:
            self.look()

    @Slot()
    def _look_if_seen(self) -> None:
        if self._looks():
            self.look()

    @Slot()
    def look(self) -> None:
        """Look now, in a task."""
        if self._busy:
            return
        self._busy = True
        db = self._context.db

        def read(task: TaskContext) -> "tuple[ImportLock, ...]":
            from app.imports import lock

            with db.read(task) as tx:
                return tuple(lock.standing(tx, db))

        self._runner.run(read, lane=Lane.COUNT, done=self._found, failed=self._failed, cancelled=self._stopped)

    @Slot(object)
    def _found(self, locks: "tuple[ImportLock, ...]") -> None:
        self._busy = False
        if locks != self.locks:
            self.locks = locks
            self.changed.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Whatever reads next says what is wrong; this is asked again in a moment."""
        self._busy = False

    @Slot()
    def _stopped(self) -> None:
        self._busy = False
