"""Loads the keys of a query in a task and finds selection, current row and place in them again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import GridSource, Query
from ui.grids.row_runs import Chosen, find, marks_in
from ui.memory import give_back
from ui.workers import Lane, TaskRunner, TaskThread


@dataclass(frozen=True, slots=True)
class Held:
    """What has to be found again in the new order."""

    chosen: Chosen
    revision: int
    current: int | None
    top: int | None
    """The key of the topmost row on the screen."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The answer to a query, with the rows at which everything that was held is now."""

    query: Query
    keys: Keys
    total: int
    held: Held
    marks: bytes | None
    """A 1 for each row that is to be selected; None for no row at all."""
    current_row: int
    top_row: int


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The first screenful of the answer to a query."""

    query: Query
    keys: Keys


def fetch(source: GridSource, query: Query, held: Held, show_first: bool, context: TaskContext) -> Loaded:
    """The task: keys, total and places. With `show_first` a FirstScreen is told as soon as there is one."""

    def first(keys: Keys) -> None:
        if show_first:
            context.tell(FirstScreen(query, keys))

    keys = source.keys(context, query, first)
    context.raise_if_cancelled()
    loaded = place(Loaded(query, keys, source.total(), held, None, -1, -1), context)
    give_back()
    return loaded


def place(loaded: Loaded, context: TaskContext) -> Loaded:
    """`loaded` with everything that it holds found in its keys."""
    keys, held = loaded.keys, loaded.held
    marks = marks_in(keys, held.chosen, context) if len(held.chosen) else None
    return replace(loaded, marks=marks, current_row=find(keys, held.current), top_row=find(keys, held.top))


class GridLoader(QObject):
    """One load at a time: a new one cancels the older, and only the latest is listened to."""

    first_arrived = Signal(object, object)
    """Query and the first keys."""
    arrived = Signal(object)
    """A Loaded whose `held` may have grown old: see `place_again`."""
    failed = Signal(object)
    stopped = Signal()
    """The latest load was cancelled from outside."""

    def __init__(self, source: GridSource, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._runner = runner
        self._context: TaskContext | None = None
        self._query: Query | None = None
        self._started: list[TaskContext] = []
        self.destroyed.connect(partial(_cancel_all, self._started))

    @property
    def loading(self) -> Query | None:
        """The query that is on its way."""
        return self._query

    def load(self, query: Query, held: Held, *, show_first: bool) -> None:
        self.cancel()
        self._query = query
        self._run(partial(fetch, self._source, query, held, show_first))

    def place_again(self, loaded: Loaded, held: Held) -> None:
        """Selection or current row have changed while the load was under way."""
        self._query = loaded.query
        self._run(partial(place, replace(loaded, held=held)))

    def cancel(self) -> None:
        if self._context is not None:
            self._context.cancel()
        self._context = None
        self._query = None

    def _run(self, task: Callable[[TaskContext], Loaded]) -> None:
        self._context = self._runner.run(
            task,
            lane=Lane.READ,
            done=self._arrived,
            told=self._first_screen,
            failed=self._failed,
            cancelled=self._stopped,
        )
        self._started[:] = [self._context]

    def _is_latest(self) -> bool:
        """Whether the slot that asks was called by the latest task; if so the load is over."""
        thread = self.sender()
        if not isinstance(thread, TaskThread) or thread.context is not self._context:
            return False
        self._context = None
        self._query = None
        return True

    @Slot(object)
    def _first_screen(self, first: FirstScreen) -> None:
        if first.query is self._query:
            self.first_arrived.emit(first.query, first.keys)

    @Slot(object)
    def _arrived(self, loaded: Loaded) -> None:
        if self._is_latest():
            self.arrived.emit(loaded)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if self._is_latest():
            self.failed.emit(error)

    @Slot()
    def _stopped(self) -> None:
        if self._is_latest():
            self.stopped.emit()


def _cancel_all(contexts: list[TaskContext], _: object = None) -> None:
    """The grid is gone: nobody waits for its rows any more."""
    for context in contexts:
        context.cancel()
