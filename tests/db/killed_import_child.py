"""A program that is killed in the middle of an import of course records: run by test_import_killed with the moment at
which it dies.

`ADDRESS JOB BATCH POINT N`: POINT is `statement` or `commit`, and the N-th of them is its death; with `never` it
lives, and tells how many of both there were.
"""

from app.access import User
from app.db.database import Database
from app.imports import apply
from app.tasks import TaskContext
from tests.db.killed_child import Death
from tests.imports.importing import EVERYTHING


def main(address: str, job_id: str, batch: str, point: str, number: str) -> str:
    db = Database(address)
    death = Death(point, int(number), 0)
    death.watch(db)
    apply.apply(TaskContext(), db, User(1, "first", "first"), int(job_id), EVERYTHING, batch=int(batch))
    if point != "never":
        raise AssertionError("it should be dead")
    return f"{death.seen['statement']} {death.seen['commit']}"
