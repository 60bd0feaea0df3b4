"""The run of enrolments: for each course progress, grades and report cards, stored course by course (lms-sync.md 3).

A few calls at once in threads of their own; the task's own thread does all the comparing and writing. A course that
fails stops no other. What is finished is kept whatever ends the run, and the next begins with the courses that this
one did not reach (LS-S6).
"""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from app.access import User
from app.connectors.lms import LmsCalls, LmsClient
from app.db.database import Database
from app.db.tables import lms_course, sync_error
from app.errors import AppError, BusyError, ServiceError, StopRunError
from app.lms import holds, runs_list, site
from app.lms.asking import check_site, try_elsewhere
from app.lms.courses_list import ENROLMENTS
from app.lms.enrolments_write import DueCourse, write
from app.lms.errors import CONNECTION_IF_EVERYWHERE, MAY_BE_ONE_COURSE, of_connection, of_course
from app.lms.errors_kept import OF_SENDING
from app.lms.guards import Fetched
from app.lms.looked_up import look_up
from app.lms.run import Run, RunSummary, running
from app.lms.states import CourseState
from app.pace import Turns, ask_in_turns
from app.sentence import Sentence
from app.tasks import TaskContext

USUAL_TIMEOUT, LONGEST_TIMEOUT = 180, 900
"""Seconds for the gradebook of a whole course: doubled where it was too short (SE-14)."""


def run(
    context: TaskContext,
    db: Database,
    user: User,
    client: LmsClient,
    trigger: str = "person",
    lms_course_ids: Sequence[int] | None = None,
) -> RunSummary:
    """Fetch what the LMS says of every course whose enrolments are followed, or of `lms_course_ids` (*Retry*).

    A failing or cancelled run returns its summary. Raises AccessError; ConflictError while another run is under way,
    on whichever computer.
    """
    whole = lms_course_ids is None
    with running(db, user, "enrolments", trigger if whole else runs_list.RETRY) as under_way:
        with db.read() as tx:
            site.require(tx, client.address)
            due = due_courses(tx, date.today(), lms_course_ids)
        under_way.counts["courses"] = len(due)
        filing = _Filing(context, under_way, Turns(client.parallel, due), len(due))
        try:
            if due:
                with client.open() as calls, context.on_cancel(calls.abort):
                    check_site(context, calls)
                    fetch = partial(_fetch, calls)
                    ask_in_turns(context, filing.turns, client.parallel, fetch, calls.abort, filing)
                    look_up(context, under_way, calls, due[0].vendor_id)
        finally:
            _note_failed(under_way, filing)
        if whole:  # of some courses only, nothing follows for the others
            _judge(under_way, due)
            under_way.reached = None
    return under_way.summary()


def due_courses(tx: Connection, today: date, only: Sequence[int] | None = None) -> list[DueCourse]:
    """The courses to ask about: Open and Closed, Hidden with enrolments; neither New, removed nor paused. Those that
    the last run did not reach come first."""
    followed = or_(
        lms_course.c.state.in_((CourseState.OPEN.value, CourseState.CLOSED.value)),
        and_(lms_course.c.state == CourseState.HIDDEN.value, ENROLMENTS > 0),
    )
    not_paused = or_(lms_course.c.paused_until.is_(None), lms_course.c.paused_until <= today)
    query = select(
        lms_course.c.id,
        lms_course.c.vendor_id,
        lms_course.c.lms_number,
        lms_course.c.short_name,
        lms_course.c.grades_timeout,
        ENROLMENTS > 0,
        holds.ROSTER_HELD,
    ).where(lms_course.c.removed_at.is_(None), followed, not_paused)
    query = query.order_by(lms_course.c.tried_at.asc().nulls_first(), lms_course.c.id)
    wanted = None if only is None else set(only)
    rows = [DueCourse(*[*row[:-2], bool(row[-2]), bool(row[-1])]) for row in tx.execute(query)]
    return [row for row in rows if wanted is None or row.id in wanted]


def _fetch(calls: LmsCalls, course: DueCourse) -> Fetched:
    """Everything about one course; in a thread of its own. What may be a fault of the connection is asked once more
    elsewhere: a course that breaks the LMS must not stop the others."""
    try:
        participants = calls.participants(course.number)
        if not course.enrolled:
            return Fetched((), participants, ())
        activities = calls.activities(course.number)
        active = [one.user for one in participants if one.student and one.active]
        gradebook = calls.gradebook(course.number, active, float(course.timeout) if course.timeout else None)
    except BusyError:
        raise
    except ServiceError as error:
        if error.code not in MAY_BE_ONE_COURSE:
            raise
        try_elsewhere(calls)
        raise ServiceError(error.message, code=error.code, hint=error.hint) from error
    return Fetched(activities, participants, gradebook)


class _Filing:
    """What becomes of the answers."""

    def __init__(self, context: TaskContext, run: Run, turns: Turns[DueCourse], total: int) -> None:
        self.turns = turns
        self.failed: dict[int, DueCourse] = {}
        self.too_slow: set[int] = set()
        self._context = context
        self._run = run
        self._total = total
        self._done = 0

    def begun(self, one: DueCourse) -> None:
        """A course is being asked about."""

    def report(self, resting: float) -> None:
        """Say how far the run is. Raises Cancelled."""
        text = Sentence("The LMS is busy: going on in {seconds:.0f} s", seconds=resting) if resting >= 1 else ""
        self._context.report(self._done, self._total, text)

    def filed(self, one: DueCourse, future: Future[Fetched]) -> None:
        """Write one course. Raises what ends the run."""
        try:
            fetched = future.result()
        except BusyError as error:
            self._context.raise_if_cancelled()
            if not self.turns.busy(one, error.retry_after):
                raise StopRunError(error.message, code="SE-06", hint=error.hint) from error
            return
        except StopRunError:
            self._context.raise_if_cancelled()
            raise
        except ServiceError as error:
            self._context.raise_if_cancelled()  # a call that was cut short is no answer
            self.turns.heard()
            self._fail(one, error)
        else:
            self.turns.answered()
            write(self._run, one, fetched)
        self._done += 1

    def filed_late(self, one: DueCourse, future: Future[Fetched]) -> None:
        """An answer that came after the run had ended is kept all the same."""
        try:
            write(self._run, one, future.result())
        except AppError:
            return  # the run ends for another reason already

    def _fail(self, one: DueCourse, error: ServiceError) -> None:
        self._run.reached_course(one.id)
        self._run.found.append(of_course(error.code, one.id))
        self._run.counts["failed"] += 1
        self.failed[one.id] = one
        if error.code == "SE-14":
            self.too_slow.add(one.id)


def _note_failed(run: Run, filing: _Filing) -> None:
    """Courses that failed were reached all the same: the others come first next time. A gradebook that was too slow
    gets more time."""
    if not filing.failed:
        return
    with run.db.write() as tx:
        now = run.db.now(tx)
        for one in filing.failed.values():
            values: dict[str, Any] = {"tried_at": now}
            if one.id in filing.too_slow:
                values["grades_timeout"] = min(LONGEST_TIMEOUT, 2 * (one.timeout or USUAL_TIMEOUT))
            tx.execute(update(lms_course).where(lms_course.c.id == one.id).values(values))


def _judge(run: Run, due: Sequence[DueCourse]) -> None:
    """What every course says is a matter of the account: the connection (SE-11, SE-12)."""
    codes = {one.code for one in run.found}
    everywhere = len(due) > 1 and run.counts["failed"] == len(due)
    if everywhere and len(codes) == 1 and (code := codes.pop()) in CONNECTION_IF_EVERYWHERE:
        run.failed_by = code
        run.found = [of_connection(code, "From every course.")]
        run.say("The service account has lost a right: every course was refused.")


def with_errors(tx: Connection) -> list[int]:
    """The courses about which something is an error, but of a sending: what *Retry* of all asks about."""
    query = select(func.distinct(sync_error.c.lms_course_id)).where(
        sync_error.c.cleared_at.is_(None),
        sync_error.c.lms_course_id.is_not(None),
        ~OF_SENDING,
    )
    return sorted(tx.execute(query).scalars())
