"""Who is counted in participation reports (PARS): participants that a course importer brought with a start date and a
category; nobody from a global import (course-record-import.md 2 and 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, select

from app.conditions_sql import Where
from app.db.tables import SHOWN, enrolment, file_job, file_row, learner, section
from app.imports.stored import GLOBAL_SCOPE


@dataclass(frozen=True, slots=True)
class Participation:
    """The participants of a course. `counted`: how many, by category; the others are not counted, and why."""

    counted: Sequence[tuple[str, int]]
    undated: int
    """With a category, without a start date."""
    uncategorised: int
    """Brought by a file with a start date, without a category."""
    global_only: int
    """Brought by a global import."""


def _from_job(condition: Where) -> Where:
    query = select(file_row.c.id).join(file_job, file_job.c.id == file_row.c.job_id)
    return exists(query.where(file_row.c.id == enrolment.c.file_row_id, condition).correlate(enrolment))


def _global() -> Where:
    return _from_job(file_job.c.scope == GLOBAL_SCOPE)


def counted() -> Where:
    """Whether an enrolment is counted."""
    return and_(
        enrolment.c.file_row_id.is_not(None),
        enrolment.c.participant_category.is_not(None),
        enrolment.c.starts.is_not(None),
        ~_global(),
    )


NUMBER: ColumnElement[int] = func.count(enrolment.c.learner_id.distinct())


def by_course() -> Select[Any]:
    """Courses with how many of their participants are counted; to be narrowed and grouped by the course."""
    return (
        select(section.c.course_id, NUMBER)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .where(enrolment.c.removed_at.is_(None), SHOWN, counted())
    )


def of_course(tx: Connection, course_id: int) -> Participation:
    """Who of the course is counted, and how many are not. A learner on several sections is one participant."""
    found = {(row.why, row.category): row.n for row in tx.execute(_counts(course_id))}
    by_category = sorted((category or "", n) for (why, category), n in found.items() if why == "counted")
    others = {name: sum(n for (why, _), n in found.items() if why == name) for name in ("undated", "bare", "global")}
    return Participation(by_category, others["undated"], others["bare"], others["global"])


def _counts(course_id: int) -> Select[Any]:
    category = enrolment.c.participant_category
    why: ColumnElement[str] = case(
        (_global(), literal("global")),
        (counted(), literal("counted")),
        (category.is_not(None), literal("undated")),
        (enrolment.c.starts.is_not(None), literal("bare")),
        else_=literal("neither"),
    )
    told = (
        select(why.label("why"), category.label("category"), func.count(enrolment.c.learner_id.distinct()).label("n"))
        .join(section, section.c.id == enrolment.c.section_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .where(
            section.c.course_id == course_id,
            enrolment.c.removed_at.is_(None),
            enrolment.c.file_row_id.is_not(None),
            SHOWN,
        )
    )
    return told.group_by(why, category)
