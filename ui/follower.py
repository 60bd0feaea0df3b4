"""What is read in a task and shown beside a grid, whenever that grid changes: details, counts, causes."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from app.tasks import TaskContext
from ui.workers import Lane, Task, TaskRunner

_LATER_MS = 150


class Follower(QObject):
    """`ask` gives the task that reads, or None where there is nothing to read; `show` gets what it read, or None.

    Whatever was asked for before the last wish is cancelled, and not shown if it comes after all.
    """

    def __init__(
        self,
        runner: TaskRunner,
        ask: Callable[[], Task | None],
        show: Callable[[Any], None],
        parent: QObject,
        lane: Lane = Lane.COUNT,
    ) -> None:
        super().__init__(parent)
        self.settled = True
        """False while something is on its way."""
        self._runner, self._ask, self._show, self._lane = runner, ask, show, lane
        self._later = QTimer(self, singleShot=True, interval=_LATER_MS)
        self._later.timeout.connect(self.look)
        self._looking: TaskContext | None = None
        self._wish = 0

    @Slot()
    def look_soon(self) -> None:
        """Look a moment after the last call, so that an arrow key held down has a pace of its own."""
        self._forget()
        self._later.start()

    @Slot()
    def look(self) -> None:
        """Look now."""
        self._forget()
        task, wish = self._ask(), self._wish
        if task is None:
            self._found((wish, None))
        else:
            self._looking = self._runner.run(lambda context: (wish, task(context)), lane=self._lane, done=self._found)

    def _forget(self) -> None:
        self._later.stop()
        self.settled = False
        self._wish += 1
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    @Slot(object)
    def _found(self, answer: tuple[int, Any]) -> None:
        wish, found = answer
        if wish == self._wish:
            self._looking = None
            self.settled = True
            self._show(found)
