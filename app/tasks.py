"""What a piece of background work is given: a way to report, to wait, and to notice a cancel."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Cancelled(Exception):  # noqa: N818 - it is the user's wish, not an error
    """The user asked the task to stop."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is: `done` of `total` (0 when unknown) and what it is at; no personal data in `text`."""

    done: int
    total: int
    text: str = ""


class TaskContext:
    """Handed to every task. Knows nothing of Qt: the window passes its own `on_progress` and `on_part`."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None = None,
        on_part: Callable[[object], None] | None = None,
    ) -> None:
        self._on_progress = on_progress or (lambda progress: None)
        self._on_part = on_part or (lambda part: None)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._on_cancel: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Safe from any thread; ends a `wait` at once and calls what `on_cancel` left to be called."""
        with self._lock:
            self._stop.set()
            for callback in self._on_cancel:
                callback()

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """While inside, a cancel also calls `callback` (from the cancelling thread; it must be short)."""
        with self._lock:
            if self._stop.is_set():
                raise Cancelled
            self._on_cancel.append(callback)
        try:
            yield
        finally:
            with self._lock:
                self._on_cancel.remove(callback)

    def raise_if_cancelled(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def report(self, done: int, total: int, text: str = "") -> None:
        """Say how far the task is; raises Cancelled after a cancel."""
        self.raise_if_cancelled()
        self._on_progress(Progress(done, total, text))

    def tell(self, part: object) -> None:
        """Hand over a part of the result before its end; raises Cancelled after a cancel."""
        self.raise_if_cancelled()
        self._on_part(part)

    def wait(self, seconds: float) -> None:
        """Sleep that a cancel ends at once by raising Cancelled."""
        if self._stop.wait(max(0.0, seconds)):
            raise Cancelled


def now() -> float:
    """Seconds on the clock that neither daylight saving nor a sleeping laptop turns back."""
    return time.monotonic()
