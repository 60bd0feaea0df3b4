"""Load Courses: a table of courses for credit is read, shown, and loaded whole or not at all; its undo.

The preview writes rows of the job and nothing else. The load plans every row once more inside its own transaction:
what would do something else by now than was shown is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from app import access, history, job_notes, jobs, planned_rows, table_columns
from app.access import Permission, User
from app.db.database import Database
from app.errors import InputError
from app.files.columns import Mapping as Columns
from app.files.recognise import recognise
from app.files.rows import FileFacts
from app.files.section_rows import FileRow
from app.files.table import open_table
from app.imports import set_up_table
from app.imports.credit_lists import KIND
from app.imports.set_up_plan import Planner
from app.imports.set_up_table import FIELD_TITLES, NAMES
from app.job_notes import Note
from app.jobs import Foreseen
from app.planned_rows import BATCH, LEFT, as_shown, findings, packed, unpacked
from app.table_columns import TABLES, TableColumns
from app.tasks import TaskContext

JOB = "credit_courses"
COLUMNS = "credit_columns"
"""The kind under which the columns of such files are remembered."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a file would do."""

    job_id: int
    facts: FileFacts
    counts: Mapping[Foreseen, int]

    @property
    def to_load(self) -> int:
        return self.counts[Foreseen.NEW] + self.counts[Foreseen.CHANGED]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load did. `left`: rows that would do something else by now than was shown."""

    job_id: int
    operation_id: int
    new: int
    changed: int
    unchanged: int
    left: int
    problems: int


def columns_of(context: TaskContext, db: Database, user: User, path: Path, *, sheet: str = "") -> TableColumns:
    """Look through a table: its headings, a sample, and the columns as remembered, else as guessed.

    Raises InputError for what is no table or cannot be read, Cancelled.
    """
    kind = recognise(path)
    if kind not in TABLES:
        raise InputError("This is no table of courses.", hint="Choose a CSV file or a workbook.")
    table = open_table(context, path, kind, sheet=sheet, known=NAMES.known_count)
    mapping = table_columns.held(context, db, user, table, COLUMNS)
    known = mapping is not None
    mapping = mapping if mapping is not None else NAMES.guess(table.headings)
    count = sum(1 for _ in table.rows(context, "Looking through the rows"))
    return table_columns.seen(table, mapping, known, {}, count)


def why_not(columns: TableColumns, mapping: Columns) -> str:
    """Why the table cannot be read under this mapping; "" if it can."""
    return set_up_table.why_not(mapping)


def preview(
    context: TaskContext, db: Database, user: User, path: Path, columns: TableColumns, mapping: Columns
) -> Preview:
    """Read the file to its end and keep what loading it would do.

    Raises AccessError, InputError (the file), DatabaseError, Cancelled; then nothing is kept.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        planner = Planner(tx)
    if reason := why_not(columns, mapping):
        raise InputError("The columns are not clear yet.", hint=reason)
    known = columns.table.again(columns.sheet) if columns.table is not None else None
    table = known or open_table(context, path, columns.kind, sheet=columns.sheet, known=NAMES.known_count)
    job_id = jobs.start(db, user, JOB, path, jobs.fingerprint(path))
    try:
        counts = dict.fromkeys(Foreseen, 0)
        with closing(set_up_table.rows(context, table, mapping)) as rows:
            while batch := list(islice(rows, BATCH)):
                context.raise_if_cancelled()
                _keep(db, job_id, planner, batch, counts)
        if not any(counts.values()):
            raise InputError("There are no rows in this file.", hint="Export it again.")
        jobs.checked(db, job_id, {one.value: number for one, number in counts.items()}, {})
        return Preview(job_id, table.facts, counts)
    except BaseException:
        jobs.discard(db, job_id)
        raise


def _keep(db: Database, job_id: int, planner: Planner, batch: Sequence[FileRow], counts: dict[Foreseen, int]) -> None:
    """Plan some rows and write them as rows of the job."""
    first, rows = sum(counts.values()) + 1, []
    with db.read() as tx:
        planner.look_up(tx, batch)
    for at, row in enumerate(batch):
        one = planner.plan(row)
        planner.keep(one)
        counts[one.foreseen] += 1
        rows.append((first + at, packed(row), None, findings(one), one.foreseen.value))
    with db.write() as tx:
        jobs.add_rows(db, tx, job_id, rows)


# ------------------------------------------------------------------------------------------------------- the load


def apply(context: TaskContext, db: Database, user: User, job_id: int) -> Summary:
    """Load what the preview `job_id` foresees; one transaction, one operation, which can be undone.

    Raises AccessError; InputError if nothing is new or changed; ConflictError if the job is gone or done; Cancelled.
    After any of them the database is as before.
    """
    with db.write(much=True) as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        db.alone(tx)
        job = jobs.read(tx, job_id)
        total = job.counts.get(Foreseen.NEW, 0) + job.counts.get(Foreseen.CHANGED, 0)
        if not total:
            raise InputError("Nothing in this file is new or changed.", hint="There is nothing to load.")
        operation = history.begin(tx, db, user.id, KIND, reason=job.file_name)
        done, left = _load(context, tx, job_id, operation, total)
        jobs.claim(tx, db, job_id, operation.id, {**job.counts, LEFT: len(left)})
        operation.end(tx)
    return Summary(
        job_id,
        operation.id,
        new=done[Foreseen.NEW],
        changed=done[Foreseen.CHANGED],
        unchanged=job.counts.get(Foreseen.UNCHANGED, 0),
        left=len(left),
        problems=job.counts.get(Foreseen.PROBLEM, 0),
    )


def _load(
    context: TaskContext, tx: Connection, job_id: int, operation: history.Operation, total: int
) -> tuple[dict[Foreseen, int], list[int]]:
    """Plan the rows once more and write the courses; how many of each kind, and the numbers of those left out."""
    planner, done, left, seen = Planner(tx), dict.fromkeys(Foreseen, 0), list[int](), 0
    for rows in jobs.rows_in_batches(tx, job_id, (Foreseen.NEW.value, Foreseen.CHANGED.value)):
        context.raise_if_cancelled()
        read = [unpacked(row.cells) for row in rows]
        planner.look_up(tx, read)
        for row, told in zip(rows, read, strict=True):
            one = planner.plan(told)
            if as_shown(row, one):
                planner.keep(one)
                done[one.foreseen] += 1
            else:
                left.append(row.number)
        seen += len(rows)
        context.report(seen, total, "Loading rows")
    planner.write(operation)
    planned_rows.leave(tx, job_id, left)
    return done, left


# -------------------------------------------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One row of the file in a list."""

    number: int
    line: int
    name: str
    values: Mapping[str, Any] = field(repr=False)
    changes: Sequence[Sequence[Any]] = field(repr=False)
    """Field, old, new, False, True."""
    ticked: frozenset[str] = frozenset()


def seen_rows(tx: Connection, job_id: int, numbers: Sequence[int]) -> dict[int, SeenRow]:
    """Rows of the file by their number."""
    return {row.number: _seen(row) for row in job_notes.rows_of(tx, job_id, numbers)}


def _seen(row: Row[Any]) -> SeenRow:
    read = unpacked(row.cells)
    name = " · ".join(str(read.values[one]) for one in ("course_code", "type") if one in read.values)
    return SeenRow(row.number, read.line, name, read.values, jobs.finding(row, "changes") or ())


def _known(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, job_notes.Known]:
    return {one.number: (one.line, "", one.name) for one in map(_seen, rows)}


def notes(tx: Connection, job_id: int, keys: Sequence[int]) -> dict[int, Note]:
    """The notes behind these keys."""
    return job_notes.notes(tx, job_id, keys, FIELD_TITLES, _known)


def all_notes(tx: Connection, job_id: int) -> Iterator[Note]:
    """Every note, in the order of the file, for an export."""
    return job_notes.all_notes(tx, job_id, FIELD_TITLES, _known)
