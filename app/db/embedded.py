"""An embedded database (SQLite): how a connection is made ready, and how a transaction begins."""

import sqlite3

from sqlalchemy import Connection
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.fingerprint import teach

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


def begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when somebody wrote in between: take the
    # write lock at the start.
    write = connection.get_execution_options().get("sqlite_write", False)
    connection.exec_driver_sql("begin immediate" if write else "begin")
