"""Imported shells of which nothing is left once their import was taken back: they go with it. One that got further
rows stays, as does one that anything else points to."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from app.db import tables
from app.db.among import among
from app.db.tables import award, change, course, enrolment, file_job, file_row, section
from app.history import Operation, batched
from app.imports.facts import SHELL

_SOME = 5_000


def remove_empty_shells(operation: Operation, job_id: int) -> int:
    """Delete the shells that a job made and on which nobody stands any more, with the enrolments and credit there
    that were taken back; what was there the history knows. Returns how many."""
    tx = operation.tx
    shells = _made_by(tx, job_id)
    if not shells:
        return 0
    sections = _rows(tx, section, section.c.course_id, shells)
    enrolments = _rows(tx, enrolment, enrolment.c.section_id, sections)
    awards = _rows(tx, award, award.c.course_id, shells)
    at = {key: row.course_id for key, row in sections.items()}
    staying = {at[row.section_id] for row in enrolments.values() if row.removed_at is None}
    staying |= {row.course_id for row in awards.values() if row.removed_at is None}
    staying |= {at[enrolments[key].section_id] for key in _pointed_to(tx, enrolment, enrolments)}
    staying |= {awards[key].course_id for key in _pointed_to(tx, award, awards)}
    staying |= {at[key] for key in _pointed_to(tx, section, sections, besides={enrolment.name})}
    staying |= _pointed_to(tx, course, shells, besides={section.name, award.name, file_row.name})
    staying |= _waited_for(tx, shells)
    gone = shells.keys() - staying
    if gone:
        _delete(operation, award, (row for row in awards.values() if row.course_id in gone))
        _delete(operation, enrolment, (row for row in enrolments.values() if at[row.section_id] in gone))
        _delete(operation, section, (row for row in sections.values() if row.course_id in gone))
        rows = _rows(tx, file_row, file_row.c.course_id, gone)
        operation.update_many(file_row, [(row, {"course_id": None}, row.learner_id) for row in rows.values()])
        _delete(operation, course, (shells[key] for key in gone))
    return len(gone)


def _made_by(tx: Connection, job_id: int) -> dict[int, Row[Any]]:
    """The shells that a job made, as long as nobody edited them."""
    query = (
        select(course)
        .join(change, (change.c.row_id == course.c.id) & (change.c.table_name == course.name))
        .join(file_job, file_job.c.operation_id == change.c.operation_id)
        .where(file_job.c.id == job_id, change.c.kind == "insert", course.c.kind == SHELL, course.c.version == 1)
    )
    return {row.id: row for row in tx.execute(query)}


def _rows(tx: Connection, table: Table, column: Any, ids: Iterable[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for some in batched(sorted(ids), _SOME):
        found |= {row.id: row for row in tx.execute(select(table).where(among(column, some)))}
    return found


def _pointed_to(tx: Connection, table: Table, ids: Iterable[int], besides: Iterable[str] = ()) -> set[int]:
    """Those of the rows to which a row of another table points."""
    found: set[int] = set()
    wanted = sorted(ids)
    for other in tables.metadata.sorted_tables:
        if other.name in besides:
            continue
        for key in other.foreign_keys:
            if key.column.table is table:
                for some in batched(wanted, _SOME):
                    found |= set(tx.execute(select(key.parent).where(among(key.parent, some))).scalars())
    return found


def _waited_for(tx: Connection, ids: Iterable[int]) -> set[int]:
    """Courses for which rows are held."""
    found: set[int] = set()
    for some in batched(sorted(ids), _SOME):
        query = select(file_row.c.course_id).where(among(file_row.c.course_id, some), file_row.c.held == "held")
        found |= set(tx.execute(query).scalars())
    return found


def _delete(operation: Operation, table: Table, rows: Iterable[Row[Any]]) -> None:
    operation.delete_many(table, [(row, getattr(row, "learner_id", None)) for row in rows])
