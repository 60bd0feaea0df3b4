"""What people see of tasks: running and past work of this sitting, told by the runner and kept in memory only.

A task is listed when its starter gives it a `Listed`. What stays of a task that ended is a sentence, never its
result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.errors import AppError
from app.reports import report_of
from app.tasks import Progress, TaskContext, now
from ui.look.words import tr

MOST = 200
"""How much that ended is kept."""


class Stage(StrEnum):
    """The values are the words people read."""

    WAITING = "Waiting"
    RUNNING = "Running"
    DONE = "Done"
    STOPPED = "Stopped"
    FAILED = "Failed"


OPEN = frozenset({Stage.WAITING, Stage.RUNNING})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result is seen: a page of the main window, a file, a job of the imports, or the PLR window."""

    page: str = ""
    file: Path | None = None
    job: int = 0
    plr: bool = False

    def __bool__(self) -> bool:
        return bool(self.page or self.file or self.job or self.plr)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended, in words with counts and without names; `place` instead of the one known before."""

    words: str
    stage: Stage = Stage.DONE
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Listed:
    """What is said of a task. `outcome` is called with its result in the window's thread; None: not worth a line."""

    title: str
    outcome: Callable[[Any], Outcome | None]
    place: Place = NOWHERE
    stoppable: bool = True


class Activity:
    """One task that is listed. Everything but `progress` is written by the window's thread."""

    def __init__(self, listed: Listed, context: TaskContext) -> None:
        self._listed: Listed | None = listed
        self._context: TaskContext | None = context
        self.title, self.place, self.stoppable = listed.title, listed.place, listed.stoppable
        self.stage = Stage.WAITING
        self.began = datetime.now().astimezone()
        self.ended: datetime | None = None
        self.progress: Progress | None = None
        """The last one told; put here by the thread of the task, looked at by whoever shows it."""
        self.words = ""
        self.error: AppError | None = None
        self.report = ""
        """Of a failure that was not expected: what can be copied, without personal data."""
        self._started_at = now()
        self.seconds = 0.0

    @property
    def open(self) -> bool:
        return self.stage in OPEN

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and still runs."""
        return self._context is not None and self._context.cancelled

    @property
    def shows(self) -> bool:
        """Whether there is something that *Show* leads to."""
        return bool(self.place or self.error is not None or self.report)

    def cancel(self) -> None:
        if self._context is not None and self.stoppable:
            self._context.cancel()

    def begin(self) -> None:
        self.stage = Stage.RUNNING
        self.began = datetime.now().astimezone()
        self._started_at = now()

    def succeed(self, result: object) -> bool:
        """It ended; False if that is not worth a line."""
        assert self._listed is not None
        outcome = self._listed.outcome(result)
        if outcome is not None:
            self.place = outcome.place or self.place
            self._end(outcome.stage, outcome.words)
        return outcome is not None

    def fail(self, error: Exception) -> None:
        """Only what was said is kept: an exception holds on to all that its task had in hand."""
        if isinstance(error, AppError):
            self.error = AppError(error.message, hint=error.hint)
            self._end(Stage.FAILED, tr(error.message))
        else:
            self.report = report_of(error)
            self._end(Stage.FAILED, tr("Something unexpected went wrong."))

    def stop(self) -> None:
        self._end(Stage.STOPPED, "")

    def _end(self, stage: Stage, words: str) -> None:
        self.stage, self.words = stage, words
        self.seconds = now() - self._started_at
        self.ended = datetime.now().astimezone()
        self.progress = self._context = self._listed = None


class Activities(QObject):
    """The list, the newest first. The runner tells it what happens to its tasks."""

    changed = Signal()
    """One came, began, ended or was forgotten; not: came further."""
    ended = Signal(object)
    """An Activity that has just ended and has a line."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all: list[Activity] = []

    def __iter__(self) -> Any:
        return iter(list(self._all))

    def __len__(self) -> int:
        return len(self._all)

    @property
    def running(self) -> int:
        """How many wait or run."""
        return sum(one.open for one in self._all)

    def add(self, listed: Listed, context: TaskContext) -> Activity:
        made = Activity(listed, context)
        self._all.insert(0, made)
        self.changed.emit()
        return made

    def forget_ended(self) -> None:
        """*Clear*: only what waits or runs stays."""
        self._all = [one for one in self._all if one.open]
        self.changed.emit()

    def began(self, activity: Activity) -> None:
        activity.begin()
        self.changed.emit()

    def succeeded(self, activity: Activity, result: object) -> None:
        if activity.succeed(result):
            self._over(activity)
        else:
            self._all.remove(activity)
            self.changed.emit()

    def failed(self, activity: Activity, error: Exception) -> None:
        activity.fail(error)
        self._over(activity)

    def stopped(self, activity: Activity) -> None:
        activity.stop()
        self._over(activity)

    def _over(self, activity: Activity) -> None:
        for one in [old for old in self._all if not old.open][MOST:]:
            self._all.remove(one)
        self.changed.emit()
        self.ended.emit(activity)
