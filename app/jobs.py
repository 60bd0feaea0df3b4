"""Files brought in: a job per file, a row per record, from the reading to the undo (data-model.md 3).

A job is `reading` while its rows are written, `checked` once all are there, `applied` when what it foresees was
done in one transaction; whether that was taken back, its operation knows. Until it is applied a job has changed
nothing: it is discarded whole, with every row it read. Course records are applied batch by batch instead: such a job
is `importing`, and `aborted` if it did not come to its end.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from app.access import User
from app.db.database import Database
from app.db.tables import app_user, file_job, file_row, operation
from app.errors import ConflictError, DatabaseError, InputError
from app.files.source import opened
from app.sentence import Sentence

ABANDONED_AFTER = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=7)
PAGE = 500

_to_discard: WeakKeyDictionary[Database, set[int]] = WeakKeyDictionary()
"""What could not be discarded, for want of room on the disk or of a connection: gone with the next start of a job."""


class Foreseen(StrEnum):
    """How a row of the file will end: the categories of the preview."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    BY_HAND = "by_hand"
    """Differs only in what was edited by hand, which is kept."""
    DECISION = "decision"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file brought in, as listed."""

    id: int
    kind: str
    scope: str | None
    file_name: str
    sha256: str
    year: str | None
    prepared_on: date | None
    options: Mapping[str, Any]
    state: str
    owner: str
    computer: str
    counts: Mapping[str, int]
    started_at: datetime
    ended_at: datetime | None
    operation_id: int | None


def fingerprint(file: Path) -> str:
    """The SHA-256 of a file, in hex. Raises InputError naming it if it cannot be read."""
    with opened(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def start(db: Database, user: User, kind: str, file: Path, sha256: str, scope: str | None = None) -> int:
    """Open a job that is being read; returns its id. What a killed program of this user left unfinished on this
    computer goes away with it."""
    with db.write() as tx:
        _discard_abandoned(tx, db, user, kind)
        job_id = int(
            tx.execute(
                insert(file_job)
                .values(
                    kind=kind,
                    scope=scope,
                    file_name=file.name,
                    sha256=sha256,
                    options="{}",
                    state="reading",
                    owner_id=user.id,
                    computer=_computer(),
                    counts="{}",
                    started_at=db.now(tx),
                )
                .returning(file_job.c.id)
            ).scalar_one()
        )
    _to_discard.pop(db, None)
    return job_id


def _computer() -> str:
    return platform.node() or "unknown"


def _discard_abandoned(tx: Connection, db: Database, user: User, kind: str) -> None:
    """Rows of a job that was never applied hold people's data for nothing; after a week also those of others, who
    may never come back for them."""
    now = db.now(tx)
    mine = (file_job.c.owner_id == user.id) & (file_job.c.computer == _computer())
    old = select(file_job.c.id).where(
        file_job.c.kind == kind,
        file_job.c.state.in_(("reading", "checked")),
        (mine & (file_job.c.started_at < now - ABANDONED_AFTER)) | (file_job.c.started_at < now - FORGOTTEN_AFTER),
    )
    for job_id in tx.execute(old).scalars().all():
        _remove(tx, job_id)
    for job_id in _to_discard.get(db, ()):
        _remove_unapplied(tx, job_id)


def _remove(tx: Connection, job_id: int) -> None:
    tx.execute(delete(file_row).where(file_row.c.job_id == job_id))
    tx.execute(delete(file_job).where(file_job.c.id == job_id))


def discard(db: Database, job_id: int) -> None:
    """Forget a job that was not applied, with every row of it; one that was applied stays.

    Deleting too needs room on the disk: where the database cannot do it now, the next start of a job does it, and why
    the job ended is not covered by a second failure.
    """
    try:
        with db.write() as tx:
            _remove_unapplied(tx, job_id)
    except DatabaseError:
        _to_discard.setdefault(db, set()).add(job_id)


def _remove_unapplied(tx: Connection, job_id: int) -> None:
    row = tx.execute(select(file_job.c.state).where(file_job.c.id == job_id)).one_or_none()
    if row is not None and row.state in ("reading", "checked"):
        _remove(tx, job_id)


def forget(tx: Connection, job_id: int) -> bool:
    """Take a job of which nothing was applied away, whether it was only checked or failed; False if it is another."""
    idle = (file_job.c.id == job_id) & file_job.c.state.in_(("checked", "failed"))
    if tx.execute(select(file_job.c.id).where(idle).with_for_update()).first() is None:
        return False
    _remove(tx, job_id)
    return True


Read = tuple[int, str, int | None, str | None, str]
"""A row as read and foreseen: number (from 1 in the file), cells, whose it is, findings, what is foreseen."""


def add_rows(db: Database, tx: Connection, job_id: int, rows: Iterable[Sequence[Any]], *more: str) -> None:
    """Write rows as read and foreseen, each a `Read` and the values of the columns `more`."""
    names = ("job_id", "number", "cells", "learner_id", "findings", "predicted", *more)
    db.insert_plain(tx, file_row, names, ((job_id, *row) for row in rows))


def spoil(tx: Connection, job_id: int, number: int, predicted: str, findings: str | None) -> None:
    """A row that was written already turns out to end otherwise."""
    tx.execute(
        update(file_row)
        .where(file_row.c.job_id == job_id, file_row.c.number == number)
        .values(predicted=predicted, findings=findings)
    )


def foresee_again(tx: Connection, job_id: int, rows: Iterable[tuple[int, str, str | None]]) -> None:
    """Rows that were written already end otherwise after all: number, what is foreseen, findings."""
    names = ("at_number", "to_predicted", "to_findings")
    values = [{"at_job": job_id, **dict(zip(names, row, strict=True))} for row in rows]
    if values:
        tx.execute(_AGAIN, values)


_AGAIN = (
    update(file_row)
    .where(file_row.c.job_id == bindparam("at_job"), file_row.c.number == bindparam("at_number"))
    .values(predicted=bindparam("to_predicted"), findings=bindparam("to_findings"))
)


def refused(db: Database, job_id: int, message: str, options: Mapping[str, Any]) -> None:
    """The file cannot be used, and nothing of it is kept but why."""
    with db.write() as tx:
        tx.execute(delete(file_row).where(file_row.c.job_id == job_id))
        values = {"state": "failed", "message": message, "options": json.dumps(dict(options)), "ended_at": db.now(tx)}
        tx.execute(update(file_job).where(file_job.c.id == job_id).values(values))


def checked(
    db: Database,
    job_id: int,
    counts: Mapping[str, int],
    options: Mapping[str, Any],
    *,
    year: str | None = None,
    prepared_on: date | None = None,
) -> None:
    """The file has been read to its end."""
    with db.write() as tx:
        tx.execute(
            update(file_job)
            .where(file_job.c.id == job_id)
            .values(
                state="checked",
                counts=json.dumps(dict(counts)),
                options=json.dumps(dict(options)),
                year=year or None,
                prepared_on=prepared_on,
            )
        )


def claim(tx: Connection, db: Database, job_id: int, operation_id: int, counts: Mapping[str, int]) -> None:
    """Mark a job as applied, in the transaction that applies it. Raises ConflictError if somebody already did."""
    done = tx.execute(
        update(file_job)
        .where(file_job.c.id == job_id, file_job.c.state == "checked")
        .values(state="applied", operation_id=operation_id, ended_at=db.now(tx), counts=json.dumps(dict(counts)))
    )
    if done.rowcount != 1:
        raise _gone()


def _gone() -> ConflictError:
    return ConflictError("This file has been loaded or discarded meanwhile.", hint="Read the file once more.")


def importing(tx: Connection, job_id: int, since: str, operation_id: int, options: Mapping[str, Any]) -> None:
    """Mark a job as being applied batch by batch. Raises ConflictError if it is no longer in the state `since`."""
    values = {
        "state": "importing",
        "operation_id": operation_id,
        "options": json.dumps(dict(options)),
        "message": None,
    }
    here = (file_job.c.id == job_id) & (file_job.c.state == since)
    if tx.execute(update(file_job).where(here).values(**values, ended_at=None)).rowcount != 1:
        raise ConflictError("This file has been imported or discarded meanwhile.", hint="Look at the list of jobs.")


def reached(tx: Connection, job_id: int, number: int) -> None:
    """A batch was applied: the number of its last row."""
    tx.execute(update(file_job).where(file_job.c.id == job_id).values(reached=number))


def import_ended(
    tx: Connection, db: Database, job_id: int, state: str, counts: Mapping[str, int], message: str = ""
) -> None:
    """A job that was applied batch by batch is `applied`, or `aborted` with what there is to say."""
    values = {"state": state, "counts": json.dumps(dict(counts)), "message": message or None, "ended_at": db.now(tx)}
    tx.execute(update(file_job).where(file_job.c.id == job_id).values(values))


def counted(tx: Connection, job_id: int, counts: Mapping[str, int]) -> None:
    """How the rows of a job that was applied stand now."""
    tx.execute(update(file_job).where(file_job.c.id == job_id).values(counts=json.dumps(dict(counts))))


_QUERY = (
    select(file_job, app_user.c.name.label("owner_name"), operation.c.state.label("operation_state"))
    .join(app_user, app_user.c.id == file_job.c.owner_id)
    .outerjoin(operation, operation.c.id == file_job.c.operation_id)
)


def read(tx: Connection, job_id: int) -> FileJob:
    """One job. Raises InputError if there is none of this number."""
    row = tx.execute(_QUERY.where(file_job.c.id == job_id)).one_or_none()
    if row is None:
        raise InputError(
            Sentence("There is no job {job}.", job=job_id), hint="Look at the list of loads for its number."
        )
    return _job(row)


def listed(tx: Connection, kind: str, most: int = 500) -> list[FileJob]:
    """The jobs of one kind that were applied, the latest first."""
    query = _QUERY.where(file_job.c.kind == kind, file_job.c.state == "applied")
    return [_job(row) for row in tx.execute(query.order_by(file_job.c.id.desc()).limit(most))]


def _job(row: Row[Any]) -> FileJob:
    return FileJob(
        id=row.id,
        kind=row.kind,
        scope=row.scope,
        file_name=row.file_name,
        sha256=row.sha256,
        year=row.year,
        prepared_on=row.prepared_on,
        options=json.loads(row.options),
        state=row.operation_state if row.operation_state in ("undone", "partly_undone") else row.state,
        owner=row.owner_name,
        computer=row.computer,
        counts=json.loads(row.counts),
        started_at=row.started_at,
        ended_at=row.ended_at,
        operation_id=row.operation_id,
    )


def counts_of(tx: Connection, job_id: int) -> dict[str, int]:
    """How many rows of a job are foreseen to end how."""
    query = (
        select(file_row.c.predicted, func.count()).where(file_row.c.job_id == job_id).group_by(file_row.c.predicted)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def finding(row: Row[Any], name: str) -> Any:
    """One of the things found about a row ("notes", "changes", "question" …); None if there is none of it."""
    return json.loads(row.findings).get(name) if row.findings else None


def page(tx: Connection, job_id: int, predicted: str, start: int = 0, size: int = PAGE) -> Sequence[Row[Any]]:
    """Some rows of one kind, in the order of the file."""
    query = (
        select(file_row)
        .where(file_row.c.job_id == job_id, file_row.c.predicted == predicted)
        .order_by(file_row.c.number)
    )
    return tx.execute(query.offset(start).limit(size)).all()


def rows_in_batches(tx: Connection, job_id: int, predicted: Sequence[str]) -> Iterator[Sequence[Row[Any]]]:
    """Every row of these kinds, in the order of the file, some hundred at a time."""
    last = 0
    while True:
        query = (
            select(file_row)
            .where(file_row.c.job_id == job_id, file_row.c.number > last, file_row.c.predicted.in_(predicted))
            .order_by(file_row.c.number)
            .limit(PAGE)
        )
        rows = tx.execute(query).all()
        if not rows:
            return
        yield rows
        last = rows[-1].number


def hold_checked(tx: Connection, job_id: int) -> None:
    """Keep a job from being applied until this transaction ends. Raises ConflictError if it was, or is gone."""
    waiting = (file_job.c.id == job_id) & (file_job.c.state == "checked")
    if tx.execute(select(file_job.c.id).where(waiting).with_for_update()).first() is None:
        raise _gone()


def decide(tx: Connection, job_id: int, decisions: Mapping[int, str | None]) -> None:
    """Keep what a person decided about rows, by their number; None takes a decision back."""
    for number, decision in decisions.items():
        tx.execute(
            update(file_row).where(file_row.c.job_id == job_id, file_row.c.number == number).values(decision=decision)
        )
