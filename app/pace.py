"""A few calls at once: whose turn it is, how many the service bears, and the loop that keeps them under way.

One busy answer concerns one learner: they wait as long as the service wishes, the others go on. A second among the
last few costs one call at once, two in a row half of them; three in a row concern everybody: the service gets a rest.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from heapq import heappop, heappush
from itertools import count
from typing import Generic, Protocol, TypeVar

from app.tasks import TaskContext, now

TRIES = 5
LONGEST_PAUSE = 600.0
"""Seconds. A service that wishes for more is closed, and a cancel ends the wait at once anyway."""
GOOD_ANSWERS_BEFORE_MORE = 5
LAST_FEW = 8
_LOOK_AGAIN = 0.5


class HasId(Protocol):
    @property
    def id(self) -> int: ...


Learner = TypeVar("Learner", bound=HasId)
Answer = TypeVar("Answer")
_Whom_contra = TypeVar("_Whom_contra", contravariant=True)
_What = TypeVar("_What")


class Turns(Generic[Learner]):
    """Who is asked next, and how many at once. Used by one thread."""

    def __init__(self, parallel: int, learners: Sequence[Learner] = ()) -> None:
        self._most = parallel
        self.at_once = parallel
        self._waiting = deque(learners)
        self._later: list[tuple[float, int, Learner]] = []
        self._order = count()
        self._good = 0
        self._busy_in_a_row = 0
        self._busy_lately = deque([False], LAST_FEW)
        self._tries: Counter[int] = Counter()
        self._resume_at = 0.0
        self._spread = random.Random()

    def __bool__(self) -> bool:
        """Whether anybody has still to be asked."""
        return bool(self._waiting or self._later)

    def next(self) -> Learner | None:
        """Who is to be asked now; None if the service is given a rest first, or nobody is left."""
        if self._resume_at > now():
            return None
        if self._later and self._later[0][0] <= now():
            return heappop(self._later)[2]
        return self._waiting.popleft() if self._waiting else None

    def pause(self) -> float:
        """Seconds until `next` gives somebody, as far as the clock decides it."""
        first = now() if self._waiting or not self._later else self._later[0][0]
        return max(0.0, max(first, self._resume_at) - now())

    def busy(self, one: Learner, retry_after: float | None) -> bool:
        """The service was too busy for this learner: they get another turn later, or False for "tried enough"."""
        self._tries[one.id] += 1
        self._busy_in_a_row += 1
        self._good = 0
        wish = retry_after if retry_after is not None else 0.25 * 2 ** self._tries[one.id]
        resume = now() + min(LONGEST_PAUSE, wish * self._spread.uniform(1.0, 1.25))
        if self._busy_in_a_row > 1:
            self.at_once = max(1, self.at_once // 2)
            if self._busy_in_a_row > 2:
                self._resume_at = max(self._resume_at, resume)
        elif any(self._busy_lately):
            self.at_once = max(1, self.at_once - 1)
        self._busy_lately.append(True)
        if self._tries[one.id] >= TRIES:
            return False
        heappush(self._later, (resume, next(self._order), one))
        return True

    def heard(self) -> None:
        """The service said something of a learner, if only why it has no answer: it is not too busy for that."""
        self._busy_in_a_row = 0
        self._busy_lately.append(False)

    def answered(self) -> None:
        """A good answer: after five of them one more call at once, up to the setting."""
        self.heard()
        self._good += 1
        if self._good >= GOOD_ANSWERS_BEFORE_MORE and self.at_once < self._most:
            self.at_once += 1
            self._good = 0


class Filing(Protocol[_Whom_contra, _What]):
    """What becomes of the calls."""

    def begun(self, one: _Whom_contra) -> None:
        """A call about this learner has been started."""

    def filed(self, one: _Whom_contra, future: Future[_What]) -> None:
        """A call has ended. Raises what ends the run."""

    def filed_late(self, one: _Whom_contra, future: Future[_What]) -> None:
        """A call ended after the run had: an answer that came is kept."""

    def report(self, resting: float) -> None:
        """Say how far the run is, and for how many seconds it gives the service a rest. Raises Cancelled."""


def ask_in_turns(
    context: TaskContext,
    turns: Turns[Learner],
    parallel: int,
    call: Callable[[Learner], Answer],
    abort: Callable[[], None],
    filing: Filing[Learner, Answer],
) -> None:
    """Keep as many calls under way as the service bears until everybody is answered. The calls run in threads of
    their own; all filing, waiting and reporting is done by this one."""
    under_way: dict[Future[Answer], Learner] = {}
    with ThreadPoolExecutor(parallel, thread_name_prefix="call") as pool:
        try:
            while turns or under_way:
                filing.report(turns.pause() if turns else 0.0)
                while len(under_way) < turns.at_once and (one := turns.next()) is not None:
                    under_way[pool.submit(call, one)] = one
                    filing.begun(one)
                if not under_way:
                    context.wait(min(turns.pause(), _LOOK_AGAIN))
                    continue
                pause = turns.pause() if turns and len(under_way) < turns.at_once else _LOOK_AGAIN
                finished, _ = wait(under_way, min(pause, _LOOK_AGAIN), FIRST_COMPLETED)
                for future in finished:
                    filing.filed(under_way.pop(future), future)
        except BaseException:
            # No further call is started; what is under way is cut short or, after a stop, waited for and kept.
            if context.cancelled:
                abort()
            for future, one in under_way.items():
                filing.filed_late(one, future)
            raise
