"""*Edit Credit* of a complete record, and *Replace Credit on Incomplete Record* (course-record-import.md 6).

The course's rules hold for what people write too: CR-16, CR-30 and CR-31 refuse it, CR-32 is told. An incomplete
record has no credit (CR-35); where one has some all the same, an import leaves it alone (CR-42), and it is put right
here, with a right of its own and a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app import access, history
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.among import among
from app.db.database import Database
from app.db.tables import award, credit_type, enrolment, learner, outgoing_report, reporter, section
from app.errors import ConflictError, InputError
from app.folding import cleaned
from app.history import Operation
from app.imports import amounts, facts
from app.imports.awarding import HAND
from app.imports.facts import CourseFacts, TypeFacts
from app.imports.rules import Finding, Severity
from app.sentence import Sentence

EDITED, REPLACED = "credit_edited", "credit_replaced"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Held:
    """Credit that the learner has of the course. `told`: the outside bodies it was exported for, and when."""

    id: int
    version: int
    type_id: int
    code: str
    amount: int
    awarded_on: date | None
    expires_on: date | None
    origin: str
    told: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An enrolment with the credit of its learner, as the form shows it."""

    enrolment_id: int
    version: int
    learner_id: int
    ref: str = field(repr=False)
    name: str = field(repr=False)
    course: CourseFacts
    complete: bool
    completed_on: date | None
    held: tuple[Held, ...]
    types: Mapping[str, TypeFacts] = field(compare=False)
    """Every type of the college, by code: what changes of others is no conflict."""

    @property
    def may_have(self) -> tuple[str, ...]:
        """The types that credit can be given of, by code: those the course gives, those there; on an imported shell,
        which has no set-up, every active one."""
        there = {one.code for one in self.held}
        if self.course.is_shell:
            return tuple(sorted(there | {one.code for one in self.types.values() if one.active}))
        return tuple(sorted(there | {one.code for one in self.course.active}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Credit as it is to be; the amount in hundredths."""

    code: str
    amount: int
    awarded_on: date | None = None
    expires_on: date | None = None


def why_not_edit(*, complete: bool) -> str:
    """Why *Edit Credit* cannot be used on a record, in a sentence; "" if it can."""
    if complete:
        return ""
    return "This record is not complete, and credit belongs to complete ones. Import its completion first."


def why_not_replace(*, complete: bool, has_credit: bool) -> str:
    """Why *Replace Credit on Incomplete Record* cannot be used on a record, in a sentence; "" if it can."""
    if complete:
        return "This record is complete: use Edit Credit."
    return "" if has_credit else "This record is incomplete and has no credit, so there is nothing to replace."


def read(tx: Connection, enrolment_id: int) -> Record | None:
    """The record as it stands; None if it is not there."""
    query = (
        select(
            enrolment.c.id,
            enrolment.c.version,
            enrolment.c.learner_id,
            enrolment.c.complete,
            enrolment.c.completed_on,
            section.c.course_id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
        )
        .join(section, section.c.id == enrolment.c.section_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .where(enrolment.c.id == enrolment_id, enrolment.c.removed_at.is_(None))
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    return Record(
        row.id,
        row.version,
        row.learner_id,
        row.ref,
        " ".join(part for part in (row.given_names, row.family_name) if part),
        facts.of_ids(tx, [row.course_id])[row.course_id],
        row.complete,
        row.completed_on,
        _held(tx, row.learner_id, row.course_id),
        facts.types(tx),
    )


def _held(tx: Connection, learner_id: int, course_id: int) -> tuple[Held, ...]:
    query = (
        select(award, credit_type.c.code)
        .join(credit_type, credit_type.c.id == award.c.type_id)
        .where(award.c.learner_id == learner_id, award.c.course_id == course_id, award.c.removed_at.is_(None))
        .order_by(credit_type.c.code)
    )
    rows = tx.execute(query).all()
    exported = (
        select(outgoing_report.c.award_id, reporter.c.name, outgoing_report.c.exported_at)
        .join(reporter, reporter.c.id == outgoing_report.c.reporter_id)
        .where(
            among(outgoing_report.c.award_id, [row.id for row in rows]), outgoing_report.c.exported_at.is_not(None)
        )
        .order_by(reporter.c.name)
    )
    told: dict[int, tuple[tuple[str, datetime], ...]] = {}
    for one in tx.execute(exported):
        told[one.award_id] = (*told.get(one.award_id, ()), (one.name, one.exported_at))
    return tuple(
        Held(
            row.id,
            row.version,
            row.type_id,
            row.code,
            row.amount,
            row.awarded_on,
            row.expires_on,
            row.origin,
            told.get(row.id, ()),
        )
        for row in rows
    )


# -------------------------------------------------------------------------------------------------------- checking


def findings(record: Record, wanted: Sequence[Wanted]) -> list[Finding]:
    """What speaks against giving this credit, rule by rule. Credit that is there and stays as it is was judged when
    it came."""
    there = {one.code: _same(one) for one in record.held}
    found: list[Finding] = []
    for one in wanted:
        if there.get(one.code) != one:
            if there.get(one.code, one).amount != one.amount or one.code not in there:
                found += amounts.findings(record.course, one.code, one.amount)
            found += _days(one)
    return found


def _same(one: Held) -> Wanted:
    """What asks for credit to be as it is."""
    return Wanted(one.code, one.amount, one.awarded_on, one.expires_on)


def _days(one: Wanted) -> list[Finding]:
    if one.awarded_on is None or one.expires_on is None or one.expires_on >= one.awarded_on:
        return []
    words = Sentence("{type} would end before the day it is awarded.", type=one.code)
    return [Finding("CR-17", words, "credit_expiration", one.expires_on.isoformat())]


def refused(found: Sequence[Finding]) -> Finding | None:
    """The first finding that forbids it."""
    return next((one for one in found if one.weight in (Severity.ERROR, Severity.FILE)), None)


# --------------------------------------------------------------------------------------------------------- writing


@begun_anew
def save(
    db: Database, user: User, before: Record, wanted: Sequence[Wanted], *, replacing: bool = False, reason: str = ""
) -> int | None:
    """Let the learner have just this credit of the course; what is not wanted any more is taken back. Returns the
    operation that can be taken back, None if nothing differed.

    `replacing`: on an incomplete record, which needs a reason. What goes to an outside body and was not exported yet
    follows the award; what was exported cannot be recalled (CR-U3). Raises AccessError; InputError with the code of
    the type as field; ConflictError if the record, its credit or the course's set-up changed since it was read.
    """
    why = _reason(reason) if replacing else cleaned(reason)
    with db.write() as tx:
        access.require(tx, user, Permission.REPLACE_CREDIT if replacing else Permission.EDIT_CREDIT)
        tx.execute(select(enrolment.c.id).where(enrolment.c.id == before.enrolment_id).with_for_update()).all()
        now = read(tx, before.enrolment_id)
        if now != before:
            raise ConflictError("Somebody else changed this record.", hint="Close the form and open it again.")
        _require_fit(now, wanted, replacing=replacing)
        if {_same(one) for one in now.held} == set(wanted):
            return None
        operation = history.begin(tx, db, user.id, REPLACED if replacing else EDITED, reason=why)
        _write(operation, now, wanted)
        operation.end(tx)
    return operation.id


def _reason(text: str) -> str:
    plain = cleaned(text)
    if not plain:
        raise InputError(
            "Replacing credit needs a reason.", hint="Say why, for whoever reads the history.", field="reason"
        )
    if len(plain) > LONGEST_REASON:
        raise InputError(
            Sentence("That is longer than {most} characters.", most=LONGEST_REASON),
            hint="Shorten it.",
            field="reason",
        )
    return plain


def _require_fit(now: Record, wanted: Sequence[Wanted], *, replacing: bool) -> None:
    reason = (
        why_not_replace(complete=now.complete, has_credit=bool(now.held))
        if replacing
        else why_not_edit(complete=now.complete)
    )
    if reason:
        raise InputError("This record's credit cannot be changed here.", hint=reason)
    codes = [one.code for one in wanted]
    if len(set(codes)) != len(codes):
        raise InputError("A credit type comes twice.", hint="Take one of the two out.")
    for one in wanted:
        if one.code not in now.may_have:
            raise InputError(
                Sentence("{course} does not give {type}.", course=now.course.code, type=one.code),
                hint="Choose another type.",
                field=one.code,
            )
    if (first := refused(findings(now, wanted))) is not None:
        code = next((one.code for one in wanted if refused(findings(now, [one])) is not None), "")
        raise InputError(
            first.message, hint=Sentence("Rule {rule}: change the amount or the day.", rule=first.rule), field=code
        )


def _write(operation: Operation, now: Record, wanted: Sequence[Wanted]) -> None:
    tx, moment = operation.tx, operation.db.now(operation.tx)
    query = select(award).where(award.c.learner_id == now.learner_id, award.c.course_id == now.course.id)
    rows = {row.type_id: row for row in tx.execute(query).all()}
    kept = {now.types[one.code].id: one for one in wanted}
    changed: list[tuple[Row[Any], Mapping[str, Any], int]] = []
    for type_id, row in rows.items():
        if type_id in kept:
            changed.append((row, _values(kept[type_id], row), now.learner_id))
        elif row.removed_at is None:
            changed.append((row, {"removed_at": moment}, now.learner_id))
    operation.update_many(award, changed)
    new = [
        {"learner_id": now.learner_id, "course_id": now.course.id, "type_id": at, "origin": HAND, **_told(one)}
        for at, one in kept.items()
        if at not in rows
    ]
    operation.insert_many(award, new, now.learner_id)
    gone = [row.id for at, row in rows.items() if at not in kept and row.removed_at is None]
    _take_reports_back(operation, gone, now.learner_id, moment)


def _told(one: Wanted) -> dict[str, Any]:
    return {"amount": one.amount, "awarded_on": one.awarded_on, "expires_on": one.expires_on}


def _values(one: Wanted, row: Row[Any]) -> dict[str, Any]:
    """Credit that was taken back and is given again comes from a person; other credit comes from where it came."""
    if row.removed_at is None:
        return _told(one)
    return {**_told(one), "removed_at": None, "origin": HAND, "file_row_id": None}


def _take_reports_back(operation: Operation, award_ids: Sequence[int], learner_id: int, moment: datetime) -> None:
    query = select(outgoing_report).where(
        among(outgoing_report.c.award_id, award_ids), outgoing_report.c.removed_at.is_(None)
    )
    rows = operation.tx.execute(query).all()
    operation.update_many(outgoing_report, [(row, {"removed_at": moment}, learner_id) for row in rows])
