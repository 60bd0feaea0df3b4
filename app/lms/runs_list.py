"""The runs of the synchronisation as they are listed and exported (lms-sync.md 6)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.tables import app_user, sync_run
from app.quick_filter import passes
from app.sorting import SortKey, by_title, order_by

KINDS = (("courses", "Courses"), ("enrolments", "Enrolments"), ("sender", "Sending"))
RETRY = "retry"
"""Of a run that a person asked to look at some courses again: it makes nothing complete."""
TRIGGERS = (("schedule", "Schedule"), ("start", "Start"), ("person", "Person"), (RETRY, "Retry"))
STATES = (
    ("running", "Running"),
    ("finished", "Finished"),
    ("messages", "Finished with messages"),
    ("failed", "Failed"),
    ("cancelled", "Stopped"),
    ("held", "Waiting for a decision"),
    ("skipped", "Skipped"),
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    id: int
    kind: str
    trigger: str
    state: str
    who: str | None
    computer: str
    started_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, int]
    """Numbers by name: courses, done, failed, added, changed, removed, held; enrolments, enrolments_changed,
    enrolments_unchanged, enrolments_failed; rows_written; of a sending sent, processed, rejected, waiting."""
    messages: tuple[str, ...]
    failed_by: str | None
    operation_id: int | None

    @property
    def took(self) -> timedelta | None:
        return None if self.ended_at is None else self.ended_at - self.started_at


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("kind", "Kind", FieldKind.CHOICE, KINDS), sync_run.c.kind),
        SqlField(FieldInfo("trigger", "Started by", FieldKind.CHOICE, TRIGGERS), sync_run.c.trigger),
        SqlField(FieldInfo("state", "State", FieldKind.CHOICE, STATES), sync_run.c.state),
        SqlField(FieldInfo("who", "Who"), app_user.c.name),
        SqlField(FieldInfo("computer", "Computer"), sync_run.c.computer),
        SqlField(FieldInfo("started", "Started", FieldKind.DATE), sync_run.c.started_at, moment=True),
        SqlField(FieldInfo("failed_by", "Failed by"), sync_run.c.failed_by),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "kind": by_title(sync_run.c.kind, KINDS),
    "trigger": by_title(sync_run.c.trigger, TRIGGERS),
    "state": by_title(sync_run.c.state, STATES),
    "who": func.lower(app_user.c.name),
    "computer": func.lower(sync_run.c.computer),
    "started": sync_run.c.started_at,
    "ended": sync_run.c.ended_at,
    "failed_by": sync_run.c.failed_by,
}


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the runs that pass, in order; without one the latest first. Raises InputError."""
    query = select(sync_run.c.id).outerjoin(app_user, app_user.c.id == sync_run.c.user_id)
    query = query.where(where(group, FIELDS), _quick(quick))
    if sort not in _SORTS:
        return query.order_by(sync_run.c.id.desc())
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    return query.order_by(*terms, sync_run.c.id.desc() if descending else sync_run.c.id)


def total_query() -> Select[Any]:
    """How many runs are kept."""
    return select(func.count()).select_from(sync_run)


def _quick(text: str) -> Where:
    plain = (app_user.c.name, sync_run.c.computer, sync_run.c.failed_by, sync_run.c.messages)
    return passes(text, (sync_run.c.kind, sync_run.c.state), plain)


def _query() -> Select[Any]:
    return select(
        sync_run.c.id,
        sync_run.c.kind,
        sync_run.c.trigger,
        sync_run.c.state,
        app_user.c.name,
        sync_run.c.computer,
        sync_run.c.started_at,
        sync_run.c.ended_at,
        sync_run.c.counts,
        sync_run.c.messages,
        sync_run.c.failed_by,
        sync_run.c.operation_id,
    ).outerjoin(app_user, app_user.c.id == sync_run.c.user_id)


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, RunRow]:
    """The rows of a page (some hundred ids)."""
    return {row[0]: _row(row) for row in tx.execute(_query().where(sync_run.c.id.in_(ids)))}


def latest(tx: Connection, kind: str, *states: str) -> RunRow | None:
    """The latest run of a kind; of those that ended so, if states are given."""
    query = _query().where(sync_run.c.kind == kind)
    if states:
        query = query.where(sync_run.c.state.in_(states))
    row = tx.execute(query.order_by(sync_run.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _row(row)


def _row(row: Any) -> RunRow:
    return RunRow(*[*row[:8], json.loads(row[8]), tuple(json.loads(row[9])), *row[10:]])
