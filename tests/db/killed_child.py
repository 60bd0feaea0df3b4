"""A program that is killed in the middle of Update: run by test_update_killed with the point at which it dies."""

import os
import signal
import sys

from sqlalchemy import event

from app.access import User
from app.db.database import Database
from app.plr.update import update_selected
from app.tasks import TaskContext
from tests.builders import all_keys, answer, session_with
from tests.builders import event as learning_event

EVENTS = 6


def answers_for(learner_ids: list[int]) -> dict:
    """The same answers in the child and in the test."""
    events = [learning_event(number, subject_code=f"X{number}") for number in range(1, EVENTS + 1)]
    return {key: answer(*events) for key in learner_ids}


def main() -> None:
    address, point, number, *learner_ids = sys.argv[1:]
    db = Database(address)
    seen = []

    def count(*call: object) -> None:
        seen.append(call)
        if len(seen) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db._engine, {"statement": "before_cursor_execute", "commit": "commit"}[point], count)
    session = session_with(answers_for([int(key) for key in learner_ids]))
    update_selected(TaskContext(), db, User(1, "first", "first"), session, all_keys(session), lower_too=False)
    raise AssertionError("it should be dead")


if __name__ == "__main__":
    main()
