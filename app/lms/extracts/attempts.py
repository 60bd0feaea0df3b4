"""Attempts to send records: written before the call, as the claim of one computer, and ended by what is known of it
afterwards (extract-statuses.md 3.1)."""

import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, and_, bindparam, exists, insert, or_, select, update

from app import history
from app.connectors.lms import Entry
from app.db.among import among
from app.db.extract_tables import extract_attempt, extract_record
from app.db.tables import SHOWN, enrolment, learner
from app.lms.extracts import gates, places
from app.lms.extracts.acknowledge import Sending, read
from app.lms.extracts.places import Place
from app.lms.run import Run


class Result(StrEnum):
    """How an attempt ended. Unknown: it has to be looked for before it is sent again."""

    ACCEPTED = "accepted"
    SEEN = "seen"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A record with the attempt that concerns it. `version` of the record when it was read; `asked`: what the LMS is
    to show by now; `kept`: it lets in for the sake of another enrolment (see `places`); `telling`: that it shows the
    place proves that it was taken, for before it would have shown another."""

    record_id: int
    version: int
    learner_id: int
    enrolment_id: int
    attempt_id: int
    sending: Sending
    started_at: datetime
    open: bool
    status: str
    result: str | None
    asked: Entry
    kept: bool
    telling: bool
    overtaken: bool = False


class Noted(Protocol):
    """What `note` has to know: the record as it was read, and its attempt if there is one (`started_at`)."""

    @property
    def record_id(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def learner_id(self) -> int: ...
    @property
    def attempt_id(self) -> int: ...
    @property
    def started_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be written of an attempt: how it ended (None: as it was), the new status of its record (None: as it
    is), and words for the officer. `late`: the status is noted beside the record, for a person has set it back."""

    result: Result | None
    status: str | None = None
    code: str | None = None
    message: str | None = None
    late: bool = False


OVERTAKEN = (
    "Sent. A newer change of the registration went out since, so what became of this one is not seen any more."
)
_EARLIER, _BETWEEN, _LATER, _LAST = (extract_record.alias(name) for name in ("earlier", "between", "later", "before"))
_IS_LAST = and_(_LAST.c.enrolment_id == extract_record.c.enrolment_id, _LAST.c.number == extract_record.c.number - 1)
_BEFORE = extract_attempt.alias("attempt_before")
_TAKEN = exists().where(
    _BEFORE.c.record_id == extract_record.c.id,
    _BEFORE.c.result.in_(("accepted", "seen")),
)
_OPEN = exists().where(extract_attempt.c.record_id == extract_record.c.id, extract_attempt.c.ended_at.is_(None))


def due(vendor_id: int, *, claimed: bool = False, of_course: bool = False) -> Select[Any]:
    """Ready records that may be sent now. The gates hold, the learner has one account, the registration is there
    (EX-R6); of an enrolment the oldest one, and none that is older than what went out already (EX-R5). Those that go
    for one of these two reasons never again keep nothing waiting behind them.

    `claimed`: also those with an attempt under way; `of_course`: of the course whose number is the parameter
    "number"."""
    may, account = gates.holding().subquery("may"), gates.accounts().subquery("account")
    same = _EARLIER.c.enrolment_id == extract_record.c.enrolment_id
    standing = and_(enrolment.c.removed_at.is_(None), SHOWN)
    older_ready = exists().where(
        same,
        _EARLIER.c.number < extract_record.c.number,
        _EARLIER.c.status == "ready",
        or_(standing, _EARLIER.c.change == "drop"),
        ~_is_out(_BETWEEN, _EARLIER),
    )
    query = (
        select(
            extract_record.c.id,
            extract_record.c.version,
            extract_record.c.attempts,
            extract_record.c.change,
            extract_record.c.enrolment_id,
            _LAST.c.course_status.label("before_status"),
            _TAKEN.label("taken"),
            enrolment.c.learner_id,
            may.c.lms_number,
            may.c.vendor_id,
            account.c.lms_user_number,
        )
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(may, and_(may.c.section_id == enrolment.c.section_id, may.c.vendor_id == vendor_id))
        .join(account, and_(account.c.learner_id == enrolment.c.learner_id, account.c.vendor_id == may.c.vendor_id))
        .outerjoin(_LAST, _IS_LAST)
    )
    there = or_(standing, extract_record.c.change == "drop")
    ready = query.where(extract_record.c.status == "ready", there, ~older_ready, ~_is_out(_LATER, extract_record))
    if not claimed:
        ready = ready.where(~_OPEN)
    if of_course:
        ready = ready.where(may.c.lms_number == bindparam("number"))
    return ready.order_by(extract_record.c.id)


def _is_out(newer: Any, one: Any) -> Any:
    """Whether a record of the same enrolment that is newer than `one` went to the LMS."""
    return exists().where(
        newer.c.enrolment_id == one.c.enrolment_id,
        newer.c.number > one.c.number,
        newer.c.status.in_(("transmitted", "processed")),
    )


def sendings(tx: Connection, rows: Collection[Row[Any]]) -> dict[int, tuple[Sending, Place]]:
    """What is sent of records of `due`, by their ids: the enrolments of the learner as they are (EX-R4)."""
    asked = places.asked(tx, {row.enrolment_id for row in rows})
    found = {}
    for row in rows:
        place = asked[row.enrolment_id]
        entry = Entry(row.lms_number, row.lms_user_number, place.starts, place.ends, place.suspended)
        found[row.id] = (Sending(row.vendor_id, entry), place)
    return found


def claim(run: Run, query: Select[Any], number: str, most: int, not_these: Collection[int]) -> list[Attempt]:
    """Write an attempt for each of the next records of the course `number` that may be sent now (`query`: `due` of a
    course), and take them for this computer. The gates are asked again in the same transaction (EX-P7)."""
    with run.writing() as tx:
        # Locked, lest a person's change comes between: what a person has taken out of the queue is not sent.
        locked = query.with_for_update(of=extract_record)
        rows = [row for row in tx.execute(locked, {"number": number}) if row.id not in not_these][:most]
        now = run.db.now(tx)
        ids = run.db.new_ids(tx, extract_attempt, len(rows))
        told = sendings(tx, rows)
        taken = [_claimed(row, key, now, *told[row.id]) for key, row in zip(ids, rows, strict=True)]
        if rows:
            _write(tx, run, rows, taken, now)
    return taken


def _claimed(row: Row[Any], key: int, now: datetime, sending: Sending, place: Place) -> Attempt:
    return Attempt(
        row.id,
        row.version,
        row.learner_id,
        row.enrolment_id,
        key,
        sending,
        now,
        open=True,
        status="ready",
        result=None,
        asked=sending.entry,
        kept=place.kept,
        telling=_is_telling(row, sending.entry, place),
    )


def _write(tx: Connection, run: Run, rows: Sequence[Row[Any]], taken: Sequence[Attempt], now: datetime) -> None:
    values = [
        {
            "id": one.attempt_id,
            "record_id": one.record_id,
            "number": row.attempts + 1,
            "run_id": run.id,
            "computer": platform.node() or "unknown",
            "payload": one.sending.stored(),
            "started_at": now,
        }
        for one, row in zip(taken, rows, strict=True)
    ]
    tx.execute(insert(extract_attempt), values)
    counted = update(extract_record).where(extract_record.c.id == bindparam("at"))
    tx.execute(
        counted.values(attempts=bindparam("count")), [{"at": row.id, "count": row.attempts + 1} for row in rows]
    )


def to_look_for(tx: Connection) -> list[Attempt]:
    """The records of which it is to be seen what became of them: Transmitted ones, until it is said that they were
    overtaken; Ready ones whose last attempt has an unknown end, or none (a program that died); and those that a
    person set back after they were taken (EX-T4)."""
    overtaken = _is_out(_LATER, extract_record)
    last = extract_attempt.c.number == extract_record.c.attempts
    query = (
        select(
            extract_record.c.id,
            extract_record.c.version,
            extract_record.c.status,
            extract_record.c.change,
            extract_record.c.enrolment_id,
            enrolment.c.learner_id,
            extract_attempt.c.id.label("attempt_id"),
            extract_attempt.c.payload,
            extract_attempt.c.started_at,
            extract_attempt.c.ended_at,
            extract_attempt.c.result,
            _LAST.c.course_status.label("before_status"),
            _TAKEN.label("taken"),
            overtaken.label("overtaken"),
        )
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .join(extract_attempt, and_(extract_attempt.c.record_id == extract_record.c.id, last))
        .outerjoin(_LAST, _IS_LAST)
    )
    set_back = and_(
        extract_attempt.c.result == Result.ACCEPTED.value,
        extract_record.c.answered_at.is_(None),
        extract_record.c.late_answer.is_(None),
    )
    pending = or_(
        extract_attempt.c.ended_at.is_(None),
        and_(
            extract_record.c.status == "transmitted",
            or_(~overtaken, extract_record.c.message.is_distinct_from(OVERTAKEN)),
        ),
        and_(
            extract_record.c.status == "ready",
            or_(extract_attempt.c.result == Result.UNKNOWN.value, set_back),
        ),
    )
    # By their indexes first: most records are Processed, and nothing is to be known of them.
    under_way = select(extract_attempt.c.record_id).where(extract_attempt.c.ended_at.is_(None))
    some = or_(extract_record.c.status.in_(("ready", "transmitted")), extract_record.c.id.in_(under_way))
    rows = tx.execute(query.where(some, pending).order_by(extract_record.c.id)).all()
    asked = places.asked(tx, {row.enrolment_id for row in rows})
    return [_attempt(row, asked.get(row.enrolment_id)) for row in rows]


def _attempt(row: Any, place: Place | None) -> Attempt:
    """`place`: None where the section leads to no course any more."""
    sending = read(row.payload)
    return Attempt(
        row.id,
        row.version,
        row.learner_id,
        row.enrolment_id,
        row.attempt_id,
        sending,
        row.started_at,
        open=row.ended_at is None,
        status=row.status,
        result=row.result,
        asked=_by_now(sending.entry, place),
        kept=False,
        telling=_is_telling(row, sending.entry, place),
        overtaken=bool(row.overtaken),
    )


def _by_now(entry: Entry, place: Place | None) -> Entry:
    """What the LMS is to show of a place that was sent: of a shared one, what is asked by now."""
    if place is None or not place.shared:
        return entry
    return replace(entry, starts=place.starts, ends=place.ends, suspended=place.suspended)


def _is_telling(row: Any, entry: Entry, place: Place | None) -> bool:
    """Whether the LMS would show something else had this sending not been taken: new dates cannot be seen, nor a
    withdrawal from a break, nor what was taken before and is sent once more, nor what another enrolment may have
    brought about."""
    if row.taken or (place is not None and place.shared):
        return False
    if row.before_status is None and row.change == "add":
        return True  # there was no place at all
    # Of one that was adopted there is no record before: the LMS had the learner.
    was_let_in = row.before_status not in ("dropped", "on_break")
    return was_let_in is entry.suspended


def moved_on(one: Attempt) -> Attempt:
    """An attempt whose record this run has made Transmitted since."""
    return replace(one, version=one.version + 1, open=False, status="transmitted", result=Result.ACCEPTED.value)


def note(run: Run, said: Mapping[int, Said], attempts: Collection[Noted]) -> set[int]:
    """Write what became of attempts (`said`, by the record's id), and of their records where nobody changed these
    since; where somebody did, it is noted as a late answer and not applied (EX-T4). One transaction. Returns the
    records that have a new status."""
    if not attempts:
        return set()
    with run.writing() as tx:
        now = run.db.now(tx)
        _end(tx, said, attempts, now)
        ids = [one.record_id for one in attempts]
        locked = select(extract_record).where(among(extract_record.c.id, ids)).order_by(extract_record.c.id)
        locked = locked.with_for_update()
        rows = {row.id: row for row in tx.execute(locked)}
        moved, told = [], []
        for one in attempts:
            row, what = rows[one.record_id], said[one.record_id]
            if not what.late and row.version == one.version and what.status not in (None, row.status):
                moved.append((row, _values(one, what, now), one.learner_id))
                run.counts[str(what.status)] += 1
            elif (values := _aside(row, one, what)) and history.differs(row, values):
                told.append((row, values, one.learner_id))
        operation = None
        if moved or told:
            operation = run.operation(tx)
            operation.update_many(extract_record, moved)
            operation.update_many(extract_record, told, mirrored=True)
            operation.save_changes()
    run.keep(operation)
    return {row.id for row, _, _ in moved}


def _values(one: Noted, what: Said, now: datetime) -> dict[str, Any]:
    """The record with its new status. When it went out is when the attempt began, whenever that came to be known; of
    what is settled without one, when it went out before."""
    values: dict[str, Any] = {"status": what.status, "status_at": now, "status_by": None, "message": what.message}
    values |= {"answered_at": now if what.status in ("processed", "rejected") else None, "late_answer": None}
    return values if one.started_at is None else values | {"extracted_at": one.started_at}


def _aside(row: Row[Any], one: Noted, what: Said) -> dict[str, Any]:
    """What is written beside the status, which is as it was or a person's: when it went out, and a late answer, of
    what was sent; where nothing was there is neither."""
    if one.started_at is None and row.version != one.version:
        return {}
    if what.late or row.version != one.version:
        values: dict[str, Any] = {} if what.status is None else {"extracted_at": one.started_at}
        if row.status == "ready" and what.status in ("processed", "rejected"):
            values["late_answer"] = what.status
        return values
    return {} if what.message is None else {"message": what.message}


def _end(tx: Connection, said: Mapping[int, Said], attempts: Collection[Noted], now: datetime) -> None:
    ended = [
        {
            "at": one.attempt_id,
            "how": what.result.value,
            "why": what.code,
            "words": what.message,
            "moment": now,
        }
        for one in attempts
        if (what := said[one.record_id]).result is not None
    ]
    if not ended:
        return
    statement = update(extract_attempt).where(
        extract_attempt.c.id == bindparam("at"), extract_attempt.c.ended_at.is_(None)
    )
    values: dict[str, Any] = {"result": bindparam("how"), "code": bindparam("why"), "message": bindparam("words")}
    tx.execute(statement.values({**values, "ended_at": bindparam("moment")}), ended)
