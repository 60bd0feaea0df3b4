"""A class of the fake LMS, known here, and its synchronisation: what many tests of the LMS begin with."""

from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import lms_course
from app.lms import enrolments, enrolments_list, errors_list
from app.lms.enrolments_list import EnrolmentRow
from app.lms.run import RunSummary
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_course, add_enrolment, add_section


class Class:
    """A course of the fake LMS, known here as Open, with learners enrolled on it."""

    def __init__(self, db: Database, lms: FakeLms, number: str, **other) -> None:
        self.db, self.lms = db, lms
        self.course = lms.course(number)
        self.id = add_course(db, number, **other)
        self.section = add_section(db, self.id)
        self.enrolments: dict[int, int] = {}

    def learner(self, number: int, *grades: float | None, total: float | None = None, **other) -> int:
        """A learner with person code 240000 + number, on the course there and enrolled here."""
        self.course.add(number, str(240000 + number), *grades, total=total)
        return self.enrol(add_learner(self.db, number, **other), number)

    def enrol(self, learner_id: int, number: int) -> int:
        self.enrolments[number] = add_enrolment(self.db, learner_id, self.section)
        return self.enrolments[number]

    def row(self, number: int) -> EnrolmentRow:
        key = self.enrolments[number]
        with self.db.read() as tx:
            return enrolments_list.rows(tx, [key])[key]

    @property
    def good_at(self):
        with self.db.read() as tx:
            return tx.execute(select(lms_course.c.grades_good_at).where(lms_course.c.id == self.id)).scalar_one()


def synced(db: Database, user: User, lms: FakeLms, **other) -> RunSummary:
    return enrolments.run(TaskContext(), db, user, lms, **other)


def codes(done: RunSummary) -> list[str]:
    return sorted(one.code for one in done.errors)


def open_codes(db: Database) -> list[tuple[str, int]]:
    with db.read() as tx:
        return [(one.code, one.count) for one in errors_list.groups(db, tx)]
