"""The demo's LMS: what a college would have decided before today, done by the very functions that people's clicks
call, against the sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from app import demo_extracts
from app.access import User
from app.config import LmsSettings, Settings
from app.connectors.lms import LmsClient
from app.db.database import Database
from app.db.tables import lms_course, sync_run
from app.errors import ServiceError
from app.lms import compare, course_states, courses, enrol
from app.lms.states import CourseState
from app.sandbox.people import Person
from app.tasks import TaskContext

LEFT_NEW = 3
"""Courses that wait for a decision: something to try the buttons on."""


_UNTIL_FOLLOWED = timedelta(days=28)


def settings_with(settings: Settings, info: Mapping[str, Any]) -> Settings:
    """`settings` with the LMS of the sandbox that printed `info` (commands.md, `sandbox moodle`)."""
    return replace(settings, lms=LmsSettings(url=info["url"], ca_file=info["ca_file"]))


def let_time_pass(db: Database, minutes: int) -> None:
    """Every run was so much earlier: nobody waits half an hour to see what an LMS that is down looks like."""
    earlier = timedelta(minutes=minutes)
    with db.write() as tx:
        for row in tx.execute(select(sync_run.c.id, sync_run.c.started_at, sync_run.c.ended_at)).all():
            ended = row.ended_at - earlier if row.ended_at is not None else None
            values = {"started_at": row.started_at - earlier, "ended_at": ended}
            tx.execute(update(sync_run).where(sync_run.c.id == row.id).values(values))


def prepare(db: Database, user: User, client: LmsClient, people: Sequence[Person]) -> None:
    """Fetch the courses, open all but the last few, close one, and adopt who is on them; of those that the `people`
    are being put on, fill what goes to the LMS. Progress and grades come with the first run of the schedule."""
    context = TaskContext()
    courses.run(context, db, user, client, "start")
    with db.read() as tx:
        rows = tx.execute(select(lms_course.c.id, lms_course.c.short_name).order_by(lms_course.c.id)).all()
    intake = [row.id for row in rows if row.short_name in demo_extracts.SHORT_NAMES]
    listed = [row.id for row in rows if row.id not in intake]
    if intake:
        # Nobody follows yet what learners do on courses that they are only being put on.
        course_states.set_state(db, user, intake, CourseState.OPEN)
        course_states.pause(db, user, intake, date.today() + _UNTIL_FOLLOWED)
    decided = listed[:-LEFT_NEW]
    course_states.set_state(db, user, decided, CourseState.OPEN)
    for key in decided:
        try:
            found = compare.compare(context, db, user, client, key)
        except ServiceError:
            continue  # one is out of reach: the page of errors shows what that looks like
        if found.to_adopt:
            enrol.adopt(db, user, key, found.to_adopt)
    if decided:
        course_states.set_state(db, user, decided[-1:], CourseState.CLOSED)
    if intake:
        demo_extracts.prepare(db, user, people)
