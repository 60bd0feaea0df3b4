"""The month of a data officer as a list that ticks itself: what has to be done each month, and whether the database
shows that it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app import access
from app.access import User
from app.attention import Matter, Waiting
from app.dates import day_begins
from app.db.tables import extract_record, operation, plr_check, sync_error
from app.learners import load_stored, search
from app.lms.extracts import records_list

_TOUCH_ULNS = (
    "learner_added", "learner_edited", "learners_filled", load_stored.LOADED, "learners_merged", "learner_erased",
    "uln_found",
)  # fmt: skip
"""The kinds of operations after which fewer may lack a ULN."""


class Step(StrEnum):
    """What is done each month, in order."""

    LOAD = "load"
    ULNS = "ulns"
    STARTERS = "starters"
    REJECTED = "rejected"
    ERRORS = "errors"


MATTERS: Mapping[Step, Matter] = {
    Step.ULNS: Matter.NO_ULN,
    Step.STARTERS: Matter.NEW_STARTERS,
    Step.REJECTED: Matter.REJECTED,
    Step.ERRORS: Matter.SYNC_ERRORS,
}
"""What must not wait any more for a step to be done; the load is done by doing it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of this month. `left`: how much of it waits; `at`: the load, or the last change of what is counted."""

    step: Step
    done: bool
    left: int
    at: datetime | None


def lines(tx: Connection, user: User, waiting: Sequence[Waiting], today: date) -> list[Line]:
    """The steps that concern `user`, of the month of `today` by this computer's time zone; `waiting` is theirs."""
    left = {one.matter: one.number for one in waiting}
    some = search.any_learner(tx)
    loaded = _last_load(tx, day_begins(today.replace(day=1)))
    found = [Line(Step.LOAD, loaded is not None, 0, loaded)]
    for step, matter in MATTERS.items():
        if matter in left:
            about_learners = step in (Step.ULNS, Step.STARTERS)
            done = left[matter] == 0 and (some or not about_learners)
            found.append(Line(step, done, left[matter], _moment(tx, _last_change(tx, user, step))))
    return found


def _last_load(tx: Connection, since: datetime) -> datetime | None:
    """The latest load of learners since then that stands."""
    here = operation.c.kind == load_stored.LOADED, operation.c.state == "done", operation.c.at >= since
    return _moment(tx, select(func.max(operation.c.at)).where(*here))


def _last_change(tx: Connection, user: User, step: Step) -> Select[Any]:
    if step is Step.ULNS:
        return select(func.max(operation.c.at)).where(operation.c.kind.in_(_TOUCH_ULNS))
    if step is Step.STARTERS:
        return select(func.max(plr_check.c.at))
    if step is Step.ERRORS:
        return select(func.max(sync_error.c.cleared_at))
    moved = records_list.joined(select(func.max(extract_record.c.status_at)).select_from(extract_record))
    return moved.where(records_list.in_scope(access.campuses(tx, user)))


def _moment(tx: Connection, query: Select[Any]) -> datetime | None:
    found: datetime | None = tx.execute(query).scalar()
    return found
