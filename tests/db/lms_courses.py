"""The run of courses with the fake LMS: what its tests begin with and look at."""

from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import lms_course
from app.lms import course_states, courses, courses_list
from app.lms.states import CourseState
from app.tasks import TaskContext
from tests.lms.fake_lms import FakeLms


def synced(db: Database, user: User, lms: FakeLms) -> courses.RunSummary:
    return courses.run(TaskContext(), db, user, lms)


def by_number(db: Database) -> dict[str, courses_list.CourseRow]:
    with db.read() as tx:
        ids = tx.execute(select(lms_course.c.id)).scalars().all()
        return {row.number: row for row in courses_list.rows(tx, ids).values()}


def shown(db: Database) -> list[str]:
    rows = by_number(db)
    numbers = {row.id: number for number, row in rows.items()}
    with db.read() as tx:
        return [numbers[key] for key in db.ids(tx, courses_list.keys_query(sort="number"))]


def set_states(db: Database, user: User, state: CourseState) -> None:
    course_states.set_state(db, user, [row.id for row in by_number(db).values()], state)


def lms_with(count: int) -> FakeLms:
    lms = FakeLms()
    for number in range(101, 101 + count):
        lms.course(str(number))
    return lms
