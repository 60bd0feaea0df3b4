"""A restore of a copy of an older version that is killed: run by test_restore_older with the moment at which it dies:
the `N`-th statement in the file that is brought up to date (`older`), or in the database itself (`here`)."""

import os
import signal
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from app import copies
from app.access import User
from app.db.database import Database
from app.tasks import TaskContext


def main(address: str, file: str, kept: str, where: str, number: str) -> str:
    db, seen = Database(address), {"older": 0, "here": 0}

    def count(connection: Connection, *call: object) -> None:
        name = "here" if connection.engine.url == db.url else "older"
        seen[name] += 1
        if (where, int(number)) == (name, seen[name]):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    copies.restore(TaskContext(), db, User(1, "first", "first"), Path(file), Path(kept), "Killed")
    return f"{seen['older']} {seen['here']}"
