"""When a program dies: at a step that is counted, for on a busy machine a clock would kill all before it begins.

Steps are what can leave something behind: each statement before and after it is asked, each commit, each connection
that is given back (a commit has been answered then), each file that is opened to be written, renamed or removed.
Between them: any call of a function, and any moment of the clock.
"""

import os
import random
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

_FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "shutil.copyfile"}


@dataclass(frozen=True)
class Moment:
    """The `number`-th step or call, or so many thousandths of the time that the write takes."""

    counted: str
    number: int

    def __str__(self) -> str:
        return f"{self.counted} {self.number}"


@dataclass(frozen=True)
class Length:
    """How long a write is: steps, calls, seconds."""

    steps: int
    calls: int = 0
    seconds: float = 0.0


def needs_measuring(number: int) -> bool:
    """Whether the calls or the time of a write have to be known for the kill of this number."""
    return number % 10 in (3, 6, 8, 9)


def moment(dice: random.Random, length: Length, number: int) -> Moment:
    """Of ten moments six are at steps, three at calls and one by the clock. The last step is after the end."""
    if not length.calls or not needs_measuring(number):
        return Moment("step", dice.randint(1, length.steps + 1))
    if number % 10 == 9:
        return Moment("time", dice.randint(0, 1_000))
    return Moment("call", dice.randint(1, length.calls))


class Watch:
    """Counts the steps of this process, and ends it at the one that was named. There is no way back: it is for
    processes that end with what they do."""

    def __init__(self, folder: Path, moment: Moment | None = None) -> None:
        self._folder = str(folder)
        self._moment = moment
        self.steps = self.calls = 0
        self.asleep = False
        """While what is looked at here is asked itself."""

    def begin(self) -> None:
        for hook in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, hook, self._step)
        event.listen(Pool, "checkin", self._step)
        sys.addaudithook(self._audit)
        if self._moment is not None and self._moment.counted == "call":
            self.count_calls()

    def count_calls(self) -> None:
        threading.setprofile(self._call)
        sys.setprofile(self._call)

    def _step(self, *_: object) -> None:
        if self.asleep:
            return
        self.steps += 1
        if self._moment == Moment("step", self.steps):
            die()

    def _audit(self, name: str, told: tuple[Any, ...]) -> None:
        if name in _FILE_EVENTS and told and str(told[0]).startswith(self._folder):
            if name == "open" and not (told[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            self._step()

    def _call(self, *_: object) -> None:
        self.calls += 1
        if self._moment == Moment("call", self.calls):
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
