"""What waits for somebody, counted: Home shows the counts, and each leads to the list it was counted in.

A count asks the very query that its page lists with, so the two cannot differ; campus scope and rights are those of
the page. What the user may do nothing about is not counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, null, select

from app import access
from app.access import Permission, Rights, User
from app.conditions import Group, Join, Operator, Test
from app.dates import academic_year
from app.db import locks
from app.db.database import Database
from app.db.tables import (
    extract_record,
    file_job,
    job_lock,
    learner,
    lms_course,
    outgoing_report,
    sync_error,
)
from app.imports import held_list, job_list, outgoing
from app.imports.job_list import JobState
from app.imports.lock import PREFIX
from app.imports.outgoing import Stage
from app.learners import search
from app.learners.ready_searches import ready_searches
from app.learners.search import Ready
from app.lms import courses_list, errors_list, holds, settings
from app.lms.errors import Level
from app.lms.extracts import records_list
from app.lms.extracts.records_list import Filters
from app.lms.states import CourseState

DUE_DAYS = 7
"""So long before its day a report to an outside body is shown."""
_RECENT_DAYS = 30
"""What was refused or stopped longer ago has been looked at."""

_IN_ORDER = "not indexed"
"""SQLite would go through an index that holds all learners shown, and look for the row of each all over the file."""


class Matter(StrEnum):
    """What may wait, in the order in which it is shown: what is wrong, what is late, what is to be decided."""

    LMS_DOWN = "lms_down"
    REJECTED = "rejected"
    FAILED = "failed"
    SYNC_ERRORS = "sync_errors"
    OVERDUE = "overdue"
    NO_ULN = "no_uln"
    TEMPORARY_ULN = "temporary_uln"
    BAD_ULN = "bad_uln"
    ULN_TWICE = "uln_twice"
    NEW_STARTERS = "new_starters"
    REFUSED = "refused"
    REPORTS = "reports"
    STOPPED_IMPORTS = "stopped_imports"
    STALE_LOCKS = "stale_locks"
    HOLDS = "holds"
    NEW_COURSES = "new_courses"
    CHECKED_FILES = "checked_files"
    HELD_RECORDS = "held_records"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a matter is dealt with: a page of the window and what narrows it. `needs`: who is shown it."""

    page: str
    conditions: Group | None = None
    statuses: tuple[str, ...] = ()
    """Extract statuses chosen in the filter of their page."""
    needs: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A matter with how much of it there is. `since`: the oldest, or the day of the first deadline."""

    matter: Matter
    number: int
    since: datetime | date | None
    place: Place


def places(today: date | None = None) -> Mapping[Matter, Place]:
    """Where each matter leads, as things are today."""
    day = today or date.today()
    return {**_of_learners(day), **_of_lms(), **_of_imports(day)}


def _of_learners(today: date) -> Mapping[Matter, Place]:
    ready = {one.id: one.group for one in ready_searches(today)}
    ask = (Permission.PLR_DOWNLOAD,)
    return {
        Matter.NO_ULN: Place("learners", ready["no_uln"]),
        Matter.TEMPORARY_ULN: Place("learners", ready["temporary_uln"]),
        Matter.BAD_ULN: Place("learners", ready["bad_uln"]),
        Matter.ULN_TWICE: Place("learners", ready["uln_twice"]),
        Matter.NEW_STARTERS: Place("learners", new_starters(today), needs=ask),
        Matter.FAILED: Place("learners", _all(Test("plr_outcome", Operator.IS, "failed")), needs=ask),
        Matter.REFUSED: Place(
            "learners",
            _all(Test("plr_outcome", Operator.IS, "refused"), Test("last_plr", Operator.IN_LAST, str(_RECENT_DAYS))),
            needs=ask,
        ),
    }


def new_starters(today: date) -> Group:
    """Those who began an aim in this academic year, could be asked about and never were."""
    first = date(academic_year(today), 8, 1)
    return _all(
        Test("ready", Operator.IS, Ready.READY.value),
        Test("last_plr", Operator.BLANK),
        Test("aim_start", Operator.FROM, first.isoformat()),
    )


def _of_lms() -> Mapping[Matter, Place]:
    connection = Test("level", Operator.IS, Level.CONNECTION.value)
    others = Test("level", Operator.IS_NOT, Level.CONNECTION.value)
    loud = Test("needs_somebody", Operator.YES)
    sync, decide = (Permission.SYNCHRONISE,), (Permission.DECIDE_COURSES,)
    extracts = (Permission.PROCESSES, Permission.EXTRACTS)
    return {
        Matter.LMS_DOWN: Place("sync_errors", _all(connection, loud), needs=sync),
        Matter.SYNC_ERRORS: Place("sync_errors", _all(others, loud), needs=sync),
        Matter.HOLDS: Place("sync_errors", needs=decide),
        Matter.NEW_COURSES: Place(
            "lms_courses", _all(Test("state", Operator.IS, CourseState.NEW.value)), needs=decide
        ),
        Matter.REJECTED: Place("extracts", statuses=("rejected",), needs=extracts),
        Matter.OVERDUE: Place("extracts", _all(Test("overdue", Operator.YES)), needs=extracts),
    }


def _of_imports(today: date) -> Mapping[Matter, Place]:
    bring, last = (Permission.IMPORT_RECORDS,), (today + timedelta(days=DUE_DAYS)).isoformat()
    due = ", ".join((Stage.INCOMPLETE.value, Stage.DUE.value))
    reports = Group(
        Join.ANY,
        (
            Test("stage", Operator.IS, Stage.RECALL.value),
            _all(Test("stage", Operator.ANY_OF, due), Test("due_on", Operator.BEFORE, last)),
        ),
    )
    checked = _all(Test("state", Operator.IS, JobState.VALIDATED.value))
    stopped = _all(
        Test("state", Operator.IS, JobState.ABORTED.value), Test("started", Operator.IN_LAST, str(_RECENT_DAYS))
    )
    return {
        Matter.REPORTS: Place("outgoing_reports", reports, needs=bring),
        Matter.CHECKED_FILES: Place("import_jobs", checked, needs=bring),
        Matter.STOPPED_IMPORTS: Place("import_jobs", stopped, needs=bring),
        Matter.HELD_RECORDS: Place("held_records", needs=bring),
        Matter.STALE_LOCKS: Place("locks", needs=(Permission.UNLOCK_IMPORTS,)),
    }


def _all(*members: Test | Group) -> Group:
    return Group(Join.ALL, members)


def may_see(rights: Rights, place: Place, today: date | None = None) -> bool:
    """Whether somebody with these rights is shown what waits there."""
    return not any(rights.why_not(one, today) for one in place.needs)


_LISTS: Mapping[str, tuple[Callable[..., Select[Any]], ColumnElement[Any] | None]] = {
    "learners": (search.keys_query, None),
    "lms_courses": (courses_list.keys_query, lms_course.c.first_seen_at),
    "sync_errors": (errors_list.keys_query, sync_error.c.since),
    "import_jobs": (job_list.keys_query, file_job.c.started_at),
    "held_records": (held_list.keys_query, file_job.c.started_at),
    "outgoing_reports": (outgoing.keys_query, outgoing_report.c.due_on),
}
"""The query that a page lists with, and the column whose least value says since when something waits."""


def waiting(
    db: Database, tx: Connection, user: User, *, only: Sequence[Matter] = tuple(Matter), today: date | None = None
) -> list[Waiting]:
    """What waits for `user`, in order; a matter of which there is nothing is there with 0. One statement a matter."""
    rights, where = access.rights(tx, user), places(today)
    scope = access.campuses(tx, user)
    shown = [one for one in Matter if one in only and may_see(rights, where[one], today)]
    found = []
    for matter in shown:
        number, since = _count(db, tx, matter, where[matter], scope)
        found.append(Waiting(matter, number, since, where[matter]))
    return found


def _count(
    db: Database, tx: Connection, matter: Matter, place: Place, scope: access.Scope
) -> tuple[int, datetime | date | None]:
    if matter is Matter.HOLDS:
        return len(holds.waiting(tx)), None
    if matter is Matter.STALE_LOCKS:
        imports = job_lock.c.name.startswith(PREFIX, autoescape=True)
        stale = [one.since for one in locks.holders(tx, db, imports) if one.stale]
        return len(stale), min(stale, default=None)
    if place.page == "extracts":
        query = records_list.keys_query(
            Filters(statuses=place.statuses), scope, place.conditions, overdue_hours=settings.overdue_hours(tx)
        )
        oldest: ColumnElement[Any] | None = extract_record.c.status_at
    else:
        listing, oldest = _LISTS[place.page]
        query = listing(place.conditions)
        if place.page == "learners":
            query = query.with_hint(learner, _IN_ORDER, "sqlite")
    found = query.order_by(None).add_columns((null() if oldest is None else oldest).label("oldest")).subquery()
    number, since = tx.execute(select(func.count(), func.min(found.c.oldest)).select_from(found)).one()
    return int(number), since
