"""A server that ends a connection in the middle of what is done over it, at a named moment; and what is written then,
as a table for the tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from app.access import User
from app.db.database import Database
from app.db.tables import change, metadata, operation
from app.errors import AppError
from tests.builders import snapshot
from tests.db.postgresql import Server

KEPT = sorted(set(metadata.tables) - {"job_lock"})
"""What stays as it was where one transaction is lost; locks have transactions of their own."""


@dataclass
class World:
    """What the makers of writes begin with (`each_write`)."""

    db: Database
    user: User
    folder: Path
    server: Server | None
    """None for an embedded database."""


@dataclass(frozen=True)
class Write:
    """Something that is written. `run` does it, and goes on with it when called again; it raises, or returns why it
    stopped. `end` looks at what came of it. `parts` looks at what an attempt left that has several transactions;
    one without leaves everything as it was.

    For programs that are killed: `files` tells what stands in the files that it makes, `between` what they may
    say besides, of a write that goes on with what was begun. `apart`: tables and columns in which each attempt
    leaves something of its own. `anew`: how it is done again by a program that was started anew, where that is
    not `run`. `untold`: why the history does not tell of it. `again_adds`: done twice it is noted twice.
    `after_undo`: why it does not come to the same when it is done again after an Undo."""

    run: Callable[[], str | None]
    end: Callable[[], object]
    parts: Callable[[], object] | None = None
    files: Callable[[], object] | None = None
    between: tuple[object, ...] = ()
    apart: tuple[str, ...] = ()
    anew: Callable[[], str | None] | None = None
    untold: str = ""
    again_adds: bool = False
    after_undo: str = ""


def number_of(db: Database, table: Any, *where: Any) -> int:
    with db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def done_once(world: World, kind: str, changes: int) -> None:
    """One operation of the kind, done, with so many changes."""
    query = select(operation.c.id, operation.c.state).where(operation.c.kind == kind)
    with world.db.read() as tx:
        [(key, state)] = tx.execute(query).all()
    assert state == "done"
    assert number_of(world.db, change, change.c.operation_id == key) == changes


class Loss:
    """Counts what a database is asked, and lets the server end the connection just before the one that was named."""

    def __init__(self, server: Server, db: Database) -> None:
        self._admin = server.connected("postgres")
        self._engine = db._engine
        self._seen = {"statement": 0, "commit": 0}
        self._wanted: tuple[str, int] | None = None
        self.happened = False
        event.listen(self._engine, "before_cursor_execute", self._statement)
        event.listen(self._engine, "commit", self._commit)

    @contextmanager
    def at(self, point: str, number: int) -> Iterator[None]:
        """Within the block, the `number`-th statement or commit finds its connection dead; `happened` says whether
        there were so many."""
        self._seen = {"statement": 0, "commit": 0}
        self._wanted, self.happened = (point, number), False
        yield
        self._wanted = None

    def close(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._statement)
        event.remove(self._engine, "commit", self._commit)
        self._admin.close()

    def _statement(self, connection: Any, *more: object) -> None:
        self._count("statement", connection)

    def _commit(self, connection: Any) -> None:
        self._count("commit", connection)

    def _count(self, point: str, connection: Any) -> None:
        self._seen[point] += 1
        if self._wanted == (point, self._seen[point]):
            self._wanted, self.happened = None, True
            self._end(connection)

    def _end(self, connection: Any) -> None:
        """End the connection from the side of the server, and wait until it is gone."""
        pid = connection.connection.driver_connection.info.backend_pid
        gone = self._admin.execute("select pg_terminate_backend(%s, 5000)", (pid,)).fetchone()
        assert gone == (True,)


def attempt(write: Write, *, anew: bool = False) -> str | None:
    """Do it; what is told if it did not come to its end."""
    try:
        return write.anew() if anew and write.anew is not None else write.run()
    except AppError as error:
        return f"{error.message} {error.hint or 'No next step'}"


def unchanged(db: Database) -> Callable[[], None]:
    """Asserts that everything is as it is now."""
    before = snapshot(db, *KEPT)

    def same() -> None:
        now = snapshot(db, *KEPT)
        assert [name for name in KEPT if now[name] != before[name]] == []

    return same
