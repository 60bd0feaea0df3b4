"""A whole database into another one, embedded or shared: table by table, verified row for row, resumable.

While a copy is unfinished its target bears a mark, and nobody can open it. Locks are not copied: whoever holds one
holds it of the database that is left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text, update

from app.db.database import Database
from app.db.tables import extract_attempt, job_lock, metadata, operation, sync_run, term
from app.db.upgrade import upgrade
from app.errors import DatabaseError, InputError
from app.sentence import Sentence
from app.tasks import TaskContext

MARK = "unfinished copy"
"""The name of the lock that an unfinished copy bears."""
BATCH = 5_000
TABLES: Sequence[Table] = [one for one in metadata.sorted_tables if one is not job_lock]
"""What is copied: who is pointed to before who points."""

Then = Callable[[Connection], object]
Write = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands in the target now, proved equal to the source: rows by table. `resumed`: rows that an earlier
    attempt had brought."""

    counts: Mapping[str, int]
    resumed: int


def copy(context: TaskContext, source: Database, target: Database) -> Moved:
    """Copy all of `source` into `target`, which is new or an unfinished copy; goes on where that one ended.

    One state of the source is copied, whatever is written there meanwhile. Raises InputError if the target holds
    anything else, DatabaseError, Cancelled; after the last two the same command goes on.
    """
    upgrade(target, agreed=False)  # one that others work with is none to copy into
    with source.read(context) as from_, target.write() as to:
        _take_time(from_, to)
        last = _begin(context, from_, to)
    with source.read(context) as from_:
        _take_time(from_)
        moved = _Copy(context, from_, target, target.write).run(last)
    with target.write() as to:
        _number_on(target, to)
        to.execute(delete(job_lock).where(job_lock.c.name == MARK))
    return moved


def replace_all(
    context: TaskContext, source: Database, target: Database, begin: Callable[[Connection, Connection], Then]
) -> Moved:
    """Put all of `source` into the place of what `target` holds, in one transaction: wholly or not at all. `begin` is
    given both before anything is changed, and returns what ends it in the target.

    Raises DatabaseError, Cancelled; after either the target is as before."""
    with source.read(context) as from_, target.write() as to:
        _take_time(from_, to)
        target.alone(to)
        then = begin(from_, to)
        _empty(to)
        moved = _Copy(context, from_, target, lambda: _Lent(to)).run({})
        _number_on(target, to)
        then(to)
    return moved


def require_finished(db: Database) -> None:
    """Raise DatabaseError if the database is a copy that was begun and not finished."""
    with db.read() as tx:
        if is_marked(tx):
            raise DatabaseError(
                "This database is a copy that was not finished.",
                hint="Open the database it is a copy of and choose Move again, or start the same “db copy” again. "
                "It goes on where it ended.",
            )


def written_since(source: Database, moved: Moved) -> bool:
    """Whether anything that the history tells, a run or a sending was written in the source after it was copied. Of
    layouts and saved searches nobody is asked: whoever made one meanwhile makes it again."""
    with source.read() as tx:
        return _was_written(tx, moved)


def _was_written(tx: Connection, moved: Moved) -> bool:
    return any(
        tx.execute(select(func.count()).select_from(one)).scalar_one() != moved.counts[one.name]
        for one in (operation, sync_run, extract_attempt)
    )


def take_up_again(target: Database, moved: Moved) -> bool:
    """Let a copy that was finished count as unfinished, for its source was written to since: nobody opens it, and the
    next one goes on with it. False, with nothing changed, where somebody works in it already."""
    with target.write() as tx:
        target.alone(tx)
        if _was_written(tx, moved):
            return False
        if not is_marked(tx):
            tx.execute(insert(job_lock).values(name=MARK))
    return True


def counts_of(tx: Connection) -> dict[str, int]:
    """The rows of each table that is copied."""
    return {one.name: int(tx.execute(select(func.count()).select_from(one)).scalar_one()) for one in TABLES}


class _Lent:
    """A transaction that somebody else ends."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def __enter__(self) -> Connection:
        return self._tx

    def __exit__(self, *_: object) -> None:
        return None


# ---------------------------------------------------------------------------------------------------- the target


def is_marked(tx: Connection) -> bool:
    """Whether the database is a copy that is not finished."""
    return tx.execute(select(job_lock.c.id).where(job_lock.c.name == MARK)).first() is not None


def _take_time(*transactions: Connection) -> None:
    """While one side is gone through the other is silent, for longer than a server puts up with elsewhere."""
    for tx in transactions:
        if tx.dialect.name == "postgresql":
            tx.execute(text("set local idle_in_transaction_session_timeout = 0"))
            tx.execute(text("set local statement_timeout = 0"))


def _begin(context: TaskContext, from_: Connection, to: Connection) -> dict[str, int]:
    """Mark the target; the last id that each of its tables has already, {} to begin anew."""
    if not is_marked(to):
        _require_new(to)
        to.execute(insert(job_lock).values(name=MARK))
        return {}
    last = {one.name: int(found) for one in TABLES if (found := to.execute(select(func.max(one.c.id))).scalar())}
    for one in TABLES:
        upto = last.get(one.name, 0)
        if _checksum(context, from_, one, upto) != _checksum(context, to, one, upto):
            _empty(to)  # something was written in the source since
            return {}
    return last


def _require_new(to: Connection) -> None:
    """A new database has the row that means "no term", which goes, and nothing else."""
    if held := [name for name, number in counts_of(to).items() if number and name != term.name]:
        raise InputError(
            Sentence("The other database is not empty: it holds rows of {table}.", table=held[0].replace("_", " ")),
            hint="Choose a new, empty one. Nothing was changed.",
        )
    to.execute(delete(term))


def _empty(to: Connection) -> None:
    for one in reversed(TABLES):
        to.execute(delete(one))


def _number_on(target: Database, to: Connection) -> None:
    """A server counts ids by itself: it has to go on after those that were brought."""
    if target.embedded:
        return
    for one in TABLES:
        highest = func.max(one.c.id)
        sequence = func.pg_get_serial_sequence(one.name, "id")
        to.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


# ---------------------------------------------------------------------------------------------------- the copying


class _Copy:
    """One copy under way; verified before it is called one."""

    def __init__(self, context: TaskContext, from_: Connection, target: Database, write: Write) -> None:
        self._context, self._from, self._target, self._write = context, from_, target, write
        self._counts = counts_of(from_)
        self._total = 2 * sum(self._counts.values())
        self._done = 0

    def run(self, last: Mapping[str, int]) -> Moved:
        resumed = 0
        for one in TABLES:
            with self._write() as to:
                here = int(to.execute(select(func.count()).select_from(one)).scalar_one())
            resumed += here
            self._progress(here)
            self._fill(one, last.get(one.name, 0))
        for one in TABLES:
            self._verify(one)
        return Moved(self._counts, resumed)

    def _fill(self, table: Table, last: int) -> None:
        own = _own(table)
        for rows in _batches(self._from, table, last):
            lines = [dict(row._mapping) for row in rows]
            for line in lines:
                line.update({one: None for one in own if line[one] is not None and line[one] > line["id"]})
            with self._write() as to:
                self._target.insert_rows(to, table, lines)
            self._progress(len(lines))
        for one in own:  # who points to somebody later can do so now
            forward = self._from.execute(select(table.c.id, table.c[one]).where(table.c[one] > table.c.id)).all()
            with self._write() as to:
                for key, value in forward:
                    to.execute(update(table).where(table.c.id == key).values({one: value}))

    def _verify(self, table: Table) -> None:
        wanted = _checksum(self._context, self._from, table)
        with self._write() as to:
            if wanted != _checksum(self._context, to, table):
                raise DatabaseError(
                    Sentence("The copy differs from the original in {table}.", table=table.name.replace("_", " ")),
                    hint="Nobody should work in the other database meanwhile. Start the copy again.",
                )
        self._progress(self._counts[table.name])

    def _progress(self, rows: int) -> None:
        self._done += rows
        self._context.report(min(self._done, self._total), self._total, "Copying")


def _own(table: Table) -> list[str]:
    """The columns by which rows point to others of the same table."""
    return [str(one.name) for one in table.c if any(key.column.table is table for key in one.foreign_keys)]


def _batches(tx: Connection, table: Table, last: int = 0, upto: int | None = None) -> Iterator[Sequence[Row[Any]]]:
    """The rows after the id `last` up to `upto`, in the order of their ids."""
    while True:
        query = select(table).where(table.c.id > last)
        if upto is not None:
            query = query.where(table.c.id <= upto)
        rows = tx.execute(query.order_by(table.c.id).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _checksum(context: TaskContext, tx: Connection, table: Table, upto: int | None = None) -> tuple[int, str]:
    """How many rows there are, and a fingerprint of every value of them; alike on both kinds of database. Of the rows
    up to an id, without where they point to in their own table: that may not be there yet."""
    found, number = blake2b(digest_size=32), 0
    shown = [at for at, one in enumerate(table.c) if upto is None or one.name not in _own(table)]
    for rows in _batches(tx, table, upto=upto):
        context.raise_if_cancelled()
        number += len(rows)
        for row in rows:
            values = (row[at] for at in shown)
            found.update(repr([one.isoformat() if isinstance(one, datetime) else one for one in values]).encode())
    return number, found.hexdigest()
