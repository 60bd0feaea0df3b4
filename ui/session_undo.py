"""*Undo* of what was saved in this session, the latest first; shared by all that saves the same kind of thing."""

from collections import deque

from PySide6.QtCore import QObject, Signal, Slot

from app import history
from app.changes import Changes, Topic
from app.context import AppContext
from app.history import UndoSummary
from ui.hub import Hub
from ui.look.words import tr
from ui.workers import Lane, TaskRunner


class SessionUndo(QObject):
    """`topics` are announced once something was taken back. `changed` when there is more or less to take back, `said`
    a sentence for the status bar."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QObject, *topics: Topic) -> None:
        super().__init__(parent)
        self._context, self._runner, self._hub, self._topics = context, runner, hub, topics
        self._done: list[int] = []
        self._undoing: deque[int] = deque()
        """On their way, in the order of their tasks, which run one after another."""

    @property
    def possible(self) -> bool:
        return bool(self._done)

    @Slot(int)
    def saved(self, operation_id: int) -> None:
        """Something was saved."""
        self._done.append(operation_id)
        self.changed.emit()

    @Slot(int)
    def taken_back(self, operation_id: int) -> None:
        """A dialog took it back by itself."""
        if operation_id in self._done:
            self._done.remove(operation_id)
            self.changed.emit()

    def undo(self) -> None:
        """Take back what was saved last, in a task."""
        if not self._done:
            return
        db, user, operation_id = self._context.db, self._context.user, self._done.pop()
        self._undoing.append(operation_id)
        self.changed.emit()
        self._runner.run(
            lambda context: history.undo(db, user.id, operation_id),
            lane=Lane.WRITE,
            done=self._undone,
            failed=self._not_undone,
        )

    @Slot(object)
    def _not_undone(self, error: Exception) -> None:
        """It can be tried again."""
        self._done.append(self._undoing.popleft())
        self.changed.emit()
        self._runner.failed.emit(error)

    @Slot(object)
    def _undone(self, summary: UndoSummary) -> None:
        self._undoing.popleft()
        self.said.emit(
            tr("Undone as far as nobody changed it or stands on it since: the rest stays.")
            if summary.left
            else tr("The last change was undone.")
        )
        self._hub.announce(Changes.of(*self._topics))
