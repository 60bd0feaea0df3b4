"""Registrations from the aims of the ILR: who is to be enrolled on the sections that their codes mean, withdrawn,
or put on a break. What a code does not mean makes nothing; what people decided here is not undone by a file."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, select

from app import access, enrolling, history
from app.access import Permission, Scope, User
from app.db.among import among
from app.db.database import Database
from app.db.tables import SHOWN, aim, enrolment, learner, lms_course, section
from app.enrolling import going
from app.files.aims import PROGRAMME_WRAPPER
from app.history import Operation
from app.lms import enrol
from app.lms.extracts import queue
from app.lms.extracts.queue import QueueSummary
from app.lms.sections.code_map import AIM, COURSE, key_of, meanings
from app.lms.sections.listed import seen_by
from app.tasks import TaskContext

KIND = "enrolled"
_Spot = tuple[int, int]
"""Ids of a learner and a section."""
_GOING = frozenset({"scheduled", "current"})


class Move(StrEnum):
    """What becomes of a learner on a section. The words are what the user reads."""

    NEW = "Enrolled"
    DROP = "Withdrawn"
    BREAK = "On a break"
    CHANGE = "Dates or return"
    COMPLETE = "Completed"
    SAME = "Unchanged"
    LEFT = "Left as decided here"
    CLOSED = "Refused: nobody can be enrolled there now"
    ELSEWHERE = "On the LMS course by another section"


WRITTEN = (Move.NEW, Move.DROP, Move.BREAK, Move.CHANGE, Move.COMPLETE)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many learners on sections each move concerns; `unmapped`: aims whose codes mean no section."""

    moves: Mapping[Move, int]
    unmapped: int

    @property
    def to_write(self) -> int:
        return sum(self.moves.get(one, 0) for one in WRITTEN)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done; None as operation: nothing was to do."""

    foreseen: Foreseen
    operation_id: int | None
    queued: QueueSummary


@dataclass(slots=True)
class _Plan:
    moves: dict[_Spot, tuple[Move, dict[str, Any], Row[Any] | None, Row[Any]]]
    """By learner and section: the move, the values, the enrolment that is there, the aim."""
    unmapped: int

    def foreseen(self) -> Foreseen:
        return Foreseen(Counter(move for move, *_ in self.moves.values()), self.unmapped)


def foresee(context: TaskContext, db: Database, user: User) -> Foreseen:
    """What `apply` would do now, on the sections of the user's campuses. Raises AccessError."""
    with db.read(context) as tx:
        access.require(tx, user, Permission.ENROL)
        return _plan(tx, access.campuses(tx, user)).foreseen()


def apply(context: TaskContext, db: Database, user: User) -> Applied:
    """Enrol, withdraw, put on a break and set dates as the aims say; one operation, whole or not at all, which can
    be undone. Raises AccessError, ConflictError."""
    with db.write() as tx:
        access.require(tx, user, Permission.ENROL)
        db.alone(tx)
        plan = _plan(tx, access.campuses(tx, user))
        foreseen = plan.foreseen()
        context.raise_if_cancelled()
        if not foreseen.to_write:
            return Applied(foreseen, None, QueueSummary())
        operation = history.begin(tx, db, user.id, KIND, reason="From the aims of the ILR")
        _write(operation, plan)
        operation.end(tx)
    sections = {key for _, key in plan.moves}
    return Applied(foreseen, operation.id, queue.follow(db, user, sections=sorted(sections)))


# -------------------------------------------------------------------------------------------------------- planning


def _plan(tx: Connection, scope: Scope) -> _Plan:
    known = meanings(tx)
    mine = set(tx.execute(select(section.c.id).where(seen_by(scope))).scalars())
    aims, unmapped = _aims(tx, {key: one for key, one in known.items() if one in mine})
    sections = sorted({key for _, key in aims})
    query = select(enrolment).where(among(enrolment.c.section_id, sections))
    held = {(row.learner_id, row.section_id): row for row in tx.execute(query)}
    decided = {spot: decide(one, held.get(spot), date.today()) for spot, one in aims.items()}
    leaving = {spot for spot, (move, _) in decided.items() if move is Move.DROP}
    closed, elsewhere = _closed(tx, sections), _elsewhere(tx, sections, leaving)
    moves = {}
    for spot, one in aims.items():
        move, values = decided[spot]
        if move is Move.NEW and spot[1] in closed:
            move = Move.CLOSED
        elif move is Move.NEW and spot in elsewhere:
            move = Move.ELSEWHERE
        moves[spot] = (move, values, held.get(spot), one)
    return _Plan(moves, unmapped)


def _aims(tx: Connection, known: Mapping[tuple[str, str, str], int]) -> tuple[dict[tuple[int, int], Row[Any]], int]:
    """The aim that counts for each learner and section: the one that began last; and how many mean nothing. A course
    code goes before the aim."""
    query = (
        select(aim)
        .join(learner, learner.c.id == aim.c.learner_id)
        .where(SHOWN, aim.c.aim_ref.is_distinct_from(PROGRAMME_WRAPPER))
    )
    found: dict[tuple[int, int], Row[Any]] = {}
    unmapped = 0

    @cache
    def meant(course_code: str | None, aim_ref: str | None, year: str) -> int | None:
        codes = ((COURSE, course_code), (AIM, aim_ref))
        sections = (known.get(key_of(kind, code, year)) for kind, code in codes if code)
        return next((one for one in sections if one is not None), None)

    for row in tx.execute(query):
        at = meant(row.course_code, row.aim_ref, row.year)
        if at is None:
            unmapped += 1
        elif (row.learner_id, at) not in found or _place(found[row.learner_id, at]) < _place(row):
            found[row.learner_id, at] = row
    return found, unmapped


def _place(row: Row[Any]) -> tuple[date, int, int]:
    return row.starts or date.min, row.seq, row.repeat


def _closed(tx: Connection, sections: list[int]) -> set[int]:
    """The sections onto which nobody can be enrolled now."""
    query = (
        select(section.c.id, section.c.open, lms_course.c.state, lms_course.c.removed_at, section.c.lms_course_id)
        .outerjoin(lms_course, lms_course.c.id == section.c.lms_course_id)
        .where(among(section.c.id, sections))
    )
    return {
        row.id
        for row in tx.execute(query)
        if not row.open or (row.lms_course_id is not None and enrol.why_not(row.state, row.removed_at is not None))
    }


def _elsewhere(tx: Connection, sections: list[int], leaving: Collection[_Spot]) -> set[_Spot]:
    """Learners, each with a section, who are on the LMS course of it by another section: neither withdrawn from that
    nor about to be."""
    other = section.alias("other")
    query = (
        select(enrolment.c.learner_id, section.c.id, other.c.id)
        .select_from(section)
        .join(other, (other.c.lms_course_id == section.c.lms_course_id) & (other.c.id != section.c.id))
        .join(enrolment, enrolment.c.section_id == other.c.id)
        .where(among(section.c.id, sections), enrolment.c.removed_at.is_(None), enrolment.c.status != "dropped")
    )
    return {(row[0], row[1]) for row in tx.execute(query) if (row[0], row[2]) not in leaving}


def decide(one: Any, there: Any | None, today: date) -> tuple[Move, dict[str, Any]]:
    """What an aim means for the enrolment that is there (None: none is), and what is to be written.

    Who was withdrawn, or is on a break, comes back by an aim that began later: that is how a return is told. An
    enrolment that was taken back, or was completed, stays. Dates are set where they came from the ILR.
    """
    ends = one.ends or one.planned_end
    wanted = {"2": "completed", "3": "dropped", "6": "on_break"}.get(one.completion or "")
    status = going(one.starts, today)
    dates = {"starts": one.starts, "ends": ends}
    if there is None:
        return (Move.NEW, dates) if wanted is None else (Move.SAME, {})
    if there.removed_at is not None:
        return Move.LEFT, {}
    if there.status == wanted or (wanted is None and there.status in _GOING):
        differs = there.origin == "ilr" and (there.starts, there.ends) != (one.starts, ends)
        if not differs:
            return Move.SAME, {}
        return Move.CHANGE, dates if wanted else {**dates, "status": status}
    if there.status == "completed":
        return Move.LEFT, {}
    if wanted is None:
        again = one.starts is not None and there.status_on is not None and one.starts > there.status_on
        values = {"status": status, "status_on": one.starts, **(dates if there.origin == "ilr" else {})}
        return (Move.CHANGE, values) if again else (Move.LEFT, {})
    move = {"completed": Move.COMPLETE, "dropped": Move.DROP, "on_break": Move.BREAK}[wanted]
    if there.status == "dropped":
        return Move.LEFT, {}
    return move, {"status": wanted, "status_on": min(one.ends or today, today)}


# --------------------------------------------------------------------------------------------------------- writing


def _write(operation: Operation, plan: _Plan) -> None:
    groups: dict[tuple[int, date | None, date | None], list[int]] = {}
    updates = []
    for (learner_id, section_id), (move, values, there, _) in plan.moves.items():
        if move is Move.NEW:
            groups.setdefault((section_id, values["starts"], values["ends"]), []).append(learner_id)
        elif move in WRITTEN:
            assert there is not None
            updates.append((there, values, learner_id))
    for (section_id, starts, ends), learners in groups.items():
        enrolling.enrol(operation, learners, section_id, "ilr", {"starts": starts, "ends": ends})
    operation.update_many(enrolment, updates)
    _link(operation, plan)


def _link(operation: Operation, plan: _Plan) -> None:
    """Note at each aim which enrolment it stands behind."""
    sections = sorted({section_id for _, section_id in plan.moves})
    query = select(enrolment.c.id, enrolment.c.learner_id, enrolment.c.section_id)
    rows = operation.tx.execute(query.where(among(enrolment.c.section_id, sections)))
    ids = {(row.learner_id, row.section_id): row.id for row in rows}
    links = [(one, {"enrolment_id": ids[spot]}, spot[0]) for spot, (*_, one) in plan.moves.items() if spot in ids]
    operation.update_many(aim, links)
