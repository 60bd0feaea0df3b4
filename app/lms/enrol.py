"""Enrol Selected and Adopt: learners into a course of the LMS, by the section that is taught there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, select, update

from app import access, history
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import SHOWN, course, enrolment, learner, lms_account, lms_course, section
from app.enrolling import enrol, no_term
from app.errors import ConflictError, InputError
from app.folding import fold_code
from app.lms.extracts import queue
from app.lms.states import CourseState
from app.sentence import Sentence


@dataclass(frozen=True, slots=True)
class EnrolSummary:
    """What enrolling did. `back`: enrolments that had been taken back and stand again; `refused`: learners who were
    removed meanwhile, or whose account has not been decided."""

    new: int
    back: int
    already: int
    refused: int
    operation_id: int | None
    section_id: int


def why_not(state: str, removed: bool) -> str:
    """Why nobody can be enrolled into a course of the LMS now, in a sentence; "" if they can."""
    if removed:
        return "This course was removed in the LMS. Choose the one that takes its place, or link it there."
    if state == CourseState.NEW.value:
        return "This course is New: an LMS administrator decides first whether it is Open or Closed."
    if state == CourseState.HIDDEN.value:
        return "This course is Hidden. An LMS administrator can make it Open or Closed."
    return ""


def _open_course(tx: Connection, lms_course_id: int) -> Row[Any]:
    """The course, locked so that nobody closes it meanwhile. Raises ConflictError, InputError with the reason."""
    row = tx.execute(select(lms_course).where(lms_course.c.id == lms_course_id).with_for_update()).one_or_none()
    if row is None:
        raise ConflictError("This course is no longer there.", hint="Reload the page.")
    if reason := why_not(row.state, row.removed_at is not None):
        raise InputError(Sentence("Nobody can be enrolled into {course}.", course=row.short_name), hint=reason)
    return row


def section_for(tx: Connection, lms_course_row: Row[Any]) -> int:
    """The section that is taught in a course of the LMS: the first there is, or one made for it. What is made stays
    when the enrolment is undone: others may stand on it by then."""
    query = select(section.c.id).where(section.c.lms_course_id == lms_course_row.id, section.c.open)
    found = tx.execute(query.order_by(section.c.id).limit(1)).scalar()
    if found is not None:
        return int(found)
    code = lms_course_row.id_number or lms_course_row.short_name
    course_id = _course(tx, code, lms_course_row.full_name)
    none = no_term(tx)
    last = tx.execute(
        select(func.max(section.c.number)).where(section.c.course_id == course_id, section.c.term_id == none)
    ).scalar()
    values = {
        "course_id": course_id,
        "term_id": none,
        "number": (last or 0) + 1,
        "lms_course_id": lms_course_row.id,
        "starts": lms_course_row.starts,
        "ends": lms_course_row.ends,
    }
    return int(tx.execute(insert(section).values(values).returning(section.c.id)).scalar_one())


def _course(tx: Connection, code: str, title: str) -> int:
    """Our course of this code, made when first needed."""
    folded = fold_code(code)
    found = tx.execute(select(course.c.id).where(course.c.code_fold == folded)).scalar()
    if found is None:
        values = {"code": code, "code_fold": folded, "title": title, "origin": "lms"}
        found = tx.execute(insert(course).values(values).returning(course.c.id)).scalar_one()
    return int(found)


def enrol_selected(
    db: Database,
    user: User,
    learner_ids: Sequence[int],
    lms_course_id: int,
    starts: date | None = None,
    ends: date | None = None,
) -> EnrolSummary:
    """*Enrol Selected*: learners into an Open or Closed course of the LMS; its section is found or made.

    Raises AccessError; InputError with the reason for a course that is New, Hidden or removed, and for dates that
    cannot be; ConflictError.
    """
    if starts is not None and ends is not None and ends < starts:
        raise InputError("The end is before the start.", hint="Check the two dates.", field="ends")
    return _into(db, user, lms_course_id, "enrolled", "hand", learner_ids, {"starts": starts, "ends": ends})


def adopt(db: Database, user: User, lms_course_id: int, learner_ids: Sequence[int]) -> EnrolSummary:
    """*Adopt*: learners whom the LMS has on a course and who have no enrolment here; a person has confirmed them.
    Only learners whose account in the LMS is known. Raises as `enrol_selected`."""
    return _into(db, user, lms_course_id, "adopted", "adopted", learner_ids, {"starts": None, "ends": None})


def _into(
    db: Database,
    user: User,
    lms_course_id: int,
    kind: str,
    origin: str,
    learner_ids: Sequence[int],
    dates: Mapping[str, date | None],
) -> EnrolSummary:
    done = _entered(db, user, lms_course_id, kind, origin, list(dict.fromkeys(learner_ids)), dates)
    if done.operation_id is not None:
        queue.follow(db, user, sections=[done.section_id])
    return done


@begun_anew
def _entered(
    db: Database,
    user: User,
    lms_course_id: int,
    kind: str,
    origin: str,
    wanted: Sequence[int],
    dates: Mapping[str, date | None],
) -> EnrolSummary:
    """The write by itself, so that what follows is done once."""
    with db.write() as tx:
        access.require(tx, user, Permission.ENROL)
        row = _open_course(tx, lms_course_id)
        known = _known(tx, db, wanted, with_account=origin == "adopted")
        section_id = section_for(tx, row)
        there = _on_course(tx, lms_course_id, section_id)
        entering = [one for one in wanted if one in known and one not in there]
        there_already = sum(1 for one in wanted if one in known and one in there)
        if not entering:
            return EnrolSummary(0, 0, there_already, len(wanted) - len(known), None, section_id)
        operation = history.begin(tx, db, user.id, kind)
        new, back, already = enrol(operation, entering, section_id, origin, dates)
        operation.end(tx)
        if origin == "adopted":  # until the next run counts anew
            left = case((lms_course.c.to_adopt > new + back, lms_course.c.to_adopt - new - back), else_=0)
            tx.execute(update(lms_course).where(lms_course.c.id == lms_course_id).values(to_adopt=left))
    return EnrolSummary(new, back, already + there_already, len(wanted) - len(known), operation.id, section_id)


def _known(tx: Connection, db: Database, ids: Sequence[int], *, with_account: bool) -> set[int]:
    """Those of the learners that are there, with an account that has been decided if one is needed."""
    with db.ids_as_table(tx, ids) as picked:
        query = select(learner.c.id).join(picked, picked.c.id == learner.c.id).where(SHOWN)
        if with_account:
            query = query.join(lms_account, lms_account.c.learner_id == learner.c.id).where(~lms_account.c.clash)
        return set(tx.execute(query).scalars())


def _on_course(tx: Connection, lms_course_id: int, section_id: int) -> set[int]:
    """Learners who are on the course of the LMS: by this section, or by another one and not withdrawn from that."""
    query = (
        select(enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .where(section.c.lms_course_id == lms_course_id, enrolment.c.removed_at.is_(None))
        .where((section.c.id == section_id) | (enrolment.c.status != "dropped"))
    )
    return set(tx.execute(query).scalars())
