"""Sync errors in the database: recorded at the end of a run, cleared by a run that no longer meets them (SE-R4)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import sync_error
from app.errors import InputError
from app.folding import cleaned
from app.lms.errors import Found, Level
from app.sentence import Sentence

LONGEST_REASON = 500
SENDER = "sender"
"""The kind of a run that sends."""
OF_SENDING = sync_error.c.open_key.startswith(f"{SENDER}/", autoescape=True)
"""Errors that are open and that a sending met: a synchronisation would not try it again."""


def _key(kind: str, one: Found) -> str:
    return f"{kind}/{one.code}/{one.level.value}/{one.lms_course_id or ''}/{one.enrolment_id or ''}"


def record(
    db: Database,
    tx: Connection,
    run_id: int,
    kind: str,
    found: Sequence[Found],
    reached: Collection[int] | None,
) -> None:
    """Write what a run met. `reached`: the courses it has asked about to the end, whose earlier errors clear unless
    met again; None: every course. A connection error suppresses all others of the run (SE-R7), and clears none."""
    broken = [one for one in found if one.level is Level.CONNECTION]
    wanted = {_key(kind, one): one for one in (broken or found)}
    now = db.now(tx)
    query = select(
        sync_error.c.id, sync_error.c.open_key, sync_error.c.level, sync_error.c.lms_course_id, sync_error.c.runs
    ).where(sync_error.c.open_key.startswith(f"{kind}/", autoescape=True))
    held = {row.open_key: row for row in tx.execute(query)}
    again = [
        {"at": held[key].id, "more": held[key].runs + 1, "words": one.detail}
        for key, one in wanted.items()
        if key in held
    ]
    if again:
        values = {"runs": bindparam("more"), "detail": bindparam("words"), "last_run_id": run_id}
        tx.execute(update(sync_error).where(sync_error.c.id == bindparam("at")).values(values), again)
    new = [_row(key, one, run_id, now) for key, one in wanted.items() if key not in held]
    db.insert_rows(
        tx, sync_error, [{**row, "id": i} for row, i in zip(new, db.new_ids(tx, sync_error, len(new)), strict=True)]
    )
    gone = [row.id for key, row in held.items() if key not in wanted and _over(row, bool(broken), reached)]
    _clear(tx, gone, now)


def _row(key: str, one: Found, run_id: int, now: datetime) -> dict[str, Any]:
    return {
        "open_key": key,
        "code": one.code,
        "level": one.level.value,
        "lms_course_id": one.lms_course_id,
        "enrolment_id": one.enrolment_id,
        "detail": one.detail,
        "since": now,
        "last_run_id": run_id,
        "runs": 1,
    }


def _over(row: Any, broken: bool, reached: Collection[int] | None) -> bool:
    if row.level == Level.CONNECTION.value:
        return True  # it failed in another way, or not at all
    return not broken and (reached is None or row.lms_course_id in reached)


def _clear(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    for some in history.batched(ids):
        statement = update(sync_error).where(sync_error.c.id.in_(some))
        tx.execute(statement.values(cleared_at=now, open_key=None))


def clear_course(db: Database, tx: Connection, lms_course_ids: Sequence[int]) -> None:
    """The courses are gone from the LMS: nothing about them is an error any more (LS-C12)."""
    now = db.now(tx)
    for some in history.batched(lms_course_ids):
        query = select(sync_error.c.id).where(sync_error.c.lms_course_id.in_(some), sync_error.c.cleared_at.is_(None))
        _clear(tx, tx.execute(query).scalars().all(), now)


def snooze(db: Database, user: User, ids: Sequence[int], until: datetime | None) -> int:
    """Let errors raise no notice until a moment (SE-R6); None wakes them. Returns how many. Raises AccessError."""
    return _set(db, user, ids, {"snoozed_until": until}, "sync_error_snoozed", None)


def accept(db: Database, user: User, ids: Sequence[int], reason: str | None, until: date | None) -> int:
    """Mark errors as accepted, with the reason and the last day of it (SE-R6); without a reason no longer. Returns
    how many. Raises AccessError, InputError (a reason needs its end, and the other way round)."""
    reason = cleaned(reason)
    if (reason is None) != (until is None):
        raise InputError(
            "What is accepted needs a reason and a last day.", hint="Give both.", field="reason" if until else "until"
        )
    if reason is not None and len(reason) > LONGEST_REASON:
        raise InputError(
            "This reason is too long.",
            hint=Sentence("There is room for {most} characters.", most=LONGEST_REASON),
            field="reason",
        )
    values = {"accepted_reason": reason, "accepted_until": until}
    return _set(db, user, ids, values, "sync_error_accepted", reason)


def _set(db: Database, user: User, ids: Sequence[int], values: dict[str, Any], kind: str, reason: str | None) -> int:
    with db.write() as tx:
        access.require(tx, user, Permission.SYNCHRONISE)
        rows: list[Row[Any]] = []
        for some in history.batched(sorted(set(ids))):
            query = select(sync_error).where(sync_error.c.id.in_(some), sync_error.c.cleared_at.is_(None))
            rows += tx.execute(query).all()
        rows = [row for row in rows if history.differs(row, values)]
        if rows:
            operation = history.begin(tx, db, user.id, kind, reason=reason)
            operation.update_many(sync_error, [(row, values, None) for row in rows])
            operation.end(tx)
    return len(rows)
