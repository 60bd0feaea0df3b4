"""A person changes the course status of enrolments: Withdraw, Break in Learning, Back, and the dates. What the LMS
has to hear of it goes into the queue (extract-statuses.md 1)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, not_, select

from app import access, history
from app.access import Permission, Scope, User
from app.db.again import begun_anew
from app.db.among import among
from app.db.database import Database
from app.db.tables import change as history_row
from app.db.tables import enrolment, section
from app.enrolling import going
from app.errors import AccessError, DatabaseError, InputError
from app.history import UndoSummary
from app.lms.extracts import queue
from app.lms.extracts.queue import HeldBack, QueueSummary
from app.lms.sections.listed import seen_by

KIND = "course_status_changed"


class Step(StrEnum):
    """What is done to an enrolment. The words are what the user reads."""

    WITHDRAW = "Withdraw"
    BREAK = "Break in Learning"
    BACK = "Back"
    DATES = "Change Dates"


_FROM: Mapping[Step, frozenset[str]] = {
    Step.WITHDRAW: frozenset({"scheduled", "current", "on_break"}),
    Step.BREAK: frozenset({"scheduled", "current"}),
    Step.BACK: frozenset({"on_break", "dropped"}),
    Step.DATES: frozenset({"scheduled", "current", "on_break"}),
}


class Keep(Enum):
    """Stands for a date that stays as it is with each enrolment."""

    KEEP = auto()


KEEP = Keep.KEEP
Wish = date | Keep | None
"""A new date, none any more, or the one there is."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Before a step. `fit`: it can be done to; `refused`: of another status, taken back, or gone; `open`: of the
    fit, those whose changes go to the LMS as things stand. `starts`, `ends`: the dates they have, each once.
    `elsewhere`: on a section of campuses that are not the user's."""

    fit: int
    refused: int
    open: int
    starts: frozenset[date | None] = frozenset()
    ends: frozenset[date | None] = frozenset()
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class CourseStatusSummary:
    """What was done. `unchanged`: were so already; `refused`: of another status, taken back, gone, or would end
    before they start; `held_back`: changed, and nothing of it goes to the LMS before something is put right;
    `elsewhere`: left, for their sections are of campuses that are not the user's."""

    changed: int
    unchanged: int
    refused: int
    operation_id: int | None
    queued: QueueSummary
    held_back: tuple[HeldBack, ...] = ()
    elsewhere: int = 0


def foresee(tx: Connection, user: User, enrolment_ids: Sequence[int], step: Step) -> Foreseen:
    """What a step would find, for the user who is asked about it first."""
    wanted = list(dict.fromkeys(enrolment_ids))
    rows, elsewhere = _rows(tx, user, wanted, step)
    reached = queue.reached(tx, [row.id for row in rows])
    starts, ends = (frozenset(getattr(row, name) for row in rows) for name in ("starts", "ends"))
    refused = len(wanted) - len(rows) - elsewhere
    return Foreseen(len(rows), refused, reached, starts, ends, elsewhere)


def _fit(step: Step) -> ColumnElement[bool]:
    return and_(enrolment.c.removed_at.is_(None), enrolment.c.status.in_(sorted(_FROM[step])))


def _own(scope: Scope) -> ColumnElement[bool]:
    """Whether the section is one that the user sees, as where a file or an aim changes an enrolment: what is done
    becomes an extract record (EX-A3)."""
    return enrolment.c.section_id.in_(select(section.c.id).where(seen_by(scope)))


def change(
    db: Database,
    user: User,
    enrolment_ids: Sequence[int],
    step: Step,
    *,
    on: date | None = None,
    starts: Wish = KEEP,
    ends: Wish = KEEP,
) -> CourseStatusSummary:
    """Do one step to enrolments, as of a day (today); `starts` and `ends` are the new dates of Change Dates.

    One operation, which can be undone. Raises AccessError; InputError for dates that cannot be; ConflictError if
    somebody changed one meanwhile: then nothing is done.
    """
    if step is Step.DATES and isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        raise InputError("The end is before the start.", hint="Check the two dates.", field="ends")
    today = date.today()
    day = on or today
    if day > today:
        raise InputError("The day is in the future.", hint="Do this on the day itself.", field="on")
    wanted = list(dict.fromkeys(enrolment_ids))
    changed, unchanged, elsewhere, operation_id = _stepped(db, user, wanted, step, day, starts, ends)
    refused = len(wanted) - len(changed) - unchanged - elsewhere
    if operation_id is None:
        return CourseStatusSummary(0, unchanged, refused, None, QueueSummary(), elsewhere=elsewhere)
    queued = queue.follow(db, user, enrolments=changed)
    held_back: tuple[HeldBack, ...] = ()
    with suppress(DatabaseError), db.read() as tx:  # what is done is done
        held_back = queue.held_back(tx, changed)
    return CourseStatusSummary(len(changed), unchanged, refused, operation_id, queued, held_back, elsewhere)


@begun_anew
def _stepped(
    db: Database, user: User, wanted: Sequence[int], step: Step, day: date, starts: Wish, ends: Wish
) -> tuple[Sequence[int], int, int, int | None]:
    """The write by itself, so that what follows is done once: the enrolments changed, how many were so already, how
    many are of other campuses, the operation if any."""
    with db.write() as tx:
        access.require(tx, user, Permission.ENROL)
        rows, elsewhere = _rows(tx, user, wanted, step)
        pairs = [(row, _values(row, step, day, starts, ends)) for row in rows]
        fit = [(row, values) for row, values in pairs if not _backwards(row, values)]
        differing = [(row, values, row.learner_id) for row, values in fit if history.differs(row, values)]
        operation = None
        if differing:
            operation = history.begin(tx, db, user.id, KIND)
            operation.update_many(enrolment, differing)
            operation.end(tx)
    changed = [row.id for row, _, _ in differing]
    return changed, len(fit) - len(changed), elsewhere, operation.id if operation is not None else None


def take_back(db: Database, user: User, operation_id: int) -> UndoSummary:
    """Undo a step as far as nothing changed since. What the LMS was to hear of it meanwhile it hears the contrary of.

    Raises AccessError; InputError if there is nothing (more) to undo."""
    ids = select(history_row.c.row_id).where(
        history_row.c.operation_id == operation_id, history_row.c.table_name == enrolment.name
    )

    def require(tx: Connection) -> None:
        closed = select(enrolment.c.id).where(enrolment.c.id.in_(ids), not_(_own(access.campuses(tx, user))))
        if tx.execute(closed.limit(1)).first() is not None:
            raise AccessError(
                "You cannot undo this: some of these enrolments are of a campus that is not one of yours.",
                hint="Ask an administrator to undo it.",
            )

    done = history.undo(db, user.id, operation_id, require=require)
    with suppress(DatabaseError):  # what is undone is undone
        with db.read() as tx:
            changed = list(tx.execute(ids).scalars())
        queue.follow(db, user, enrolments=changed)
    return done


def _rows(tx: Connection, user: User, ids: Sequence[int], step: Step) -> tuple[list[Row[Any]], int]:
    """The enrolments that the step can be done to; and how many more there would be, were all campuses the user's."""
    query = select(enrolment, _own(access.campuses(tx, user)).label("own"))
    rows = tx.execute(query.where(among(enrolment.c.id, ids), _fit(step)).order_by(enrolment.c.id)).all()
    own = [row for row in rows if row.own]
    return own, len(rows) - len(own)


def _backwards(row: Row[Any], values: Mapping[str, Any]) -> bool:
    """Whether it would end before it starts: a new date beside one that stays."""
    starts, ends = values.get("starts", row.starts), values.get("ends", row.ends)
    moved = "starts" in values or "ends" in values
    return moved and starts is not None and ends is not None and bool(ends < starts)


def _values(row: Row[Any], step: Step, day: date, starts: Wish, ends: Wish) -> dict[str, Any]:
    if step is Step.DATES:
        wishes: dict[str, Any] = {"starts": starts, "ends": ends}
        values = {name: wish for name, wish in wishes.items() if wish is not KEEP}
        if row.status != "on_break" and "starts" in values:
            values["status"] = going(values["starts"], date.today())
        return values
    status = {Step.WITHDRAW: "dropped", Step.BREAK: "on_break"}.get(step) or going(row.starts, date.today())
    return {"status": status, "status_on": day}
