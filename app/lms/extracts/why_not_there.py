"""*Why is this learner not in the LMS?*: from the enrolment to the gradebook, until the first thing that is wrong.

The owning campus comes before term, delivery method and LMS: all of these are that campus's, and without it each of
them would look wrong (EX-P0).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from app import access
from app.access import Scope, User
from app.dates import shown, shown_time
from app.db.database import Database
from app.db.tables import (
    SHOWN,
    course,
    enrolment,
    extract_attempt,
    extract_record,
    learner,
    lms_account,
    lms_course,
    section,
    term,
)
from app.enrolling import NO_TERM
from app.errors import AccessError, ConflictError
from app.lms import enrol
from app.lms.extracts import gates, places
from app.lms.sections.listed import seen_by
from app.sentence import Sentence, joined


class Remedy(StrEnum):
    """Where a thing is put right. The words are those of the button."""

    NONE = ""
    ENROL = "Enrol Selected"
    SECTION = "Edit Section"
    TERMS = "Terms"
    METHODS = "Delivery Methods"
    VENDORS = "LMS Vendors"
    ACCOUNTS = "Accounts"
    SEND = "Send Ready Records"
    EXTRACTS = "LMS Extract Statuses"
    COURSES = "Courses"
    COMPARE = "Compare with the LMS"
    TEST = "Test Connection"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `holds` is None where it could not be looked at."""

    what: str
    holds: bool | None
    found: str = field(repr=False)
    advice: str = ""
    remedy: Remedy = Remedy.NONE


@dataclass(frozen=True, slots=True)
class Place:
    """An enrolment that can be asked about, as a list shows it."""

    id: int
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What the database tells of an enrolment. `asks`: nothing is wrong here, so the LMS is asked next, about this
    account on this course."""

    name: str = field(repr=False)
    title: str
    section_id: int
    learner_id: int
    lms_course_id: int | None
    findings: tuple[Finding, ...]
    asks: bool
    course: str = ""
    account: str = ""
    starts: date | None = None
    ends: date | None = None


_REMEDIES: Mapping[str, Remedy] = {
    "EX-P0": Remedy.SECTION,
    "EX-P1": Remedy.TERMS,
    "EX-P2": Remedy.VENDORS,
    "EX-P3": Remedy.METHODS,
    "EX-P4": Remedy.SECTION,
    "EX-P5": Remedy.SECTION,
    "EX-P8": Remedy.SECTION,
}
_ORDER = ("EX-P0", "EX-P1", "EX-P3", "EX-P4", "EX-P5", "EX-P2", "EX-P8")
"""Term, delivery method, section, vendor: the default of a campus before whether it is linked there."""


def places_of(tx: Connection, learner_id: int, scope: Scope) -> list[Place]:
    """The enrolments of a learner that the user may see, those that stand first."""
    query = (
        select(enrolment.c.id, enrolment.c.status, enrolment.c.removed_at, course.c.code, course.c.title)
        .add_columns(term.c.code.label("term"), section.c.number)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
        .join(term, term.c.id == section.c.term_id)
        .where(enrolment.c.learner_id == learner_id, seen_by(scope))
        .order_by(enrolment.c.removed_at.is_not(None), enrolment.c.id.desc())
    )
    return [
        Place(row.id, _title(row), "taken back" if row.removed_at is not None else row.status.replace("_", " "))
        for row in tx.execute(query)
    ]


def _title(row: Row[Any]) -> str:
    term_code = "" if row.term == NO_TERM else f" · {row.term}"
    return f"{row.code}{term_code} · {row.number} · {row.title}"


def look(db: Database, user: User, enrolment_id: int) -> Looked:
    """What stands in the way here, up to the first thing that is wrong; nothing is asked of the LMS.

    Raises ConflictError if the enrolment is gone; AccessError where its section is of campuses that are not the
    user's (EX-A3).
    """
    with db.read() as tx:
        row = _row(tx, enrolment_id)
        if row is None:
            raise ConflictError("This enrolment is no longer there.", hint="Reload the page.")
        seen = select(section.c.id).where(section.c.id == row.section_id, seen_by(access.campuses(tx, user)))
        if tx.execute(seen).first() is None:
            raise AccessError(
                "You cannot ask about this enrolment.",
                hint="Its section belongs to a campus that is not one of yours. Ask an administrator.",
            )
        findings = _until_wrong(tx, row)
        account = _account(tx, row)
    return Looked(
        name=", ".join(part for part in (row.family_name, row.given_names) if part) or row.ref,
        title=_title(row),
        section_id=row.section_id,
        learner_id=row.learner_id,
        lms_course_id=row.lms_course_id,
        findings=findings,
        asks=all(one.holds for one in findings),
        course=row.lms_number or "",
        account=account or "",
        starts=row.starts,
        ends=row.ends,
    )


def _row(tx: Connection, enrolment_id: int) -> Row[Any] | None:
    query = (
        select(enrolment, learner.c.family_name, learner.c.given_names, learner.c.ref, course.c.code, course.c.title)
        .add_columns(term.c.code.label("term"), section.c.number, section.c.lms_course_id, lms_course.c.lms_number)
        .add_columns(lms_course.c.state, lms_course.c.short_name, lms_course.c.visible)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
        .join(term, term.c.id == section.c.term_id)
        .outerjoin(lms_course, lms_course.c.id == section.c.lms_course_id)
        .where(enrolment.c.id == enrolment_id, SHOWN)
    )
    return tx.execute(query).one_or_none()


def _until_wrong(tx: Connection, row: Row[Any]) -> tuple[Finding, ...]:
    found = [_enrolment(tx, row)]
    if found[-1].holds:
        report = {gate.code: gate for gate in gates.report(tx, row.section_id)}
        for code in _ORDER:
            gate = report[code]
            advice = "" if gate.holds else Sentence("Needed is {needed}.", needed=Sentence(gate.needed))
            found.append(Finding(gate.title, gate.holds, gate.found, advice, _REMEDIES[code]))
            if not gate.holds:
                return tuple(found)
    for step in (_one_account, _record, _attempts, _course_state):
        if not found[-1].holds:
            break
        found.append(step(tx, row))
    return tuple(found)


# -------------------------------------------------------------------------------------------------------- each step


def _enrolment(tx: Connection, row: Row[Any]) -> Finding:
    """That another enrolment keeps the place there is said too: the LMS lets in whom this one would not."""
    one, place = _own_enrolment(row), places.asked(tx, [row.id]).get(row.id)
    if place is None or not place.kept:
        return one
    kept = "Another of their sections has the same course of the LMS, which keeps their place there."
    return replace(one, advice=joined("{these} {last}", (Sentence(kept), Sentence(one.advice))))


def _own_enrolment(row: Row[Any]) -> Finding:
    what = "Enrolment"
    if row.removed_at is not None:
        found = Sentence("taken back on {day}", day=shown(row.removed_at.astimezone().date()))
        return Finding(what, False, found, "Enrol the learner again, if they belong on it.", Remedy.ENROL)
    if row.status == "dropped":
        return Finding(
            what, False, "withdrawn", "The LMS lets nobody in who was withdrawn here. Use Back if it was wrong."
        )
    if row.status == "on_break":
        return Finding(
            what, False, "on a break in learning", "The place in the LMS is suspended until they are Back."
        )
    if row.ends is not None and row.ends < date.today():
        return Finding(
            what, False, Sentence("ended on {day}", day=shown(row.ends)), "Change the dates if the learner goes on."
        )
    status = Sentence(row.status.replace("_", " "))
    if row.starts is not None and row.starts > date.today():
        status = Sentence("{status}, begins on {day}", status=status, day=shown(row.starts))
    return Finding(what, True, status)


def _account(tx: Connection, row: Row[Any]) -> str | None:
    known, may = gates.accounts().subquery(), gates.holding().subquery()
    query = (
        select(known.c.lms_user_number)
        .join(may, may.c.vendor_id == known.c.vendor_id)
        .where(known.c.learner_id == row.learner_id, may.c.section_id == row.section_id)
    )
    found: str | None = tx.execute(query).scalar()
    return found


def _one_account(tx: Connection, row: Row[Any]) -> Finding:
    """EX-P9."""
    if (number := _account(tx, row)) is not None:
        return Finding("LMS account", True, Sentence("number {number}", number=number))
    held = select(lms_account.c.id).where(lms_account.c.learner_id == row.learner_id)
    found = "none that is known" if not tx.execute(held).all() else "more than one, or not decided"
    advice = "Decide whose account it is. One that was made in the LMS just now is found by the next sending."
    return Finding("LMS account", False, found, advice, Remedy.ACCOUNTS)


def _last_record(tx: Connection, row: Row[Any]) -> Row[Any] | None:
    query = select(extract_record).where(
        extract_record.c.enrolment_id == row.id, extract_record.c.number == row.records
    )
    return tx.execute(query).one_or_none()


def _record(tx: Connection, row: Row[Any]) -> Finding:
    what, record = "Record", _last_record(tx, row)
    if record is None:
        if row.origin == "adopted":
            return Finding(what, True, "none needed: the learner was found in the LMS")
        return Finding(what, False, "none yet", "It is made and sent by the next sending.", Remedy.SEND)
    found = Sentence(
        "{change}, {status}, since {moment}",
        change=Sentence(record.change.capitalize()),
        status=Sentence(record.status),
        moment=shown_time(record.status_at),
    )
    if record.status == "ready":
        waits = record.message or "It waits for the next sending."
        return Finding(what, False, found, waits, Remedy.SEND)
    if record.status == "rejected":
        why = record.message or "The LMS refused it."
        return Finding(
            what, False, found, Sentence("{why} Put it right, then resubmit it.", why=Sentence(why)), Remedy.EXTRACTS
        )
    return Finding(what, True, found)


def _attempts(tx: Connection, row: Row[Any]) -> Finding:
    what, record = "Attempts", _last_record(tx, row)
    if record is None or not record.attempts:
        return Finding(what, True, "none was needed" if record is None else "none: a person set the status")
    query = select(extract_attempt).where(
        and_(extract_attempt.c.record_id == record.id, extract_attempt.c.number == record.attempts)
    )
    last = tx.execute(query).one_or_none()
    said = Sentence(
        "{attempts}, the last on {moment}",
        attempts=record.attempts,
        moment=shown_time(last.started_at if last is not None else record.extracted_at),
    )
    if last is None or last.result in ("accepted", "seen"):
        return Finding(what, True, said)
    if last.result is None:
        return Finding(
            what,
            False,
            Sentence("{said}, under way", said=said),
            Sentence("It is being sent by {computer}. Wait, then look again.", computer=last.computer),
        )
    why = last.message or "It did not go through."
    return Finding(
        what,
        False,
        said,
        Sentence("{why} The next sending looks first, and tries again.", why=Sentence(why)),
        Remedy.SEND,
    )


def _course_state(tx: Connection, row: Row[Any]) -> Finding:
    what = "Course of the LMS"
    if reason := enrol.why_not(row.state, removed=False):
        return Finding(what, False, _stands(row), reason, Remedy.COURSES)
    if row.visible is False:
        advice = "Its learners do not see it. Somebody who teaches it makes it visible in the LMS."
        return Finding(
            what,
            False,
            Sentence("{course}: hidden in the LMS", course=row.short_name),
            advice,
            Remedy.COURSES,
        )
    return Finding(what, True, _stands(row))


def _stands(row: Row[Any]) -> Sentence:
    return Sentence("{course}: {state}", course=row.short_name, state=Sentence(row.state))


def stopped_at(findings: Sequence[Finding]) -> Finding | None:
    """The first thing that is wrong, or could not be looked at; None if nothing is."""
    return next((one for one in findings if not one.holds), None)
