"""A program that is killed in the middle of Update: run by test_update_killed with the moment at which it dies.

`statement N`, `commit N`: dies at the N-th of them; `after N MICROSECONDS`: so long after the N-th statement
began, wherever it is then; `never`: lives, and tells how many statements and commits there were.
"""

import os
import signal
import threading
from collections import Counter

from sqlalchemy import event

from app.access import User
from app.db.database import Database
from app.plr.update import update_selected
from app.tasks import TaskContext
from tests.builders import all_keys, answer, session_of
from tests.builders import event as learning_event

EVENTS = 6
_NAMES = {"before_cursor_execute": "statement", "commit": "commit"}


def answers_for(learner_ids: list[int]) -> dict:
    """The same answers in the child and in the test."""
    events = [learning_event(number, subject_code=f"X{number}") for number in range(1, EVENTS + 1)]
    return {key: answer(*events) for key in learner_ids}


class Death:
    """Counts what the database is asked, and ends the process at the moment that was named."""

    def __init__(self, point: str, number: int, microseconds: int) -> None:
        self._point, self._number, self._microseconds = point, number, microseconds
        self.seen: Counter[str] = Counter()

    def watch(self, db: Database) -> None:
        for hook, name in _NAMES.items():
            event.listen(db._engine, hook, lambda *call, name=name: self._count(name))

    def _count(self, name: str) -> None:
        if threading.current_thread().name == "sign of life":  # of a lock: as many as the machine is slow
            return
        self.seen[name] += 1
        if self._point == "after" and name == "statement" and self.seen[name] == self._number:
            threading.Timer(self._microseconds / 1_000_000, _die).start()
        elif self._point == name and self.seen[name] == self._number:
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(address: str, point: str, number: str, microseconds: str, *learner_ids: str) -> str:
    db = Database(address)
    session = session_of(db, answers_for([int(key) for key in learner_ids]))
    death = Death(point, int(number), int(microseconds))
    death.watch(db)
    update_selected(TaskContext(), db, User(1, "first", "first"), session, all_keys(session), lower_too=False)
    if point == "never":
        return f"{death.seen['statement']} {death.seen['commit']}"
    if point == "after":
        threading.Event().wait(10)  # the moment comes later than the end: it dies all the same
    raise AssertionError("it should be dead")
