"""A program that is killed while it loads a file of registrations: run by test_extract_files_registrations with the
moment at which it dies, as `killed_load_child`."""

from app.access import User
from app.db.database import Database
from app.lms.sections import from_file
from app.tasks import TaskContext
from tests.db.killed_child import Death


def main(address: str, job: str, point: str, number: str) -> str:
    db, user = Database(address), User(1, "first", "first")
    Death(point, int(number), 0).watch(db)
    from_file.apply(TaskContext(), db, user, int(job))
    raise AssertionError("it should be dead")
