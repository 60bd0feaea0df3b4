"""An embedded database (SQLite): which file is one, how a connection is made ready, and how a transaction begins."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.failures import explain
from app.db.fingerprint import teach
from app.errors import DatabaseError, OfflineError
from app.sentence import Sentence
from app.whole_file import is_open_database

CACHE = -2_048  # KiB of each connection
_OURS = "select count(*) = 0 or sum(name = 'alembic_version') from sqlite_master"
_ORDERS = """
    select 1 from sqlite_master
    where sql not like 'create table %' and sql not like 'create index %' and sql not like 'create unique index %'
"""
"""SQLite carries out what stands in `sql`, whatever `type` and `name` say of it; we make tables and indexes."""


def make_file(file: Path) -> None:
    """An empty file (mode 0600) where there is none. Raises DatabaseError for what is none, such as a link, and for a
    file with orders of its own in it, which the next statement would carry out."""
    try:
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _require_file(file, os.R_OK | os.W_OK)
    except OSError as error:
        raise DatabaseError(
            Sentence("The database file in “{folder}” cannot be opened for writing.", folder=str(file.parent)),
            hint="Check that you may write in that folder, or choose another with --data.",
        ) from error
    _look_inside(file, sqlite3.connect)


def look_at_copy(file: Path) -> None:
    """As `make_file`, of a copy that is to stay as it is. Raises DatabaseError."""
    try:
        _require_file(file, os.R_OK)
    except OSError as error:
        raise DatabaseError("It cannot be read.", hint="Check who may read it, or choose another.") from error
    _look_inside(file, open_copy)


def _require_file(file: Path, access: int) -> None:
    """Raise DatabaseError for what is no file, OSError for one that may not be used so.

    It is not opened, for it may be open: see `app.whole_file.is_open_database`.
    """
    kind = file.lstat().st_mode
    if stat.S_ISLNK(kind):
        raise _no_file(file, "is a link to another place")
    if not stat.S_ISREG(kind):
        raise _no_file(file, "is no file")
    if not os.access(file, access, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(file)


def open_copy(file: Path, **options: Any) -> sqlite3.Connection:
    """A connection by which nothing of a file changes, and nothing comes to be beside it where that can be helped.
    Raises sqlite3.Error, OSError."""
    # Of a file that was written with a log SQLite would make that log anew, even to read: where there is none,
    # nobody is writing.
    still = (head_of(file) or b"")[18:] == b"\x02\x02"
    address = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if still else ''}"
    made: sqlite3.Connection = sqlite3.connect(address, uri=True, check_same_thread=False, **options)
    return made


def head_of(file: Path) -> bytes | None:
    """Its first twenty bytes; None of one that may be open. Raises OSError."""
    if is_open_database(file):
        return None
    with file.open("rb") as stream:
        return stream.read(20)


def _no_file(file: Path, what: str) -> DatabaseError:
    return DatabaseError(
        Sentence(
            "“{file}” in “{folder}” {what}, so it was not opened.",
            file=file.name,
            folder=str(file.parent),
            what=Sentence(what),
        ),
        hint="Look who put it there. Name the place of the database itself, in the settings or with --data.",
    )


def _look_inside(file: Path, connect: Callable[[Path], sqlite3.Connection]) -> None:
    try:
        with closing(connect(file)) as connection:
            connection.execute("pragma trusted_schema = off")
            connection.execute("pragma query_only = on")
            found = connection.execute(_ORDERS).fetchone()
    except sqlite3.Error:  # damaged, or in use by another program: whoever uses it is told
        return
    except UnicodeDecodeError as error:  # not even what SQLite says of it can be read
        raise explain(sqlite3.DatabaseError("malformed")) from error
    if found is not None:
        raise DatabaseError(
            "This database file has triggers or views in it, which Learner Manager never makes: it was not opened.",
            hint="Keep the file, ask where it comes from, and restore the newest copy from the backups folder.",
        )


def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """We begin transactions ourselves: the driver's own habit begins them late, after the first read."""
    prepare_copy(connection, record)
    # The file of another program is left as it is, until somebody says that it is none of ours.
    ours = bool(connection.execute(_OURS).fetchone()[0])
    for pragma in (*(["journal_mode = wal"] if ours else []), "synchronous = normal", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def prepare_copy(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """What a connection needs that only reads."""
    connection.isolation_level = None
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma temp_store = memory")
    # Of each connection; what is read again and again, the operating system keeps once for all of them.
    connection.execute(f"pragma cache_size = {CACHE}")
    teach(connection)


class Place:
    """Where the file is, and which file it was: on a drive that is gone SQLite would go on in the air, or begin an
    empty one. `check` looks at a file before it is opened."""

    def __init__(self, file: Path, check: Callable[[Path], None] = make_file) -> None:
        self._file, self._check = file, check
        check(file)
        self._seen = _which(file)

    def require(self, renew: Callable[[], None]) -> None:
        """Raise OfflineError if the file is not there; one that was put back, or replaced, is opened
        anew with `renew`."""
        try:
            found = _which(self._file)
        except OSError as error:
            raise OfflineError(
                Sentence("The database file in “{folder}” is not there any more.", folder=str(self._file.parent)),
                hint="Connect the drive again, or look who moved the file. Nothing was saved meanwhile.",
            ) from error
        if found != self._seen:
            self._check(self._file)
            renew()
            self._seen = found


def _which(file: Path) -> tuple[int, int]:
    known = file.stat()
    return known.st_dev, known.st_ino


def begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when somebody wrote in between: take the
    # write lock at the start.
    write = connection.get_execution_options().get("sqlite_write", False)
    connection.exec_driver_sql("begin immediate" if write else "begin")


class Compiler(SQLiteCompiler):
    """Lets `with_hint` say for SQLite too how a table is read: its words stand behind the table."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text
