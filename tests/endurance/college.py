"""A small college for the endurance run: a real database, both sandboxes on real sockets, and who works there."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from app import access, demo
from app.access import User
from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import enrolment, learner, lms_course, section
from app.db.upgrade import upgrade
from app.files.rows import LEARNER_FIELDS
from app.lms import settings as lms_settings
from app.lms.schedule import Schedule
from app.lms.settings import Plan, SyncSettings
from app.sandbox import faults, moodle_faults
from app.sandbox.lrs import LrsSandbox
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_intake import account_of
from app.sandbox.moodle_people import accounts, user_id_of
from app.sandbox.people import Kind, Person, people
from tests.builders import first_user, with_types
from tests.certificates import certificates
from tests.imports.importing import Importing
from tests.lms.sending import Sections

LEARNERS, COURSES = 24, ("2", "3")
IMPATIENT = {"connect_timeout": 2.0, "read_timeout": 0.3, "deadline": 0.6}
_FIELDS = ("ref", "uln", "family_name", "given_names", "birth_date", "sex", "postcode", "email", "phone")


def learners_of_the_college() -> list[Person]:
    """People whom the LRS knows and who have one account in the LMS."""
    everybody = people(120)
    users = accounts(everybody)
    known = [one for one in everybody if one.kind in (Kind.EXACT, Kind.LINKED) and one.email and one.birth_date]
    return [one for one in known if account_of(one, users) is not None][:LEARNERS]


@dataclass
class College:
    """Everything that the run works with."""

    db: Database
    user: User
    folder: Path
    lrs: LrsSandbox
    moodle: MoodleSandbox
    people: dict[str, Person]
    schedule: Schedule
    lrs_client: LrsClient = field(init=False)
    lms: MoodleClient = field(init=False)
    imports: Importing = field(init=False)

    def __post_init__(self) -> None:
        self.lrs_client = LrsClient(LrsAccess(**{**self.lrs.info.as_dict(), **IMPATIENT, "largest_answer": 400_000}))
        told = {**self.moodle.info.as_dict(), **IMPATIENT, "gradebook_timeout": 0.6, "largest_answer": 4_000_000}
        self.lms = MoodleClient(MoodleAccess(**told))
        self.imports = Importing(self.db, self.user, self.folder)

    def ids(self) -> dict[str, int]:
        """The learners that stand, by person code."""
        with self.db.read() as tx:
            rows = tx.execute(select(learner.c.ref, learner.c.id).where(learner.c.removed_at.is_(None))).all()
        return {row.ref: row.id for row in rows}

    def course_ids(self) -> dict[str, int]:
        with self.db.read() as tx:
            return dict(tx.execute(select(lms_course.c.lms_number, lms_course.c.id)).all())  # type: ignore[arg-type]

    def enrolment_ids(self) -> dict[tuple[str, str], int]:
        """The enrolments on courses of the LMS, by person code and number of the course."""
        query = (
            select(learner.c.ref, lms_course.c.lms_number, enrolment.c.id)
            .join(enrolment, enrolment.c.learner_id == learner.c.id)
            .join(section, section.c.id == enrolment.c.section_id)
            .join(lms_course, lms_course.c.id == section.c.lms_course_id)
        )
        with self.db.read() as tx:
            return {(row.ref, row.lms_number): row.id for row in tx.execute(query)}

    def account(self, ref: str) -> int:
        """The number of a learner's account in the LMS."""
        return user_id_of(self.people[ref])

    def file_of_learners(self, phones: dict[str, str]) -> Path:
        """A list of these learners, each with the telephone number that is told of them now."""
        path = self.folder / "learners.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow([LEARNER_FIELDS[name] for name in _FIELDS])
            for ref, phone in phones.items():
                one = self.people[ref]
                rows.writerow([phone if name == "phone" else getattr(one, name) for name in _FIELDS])
        return path

    def well(self) -> None:
        """Both services are healthy from now on."""
        self.moodle.set_fault()
        self.moodle.restore_token()
        self.lrs.set_fault()


@contextmanager
def college(folder: Path, seed: int) -> Iterator[College]:
    """One with its courses, no learners yet, and sections that may send; sending goes with the schedule."""
    found = learners_of_the_college()
    db = Database.in_file(folder / "learners.sqlite")
    with ExitStack() as stack:
        stack.callback(db.close)
        for module in (faults, moodle_faults):
            stack.enter_context(pytest.MonkeyPatch.context()).setattr(module, "RETRY_AFTER_SECONDS", 0)
        upgrade(db)
        access.prepare(db)
        with_types(db)
        user = first_user(db)
        lrs = stack.enter_context(LrsSandbox(certificates(), people=found, seed=seed))
        moodle = MoodleSandbox(certificates(), people=people(120), courses=len(COURSES), learners=0, seed=seed)
        stack.enter_context(moodle)
        sections = Sections(db, user)
        for number in COURSES:
            sections.section(number)
        lms_settings.save(db, user, SyncSettings(Plan(interval=10), Plan(interval=10), send=True))
        yield College(db, user, folder, lrs, moodle, {one.ref: one for one in found}, Schedule(0.0, delay=0.0))


UKPRN = demo.COLLEGE_UKPRN
