"""Drops of learners of whom the LMS never showed a place. A Drop that is sent makes the place that it suspends
(moodle.md 4.6), so the LMS is looked at first: where it shows no place, the Drop is settled without being sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from app.connectors.lms import Participant
from app.dates import shown_time
from app.db.among import among
from app.db.database import Database
from app.db.tables import enrolment, extract_attempt, extract_record
from app.lms.extracts import attempts, gates, places
from app.lms.extracts.attempts import Said
from app.lms.run import Run

MAY_ARRIVE = timedelta(hours=1)
"""So long after it was made a call without an answer may still be carried out: no web server works longer on one."""
NO_PLACE = "The LMS shows no place of the learner on the course, so there was nothing to end. Nothing was sent."


@dataclass(frozen=True, slots=True)
class Leaving:
    """A Drop that may be settled by what the LMS shows. `user`: the learner's account; `records`: the Ready ones of
    the enrolment, of which this is the last; `sent_at`: when something was last sent of which nobody knows whether
    it arrived; `until`: before then it may still arrive."""

    vendor_id: int
    record_id: int
    version: int
    learner_id: int
    course: str
    user: str
    records: tuple[int, ...]
    sent_at: datetime | None
    until: datetime | None
    attempt_id: int = 0
    started_at: datetime | None = None
    """Nothing is sent, so that there is no attempt."""

    @property
    def where(self) -> tuple[str, str]:
        """As whom and where it is looked for."""
        return self.user, self.course


def find(tx: Connection, db: Database, vendor_id: int, among_these: Collection[int] | None = None) -> list[Leaving]:
    """The Drops that are an enrolment's last word and might be sent now, where nothing tells that the LMS ever had
    the place. Not of a place that another enrolment keeps (see `places`). All, or those among these records."""
    may, account = gates.holding().subquery("may"), gates.accounts().subquery("account")
    maybe = or_(extract_attempt.c.result == "unknown", extract_attempt.c.ended_at.is_(None))
    sent_at = (
        select(func.max(extract_attempt.c.started_at))
        .join(_OTHER, _OTHER.c.id == extract_attempt.c.record_id)
        .where(_OTHER.c.enrolment_id == enrolment.c.id, maybe)
        .scalar_subquery()
    )
    query = (
        select(
            extract_record.c.id,
            extract_record.c.version,
            extract_record.c.enrolment_id,
            enrolment.c.learner_id,
            may.c.lms_number,
            account.c.lms_user_number,
            sent_at.label("sent_at"),
        )
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .join(may, and_(may.c.section_id == enrolment.c.section_id, may.c.vendor_id == vendor_id))
        .join(account, and_(account.c.learner_id == enrolment.c.learner_id, account.c.vendor_id == may.c.vendor_id))
        .where(extract_record.c.status == "ready", extract_record.c.change == "drop", ~_had_place())
        .where(extract_record.c.number == enrolment.c.records)
    )
    if among_these is not None:
        query = query.where(among(extract_record.c.id, sorted(among_these)))
    rows = tx.execute(query.order_by(extract_record.c.id)).all()
    wanted = {row.enrolment_id for row in rows}
    asked, ready = places.asked(tx, wanted), _ready(tx, wanted)
    now = db.now(tx)
    return [
        _leaving(vendor_id, row, ready[row.enrolment_id], now)
        for row in rows
        if (place := asked.get(row.enrolment_id)) is not None and place.suspended
    ]


_OTHER = extract_record.alias("other")


def _had_place() -> ColumnElement[bool]:
    """Whether the LMS took or showed the place of an enrolment at any time, or a person said so. A Drop that is
    Processed says nothing of it: it may have been settled here."""
    taken = exists().where(
        _OTHER.c.enrolment_id == enrolment.c.id,
        extract_attempt.c.record_id == _OTHER.c.id,
        extract_attempt.c.result.in_(("accepted", "seen")),
    )
    said = exists().where(
        _OTHER.c.enrolment_id == enrolment.c.id,
        _OTHER.c.change != "drop",
        _OTHER.c.status.in_(("transmitted", "processed")),
    )
    return or_(enrolment.c.origin == "adopted", taken, said)


def _ready(tx: Connection, enrolments: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    query = (
        select(extract_record.c.enrolment_id.label("of"), extract_record.c.id)
        .where(among(extract_record.c.enrolment_id, sorted(enrolments)), extract_record.c.status == "ready")
        .order_by(extract_record.c.enrolment_id, extract_record.c.id)
    )
    rows = tx.execute(query).all() if enrolments else ()
    return {of: tuple(row.id for row in some) for of, some in groupby(rows, attrgetter("of"))}


def _leaving(vendor_id: int, row: Any, ready: tuple[int, ...], now: datetime) -> Leaving:
    until = None
    if row.sent_at is not None and row.sent_at + MAY_ARRIVE > now:
        until = row.sent_at + MAY_ARRIVE
    who = (vendor_id, row.id, row.version, row.learner_id, row.lms_number, row.lms_user_number)
    return Leaving(*who, ready, row.sent_at, until)


def settle(run: Run, some: Collection[Leaving], people: Mapping[str, Participant]) -> set[int]:
    """Settle the Drops of those whom the LMS does not show, by what it showed just now; returns the records that are
    not to be sent in this run. What may still arrive is waited for: after a Drop it would let the learner in again.
    Then a course that shows nobody proves nothing of somebody who may have been sent, since the LMS says the same
    where the service account may not look: that Drop is sent. One of which a person changed the account or the
    course since it was found was looked for as somebody else, or elsewhere: it is sent too, if it may be."""
    absent = [one for one in some if one.user not in people and (people or one.sent_at is None or one.until)]
    now = _now(run, absent)
    still = [one for one in absent if now.get(one.record_id) == one.where]
    attempts.note(run, {one.record_id: _said(one) for one in still}, still)
    other = {one.record_id for one in absent if now.get(one.record_id, one.where) != one.where}
    return {record for one in absent if one.record_id not in other for record in one.records}


def _now(run: Run, some: Sequence[Leaving]) -> dict[int, tuple[str, str]]:
    """Of those that would be found once more: the account and the course."""
    if not some:
        return {}
    with run.db.read() as tx:
        found = find(tx, run.db, some[0].vendor_id, [one.record_id for one in some])
    return {one.record_id: one.where for one in found}


def _said(one: Leaving) -> Said:
    if one.until is None:
        return Said(None, "processed", message=NO_PLACE)
    words = f"The LMS shows no place of the learner, but what was sent at {shown_time(one.sent_at)} may still arrive."
    return Said(None, message=f"{words} It is looked for again from {shown_time(one.until)} on.")
