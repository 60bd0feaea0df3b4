"""The one module that opens connections and owns transactions.

`read()` never commits; `write()` commits at its end or rolls back. One command, one `write()`; long jobs one
per learner. No call to a service, dialog or wait inside. What differs between SQLite and PostgreSQL lives here
only.
"""

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    func,
    text,
)
from sqlalchemy.exc import DBAPIError

from app.db import embedded, server_lines
from app.db.addresses import parsed
from app.db.embedded import CACHE
from app.db.failures import explain, interrupted, is_personal
from app.db.lending import Lender
from app.db.types import Key
from app.errors import AppError, CollisionError, DatabaseError
from app.keys import Keys
from app.tasks import Cancelled, TaskContext

BUSY_SECONDS = 5
PATIENCE = 110
"""Seconds for which a second program waits while the first brings the database up to date: less than a server lets a
statement take."""
FETCH = 2_000
"""Rows fetched at a time: short enough that the window's thread gets its turn (qt-notes.md, Threads)."""
_MUCH_CACHE = -65_536  # KiB

# A set of ids on the server: a join instead of a list of parameters (data-model.md 1.6).
picked = Table("picked", MetaData(), Column("id", Key, primary_key=True), Column("place", Integer, nullable=False))


class Database:
    """One database, embedded (SQLite) or shared (PostgreSQL), used from any thread."""

    def __init__(self, url: str | URL, *, is_copy: bool = False) -> None:
        """Open `url`; an embedded file is made (mode 0600) if it is missing. Of one that `is_copy` nothing changes.
        Raises DatabaseError, InputError."""
        self.url = parsed(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"hide_parameters": True}  # values are personal: never in an exception
        if self.embedded:
            place = Path(self.url.database or "")
            self._place = embedded.Place(place, embedded.look_at_copy if is_copy else embedded.make_file)
            # How long to wait for another program's lock; `?timeout=` of the address may say otherwise.
            timeout = float(str(self.url.query.get("timeout", BUSY_SECONDS)))
            options["connect_args"] = {"timeout": timeout}
            if is_copy:
                options["creator"] = partial(embedded.open_copy, place, timeout=timeout)
        else:
            options["connect_args"] = dict(server_lines.OPTIONS)
        try:
            self._engine = create_engine(self.url, **options)
        except ImportError:
            raise DatabaseError(
                "This installation of Learner Manager lacks what it needs to talk to a database server.",
                hint="Install it with its “postgresql” extra, or leave the database address empty.",
            ) from None
        self._lender = Lender(self._engine)
        driver: Any = self._engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = driver.Error
        self.closed = threading.Event()
        """Whoever waits for the database to come back waits no longer then."""
        self.collisions = 0
        """How often the server let us give way to another command (see `app.db.again`)."""
        self._inserts: dict[tuple[str, tuple[str, ...]], tuple[str, list[tuple[int, Any]]]] = {}
        if self.embedded:
            self._engine.dialect.statement_compiler = embedded.Compiler
            event.listen(self._engine, "connect", embedded.prepare_copy if is_copy else embedded.prepare)
            event.listen(self._engine, "begin", embedded.begin)
        else:
            server_lines.prepare(self._engine)

    @classmethod
    def in_file(cls, file: Path, *, is_copy: bool = False) -> "Database":
        """The embedded database in `file`, whatever characters its path holds."""
        return cls(URL.create("sqlite", database=str(file)), is_copy=is_copy)

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
    def remaking_tables(self) -> Iterator[Connection]:
        """A `write()` of an embedded database in which tables that others point to are made anew. Links are looked
        at when all is done; call it before anything else is asked. Raises DatabaseError if one leads nowhere."""
        event.listen(self._engine, "connect", lambda connection, _: connection.execute("pragma foreign_keys = off"))
        with self.write() as tx:
            yield tx
            if tx.exec_driver_sql("pragma foreign_key_check").first() is not None:
                raise DatabaseError(
                    "The database has rows that belong to nothing, so it was not brought up to date.",
                    hint="Restore a copy from the folder “backups”. Nothing was changed.",
                )

    @contextmanager
    def write(self, *, much: bool = False) -> Iterator[Connection]:
        """A transaction that commits at its end, or rolls back when an exception passes through. `much`: an embedded
        database gets memory for the pages of its indexes, which a large load would fetch again and again."""
        with self._connection(None, write=True) as connection, self._roomy(connection, much):
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            try:
                connection.commit()
            except DBAPIError as error:
                cause: Any = error.orig
                raise self._told(cause, committing=True) from (None if is_personal(cause) else error)

    @contextmanager
    def _roomy(self, connection: Connection, much: bool) -> Iterator[None]:
        if not (much and self.embedded):
            yield
            return
        driver: Any = connection.connection.driver_connection
        driver.execute(f"pragma cache_size = {_MUCH_CACHE}")
        try:
            yield
        finally:
            with contextlib.suppress(self._driver_error):
                driver.execute(f"pragma cache_size = {CACHE}")

    @contextmanager
    def _connection(self, context: TaskContext | None, *, write: bool = False) -> Iterator[Connection]:
        if self.embedded:
            self._place.require(self._lender.renew)
        try:
            with ExitStack() as stack:
                connection = stack.enter_context(self._lender.connect())
                if self.embedded:
                    connection = connection.execution_options(sqlite_write=write)
                else:
                    server_lines.begin(connection, write=write)
                connection.info.update(task=context, rights={})
                if context is not None:
                    stack.enter_context(self._interruptible(connection, context))
                connection.begin()
                yield connection
        except (DBAPIError, self._driver_error) as error:  # the driver's own: from `ids` and `fill`
            cause: Any = error.orig if isinstance(error, DBAPIError) else error
            if context is not None and context.cancelled and interrupted(cause):
                raise Cancelled from None
            raise self._told(cause) from (None if is_personal(cause) else error)

    def _told(self, cause: BaseException, *, committing: bool = False) -> AppError:
        failure = explain(cause, committing=committing)
        self.collisions += isinstance(failure, CollisionError)
        return failure

    @contextmanager
    def _interruptible(self, connection: Connection, context: TaskContext) -> Iterator[None]:
        driver: Any = connection.connection.driver_connection
        if self.embedded:
            with context.on_cancel(driver.interrupt):
                yield
            return
        asking: list[threading.Thread] = []

        def ask_server() -> None:
            try:
                driver.cancel_safe(timeout=2.0)
            except self._driver_error:  # it hangs or is gone: nobody waits for it any longer
                driver.given_up = True

        def cancel() -> None:  # by a line of its own, so not in the thread of the window
            asking.append(threading.Thread(target=ask_server, daemon=True))
            asking[-1].start()

        try:
            with context.on_cancel(cancel):
                yield
        finally:
            for thread in asking:  # a cancel that came late would hit the next user of this connection
                thread.join()
            driver.given_up = False

    def ids(
        self,
        tx: Connection,
        query: Select[Any],
        first: Callable[[Keys], None] | None = None,
        first_size: int = 200,
        *,
        early: bool = False,
    ) -> Keys:
        """The first column of `query` as an array of 64-bit integers, past SQLAlchemy's rows (0.85 of their
        time, a tenth of their memory). `first` is called once with the first `first_size` ids.

        For a cursor a server would plan as if only the first were wanted, on one processor: ten times as long where
        few rows fit. `early`: the first are asked for before; right where an index has them in their order."""
        task: TaskContext | None = tx.info.get("task")
        if early and first is not None and not self.embedded:
            first(Keys("q", tx.execute(query.limit(first_size)).scalars()))
            first = None
            if task is not None:
                task.raise_if_cancelled()
        result: Any = tx.execute(query)
        with contextlib.closing(result):
            found = Keys("q", [row[0] for row in result.cursor.fetchmany(first_size)])
            if first is not None:
                first(found[:])
            while some := result.cursor.fetchmany(FETCH):
                found.extend([row[0] for row in some])
                if task is not None:  # nothing is under way that a cancel could interrupt
                    task.raise_if_cancelled()
        return found

    @contextmanager
    def ids_as_table(self, tx: Connection, ids: Iterable[int]) -> Iterator[Table]:
        """`picked(id, place)` holding `ids`, no two alike, in their order, for joins; gone at the end. One at a
        time in a transaction."""
        tx.exec_driver_sql("drop table if exists picked")
        key = "integer" if self.embedded else "bigint"
        tx.exec_driver_sql(f"create temporary table picked (id {key} primary key, place integer not null)")
        self.fill(tx, picked, zip(ids, itertools.count()))
        yield picked
        tx.exec_driver_sql("drop table picked")  # after an exception the rollback takes it

    def fill(self, tx: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of text and whole numbers into a temporary table, a value for each of its columns in their order."""
        names = ", ".join(table.c.keys())
        driver: Any = tx.connection.driver_connection
        if self.embedded:
            marks = ", ".join("?" * len(table.c))
            driver.executemany(f"insert into {table.name} ({names}) values ({marks})", rows)  # noqa: S608 - our own
            return
        with driver.cursor() as cursor:
            with cursor.copy(f"copy {table.name} ({names}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"analyze {table.name}")

    def new_ids(self, tx: Connection, table: Table, count: int) -> Sequence[int]:
        """`count` ids for rows of `table` that nobody else will get, so that rows and their changes can be
        written in one round trip each. Inside a `write()`."""
        if count == 0:
            return ()
        if self.embedded:  # we hold the only write lock
            last = tx.exec_driver_sql(f"select max(id) from {table.name}").scalar()  # noqa: S608 - our own name
            start = (last or 0) + 1
            return range(start, start + count)
        query = text("select nextval(cast(:sequence as regclass)) from generate_series(1, :count)")
        rows = tx.execute(query, {"sequence": f"{table.name}_id_seq", "count": count})
        return [int(row[0]) for row in rows]

    def insert_rows(self, tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that all have the same columns; on an embedded database past SQLAlchemy's care for each."""
        if not rows:
            return
        if not self.embedded:
            tx.execute(table.insert(), list(rows))
            return
        names = tuple(rows[0])
        statement, makers = self._insert_statement(table, names)
        lines = map(itemgetter(*names), rows) if len(names) > 1 else ((row[names[0]],) for row in rows)
        driver: Any = tx.connection.driver_connection
        driver.executemany(statement, _made(lines, makers) if makers else lines)

    def insert_plain(
        self, tx: Connection, table: Table, names: tuple[str, ...], lines: Iterable[Sequence[Any]]
    ) -> None:
        """Insert lines of values for the columns `names`: text, whole numbers, None; days and moments as ISO text."""
        if self.embedded:
            driver: Any = tx.connection.driver_connection
            driver.executemany(self._insert_statement(table, names)[0], lines)
        else:
            self.insert_rows(tx, table, [dict(zip(names, line, strict=True)) for line in lines])

    def upsert(self, tx: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert `rows`, all with the same columns; where one with that `key` (a unique column) exists, its other
        columns are set instead."""
        if not rows:
            return
        statement: Any
        if self.embedded:
            from sqlalchemy.dialects import sqlite

            statement = sqlite.insert(table)
        else:
            from sqlalchemy.dialects import postgresql

            statement = postgresql.insert(table)
        columns = {name: statement.excluded[name] for name in rows[0] if name != key}
        tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=columns), list(rows))

    def _insert_statement(self, table: Table, names: tuple[str, ...]) -> tuple[str, list[tuple[int, Any]]]:
        """The statement, and by their place the columns whose values something must make fit for the driver."""
        known = self._inserts.get((table.name, names))
        if known is None:
            dialect = self._engine.dialect
            makers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
            quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
            marks = ", ".join("?" * len(names))
            known = self._inserts[table.name, names] = (
                f"insert into {table.name} ({quoted}) values ({marks})",  # noqa: S608 - our own names
                [(place, make) for place, make in enumerate(makers) if make is not None],
            )
        return known

    def look_anew(self, tx: Connection, names: str) -> None:
        """Tell a server that these tables have grown: else it plans for small ones until it finds out by itself."""
        if not self.embedded:
            tx.exec_driver_sql(f"analyze {names}")

    def now(self, tx: Connection) -> datetime:
        """The database's own clock: the one clock that all computers share."""
        if self.embedded:
            return datetime.now(UTC)
        moment: datetime = tx.execute(text("select clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def moment(self) -> datetime | ColumnElement[datetime]:
        """The same, as a value of a statement."""
        return datetime.now(UTC) if self.embedded else func.clock_timestamp()

    def role(self, tx: Connection) -> str | None:
        """The role this program signed in to the server with; None for an embedded database, which knows none."""
        return None if self.embedded else str(tx.execute(text("select session_user")).scalar_one())

    def alone(self, tx: Connection, *, patiently: bool = False) -> None:
        """Wait until no other program is bringing the database up to date; until the transaction ends none will.
        `patiently`: what the other one does may take much longer than a lock of a row."""
        if self.embedded:  # it has one writer anyway
            return
        if patiently:
            tx.execute(text(f"set local lock_timeout = '{PATIENCE}s'"))
        tx.execute(text("select pg_advisory_xact_lock(4711147)"))
        if patiently:  # whom we keep waiting by now does not wait so long
            tx.execute(text("set local lock_timeout to default"))

    def close(self) -> None:
        """Give every connection back; the embedded write-ahead log is folded into the file."""
        self.closed.set()
        if self.embedded and (file := self.file) is not None and file.exists():
            # While another program reads, the log stays: it is folded in at the next close.
            with contextlib.suppress(DBAPIError, sqlite3.Error), self._engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("pragma busy_timeout = 200")
                driver.execute("pragma wal_checkpoint(truncate)").fetchall()
        self._lender.close()


def _made(lines: Iterable[Sequence[Any]], makers: Sequence[tuple[int, Any]]) -> Iterator[Sequence[Any]]:
    """The lines with the values at some places made fit for the driver."""
    for line in lines:
        fit = list(line)
        for place, make in makers:
            if fit[place] is not None:
                fit[place] = make(fit[place])
        yield fit
