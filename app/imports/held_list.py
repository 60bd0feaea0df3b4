"""Held records as the Held Records page lists them: rows of imports that wait for their learner, each with what would
become of it (course-record-import.md 1, 2 and 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import course, file_job, file_row
from app.imports import held, job_rows
from app.imports.held import HeldForecast
from app.imports.job_rows import JobLine
from app.quick_filter import passes
from app.sorting import SortKey, order_by

MOST_FORESEEN = 5_000
"""Rows that `summary` looks at."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One record that waits."""

    id: int
    line: JobLine = field(repr=False)
    job_id: int
    file_name: str
    since: datetime
    course_code: str
    course_title: str
    forecast: HeldForecast | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldSummary:
    """What would become of the records that wait, or of the first of them."""

    waiting: int
    looked_at: int
    known: int
    """Whose learner is known by now."""
    at_once: int
    """That would complete and award credit at once."""
    bodies: Mapping[str, tuple[int, date]]
    """How many would go to which outside body, and by when the first of them."""


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("user", "Learner Id"), file_row.c.held_user, folded=True),
        SqlField(FieldInfo("email", "E-mail"), file_row.c.held_email, folded=True),
        SqlField(FieldInfo("course", "Course Code"), course.c.code_fold, folded=True),
        SqlField(FieldInfo("job", "Job", FieldKind.NUMBER), file_row.c.job_id),
        SqlField(FieldInfo("file", "File"), func.lower(file_job.c.file_name)),
        SqlField(FieldInfo("since", "Held Since", FieldKind.DATE), file_job.c.started_at, moment=True),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "who": func.coalesce(file_row.c.held_user, file_row.c.held_email),
    "course": course.c.code_fold,
    "job": file_row.c.job_id,
    "number": file_row.c.number,
    "file": func.lower(file_job.c.file_name),
    "since": file_job.c.started_at,
}
DEFAULT_SORT = "job"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(file_row)
        .join(file_job, file_job.c.id == file_row.c.job_id)
        .outerjoin(course, course.c.id == file_row.c.course_id)
        .where(file_row.c.held == "held")
    )


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the held rows that pass, in order. Raises InputError as `conditions.check`."""
    query = _joined(select(file_row.c.id)).where(where(group, FIELDS), _quick(quick))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    return query.order_by(*terms, file_row.c.id)


def _quick(text: str) -> Where:
    codes = (file_row.c.held_user, file_row.c.held_email, course.c.code_fold)
    return passes(text, codes, (course.c.title, file_job.c.file_name))


def total_query() -> Select[Any]:
    """How many records wait."""
    return select(func.count()).select_from(file_row).where(file_row.c.held == "held")


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, HeldRow]:
    """The rows of a page (some hundred ids), with what would become of each."""
    columns = (
        file_row.c.id, file_row.c.job_id, file_job.c.file_name, file_job.c.started_at, course.c.code, course.c.title,
    )  # fmt: skip
    found = tx.execute(_joined(select(*columns)).where(among(file_row.c.id, ids))).all()
    lines = job_rows.rows(tx, [row.id for row in found])
    forecasts = held.forecast(tx, [row.id for row in found])
    return {
        row.id: HeldRow(
            row.id,
            lines[row.id],
            row.job_id,
            row.file_name,
            row.started_at,
            row.code or "",
            row.title or "",
            forecasts.get(row.id),
        )
        for row in found
        if row.id in lines
    }


def summary(tx: Connection) -> HeldSummary:
    """What would become of all records that wait, as far as the first thousands show."""
    waiting = int(tx.execute(total_query()).scalar_one())
    ids = list(tx.execute(keys_query().limit(MOST_FORESEEN)).scalars())
    forecasts = held.forecast(tx, ids)
    at_once = [one for one in forecasts.values() if one.at_once]
    bodies: dict[str, tuple[int, date]] = {}
    for one in at_once:
        for name, due in one.reports:
            number, first = bodies.get(name, (0, due))
            bodies[name] = (number + 1, min(first, due))
    known = sum(one.learner_id is not None for one in forecasts.values())
    return HeldSummary(waiting, len(ids), known, len(at_once), dict(sorted(bodies.items())))
