"""*Purge*: history, sendings and rows of files that are kept no longer (data-model.md 6, extract-statuses.md EX-H2).

The one exception to "history is only added to". What something still depends on stays: see the queries. Batch by
batch, each a transaction of its own: killed or stopped in between, the next purge goes on with the rest.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from app import access, history, retention
from app.access import Permission, User
from app.db import locks, server_roles
from app.db.among import among
from app.db.database import Database
from app.db.tables import (
    change,
    enrolment,
    extract_attempt,
    extract_record,
    file_job,
    file_row,
    metadata,
    operation,
    setting,
    sync_run,
)
from app.errors import InputError
from app.folding import cleaned
from app.learners.load_stored import LOADED
from app.lms import runs
from app.lms.settings import row_of
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext

KIND, LOCK = "purged", "purge"
BATCH = 5_000
LONGEST_REASON = 500
CELLS_AFTER = timedelta(days=90)
"""What a file said of a learner, after its job has ended."""
_OPEN = ("ready", "transmitted")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of history and of what hangs on it. `cells`: rows of files that still hold what the file said."""

    changes: int = 0
    operations: int = 0
    attempts: int = 0
    cells: int = 0

    @property
    def total(self) -> int:
        return self.changes + self.operations + self.attempts + self.cells


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What there is, and what a purge would take of it now."""

    before: datetime
    months: int
    held: Counts
    old: Counts


@dataclass(frozen=True, slots=True)
class PurgeSummary:
    """What was there, went, and is left. `stopped`: a person ended it; what went is gone."""

    before: datetime
    held: Counts
    gone: Counts
    left: Counts
    operation_id: int
    stopped: bool = False


def foresee(db: Database, user: User, context: TaskContext | None = None) -> Foreseen:
    """Count what a purge would find. Raises AccessError for who is no administrator."""
    with db.read(context) as tx:
        access.require(tx, user, Permission.ADMINISTER)
        moment = retention.since(tx, db)
        old = {one.name: _number(tx, one.query) for one in _sweeps(moment, db.now(tx), 0)}
        old["operations"] = _number(tx, _emptied(moment))
        return Foreseen(moment, retention.months(tx), _held(tx), Counts(**old))


def purge(context: TaskContext, db: Database, user: User, reason: str) -> PurgeSummary:
    """Delete what is kept no longer, as an operation with a reason that cannot be undone.

    Raises AccessError; InputError without a reason; ConflictError while another purge runs. A cancel is told in the
    summary.
    """
    said = cleaned(reason)
    if said is None or len(said) > LONGEST_REASON:
        raise InputError(
            "A purge needs a reason.",
            hint=Sentence("Say in up to {most} characters why.", most=LONGEST_REASON),
            field="reason",
        )
    with db.read() as tx:
        access.require(tx, user, Permission.ADMINISTER)
    with locks.held(db, LOCK, user.name):
        under_way = _Purge(context, db, user, said)
        try:
            under_way.sweep()
        except Cancelled:
            return replace(under_way.end("stopped"), stopped=True)
        return under_way.end("done")


class _Purge:
    """One under way. It begins with saying, for every program, from when on the history is whole: nothing older is
    undone from then on."""

    def __init__(self, context: TaskContext, db: Database, user: User, reason: str) -> None:
        self._context, self._db = context, db
        self._gone: dict[str, int] = {}
        self._total = self._done = 0
        with db.write() as tx:
            access.require(tx, user, Permission.ADMINISTER)
            before = retention.purged_before(tx)
            self._now, moment = db.now(tx), retention.since(tx, db)
            # A longer time to keep brings nothing back.
            self.before = max(moment, before) if before is not None else moment
            self._held = _held(tx)
            self._operation = history.begin(tx, db, user.id, KIND, reason=reason)
            self._note(tx)
            self._operation.save_changes()

    def sweep(self) -> None:
        """All of it. Raises Cancelled."""
        sweeps = list(_sweeps(self.before, self._now, self._operation.id))
        with self._db.read(self._context) as tx:
            self._total = sum(_number(tx, one.query) for one in sweeps)
        for one in sweeps:
            self._gone[one.name] = 0
            if one.table is operation:  # runs stand on operations, and sendings stood on runs
                with self._db.write() as tx:
                    runs.forget_old(tx, self._db)
            for number in self._batches(one):
                self._gone[one.name] += number
                self._done += number
                self._total = max(self._total, self._done)
                self._context.report(self._done, self._total)

    def _batches(self, one: "_Sweep") -> Iterator[int]:
        """Found without the write lock, looked at once more with it."""
        again, seen = True, None
        while again:
            with self._db.read(self._context) as tx:
                ids = list(tx.execute(one.next_of(seen)).scalars())
            if not ids:
                # Operations that others stood on: with those gone they are found now.
                again, seen = one.repeats and seen is not None, None
                continue
            with self._db.write() as tx:
                yield one.take(self._db, tx, ids)
            seen = ids[-1]

    def end(self, state: str) -> PurgeSummary:
        with self._db.write() as tx:
            self._operation.tx = tx
            self._note(tx)
            self._operation.end(tx, state)
            return PurgeSummary(self.before, self._held, Counts(**self._gone), _held(tx), self._operation.id)

    def _note(self, tx: Connection) -> None:
        """From when on the history is whole, and what went: in the settings, and with it in the history."""
        body = json.dumps({"before": self.before.isoformat(), **self._gone})
        self._operation.update(setting, row_of(self._db, tx, retention.PURGED), {"value": body})


# ---------------------------------------------------------------------------------------------------- what goes


@dataclass(frozen=True, slots=True)
class _Sweep:
    """The rows of one table that go: `query` selects their ids."""

    name: str
    table: Table
    query: Select[Any]
    repeats: bool = False

    @property
    def _id(self) -> Column[Any]:
        return self.table.c.id

    def next_of(self, seen: int | None) -> Select[Any]:
        """The next ids; the latest operations first, for undoing ones stand on undone ones."""
        order = self._id.desc() if self.repeats else self._id
        query = self.query.order_by(order).limit(BATCH)
        if seen is None:
            return query
        return query.where(self._id < seen if self.repeats else self._id > seen)

    def take(self, db: Database, tx: Connection, ids: list[int]) -> int:
        """Take those of them that still go; returns how many did."""
        still = list(tx.execute(self.query.where(among(self._id, ids))).scalars())
        if self.table is file_row:
            return tx.execute(update(file_row).where(among(self._id, still)).values(cells=None)).rowcount
        return server_roles.forget(db, tx, self.table, still)


def _sweeps(before: datetime, now: datetime, ours: int) -> Iterator[_Sweep]:
    """In the order in which they may go; `ours` is the operation of the purge."""
    yield _Sweep("attempts", extract_attempt, _attempts(before))
    yield _Sweep("changes", change, _changes(before))
    yield _Sweep("operations", operation, _operations(before, ours), repeats=True)
    yield _Sweep("cells", file_row, _cells(now - CELLS_AFTER))


def _changes(before: datetime) -> Select[Any]:
    return (
        select(change.c.id)
        .join(operation, operation.c.id == change.c.operation_id)
        .where(operation.c.at < before, ~_stays())
    )


def _stays() -> ColumnElement[bool]:
    """Changes of records that still wait for something; and what people typed of a learner, with what came after it:
    a load does not overwrite that, and looks it up here."""
    waits = exists().where(extract_record.c.id == change.c.row_id, extract_record.c.status.in_(_OPEN))
    typed, typing = change.alias("typed"), operation.alias("typing")
    earlier = exists().where(
        typed.c.table_name == "learner",
        typed.c.row_id == change.c.row_id,
        typed.c.id <= change.c.id,
        typing.c.id == typed.c.operation_id,
        typing.c.kind.not_in(("undo", LOADED)),
        typing.c.state != "undone",
    )
    counts = and_(operation.c.kind != "undo", operation.c.state != "undone")
    return or_(
        and_(change.c.table_name == extract_record.name, waits),
        and_(change.c.table_name == "learner", counts, earlier),
    )


def _attempts(before: datetime) -> Select[Any]:
    """But of records that still wait for something, and those that the LMS took of an enrolment's last record: it may
    be sent again, and then it counts that it was there (EX-T4)."""
    last = and_(extract_record.c.number == enrolment.c.records, extract_attempt.c.result.in_(("accepted", "seen")))
    return (
        select(extract_attempt.c.id)
        .join(extract_record, extract_record.c.id == extract_attempt.c.record_id)
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .where(
            extract_attempt.c.started_at < before,
            extract_attempt.c.ended_at.is_not(None),
            extract_record.c.status.not_in(_OPEN),
            ~last,
        )
    )


def _operations(before: datetime, ours: int) -> Select[Any]:
    """Those that nothing points to any more: no change, no run, no file, no undo."""
    pointing = []
    for table in metadata.tables.values():
        from_there = table.alias() if table is operation else table
        for column in table.c:
            if any(link.column.table is operation for link in column.foreign_keys):
                pointing.append(exists().where(from_there.c[column.name] == operation.c.id).correlate(operation))
    return select(operation.c.id).where(operation.c.at < before, operation.c.id != ours, ~or_(*pointing))


def _emptied(before: datetime) -> Select[Any]:
    """Those that will be such once changes and old runs are gone."""
    younger = operation.alias("younger")
    pointing = (
        select(change.c.id).where(change.c.operation_id == operation.c.id, _stays()).correlate(operation).exists(),
        exists().where(younger.c.undoes_id == operation.c.id, younger.c.at >= before),
        exists().where(file_job.c.operation_id == operation.c.id),
        exists().where(sync_run.c.operation_id == operation.c.id, sync_run.c.started_at >= before),
    )
    return select(operation.c.id).where(operation.c.at < before, ~or_(*pointing))


def _cells(before: datetime) -> Select[Any]:
    """What a file said, of jobs that ended; not of rows that wait for a learner."""
    return (
        select(file_row.c.id)
        .join(file_job, file_job.c.id == file_row.c.job_id)
        .where(file_job.c.ended_at < before, file_row.c.cells.is_not(None), file_row.c.held != "held")
    )


def _number(tx: Connection, query: Select[Any]) -> int:
    return int(tx.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _held(tx: Connection) -> Counts:
    def rows(table: Table, *where: ColumnElement[bool]) -> int:
        return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    return Counts(rows(change), rows(operation), rows(extract_attempt), rows(file_row, file_row.c.cells.is_not(None)))
