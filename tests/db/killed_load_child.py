"""A program that is killed in the middle of a load: run by test_load_killed with the moment at which it dies.

`ADDRESS JOB statement N`, `JOB commit N`; `JOB never 0` lives, and tells how many statements and commits there were.
"""

import sys

from app.access import User
from app.db.database import Database
from app.learners import load_apply
from app.tasks import TaskContext
from tests.db.killed_child import Death


def main() -> None:
    address, job_id, point, number = sys.argv[1:]
    db = Database(address)
    death = Death(point, int(number), 0)
    death.watch(db)
    load_apply.apply(TaskContext(), db, User(1, "first", "first"), int(job_id))
    if point != "never":
        raise AssertionError("it should be dead")
    print(death.seen["statement"], death.seen["commit"])


if __name__ == "__main__":
    main()
