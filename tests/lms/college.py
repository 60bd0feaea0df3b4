"""A small college whose enrolments go to an LMS, for tests of extract records: campuses, terms, sections, records."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, insert, select, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import (
    campus_delivery_method,
    campus_term,
    campus_vendor,
    course,
    delivery_method,
    enrolment,
    extract_record,
    section,
    section_campus,
    term,
    user_campus,
)
from tests.builders import add_campus, add_learner, user_with
from tests.lms.rows import MOMENT, add_account, add_course, add_enrolment, vendor

EDITOR = (Role.ENROLMENT_MANAGER, Role.EXTRACT_EDITOR)
READER = (Role.ENROLMENT_MANAGER,)
OVERRIDER = (Role.ENROLMENT_MANAGER, Role.LMS_ADMINISTRATOR)


class College:
    """Everything a record needs: of what is made here every gate holds."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.vendor = vendor(db)
        self.method = self.add(delivery_method, code="ON", name="Online", export_to_lms=True)

    def add(self, table: Table, **values: Any) -> int:
        with self.db.write() as tx:
            return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())

    def set(self, table: Table, key: int, **values: Any) -> None:
        with self.db.write() as tx:
            tx.execute(update(table).where(table.c.id == key).values(**values))

    def campus(self, name: str) -> int:
        key = add_campus(self.db, name.upper(), name)
        self.add(campus_vendor, campus_id=key, vendor_id=self.vendor, is_default=True)
        self.add(campus_delivery_method, campus_id=key, delivery_method_id=self.method)
        return key

    def term(self, name: str, campuses: Iterable[int], starts: date | None = None, ends: date | None = None) -> int:
        key = self.add(term, code=name, name=name, starts=starts, ends=ends)
        for one in campuses:
            self.add(campus_term, campus_id=one, term_id=key, send_sections=True, send_registrations=True)
        return key

    def section(self, code: str, term_id: int, campuses: Iterable[int], number: int = 1) -> int:
        """A section; the first of the campuses owns it."""
        with self.db.read() as tx:
            found = tx.execute(select(course.c.id).where(course.c.code == code)).scalar()
        course_id = found or self.add(course, code=code, code_fold=code.lower(), title=code, origin="hand")
        values = {"course_id": course_id, "term_id": term_id, "number": number, "delivery_method_id": self.method}
        key = self.add(section, **values, lms_course_id=add_course(self.db))
        for place, one in enumerate(campuses):
            self.add(section_campus, section_id=key, campus_id=one, owner=place == 0)
        return key

    def learner(self, number: int | None = None, **other: Any) -> int:
        """A learner with one account."""
        key = add_learner(self.db, number, **other)
        add_account(self.db, f"u{key}", key)
        return key

    def record(self, section_id: int, status: str = "ready", learner_id: int | None = None, **other: Any) -> int:
        """A record of an enrolment; of a learner who has one on the section, the next."""
        learner_id = self.learner() if learner_id is None else learner_id
        with self.db.read() as tx:
            held = tx.execute(
                select(enrolment.c.id, enrolment.c.records).where(
                    enrolment.c.learner_id == learner_id, enrolment.c.section_id == section_id
                )
            ).one_or_none()
        enrolment_id = held.id if held is not None else add_enrolment(self.db, learner_id, section_id)
        number = held.records + 1 if held is not None else 1
        self.set(enrolment, enrolment_id, records=number)
        usual = {
            "change": "add" if number == 1 else "drop",
            "course_status": "current" if number == 1 else "dropped",
            "changed_on": date(2026, 11, 2) + timedelta(days=number),
            "status_at": MOMENT,
            "extracted_at": None if status == "ready" else MOMENT,
            "attempts": 0 if status == "ready" else 1,
            "message": "User suspended" if status == "rejected" else None,
        }
        return self.add(extract_record, enrolment_id=enrolment_id, number=number, status=status, **{**usual, **other})

    def user(self, *campuses: int, roles: Iterable[Role] = EDITOR) -> User:
        """A user who may see these campuses."""
        found = user_with(self.db, *roles)
        for one in campuses:
            self.add(user_campus, user_id=found.id, campus_id=one)
        return found

    def statuses(self, ids: Iterable[int]) -> list[str]:
        with self.db.read() as tx:
            query = select(extract_record.c.id, extract_record.c.status).where(extract_record.c.id.in_(ids))
            held = {row.id: row.status for row in tx.execute(query)}
        return [held[key] for key in ids]

    def sent(self, record_id: int, status: str, **other: Any) -> None:
        """What a sending writes: the status, and the version with it."""
        values = {"status": status, "status_at": MOMENT, "version": extract_record.c.version + 1, **other}
        self.set(extract_record, record_id, **values)
