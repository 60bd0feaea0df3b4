"""A program that is killed in the middle of a run of enrolments: run by test_lms_killed with the moment of its death.

`ADDRESS statement N`, `commit N`; `never 0` lives, and tells how many statements and commits there were.
"""

from app.access import User
from app.db.database import Database
from app.lms import enrolments
from app.tasks import TaskContext
from tests.db.killed_child import Death
from tests.lms.fake_lms import FakeLms

COURSES, LEARNERS = 4, 6


def lms() -> FakeLms:
    """The same LMS in the child and in the test."""
    made = FakeLms(parallel=1)
    for number in range(COURSES):
        course = made.course(str(500 + number))
        for learner in range(LEARNERS):
            key = number * LEARNERS + learner
            course.add(key, str(240000 + key), 5.0, None, total=5.0)
    return made


def main(address: str, point: str, number: str) -> str:
    db = Database(address)
    death = Death(point, int(number), 0)
    death.watch(db)
    done = enrolments.run(TaskContext(), db, User(1, "first", "first"), lms())
    if point != "never":
        raise AssertionError("it should be dead")
    return f"{death.seen['statement']} {death.seen['commit']} {done.state}"
