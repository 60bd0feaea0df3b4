"""A small college for the endurance run: a real database, both services on real sockets, and who works there."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from app import access, demo, grants, retention
from app.access import User
from app.connectors.lrs import LrsAccess, LrsClient
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import enrolment, learner, lms_course, section
from app.db.upgrade import upgrade
from app.files.rows import LEARNER_FIELDS
from app.lms import settings as lms_settings
from app.lms.schedule import Schedule
from app.lms.settings import SyncSettings
from app.sandbox.moodle_people import user_id_of
from app.sandbox.people import Person
from app.tasks import TaskContext
from tests.builders import first_user, with_types
from tests.endurance.services import COURSES, Services, learners_of_the_college
from tests.imports.importing import Importing
from tests.lms.sending import Sections

KEPT_CONNECTIONS = 5
"""So many SQLAlchemy's pool keeps open at most; they are from the beginning, so one more is one too many."""
IMPATIENT = {"connect_timeout": 2.0, "read_timeout": 0.3, "deadline": 0.6}
_FIELDS = ("ref", "uln", "family_name", "given_names", "birth_date", "sex", "postcode", "email", "phone")


ON_LMS = (
    select(learner.c.ref, lms_course.c.lms_number, enrolment.c.id)
    .join(enrolment, enrolment.c.learner_id == learner.c.id)
    .join(section, section.c.id == enrolment.c.section_id)
    .join(lms_course, lms_course.c.id == section.c.lms_course_id)
)
"""The enrolments on courses of the LMS, also those that were taken back."""


class Impatient(TaskContext):
    """Somebody who is told that a service is busy waits for a moment, and presses Cancel."""

    PATIENCE = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._waited = 0.0

    def wait(self, seconds: float) -> None:
        self._waited += seconds
        if self._waited > self.PATIENCE:
            self.cancel()
        super().wait(seconds)


@dataclass
class College:
    """Everything that the run works with."""

    db: Database
    user: User
    folder: Path
    services: Services
    people: dict[str, Person]
    schedule: Schedule
    lrs_client: LrsClient = field(init=False)
    lms: MoodleClient = field(init=False)
    imports: Importing = field(init=False)

    def __post_init__(self) -> None:
        self._access = self.services.ask("access")
        self.well()
        self.imports = Importing(self.db, self.user, self.folder)

    def well(self) -> None:
        """Both services are healthy from now on, and given time: the computer may be busy."""
        self.services.ask("weather", [], [])
        self._ask_by({})

    def weather(self, of_lrs: list[str], of_moodle: list[str]) -> None:
        """These faults from now on, and little time for each answer."""
        self.services.ask("weather", of_lrs, of_moodle)
        self._ask_by(IMPATIENT)

    def _ask_by(self, times: dict[str, float]) -> None:
        self.lrs_client = LrsClient(LrsAccess(**{**self._access["lrs"], **times, "largest_answer": 400_000}))
        gradebook = {"gradebook_timeout": 0.6} if times else {}
        access = {**self._access["lms"], **times, **gradebook, "largest_answer": 4_000_000}
        self.lms = MoodleClient(MoodleAccess(**access))

    def context(self) -> TaskContext:
        """For a task of somebody who does not like to wait."""
        return Impatient()

    def ids(self) -> dict[str, int]:
        """The learners that stand, by person code."""
        rows = self.rows(select(learner.c.ref, learner.c.id).where(learner.c.removed_at.is_(None)))
        return {row.ref: row.id for row in rows}

    def course_ids(self) -> dict[str, int]:
        return {row.lms_number: row.id for row in self.rows(select(lms_course.c.lms_number, lms_course.c.id))}

    def enrolment_ids(self) -> dict[tuple[str, str], int]:
        """The enrolments on courses of the LMS, by person code and number of the course."""
        return {(row.ref, row.lms_number): row.id for row in self.rows(ON_LMS)}

    def rows(self, query: Select[Any]) -> list[Any]:
        with self.db.read() as tx:
            return list(tx.execute(query))

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


@contextmanager
def college(folder: Path, seed: int, address: str = "") -> Iterator[College]:
    """One with its courses, no learners yet, and sections that may send; sending goes with the schedule. Its database
    is that at `address`, an empty one, else a file in `folder`. History is kept for as short as may be."""
    found = learners_of_the_college()
    db = Database(address) if address else Database.in_file(folder / "learners.sqlite")
    with ExitStack() as stack:
        stack.callback(db.close)
        upgrade(db)
        access.prepare(db)
        grants.install(db)
        with_types(db)
        user = first_user(db)
        services = stack.enter_context(Services(folder / "services", seed))
        sections = Sections(db, user)
        for number in COURSES:
            sections.section(number)
        lms_settings.save(db, user, SyncSettings(send=True, kept_months=retention.SHORTEST))
        with ExitStack() as lent:  # whether a lock gives its sign of life while others read is chance
            for _ in range(KEPT_CONNECTIONS):
                lent.enter_context(db.read())
        yield College(db, user, folder, services, {one.ref: one for one in found}, Schedule(0.0, delay=0.0))


UKPRN = demo.COLLEGE_UKPRN
