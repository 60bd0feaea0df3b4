"""The history of extract records: made, sent, answered, set by whom and why (extract-statuses.md EX-H1, EX-H2).

Read from the history that every write leaves and from the attempts, which are only ever added to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, union_all

from app.access import Scope
from app.db.among import among
from app.db.database import Database
from app.db.tables import (
    app_user,
    change,
    course,
    extract_attempt,
    extract_record,
    learner,
    operation,
    section,
    sync_run,
)
from app.history import unpacked
from app.keys import Keys
from app.lms.extracts.queue import QUEUED
from app.lms.extracts.records_list import in_scope, joined
from app.lms.run import SENDER

CREATED, STATUS, LATE, CHANGED, ATTEMPT = "created", "status", "late", "changed", "attempt"
UNDO = "undo"
_SENT = f"lms_{SENDER}"
_BY_THE_PROGRAM = frozenset({QUEUED, _SENT})
"""Kinds of operations in which no person sets a status, whoever began them: that a record is made, and what the LMS
says of it, is the work of "system" (EX-H1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a record. `key`: the change's id, or minus the attempt's."""

    key: int
    record_id: int
    at: datetime
    what: str
    """CREATED, STATUS, LATE (an answer after a person had set it back), CHANGED (something else), ATTEMPT."""
    who: str | None
    """None: the program by itself."""
    kind: str
    """The kind of the operation; of an attempt, the computer."""
    old: str | None
    new: str | None
    """Statuses; of an attempt, `new` is its result, None while it has none."""
    reason: str | None
    operation_id: int | None
    number: int | None
    """Of an attempt."""
    message: str | None
    """What the LMS said."""
    payload: str | None
    """What an attempt sent: numbers of the LMS and dates (EX-R4)."""
    ref: str
    name: str = field(repr=False)
    course: str
    change: str


def of_record(tx: Connection, record_id: int, scope: Scope) -> list[Event]:
    """All that happened to a record, the latest first; nothing of a record that the user may not see."""
    keys = [row.key for row in tx.execute(_keys(extract_record.c.id == record_id, scope))]
    found = events(tx, keys, scope)
    return [found[key] for key in reversed(keys) if key in found]


def keys(db: Database, tx: Connection, record_ids: Iterable[int], scope: Scope) -> Keys:
    """The keys of all events of these records: record by record, in the order of time. For an export."""
    with db.ids_as_table(tx, record_ids) as picked:
        return db.ids(tx, _keys(extract_record.c.id.in_(select(picked.c.id)), scope))


def _at() -> ColumnElement[Any]:
    """When a change stands in the history. All that a run writes is one operation, which began with its first write:
    what it writes of a record that it sends stands after the attempt."""
    attempt = (
        select(func.max(extract_attempt.c.started_at))
        .join(sync_run, sync_run.c.id == extract_attempt.c.run_id)
        .where(
            operation.c.kind == _SENT,
            extract_attempt.c.record_id == extract_record.c.id,
            extract_attempt.c.started_at >= operation.c.at,
            sync_run.c.started_at <= operation.c.at,
        )
        .correlate(operation, extract_record)
        .scalar_subquery()
    )
    return func.coalesce(attempt, operation.c.at)


def _keys(which: Any, scope: Scope) -> Select[Any]:
    of_change = (
        joined(select(change.c.id.label("key"), extract_record.c.id.label("record_id"), _at().label("at")))
        .join(change, (change.c.row_id == extract_record.c.id) & (change.c.table_name == extract_record.name))
        .join(operation, operation.c.id == change.c.operation_id)
        .where(which, in_scope(scope))
    )
    of_attempt = (
        joined(select((-extract_attempt.c.id).label("key"), extract_record.c.id, extract_attempt.c.started_at))
        .join(extract_attempt, extract_attempt.c.record_id == extract_record.c.id)
        .where(which, in_scope(scope))
    )
    every = union_all(of_change, of_attempt).subquery()
    return select(every.c.key).order_by(every.c.record_id, every.c.at, every.c.key)


def events(tx: Connection, keys: Sequence[int], scope: Scope) -> Mapping[int, Event]:
    """The events of these keys (some hundred), of records that the user may see."""
    return {
        **_changes(tx, [key for key in keys if key > 0], scope),
        **_attempts(tx, [-key for key in keys if key < 0], scope),
    }


_WHOSE = (
    learner.c.ref,
    learner.c.family_name,
    learner.c.given_names,
    course.c.code,
    section.c.number.label("section_number"),
    extract_record.c.id.label("record_id"),
    extract_record.c.change.label("wanted"),
)


def _changes(tx: Connection, ids: Sequence[int], scope: Scope) -> Mapping[int, Event]:
    query = (
        joined(
            select(
                *_WHOSE,
                change.c.id.label("key"),
                change.c.kind.label("row_kind"),
                change.c.before,
                change.c.after,
                operation.c.id.label("operation_id"),
                operation.c.at,
                operation.c.kind,
                operation.c.reason,
                app_user.c.name.label("who"),
            )
        )
        .join(change, (change.c.row_id == extract_record.c.id) & (change.c.table_name == extract_record.name))
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(among(change.c.id, ids), in_scope(scope))
    )
    return {row.key: _of_change(row) for row in tx.execute(query)} if ids else {}


def _of_change(row: Row[Any]) -> Event:
    old, new = unpacked(extract_record, row.before), unpacked(extract_record, row.after)
    moved = old.get("status") != new.get("status")
    if row.row_kind == "insert":
        what = CREATED
    elif moved:
        what = STATUS
    else:
        what = LATE if new.get("late_answer") else CHANGED
    # An operation may go on for minutes; when the status was set, it says itself, but for one that is put back.
    at = new.get("status_at") if moved and row.kind != UNDO else None
    return _event(
        row,
        what=what,
        kind=row.kind,
        at=at or row.at,
        who=None if row.kind in _BY_THE_PROGRAM else row.who,
        old=old.get("status") if moved else None,
        new=new.get("late_answer") if what == LATE else new.get("status") if moved else None,
        reason=row.reason,
        operation_id=row.operation_id,
        message=new.get("message") if new.get("message") != old.get("message") else None,
    )


def _attempts(tx: Connection, ids: Sequence[int], scope: Scope) -> Mapping[int, Event]:
    query = (
        joined(
            select(
                *_WHOSE,
                (-extract_attempt.c.id).label("key"),
                extract_attempt.c.number,
                extract_attempt.c.computer,
                extract_attempt.c.started_at.label("at"),
                extract_attempt.c.result,
                extract_attempt.c.message,
                extract_attempt.c.payload,
            )
        )
        .join(extract_attempt, extract_attempt.c.record_id == extract_record.c.id)
        .where(among(extract_attempt.c.id, ids), in_scope(scope))
    )
    return {row.key: _of_attempt(row) for row in tx.execute(query)} if ids else {}


def _of_attempt(row: Row[Any]) -> Event:
    return _event(
        row,
        what=ATTEMPT,
        kind=row.computer,
        at=row.at,
        who=None,
        new=row.result,
        number=row.number,
        message=row.message,
        payload=row.payload,
    )


def _event(row: Row[Any], *, what: str, kind: str, at: datetime, who: str | None, **told: Any) -> Event:
    usual = dict.fromkeys(("old", "new", "reason", "operation_id", "number", "message", "payload"))
    return Event(
        key=row.key,
        record_id=row.record_id,
        at=at,
        what=what,
        who=who,
        kind=kind,
        ref=row.ref,
        name=", ".join(part for part in (row.family_name, row.given_names) if part),
        course=f"{row.code} / {row.section_number:02}",
        change=row.wanted,
        **{**usual, **told},
    )
