"""The one module that opens connections and owns transactions.

`read()` never commits; `write()` commits at its end or rolls back. One command, one `write()`; long jobs one
per learner. No call to a service, dialog or wait inside. What differs between SQLite and PostgreSQL lives here
only.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.failures import explain, interrupted
from app.db.types import Key
from app.errors import DatabaseError
from app.keys import Keys
from app.tasks import Cancelled, TaskContext

BUSY_TIMEOUT_MS = 5_000
FETCH = 2_000
"""Rows fetched at a time: short enough that the window's thread gets its turn (qt-notes.md, Threads)."""

# A set of ids on the server: a join instead of a list of parameters (data-model.md 1.6).
picked = Table(
    "picked",
    MetaData(),
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
)


class Database:
    """One database, embedded (SQLite) or shared (PostgreSQL), used from any thread."""

    def __init__(self, url: str) -> None:
        """Open `url`; an embedded file is made (mode 0600) if it is missing. Raises DatabaseError."""
        self.url = make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"hide_parameters": True}  # values are personal: never in an exception
        if self.embedded:
            self._make_file()
            options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000}
        else:
            options["pool_pre_ping"] = True
            options["connect_args"] = {"connect_timeout": 5, "application_name": "Learner Manager"}
        self._engine = create_engine(self.url, **options)
        if self.embedded:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """The embedded database of a data folder."""
        return cls(f"sqlite:///{folder / 'learners.db'}")

    @property
    def file(self) -> Path | None:
        """The file of an embedded database."""
        return Path(self.url.database) if self.embedded and self.url.database else None

    @contextmanager
    def read(self, context: TaskContext | None = None) -> Iterator[Connection]:
        """A transaction that sees one state of the database and never commits.

        With `context`, cancelling the task also interrupts the statement under way.
        """
        with self._connection(context) as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at its end, or rolls back when an exception passes through."""
        with self._connection(None, write=True) as connection:
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def _connection(self, context: TaskContext | None, *, write: bool = False) -> Iterator[Connection]:
        try:
            with ExitStack() as stack:
                connection = stack.enter_context(self._engine.connect())
                if self.embedded:
                    connection = connection.execution_options(sqlite_write=write)
                if context is not None:
                    stack.enter_context(context.on_cancel(_interrupter(connection)))
                connection.begin()
                yield connection
        except DBAPIError as error:
            if context is not None and context.cancelled and interrupted(error):
                raise Cancelled from None
            raise explain(error) from error

    def ids(
        self,
        tx: Connection,
        query: Select[Any],
        first: Callable[[Keys], None] | None = None,
        first_size: int = 200,
    ) -> Keys:
        """The first column of `query` as an array of 64-bit integers, past SQLAlchemy's rows (0.85 of their
        time, a tenth of their memory). `first` is called once with the first `first_size` ids, early."""
        # SQLite steps through the rows as they are asked for. PostgreSQL does so on a cursor of the server's, where
        # SQLAlchemy has read ahead: the rows must come from it, not from the driver (the first would be missing).
        result = tx.execute(query, execution_options={"stream_results": not self.embedded})
        rows: Any = result.cursor if self.embedded else result
        found = Keys("q", [row[0] for row in rows.fetchmany(first_size)])
        if first is not None:
            first(found[:])
        while some := rows.fetchmany(FETCH):
            found.extend([row[0] for row in some])
        result.close()
        return found

    @contextmanager
    def ids_as_table(self, tx: Connection, ids: Iterable[int]) -> Iterator[Table]:
        """`picked(id, place)` holding `ids` in their order, for joins; gone at the end."""
        temporary = "create temporary table if not exists picked (id {} primary key, place integer not null)"
        tx.execute(text(temporary.format("integer" if self.embedded else "bigint")))
        tx.execute(picked.delete())
        rows = [{"id": key, "place": place} for place, key in enumerate(ids)]
        for start in range(0, len(rows), 5_000):
            tx.execute(insert(picked), rows[start : start + 5_000])
        try:
            yield picked
        finally:
            if tx.in_transaction() and not tx.invalidated:
                tx.execute(picked.delete())

    def new_ids(self, tx: Connection, table: Table, count: int) -> Sequence[int]:
        """`count` ids for rows of `table` that nobody else will get, so that rows and their changes can be
        written in one round trip each. Inside a `write()`."""
        if count == 0:
            return ()
        if self.embedded:  # we hold the only write lock
            start = tx.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one() + 1
            return range(start, start + count)
        sequence = f"{table.name}_id_seq"
        query = text("select nextval(:sequence) from generate_series(1, :count)")
        return [int(row[0]) for row in tx.execute(query, {"sequence": sequence, "count": count})]

    def now(self, tx: Connection) -> datetime:
        """The database's own clock: the one clock that all computers share."""
        if self.embedded:
            return datetime.now(UTC)
        moment: datetime = tx.execute(text("select clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def close(self) -> None:
        """Give every connection back; the embedded write-ahead log is folded into the file."""
        if self.embedded and (file := self.file) is not None and file.exists():
            try:
                with self._engine.connect() as connection:
                    connection.connection.driver_connection.execute("pragma wal_checkpoint(truncate)")  # type: ignore[union-attr]
            except (DBAPIError, sqlite3.Error):
                pass  # another program reads it: the log is folded in at the next close
        self._engine.dispose()

    def _make_file(self) -> None:
        file = Path(self.url.database or "")
        try:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise DatabaseError(
                f"The database file in “{file.parent}” cannot be opened for writing.",
                hint="Check that you may write in that folder, or choose another with --data.",
            ) from error


def _prepare_sqlite(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """We begin transactions ourselves: the driver's own habit begins them late, after the first read."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = wal",
        "synchronous = normal",
        "foreign_keys = on",
        "trusted_schema = off",
        "temp_store = memory",
        "cache_size = -65536",
        "mmap_size = 268435456",
    ):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when somebody wrote in between: take the
    # write lock at the start.
    write = connection.get_execution_options().get("sqlite_write", False)
    connection.exec_driver_sql("begin immediate" if write else "begin")


def _interrupter(connection: Connection) -> Callable[[], None]:
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return driver.interrupt

    def cancel() -> None:
        driver.cancel_safe(timeout=2.0)

    return cancel
