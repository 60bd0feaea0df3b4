"""*Export for the Body*: the records of one outside body as a CSV file with just what it asks for, then marked.

The records are marked after the file is whole and in its place: a killed program exports them again rather than
never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app import access, history
from app.access import Permission, User
from app.db.among import among
from app.db.database import Database
from app.db.tables import award, course, credit_type, learner, outgoing_report, reporter
from app.errors import InputError
from app.export import ExportColumn, ExportKind, ExportSummary, Sheet, Target, write_csv
from app.history import batched
from app.imports.amounts import shown
from app.imports.credit_lists import FIELDS
from app.json_text import decoded
from app.sentence import Sentence
from app.tasks import TaskContext

KIND = "reports_exported"
"""The kind of the operation that marks the records; taken back, they are due again."""
_COURSE_COLUMNS = (
    ExportColumn("Course Code"),
    ExportColumn("Course"),
    ExportColumn("Credit Type"),
    ExportColumn("Credit"),
    ExportColumn("Awarded On", ExportKind.DATE),
    ExportColumn("Due On", ExportKind.DATE),
)


@dataclass(frozen=True, slots=True)
class BodyExported:
    """What went into the file, and how many records stayed out because the learner lacks what the body asks for."""

    file: ExportSummary
    body: str
    incomplete: int
    operation_id: int


def export_for_body(
    context: TaskContext, db: Database, user: User, report_ids: Sequence[int], path: Target
) -> BodyExported:
    """Write those of these records that are due and lack nothing, the most urgent first, and mark them as exported.

    Raises AccessError; InputError where the records are of several bodies, where none is due, or if the file cannot
    be written; Cancelled leaves no file and marks nothing.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.EXPORT)
        access.require(tx, user, Permission.IMPORT_RECORDS)
        rows = _due(tx, report_ids)
    body, fields = _one_body(rows)
    whole = [row for row in rows if all(getattr(row, name) is not None for name in fields)]
    if not whole:
        raise InputError(
            Sentence("All of these records lack something that {body} asks for.", body=body),
            hint="The details of a record say what. Edit the learner, then try again.",
        )
    kinds = {name: ExportKind.DATE if name == "birth_date" else ExportKind.TEXT for name in fields}
    sheet = Sheet(
        columns=[*(ExportColumn(FIELDS[name], kind) for name, kind in kinds.items()), *_COURSE_COLUMNS],
        rows=([*(getattr(row, name) for name in fields), *_course_cells(row)] for row in whole),
        total=len(whole),
        title=body,
    )
    file = write_csv(context, path, sheet)
    operation_id = _mark(db, user, body, [row.id for row in whole])
    return BodyExported(file, body, len(rows) - len(whole), operation_id)


def _due(tx: Connection, ids: Sequence[int]) -> list[Any]:
    query = (
        select(
            outgoing_report.c.id,
            outgoing_report.c.due_on,
            reporter.c.name.label("body"),
            reporter.c.fields,
            *(learner.c[name] for name in FIELDS),
            course.c.code.label("course_code"),
            course.c.title.label("course_title"),
            credit_type.c.code.label("type"),
            award.c.amount,
            award.c.awarded_on,
        )
        .join(reporter, reporter.c.id == outgoing_report.c.reporter_id)
        .join(award, award.c.id == outgoing_report.c.award_id)
        .join(learner, learner.c.id == award.c.learner_id)
        .join(course, course.c.id == award.c.course_id)
        .join(credit_type, credit_type.c.id == award.c.type_id)
        .where(outgoing_report.c.exported_at.is_(None), outgoing_report.c.removed_at.is_(None))
    )
    found = [
        row
        for some in batched(ids, 5_000)
        for row in tx.execute(query.where(among(outgoing_report.c.id, some))).all()
    ]
    return sorted(found, key=lambda row: (row.due_on, row.id))


def _one_body(rows: Sequence[Any]) -> tuple[str, tuple[str, ...]]:
    """The one body of these records, and what it asks for. Raises InputError."""
    bodies = sorted({row.body for row in rows})
    if not bodies:
        raise InputError("None of these records is due.", hint="Choose some that are to be exported.")
    if len(bodies) > 1:
        raise InputError(
            Sentence("These records are for {n} bodies: {bodies}.", n=len(bodies), bodies=", ".join(bodies)),
            hint="A file is for one of them. Filter by Outside Body, then export.",
        )
    return bodies[0], tuple(name for name in decoded(rows[0].fields) if name in FIELDS)


def _course_cells(row: Any) -> Sequence[object]:
    return row.course_code, row.course_title, row.type, shown(row.amount), row.awarded_on, row.due_on


def _mark(db: Database, user: User, body: str, ids: Sequence[int]) -> int:
    """Mark what stands in the file; what was taken back meanwhile is marked too, for the body will be told of it."""
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, KIND, reason=f"{len(ids):,} records for {body}")
        moment: Mapping[str, Any] = {"exported_at": db.now(tx)}
        query = (
            select(outgoing_report, award.c.learner_id)
            .join(award, award.c.id == outgoing_report.c.award_id)
            .where(outgoing_report.c.exported_at.is_(None))
        )
        for some in batched(ids, 5_000):
            rows = tx.execute(query.where(among(outgoing_report.c.id, some))).all()
            operation.update_many(outgoing_report, [(row, moment, row.learner_id) for row in rows])
        operation.end(tx)
    return operation.id
