"""Inputs tried on one parser, one after another, for some minutes: what is new is kept, what fails made small."""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz import kept
from tests.fuzz.mutate import Mutator
from tests.fuzz.parser import Defect, Parser, Stand, twice_the_same
from tests.fuzz.reach import Line, Reach
from tests.fuzz.traps import traps

LONGEST_SECONDS = 8.0
"""Of the processor, for one input."""
_AGAIN = 16
"""One input in so many is asked about twice."""
_TRIES = 200
_STAYS = 60_000
"""Bytes of an input that others are made of: larger ones only slow the work down."""


class TooLongError(BaseException):
    """An input takes far too long. No Exception: nothing that is tried may catch it."""


@dataclass
class Report:
    """What came of a run."""

    parser: str
    seed: int
    tried: int = 0
    new: int = 0
    lines: int = 0
    of: int = 0
    defects: dict[str, str] = field(default_factory=dict)
    """What is wrong, by the file that shows it."""


@contextmanager
def stand() -> Iterator[Stand]:
    with tempfile.TemporaryDirectory(prefix="lm-fuzz-") as name, traps(Path(name)) as set_up:
        yield Stand(Path(name), set_up)


class Run:
    """One parser, one seed."""

    def __init__(self, parser: Parser, seed: int, place: Stand, told: Callable[[str], None]) -> None:
        self.parser, self.place, self.told = parser, place, told
        self.draw = Random(f"{seed} {parser.name}")
        self.report = Report(parser.name, seed)
        self.pool = [one for one in kept.inputs(parser.name).values() if len(one) < _STAYS] or [b""]
        self.mutator = Mutator(self.draw, parser.words, parser.largest)
        self.fresh: list[tuple[bytes, set[Line]]] = []
        self._seen: set[str] = set()

    def go_on(self, is_over: Callable[[], bool]) -> Report:
        """Try the kept inputs, and then others until it is over; one at least."""
        with Reach(self.parser.modules) as reach:
            for data in list(kept.inputs(self.parser.name).values()):
                self.attempt(data)
            reach.take()
            while self.report.tried == 0 or not is_over():
                data = self.mutator.changed(self._one_of_the_pool(), self.pool)
                self.report.tried += 1
                self.attempt(data)
                if new := reach.take():
                    self.fresh.append((data, new))
                    if len(data) < _STAYS:
                        self.pool.append(data)
            self.report.lines, self.report.of = reach.share()
        return self.report

    def attempt(self, data: bytes) -> None:
        """Look at what comes of one input; a defect that is new is made small and kept."""
        if (found := self.defect(data)) is None or found.key in self._seen:
            return
        self._seen.add(found.key)
        small = smaller(data, lambda one: (again := self.defect(one)) is not None and again.key == found.key)
        file = kept.keep(self.parser.name, kept.FAILED, small)
        self.report.defects[file.name] = str(found)[:300]
        self.told(f"{self.parser.name}: {file.name}: {found.key}: {str(found)[:300]}")

    def defect(self, data: bytes) -> Defect | None:
        again = self.draw.random() * _AGAIN < 1
        try:
            with _guard():
                if again:
                    twice_the_same(self.place, self.parser, data)
                else:
                    self.place.outcome(self.parser, data)
        except Defect as error:
            return error
        except TooLongError:
            return Defect(f"{len(data):,} bytes take longer than {LONGEST_SECONDS} s", "too long")
        return None

    def _one_of_the_pool(self) -> bytes:
        """What was found last leads to more."""
        if self.fresh and self.draw.random() < 0.4:
            return self.draw.choice(self.pool[-20:])
        return self.draw.choice(self.pool)


def fuzz(parser: Parser, seconds: float, seed: int, told: Callable[[str], None] = lambda words: None) -> Report:
    """A run; what reached new lines is kept, and what nobody needs any more goes."""
    with stand() as place:
        run = Run(parser, seed, place, told)
        ends = time.monotonic() + seconds
        report = run.go_on(lambda: time.monotonic() > ends)
        before = set(kept.inputs(parser.name))
        for data, wanted in run.fresh:
            small = smaller(data, lambda one, lines=wanted: lines <= _reached(run, one), _TRIES // 8)
            kept.keep(parser.name, kept.NEW, small)
        kept.tidy(parser.name, {name: _reached(run, data) for name, data in kept.inputs(parser.name).items()})
        report.new = len(set(kept.inputs(parser.name)) - before - set(report.defects))
    return report


def _reached(run: Run, data: bytes) -> set[Line]:
    with Reach(run.parser.modules) as reach:
        run.defect(data)
    return reach.reached


def smaller(data: bytes, same: Callable[[bytes], bool], tries: int = _TRIES) -> bytes:
    """As much of `data` as is needed for `same` to stay true."""
    size = max(1, len(data) // 2)
    while size and tries > 0:
        at, shrunk = 0, False
        while at < len(data) and tries > 0:
            tries -= 1
            less = data[:at] + data[at + size :]
            if same(less):
                data, shrunk = less, True
            else:
                at += size
        size = min(size, len(data)) if shrunk and size == 1 else size // 2
    return data


@contextmanager
def _guard() -> Iterator[None]:
    """Raise TooLongError where the processor was busy for too long; on Unix, in the main thread."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
