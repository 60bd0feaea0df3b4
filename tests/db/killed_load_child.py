"""A program that is killed in the middle of a load or of its preview: run by test_load_killed with the moment
at which it dies.

`ADDRESS JOB POINT N` loads the preview JOB, `ADDRESS FILE POINT N` previews the ILR FILE; POINT is `statement` or
`commit`, and the N-th of them is its death; with `never` it lives, and tells how many of both there were.
"""

from pathlib import Path

from app.access import User
from app.db.database import Database
from app.files.rows import FileKind
from app.learners import load, load_apply, load_file
from app.tasks import TaskContext
from tests.builders import UKPRN
from tests.db.killed_child import Death


def main(address: str, what: str, point: str, number: str) -> str:
    db, user = Database(address), User(1, "first", "first")
    death = Death(point, int(number), 0)
    death.watch(db)
    if what.isdigit():
        load_apply.apply(TaskContext(), db, user, int(what))
    else:
        reading = load_file.reading(TaskContext(), Path(what), FileKind.ILR_XML)
        load.preview(TaskContext(), db, user, Path(what), reading, load.LoadOptions(UKPRN))
    if point != "never":
        raise AssertionError("it should be dead")
    return f"{death.seen['statement']} {death.seen['commit']}"
