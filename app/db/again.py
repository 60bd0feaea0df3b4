"""Of commands that wait for each other in a circle the server lets one give way: that one is begun anew."""

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from app.errors import CollisionError

TRIES = 4
"""Rows are locked in the order of their ids, so that a circle is rare and a second one rarer still."""
_log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


def begun_anew(command: Callable[P, T]) -> Callable[P, T]:
    """Let `command` be done again from its beginning when the database made it give way, at most TRIES times in all.

    Only for what is one `write()`, after which nothing follows and outside of which nothing is changed: it was rolled
    back whole, reads everything again and begins its operation anew, so that nothing is doubled. What does more after
    it has written (the queue of the LMS, a run of many learners) has that write as a function of its own. How often
    is counted in `Database.collisions`. Raises CollisionError if it had to give way each time.
    """

    @functools.wraps(command)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for number in range(1, TRIES):
            try:
                return command(*args, **kwargs)
            except CollisionError:
                _log.info("%s gave way to another command and is begun anew (%s)", command.__name__, number)
        return command(*args, **kwargs)

    return tried
