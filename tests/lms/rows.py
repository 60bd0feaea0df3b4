"""Rows of the LMS tables with valid defaults, for tests that care about one or two of them."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import insert, select

from app.db.database import Database
from app.db.tables import course, enrolment, lms_account, lms_course, lms_vendor, progress, section, sync_run, term
from app.folding import fold

MOMENT = datetime(2026, 11, 2, 10, 42, tzinfo=UTC)
_numbers = count(1)


def _add(db: Database, table: Any, values: dict[str, Any]) -> int:
    with db.write() as tx:
        return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def vendor(db: Database, code: str = "moodle") -> int:
    """The LMS of the tests; or another one."""
    with db.read() as tx:
        found = tx.execute(select(lms_vendor.c.id).where(lms_vendor.c.code == code)).scalar()
    return int(found) if found is not None else _add(db, lms_vendor, {"code": code, "kind": "moodle"})


def add_course(db: Database, number: str | None = None, **other: Any) -> int:
    """A course of the LMS, Open."""
    number = number or str(100 + next(_numbers))
    values = {
        "vendor_id": vendor(db),
        "lms_number": number,
        "short_name": f"C{number}",
        "full_name": f"Course {number}",
        "visible": True,
        "first_seen_at": MOMENT,
        "state": "open",
        **other,
    }
    values |= {"short_fold": fold(values["short_name"]), "full_fold": fold(values["full_name"])}
    return _add(db, lms_course, values)


def add_section(db: Database, lms_course_id: int | None) -> int:
    """A section of a course of its own, taught in that course of the LMS."""
    number = next(_numbers)
    values = {"code": f"K{number}", "code_fold": f"k{number}", "title": f"Subject {number}", "origin": "lms"}
    course_id = _add(db, course, values)
    with db.read() as tx:
        none = tx.execute(select(term.c.id).where(term.c.code == "-")).scalar_one()
    return _add(db, section, {"course_id": course_id, "term_id": none, "number": 1, "lms_course_id": lms_course_id})


def add_enrolment(db: Database, learner_id: int, section_id: int, **other: Any) -> int:
    return _add(db, enrolment, {"learner_id": learner_id, "section_id": section_id, "origin": "hand", **other})


def add_progress(db: Database, enrolment_id: int, graded: int | None, visible: int | None, **other: Any) -> int:
    values = {"enrolment_id": enrolment_id, "graded": graded, "visible": visible, "changed_at": MOMENT, **other}
    return _add(db, progress, values)


def add_account(db: Database, user: str, learner_id: int | None, **other: Any) -> int:
    values = {
        "vendor_id": vendor(db),
        "lms_user_number": user,
        "learner_id": learner_id,
        "matched_by": "id_number" if learner_id is not None else None,
        "seen_at": MOMENT,
        **other,
    }
    return _add(db, lms_account, values)


def add_run(db: Database, kind: str = "courses", state: str = "finished", **other: Any) -> int:
    values = {
        "kind": kind,
        "trigger": "schedule",
        "state": state,
        "computer": "PC1",
        "started_at": MOMENT,
        "counts": "{}",
        "messages": "[]",
        **other,
    }
    return _add(db, sync_run, values)
