"""A laptop that sleeps in the middle of a run: calls whose line died meanwhile end in their time, and the rest go on.

While Linux sleeps the clock of the deadlines stands still, elsewhere it goes on. Both have to do.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest

from app.connectors.lrs import LrsAccess, LrsClient
from app.errors import ServiceError
from app.pace import Turns
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind
from app.sandbox.server import Manner, Reply
from tests.connectors.conftest import PEOPLE
from tests.connectors.test_lrs_check import learner

Access = Callable[..., LrsAccess]
EXACT = [person for person in PEOPLE if person.kind is Kind.EXACT]
A_NIGHT = 9 * 3600.0


class Clock:
    """The clock of this computer, which a test can let jump."""

    def __init__(self) -> None:
        self.slept = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.slept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr("app.tasks.time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def test_lines_that_died_in_the_night_end_in_their_time_and_the_next_calls_are_answered(
    sandbox: LrsSandbox, access: Access
):
    """The clock stood still: what is left is the ordinary time-out of a read."""
    sandbox.answers[EXACT[1].uln] = lambda asked: Reply(manner=Manner.SILENCE)
    with LrsClient(access(read_timeout=0.3, parallel=1)).open() as calls:
        assert calls.learning_events(*learner(EXACT[0])).events
        begun = time.monotonic()
        with pytest.raises(ServiceError, match="did not answer in time") as caught:
            calls.learning_events(*learner(EXACT[1]))
        assert caught.value.code == "LOCAL20"
        assert time.monotonic() - begun < 2
        assert calls.learning_events(*learner(EXACT[2])).events


@pytest.mark.parametrize("manner", [Manner.SILENCE, Manner.DRIP])
def test_a_clock_that_went_on_ends_the_call_at_once_and_no_other(
    sandbox: LrsSandbox, access: Access, clock: Clock, manner: Manner
):
    def night_falls(asked) -> Reply:
        clock.slept += A_NIGHT
        return Reply(body=asked.usual().body, manner=manner)

    sandbox.answers[EXACT[1].uln] = night_falls
    with LrsClient(access(read_timeout=1.0, deadline=60.0, parallel=1)).open() as calls:
        assert calls.learning_events(*learner(EXACT[0])).events
        begun = time.monotonic()
        with pytest.raises(ServiceError) as caught:
            calls.learning_events(*learner(EXACT[1]))
        assert caught.value.code == "LOCAL20"
        assert time.monotonic() - begun < 3
        assert calls.learning_events(*learner(EXACT[2])).events


def test_a_kept_line_that_was_dropped_in_the_night_is_replaced(sandbox: LrsSandbox, access: Access, clock: Clock):
    before = sandbox.connections
    with LrsClient(access(parallel=1)).open() as calls:
        assert calls.learning_events(*learner(EXACT[0])).events
        for line in list(sandbox._server._open):
            with suppress(OSError):  # one that is just going has been dropped already
                line.shutdown(2)
        clock.slept += A_NIGHT
        assert calls.learning_events(*learner(EXACT[1])).events
    assert sandbox.connections == before + 2


def test_the_pause_for_a_busy_service_is_over_after_a_night(clock: Clock):
    one, other = SimpleNamespace(id=1), SimpleNamespace(id=2)
    turns = Turns(4, [one, other])
    for busy in (turns.next(), turns.next()):
        assert busy is not None
        assert turns.busy(busy, 500.0)
    assert turns.next() is None
    assert turns.pause() > 400
    clock.slept += A_NIGHT
    assert turns.pause() == 0
    assert turns.next() in (one, other), "whoever of the two was to wait a little less"
