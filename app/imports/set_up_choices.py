"""What the set-up of a course is chosen from: the course as it stands, the types, and the values that a mapping can
be for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app.db.tables import SHOWN, campus, learner
from app.imports import credit_lists, credit_set_up
from app.imports.credit_lists import CreditType
from app.imports.credit_set_up import CourseSetUp

MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """`course`: as it is set up; None for a new one, or for one that is gone."""

    course: CourseSetUp | None
    types: Sequence[CreditType]
    values: Mapping[str, Sequence[str]] = field(repr=False)


def read(tx: Connection, course_id: int | None) -> Choices:
    """The choices for a course; None for a new one. Types that are off are offered where the course has them."""
    found = credit_set_up.read(tx, course_id) if course_id is not None else None
    lists = credit_lists.read(tx)
    had = {one.type_id for one in found.credit} if found is not None else set()
    values = {
        "campus": list(tx.execute(select(campus.c.code).where(campus.c.active).order_by(campus.c.code)).scalars()),
        "tutor_group": _of_learners(tx, "tutor_group"),
        "last_year_seen": _of_learners(tx, "last_year_seen"),
        "participant_category": list(lists.categories),
    }
    return Choices(found, [one for one in lists.types if one.active or one.id in had], values)


def _of_learners(tx: Connection, name: str) -> list[str]:
    column = learner.c[name]
    query = select(column).where(SHOWN, column.is_not(None)).distinct().order_by(column).limit(MOST_VALUES)
    return list(tx.execute(query).scalars())
