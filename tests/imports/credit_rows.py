"""Courses set up for credit, enrolments on them and outside bodies, for tests that care about one or two of them."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select

from app import history
from app.access import User
from app.conditions import Group, Test
from app.db.database import Database
from app.db.tables import course, enrolment, file_job, file_row, section, term
from app.folding import fold_code
from app.imports import awarding, course_records, credit_lists, credit_set_up, facts, outgoing
from app.imports.awarding import Awarded, Completion, Grant
from app.imports.credit_lists import CreditType, Reporter
from app.imports.credit_set_up import CourseCredit, CourseSetUp
from app.imports.facts import CourseFacts
from app.imports.outgoing import Stage
from tests.lms.rows import MOMENT

DAY = date(2026, 11, 20)


def add_type(db: Database, user: User, code: str, **more: Any) -> int:
    """A credit type of the college."""
    return credit_lists.save_type(db, user, None, CreditType(code=code, **more)).id


def add_body(db: Database, user: User, name: str, *types: int, **more: Any) -> int:
    """An outside body that hears of these types."""
    wanted = Reporter(name=name, types=frozenset(types), **more)
    return credit_lists.save_reporter(db, user, None, wanted).id


def add_course(db: Database, user: User, code: str, *credit: CourseCredit, **more: Any) -> int:
    """A course with its set-up."""
    return credit_set_up.save(db, user, None, CourseSetUp(code=code, credit=credit, **more)).id


def add_shell(db: Database, code: str) -> int:
    """A course as a global import makes it."""
    values = {"code": code, "code_fold": fold_code(code), "title": code, "kind": "shell", "origin": "import"}
    with db.write() as tx:
        return int(tx.execute(insert(course).values(**values).returning(course.c.id)).scalar_one())


def enrol(db: Database, learner_id: int, course_id: int, **more: Any) -> int:
    """The learner on a section of the course, which is made for the first of them; complete."""
    with db.write() as tx:
        none = tx.execute(select(term.c.id).where(term.c.code == "-")).scalar_one()
        here = select(section.c.id).where(section.c.course_id == course_id)
        values = {"course_id": course_id, "term_id": none, "number": 1}
        section_id = (
            tx.execute(here).scalar()
            or tx.execute(insert(section).values(**values).returning(section.c.id)).scalar_one()
        )
        told = {"complete": True, "completed_on": DAY, "origin": "import", **more}
        told |= {"learner_id": learner_id, "section_id": section_id}
        return int(tx.execute(insert(enrolment).values(**told).returning(enrolment.c.id)).scalar_one())


def row_of_file(db: Database, user: User, scope: str) -> int:
    """A row of a file that was imported under this scope."""
    job = {
        "kind": "course_records",
        "scope": scope,
        "file_name": "records.csv",
        "sha256": "0" * 64,
        "options": "{}",
        "state": "applied",
        "owner_id": user.id,
        "computer": "PC1",
        "counts": "{}",
        "started_at": MOMENT,
    }
    with db.write() as tx:
        job_id = tx.execute(insert(file_job).values(**job).returning(file_job.c.id)).scalar_one()
        row = {"job_id": job_id, "number": 2, "predicted": "enrolled"}
        return int(tx.execute(insert(file_row).values(**row).returning(file_row.c.id)).scalar_one())


def facts_of(db: Database, course_id: int) -> CourseFacts:
    with db.read() as tx:
        return facts.of_ids(tx, [course_id])[course_id]


def completed(db: Database, user: User, *completions: Completion) -> tuple[int, list[Awarded]]:
    """What the courses award for these completions, in an operation of its own; its id too."""
    with db.write() as tx:
        courses = facts.of_ids(tx, {one.course_id for one in completions})
        operation = history.begin(tx, db, user.id, "records_imported")
        given = awarding.complete(operation, completions, courses)
        operation.end(tx)
    return operation.id, given


def granted(db: Database, user: User, *grants: Grant, origin: str = awarding.IMPORT) -> list[Awarded]:
    """Credit as a file or a person gives it."""
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "records_imported")
        given = awarding.grant(operation, grants, origin)
        operation.end(tx)
    return given


def stages(db: Database) -> list[Stage]:
    """Of what is due outside, in the order of the list."""
    with db.read() as tx:
        keys = db.ids(tx, outgoing.keys_query())
        rows = outgoing.rows(tx, list(keys))
    return [rows[key].stage for key in keys]


def found(db: Database, *tests: Test, quick: str = "", course_id: int | None = None) -> list[int]:
    """The course records that a search finds."""
    with db.read() as tx:
        return list(db.ids(tx, course_records.keys_query(Group(members=tests), quick, course_id=course_id)))
