"""How many calls at once a service bears: fewer while it answers busy, more again when it does not."""

import random
from collections import Counter

from app.tasks import now

TRIES = 5
LONGEST_PAUSE = 600.0
"""Seconds. A service that wishes for more is closed, and a cancel ends the wait at once anyway."""
GOOD_ANSWERS_BEFORE_MORE = 10


class Pace:
    """The width of a run and its pauses. Used by one thread."""

    def __init__(self, parallel: int) -> None:
        self._most = parallel
        self.at_once = parallel
        self._good = 0
        self._tries: Counter[int] = Counter()
        self._resume_at = 0.0
        self._spread = random.Random()

    def busy(self, learner_id: int, retry_after: float | None) -> bool:
        """The service was busy: halve the width, pause; returns whether this learner is worth another try."""
        self._tries[learner_id] += 1
        self.at_once = max(1, self.at_once // 2)
        self._good = 0
        wish = retry_after if retry_after is not None else 0.25 * 2 ** self._tries[learner_id]
        pause = min(LONGEST_PAUSE, wish * self._spread.uniform(1.0, 1.25))
        self._resume_at = max(self._resume_at, now() + pause)
        return self._tries[learner_id] < TRIES

    def answered(self) -> None:
        """A good answer: after ten of them one more call at once, up to the setting."""
        self._good += 1
        if self._good >= GOOD_ANSWERS_BEFORE_MORE and self.at_once < self._most:
            self.at_once += 1
            self._good = 0

    def pause(self) -> float:
        """Seconds until the next call may be started."""
        return self._resume_at - now()
