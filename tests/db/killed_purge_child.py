"""A purge that is killed: run by test_purge with the moment at which it dies, `commit N` or `statement N`."""

from datetime import timedelta

from sqlalchemy import event, update

from app import purge
from app.access import User
from app.db.database import Database
from app.db.tables import job_lock
from app.tasks import TaskContext
from tests.db.killed_child import Death


class Counting:
    """How many statements a database was asked."""

    def __init__(self, db: Database) -> None:
        self.statements = 0
        event.listen(db._engine, "before_cursor_execute", self._count)

    def _count(self, *call: object) -> None:
        self.statements += 1


def minute_passes(db: Database) -> None:
    """The minute after which a silent holder loses its lock."""
    with db.write() as tx:
        tx.execute(update(job_lock).values(alive_at=db.now(tx) - timedelta(seconds=61)))


def main(address: str, point: str, number: str) -> str:
    db = Database(address)
    purge.BATCH = 2
    Death(point, int(number), 0).watch(db)
    purge.purge(TaskContext(), db, User(1, "first", "first"), "Killed")
    raise AssertionError("it should be dead")
