"""The only QThread of the program: tasks of a lane run one after another, lanes side by side.

Rules, each of them measured as a crash or a wrong-thread bug otherwise: the signals are those of the QThread
subclass itself, never of an object moved to a thread, nor of one that a task is given (a signal's `emit` does not
keep its object alive: when that is gone, the task writes where it was); receivers are bound methods of a QObject
marked @Slot, never lambdas; a thread object is kept until it has finished.
"""

import logging
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from app.errors import AppError, OfflineError
from app.tasks import Cancelled, Progress, TaskContext
from ui.activity import Activities, Activity, Listed

logger = logging.getLogger(__name__)

Task = Callable[[TaskContext], Any]


class Lane(StrEnum):
    """What may run side by side. Two tasks of one lane never overlap."""

    READ = "read"
    COUNT = "count"
    WRITE = "write"
    PLR = "plr"
    EXPORT = "export"
    CHECK = "check"
    PAGES = "pages"
    COPY = "copy"
    LOOK = "look"
    SYNC = "sync"
    IMPORT = "import"
    WARM = "warm"
    HOME = "home"
    BACKUP = "backup"


_READING = frozenset({Lane.READ, Lane.COUNT, Lane.PAGES, Lane.LOOK, Lane.HOME})
"""What nobody waits for: it is read again as soon as it can be."""


class TaskThread(QThread):
    """One task in its own thread; exactly one of succeeded, failed, cancelled is emitted."""

    progressed = Signal(object)
    told = Signal(object)
    """A part of the result, before its end."""
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, task: Task, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = lane
        self._task: Task | None = task
        self.context = TaskContext(self._report, self._tell)
        self.activity: Activity | None = None
        """What is listed of it."""

    def _report(self, progress: Progress) -> None:
        if self.activity is not None:
            self.activity.progress = progress
        self.progressed.emit(progress)

    def _tell(self, part: object) -> None:
        self.told.emit(part)

    def run(self) -> None:
        try:
            self.context.raise_if_cancelled()
            # Let go of at once: thread and context know each other, and what only the collector frees stays long.
            task, self._task = self._task, None
            assert task is not None
            result = task(self.context)
        except Cancelled:
            self.cancelled.emit()
        except AppError as error:
            self.failed.emit(error)
        except Exception as error:
            logger.exception("Task in lane %s failed", self.lane)
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)


class TaskRunner(QObject):
    """Starts tasks lane by lane. A failure nobody takes goes to `failed`, so that it is always shown."""

    failed = Signal(object)
    """An exception that the starter of the task did not want to handle itself."""
    out_of_reach = Signal(object)
    """The OfflineError of any task, whoever handles it."""
    busy_changed = Signal()
    """The set of lanes at work has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Lane, deque[TaskThread]] = {}
        self._running: dict[Lane, TaskThread] = {}
        self._leaving = False
        self.activities = Activities(self)

    def run(
        self,
        task: Task,
        *,
        lane: Lane,
        done: Callable[[Any], None] | None = None,
        progress: Callable[[Progress], None] | None = None,
        told: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        listed: Listed | None = None,
    ) -> TaskContext:
        """Queue `task` in `lane`. The callbacks are bound methods of QObjects, called in their thread.

        With `listed` it is work that people wait for, and stands in the list of activities. Returns the context,
        whose cancel() stops the task, also while it waits for its turn.
        """
        thread = TaskThread(task, lane, self)
        if listed is not None:
            self._list(thread, listed)
        if done is not None:
            thread.succeeded.connect(done)
        if progress is not None:
            thread.progressed.connect(progress)
        if told is not None:
            thread.told.connect(told)
        if cancelled is not None:
            thread.cancelled.connect(cancelled)
        thread.failed.connect(self._look_at)
        thread.failed.connect(failed if failed is not None else self._pass_on)
        thread.finished.connect(self._next)
        if self._leaving:
            self._drop(thread)
            return thread.context
        self._waiting.setdefault(lane, deque()).append(thread)
        self._start(lane)
        return thread.context

    def ahead(self, context: TaskContext) -> str | None:
        """What the task of `context` waits for: the title of the work under way in its lane, "" where that has none;
        None for a task that does not wait."""
        thread = self._waits(context)
        running = self._running.get(thread.lane) if thread is not None else None
        if running is None:
            return None
        return running.activity.title if running.activity is not None else ""

    def withdraw(self, context: TaskContext) -> bool:
        """Take a task that waits for its turn out of the queue: it is cancelled at once. False for any other."""
        thread = self._waits(context)
        if thread is None:
            return False
        self._waiting[thread.lane].remove(thread)
        self._drop(thread)
        return True

    def _waits(self, context: TaskContext) -> TaskThread | None:
        return next((one for queue in self._waiting.values() for one in queue if one.context is context), None)

    def is_busy(self, lane: Lane | None = None) -> bool:
        if lane is None:
            return bool(self._running)
        return lane in self._running

    def cancel_all(self) -> None:
        """Set every stop flag, of running and waiting tasks; new ones are stopped before they begin."""
        self._leaving = True
        for queue in self._waiting.values():
            while queue:
                self._drop(queue.popleft())
        for thread in self._running.values():
            thread.context.cancel()

    @staticmethod
    def _drop(thread: TaskThread) -> None:
        """A task that never begins: a thread started now could outlive the window it belongs to."""
        thread.context.cancel()
        thread.cancelled.emit()
        thread.deleteLater()

    def wait(self, milliseconds: int) -> bool:
        """Wait for all threads to end; False if one is still running after `milliseconds`."""
        deadline = QDeadlineTimer(milliseconds)
        return all(thread.wait(deadline) for thread in list(self._running.values()))

    def _start(self, lane: Lane) -> None:
        queue = self._waiting.get(lane)
        if lane in self._running or not queue:
            return
        thread = queue.popleft()
        self._running[lane] = thread
        self.busy_changed.emit()
        if thread.activity is not None:
            self.activities.began(thread.activity)
        thread.start()

    def _list(self, thread: TaskThread, listed: Listed) -> None:
        """Before its starter hears how the task ended, the list does."""
        thread.activity = self.activities.add(listed, thread.context)
        thread.succeeded.connect(self._list_success)
        thread.failed.connect(self._list_failure)
        thread.cancelled.connect(self._list_stop)

    def _listed(self) -> Activity:
        thread = self.sender()
        assert isinstance(thread, TaskThread)
        assert thread.activity is not None
        return thread.activity

    @Slot(object)
    def _list_success(self, result: object) -> None:
        self.activities.succeeded(self._listed(), result)

    @Slot(object)
    def _list_failure(self, error: Exception) -> None:
        self.activities.failed(self._listed(), error)

    @Slot()
    def _list_stop(self) -> None:
        self.activities.stopped(self._listed())

    @Slot()
    def _next(self) -> None:
        thread = self.sender()
        assert isinstance(thread, TaskThread)
        if self._running.get(thread.lane) is thread:
            del self._running[thread.lane]
        thread.deleteLater()
        self.busy_changed.emit()
        self._start(thread.lane)

    @Slot(object)
    def _look_at(self, error: Exception) -> None:
        if isinstance(error, OfflineError):
            self.out_of_reach.emit(error)

    @Slot(object)
    def _pass_on(self, error: Exception) -> None:
        thread = self.sender()
        if isinstance(thread, TaskThread) and thread.lane in _READING:
            self.unread(error)
        else:
            self.failed.emit(error)

    def unread(self, error: Exception) -> None:
        """Something that is only shown could not be read; a database out of reach is told by `out_of_reach`."""
        if not isinstance(error, OfflineError):
            self.failed.emit(error)
