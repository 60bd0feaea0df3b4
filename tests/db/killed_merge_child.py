"""A merge that is killed: run by test_merge with the moment at which it dies, `commit N` or `statement N`."""

from app.access import User
from app.db.database import Database
from app.learners import merge
from app.tasks import TaskContext
from tests.db.killed_child import Death


def main(address: str, point: str, number: str, stays: str, goes: str) -> str:
    db, user = Database(address), User(1, "first", "first")
    seen = merge.compare(TaskContext(), db, user, int(stays), int(goes), in_this_order=True)
    Death(point, int(number), 0).watch(db)
    merge.merge(db, user, seen, {})
    raise AssertionError("it should be dead")
