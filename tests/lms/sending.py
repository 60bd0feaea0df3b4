"""A college whose sections may send: the gates of a section opened, and what became of its records."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from app.access import User
from app.connectors.lms import LmsClient
from app.db.database import Database
from app.db.tables import (
    campus,
    campus_delivery_method,
    campus_term,
    campus_vendor,
    delivery_method,
    enrolment,
    extract_attempt,
    extract_record,
    section,
    section_campus,
    term,
)
from app.lms.extracts import queue, sender
from app.lms.run import RunSummary
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.lms.rows import add_account, add_course, add_enrolment, add_section, vendor


class Sections:
    """A campus with all its gates open. `section` makes one that sends to a course of the LMS, `learner` an enrolment
    there of somebody with an account; keys by number."""

    def __init__(self, db: Database, user: User) -> None:
        self.db, self.user = db, user
        self.vendor = vendor(db)
        self.learners: dict[int, int] = {}
        with db.write() as tx:

            def made(table: Any, **values: Any) -> int:
                return int(tx.execute(insert(table).values(values).returning(table.c.id)).scalar_one())

            none = tx.execute(select(term.c.id).where(term.c.code == "-")).scalar_one()
            self.campus = made(campus, code="MAIN", name="Main", name_fold="main")
            self.term_link = made(
                campus_term, campus_id=self.campus, term_id=none, send_sections=True, send_registrations=True
            )
            made(campus_vendor, campus_id=self.campus, vendor_id=self.vendor, is_default=True)
            self.method = made(delivery_method, code="LMS", name="In the LMS", export_to_lms=True)
            made(campus_delivery_method, campus_id=self.campus, delivery_method_id=self.method)

    def section(self, number: str) -> int:
        return self._open(add_section(self.db, add_course(self.db, number)))

    def section_beside(self, section_id: int) -> int:
        """Another section that is taught in the same course of the LMS."""
        with self.db.read() as tx:
            of = tx.execute(select(section.c.lms_course_id).where(section.c.id == section_id)).scalar_one()
        return self._open(add_section(self.db, of))

    def _open(self, key: int) -> int:
        with self.db.write() as tx:
            tx.execute(update(section).where(section.c.id == key).values(delivery_method_id=self.method))
            tx.execute(insert(section_campus).values(section_id=key, campus_id=self.campus, owner=True))
        return key

    def learner(self, number: int, section_id: int, user: str | None = "", **other: Any) -> int:
        """An enrolment of learner `number`, whose account is `user` (usually 9000 and the number); None: unknown."""
        if number not in self.learners:
            self.learners[number] = add_learner(self.db, number)
            if user is not None:
                add_account(self.db, user or str(9000 + number), self.learners[number])
        return add_enrolment(self.db, self.learners[number], section_id, **other)

    def learners_of(self, section_id: int, numbers: Sequence[int]) -> list[int]:
        return [self.learner(number, section_id) for number in numbers]

    def change(self, enrolment_id: int, **values: Any) -> None:
        """The enrolment as it is from now on, as if a person had changed it."""
        with self.db.write() as tx:
            tx.execute(update(enrolment).where(enrolment.c.id == enrolment_id).values(**values))

    def judge(self) -> queue.QueueSummary:
        return queue.judge(self.db, self.user)

    def send(self, client: LmsClient, context: TaskContext | None = None) -> RunSummary:
        return sender.run(context or TaskContext(), self.db, self.user, client)

    def open_gates(self, are_open: bool = True) -> None:
        with self.db.write() as tx:
            tx.execute(update(campus_term).values(send_registrations=are_open))

    def records(self, enrolment_id: int | None = None) -> list[Any]:
        query = select(extract_record).order_by(extract_record.c.enrolment_id, extract_record.c.number)
        if enrolment_id is not None:
            query = query.where(extract_record.c.enrolment_id == enrolment_id)
        with self.db.read() as tx:
            return list(tx.execute(query))

    def statuses(self, enrolment_id: int | None = None) -> list[tuple[str, str]]:
        return [(row.change, row.status) for row in self.records(enrolment_id)]

    def attempts(self) -> list[Any]:
        with self.db.read() as tx:
            return list(tx.execute(select(extract_attempt).order_by(extract_attempt.c.id)))

    def results(self) -> list[str | None]:
        return [row.result for row in self.attempts()]

    def set_status(self, record_id: int, status: str) -> None:
        """As a person would: the version moves on."""
        with self.db.write() as tx:
            tx.execute(
                update(extract_record)
                .where(extract_record.c.id == record_id)
                .values(status=status, version=extract_record.c.version + 1, status_by=self.user.id)
            )


TERM = {"starts": date(2026, 9, 1), "ends": date(2027, 7, 2)}
