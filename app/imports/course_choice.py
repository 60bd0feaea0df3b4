"""The courses that a file can be imported into, to choose one from."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.db.tables import course
from app.imports.facts import SHELL


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """A course by its external id and title."""

    code: str
    title: str
    is_shell: bool


def to_choose(tx: Connection) -> list[CourseChoice]:
    """Every course, in the order of the codes."""
    query = select(course.c.code, course.c.title, course.c.kind).order_by(course.c.code_fold)
    return [CourseChoice(row.code, row.title, row.kind == SHELL) for row in tx.execute(query)]
