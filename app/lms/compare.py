"""*Compare with the LMS*: who is on a course there, here, or in both; asked of the LMS at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, select

from app import access, history
from app.access import Permission, User
from app.connectors.lms import LmsClient, Participant
from app.db.database import Database
from app.db.tables import SHOWN, enrolment, learner, lms_course, section
from app.errors import AppError, ConflictError
from app.history import Operation
from app.lms import accounts
from app.lms.accounts import Matching
from app.tasks import TaskContext


class Offered(StrEnum):
    """The one action of an entry. The words are what the user reads."""

    NONE = ""
    ADOPT = "Adopt"
    DECIDE = "Decide Account"
    RELINK = "Relink"
    CHECK = "Check in the LMS"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the comparison, and what can be done."""

    user: str | None
    """The number of the account; None where none is known."""
    learner_id: int | None
    enrolment_id: int | None
    ref: str | None
    name: str = field(repr=False)
    """As the college has it; of an account that is nobody's, as the LMS has it."""
    active: bool | None
    """Whether the place there is active; None where there is none."""
    offered: Offered


@dataclass(frozen=True, slots=True)
class Comparison:
    """A course there and here."""

    lms_course_id: int
    page: str
    """Where the LMS itself shows who is on the course."""
    both: tuple[Entry, ...]
    only_here: tuple[Entry, ...]
    only_there: tuple[Entry, ...]

    @property
    def to_adopt(self) -> tuple[int, ...]:
        """The learners that *Adopt All* takes."""
        return tuple(
            one.learner_id for one in self.only_there if one.offered is Offered.ADOPT and one.learner_id is not None
        )


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    ref: str
    name: str = field(repr=False)
    enrolment_id: int | None


def compare(context: TaskContext, db: Database, user: User, client: LmsClient, lms_course_id: int) -> Comparison:
    """Ask the LMS who is on a course, and hold it against the enrolments here. What is seen of the accounts is kept,
    so that they can be adopted or decided about.

    Raises AccessError, ConflictError (no such course), ServiceError, Cancelled.
    """
    with db.read() as tx:
        access.require(tx, user, Permission.ENROL)
        row = tx.execute(select(lms_course).where(lms_course.c.id == lms_course_id)).one_or_none()
    if row is None:
        raise ConflictError("This course is no longer there.", hint="Reload the page.")
    with client.open() as calls, context.on_cancel(calls.abort):
        context.report(0, 1, "Asking who is on the course")
        try:
            found = calls.participants(row.lms_number)
        except AppError:
            context.raise_if_cancelled()  # then it is no fault of the LMS
            raise
    context.raise_if_cancelled()
    people = [one for one in found if one.student]
    operation: Operation | None = None

    def opened() -> Operation:
        nonlocal operation
        operation = operation or history.begin(tx, db, user.id, "lms_accounts_seen")
        return operation

    with db.write() as tx:
        known, matching = accounts.read(tx, row.vendor_id, people)
        accounts.write(opened, row.vendor_id, people, known, matching, db.now(tx))
        if operation is not None:
            operation.end(tx)
        here = _here(tx, lms_course_id)
        others = _learners(tx, [key for key in matching.user_of() if key not in here])
    page = client.page_of_people(row.lms_number)
    return _compared((lms_course_id, page), people, matching, here, others)


def _here(tx: Connection, lms_course_id: int) -> dict[int, _Person]:
    query = (
        select(learner.c.id, learner.c.ref, learner.c.family_name, learner.c.given_names, enrolment.c.id.label("at"))
        .join(enrolment, enrolment.c.learner_id == learner.c.id)
        .join(section, section.c.id == enrolment.c.section_id)
        .where(section.c.lms_course_id == lms_course_id, enrolment.c.removed_at.is_(None), SHOWN)
        .order_by(learner.c.family_fold, learner.c.given_fold, learner.c.id)
    )
    return {row.id: _Person(row.id, row.ref, _name(row), row.at) for row in tx.execute(query)}


def _learners(tx: Connection, ids: Sequence[int]) -> dict[int, _Person]:
    found = {}
    for some in history.batched(ids):
        query = select(learner.c.id, learner.c.ref, learner.c.family_name, learner.c.given_names)
        for row in tx.execute(query.where(learner.c.id.in_(some), SHOWN)):
            found[row.id] = _Person(row.id, row.ref, _name(row), None)
    return found


def _name(row: object) -> str:
    parts = (getattr(row, "family_name", None), getattr(row, "given_names", None))
    return ", ".join(part for part in parts if part)


def _compared(
    course: tuple[int, str],
    people: Sequence[Participant],
    matching: Matching,
    here: dict[int, _Person],
    others: dict[int, _Person],
) -> Comparison:
    users = matching.user_of()
    by_user = {one.user: one for one in people}
    both, only_here = [], []
    for key, one in here.items():
        if key in users:
            place = by_user[users[key]]
            both.append(Entry(place.user, key, one.enrolment_id, one.ref, one.name, place.active, Offered.NONE))
            continue
        offered = Offered.CHECK
        if key in matching.clashing:
            offered = Offered.DECIDE
        elif key in matching.relink:
            offered = Offered.RELINK
        account = matching.relink.get(key)
        only_here.append(Entry(account, key, one.enrolment_id, one.ref, one.name, None, offered))
    only_there = []
    whose = {user: key for key, user in users.items()}
    for place in by_user.values():
        key_there = whose.get(place.user)
        if key_there in here:
            continue
        other = others.get(key_there) if key_there is not None else None
        if other is not None:
            entry = Entry(place.user, other.id, None, other.ref, other.name, place.active, Offered.ADOPT)
        else:
            entry = Entry(place.user, None, None, place.id_number, place.full_name, place.active, Offered.DECIDE)
        only_there.append(entry)
    return Comparison(*course, tuple(both), tuple(only_here), tuple(only_there))
