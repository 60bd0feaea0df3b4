"""An embedded database (SQLite): how a connection is made ready, and how a transaction begins."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.fingerprint import teach
from app.errors import OfflineError

CACHE = -2_048  # KiB of each connection


def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """We begin transactions ourselves: the driver's own habit begins them late, after the first read."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode = wal",
        "synchronous = normal",
        "foreign_keys = on",
        "trusted_schema = off",
        "temp_store = memory",
        # Of each connection; what is read again and again, the operating system keeps once for all of them.
        f"cache_size = {CACHE}",
    ):
        connection.execute(f"pragma {pragma}")
    teach(connection)


class Place:
    """Where the file is, and which file it was: on a drive that is gone SQLite would go on in the air, or begin an
    empty one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = _which(file)

    def require(self, engine: Engine) -> None:
        """Raise OfflineError if the file is not there; one that was put back, or replaced, is opened anew."""
        try:
            found = _which(self._file)
        except OSError as error:
            raise OfflineError(
                f"The database file in “{self._file.parent}” is not there any more.",
                hint="Connect the drive again, or look who moved the file. Nothing was saved meanwhile.",
            ) from error
        if found != self._seen:
            engine.dispose()
            self._seen = found


def _which(file: Path) -> tuple[int, int]:
    known = file.stat()
    return known.st_dev, known.st_ino


def begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when somebody wrote in between: take the
    # write lock at the start.
    write = connection.get_execution_options().get("sqlite_write", False)
    connection.exec_driver_sql("begin immediate" if write else "begin")
