"""A person changes the course status of enrolments: Withdraw, Break in Learning, Back, and the dates. What the LMS
has to hear of it goes into the queue (extract-statuses.md 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from app import access, history
from app.access import Permission, User
from app.db.among import among
from app.db.database import Database
from app.db.tables import enrolment
from app.errors import InputError
from app.lms.extracts import queue
from app.lms.extracts.queue import QueueSummary

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


@dataclass(frozen=True, slots=True)
class CourseStatusSummary:
    """What was done. `unchanged`: were so already; `refused`: of another status, taken back, or gone."""

    changed: int
    unchanged: int
    refused: int
    operation_id: int | None
    queued: QueueSummary


def change(
    db: Database,
    user: User,
    enrolment_ids: Sequence[int],
    step: Step,
    *,
    on: date | None = None,
    starts: date | None = None,
    ends: date | None = None,
) -> CourseStatusSummary:
    """Do one step to enrolments, as of a day (today); `starts` and `ends` are the new dates of Change Dates.

    One operation, which can be undone. Raises AccessError; InputError for dates that cannot be; ConflictError if
    somebody changed one meanwhile: then nothing is done.
    """
    if step is Step.DATES and starts is not None and ends is not None and ends < starts:
        raise InputError("The end is before the start.", hint="Check the two dates.", field="ends")
    today = date.today()
    day = on or today
    if day > today:
        raise InputError("The day is in the future.", hint="Do this on the day itself.", field="on")
    wanted = list(dict.fromkeys(enrolment_ids))
    with db.write() as tx:
        access.require(tx, user, Permission.ENROL)
        rows = _rows(tx, wanted)
        fit = [row for row in rows if row.removed_at is None and row.status in _FROM[step]]
        pairs = [(row, _values(row, step, day, starts, ends)) for row in fit]
        differing = [(row, values, row.learner_id) for row, values in pairs if history.differs(row, values)]
        operation = None
        if differing:
            operation = history.begin(tx, db, user.id, KIND)
            operation.update_many(enrolment, differing)
            operation.end(tx)
    key = operation.id if operation is not None else None
    queued = queue.judge(db, user, enrolments=[row.id for row, _, _ in differing]) if differing else QueueSummary()
    return CourseStatusSummary(len(differing), len(fit) - len(differing), len(wanted) - len(fit), key, queued)


def _rows(tx: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    return list(tx.execute(select(enrolment).where(among(enrolment.c.id, ids)).order_by(enrolment.c.id)))


def _values(row: Row[Any], step: Step, day: date, starts: date | None, ends: date | None) -> dict[str, Any]:
    if step is Step.DATES:
        values: dict[str, Any] = {"starts": starts, "ends": ends}
        if row.status != "on_break":
            values["status"] = _status(starts)
        return values
    status = {Step.WITHDRAW: "dropped", Step.BREAK: "on_break"}.get(step) or _status(row.starts)
    return {"status": status, "status_on": day}


def _status(starts: date | None) -> str:
    """Of an enrolment that is neither broken off nor dropped."""
    return "scheduled" if starts is not None and starts > date.today() else "current"
