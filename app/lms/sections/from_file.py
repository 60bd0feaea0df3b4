"""Load Sections: a file of sections or of registrations is read, shown, and loaded whole or not at all; its undo.

The preview writes rows of the job and nothing else. The load plans every row once more inside its own transaction:
what would do something else by now than was shown is left out and listed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from app import access, history, jobs, planned_rows, table_columns
from app.access import Permission, User
from app.db.database import Database
from app.errors import InputError
from app.files import section_headings, section_rows
from app.files.columns import Mapping as Columns
from app.files.recognise import recognise
from app.files.rows import FileFacts
from app.files.section_headings import DATE_FIELDS
from app.files.section_rows import FileRow
from app.files.table import open_table
from app.jobs import Foreseen
from app.lms.extracts import queue
from app.lms.extracts.queue import QueueSummary
from app.lms.sections.file_index import Index
from app.lms.sections.file_plan import SectionPlanner
from app.lms.sections.file_registrations import RegistrationPlanner
from app.planned_rows import BATCH, LEFT, as_shown, findings, packed
from app.sentence import Sentence
from app.table_columns import TABLES, TableColumns
from app.tasks import TaskContext

COLUMNS = "section_columns"
"""The kind under which the columns of such files are remembered."""


class What(StrEnum):
    """What a file is of: the kind of its job."""

    SECTIONS = "sections"
    REGISTRATIONS = "registrations"

    @property
    def permission(self) -> Permission:
        return Permission.SET_UP_SECTIONS if self is What.SECTIONS else Permission.ENROL

    @property
    def operation(self) -> str:
        return f"{self.value}_loaded"


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a file would do."""

    job_id: int
    what: What
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
    what: What
    new: int
    changed: int
    unchanged: int
    left: int
    problems: int
    queued: QueueSummary


def columns_of(context: TaskContext, db: Database, user: User, path: Path, *, sheet: str = "") -> TableColumns:
    """Look through a table: its headings, a sample, and the columns as remembered, else as guessed.

    Raises InputError for what is no table or cannot be read, Cancelled.
    """
    kind = recognise(path)
    if kind not in TABLES:
        raise InputError("This is no table of sections or registrations.", hint="Choose a CSV file or a workbook.")
    table = open_table(context, path, kind, sheet=sheet, known=section_headings.known_count)
    mapping = table_columns.held(context, db, user, table, COLUMNS)
    known = mapping is not None
    mapping = mapping if mapping is not None else section_headings.guess(table.headings)
    count, month_first = section_rows.survey(context, table, mapping)
    return table_columns.seen(table, mapping, known, month_first, count)


def why_not(columns: TableColumns, mapping: Columns) -> str:
    """Why the table cannot be read under this mapping; "" if it can."""
    if reason := section_headings.why_not(mapping):
        return reason
    if names := table_columns.open_orders(columns, mapping):
        return Sentence(
            "Say how the dates of {title} are written.", title=Sentence(section_headings.FIELD_TITLES[names[0]])
        )
    return ""


def what_of(mapping: Columns) -> What:
    """What a table is of, by its columns."""
    return What.REGISTRATIONS if section_headings.is_registrations(mapping) else What.SECTIONS


def preview(
    context: TaskContext, db: Database, user: User, path: Path, columns: TableColumns, mapping: Columns
) -> Preview:
    """Read the file to its end and keep what loading it would do.

    Raises AccessError, InputError (the file), DatabaseError, Cancelled; then nothing is kept.
    """
    what = what_of(mapping)
    with db.read(context) as tx:
        access.require(tx, user, what.permission)
        today = date.today()
        planner = _planner(tx, user, what, today)
    if reason := why_not(columns, mapping):
        raise InputError("The columns are not clear yet.", hint=reason)
    known = columns.table.again(columns.sheet) if columns.table is not None else None
    table = known or open_table(context, path, columns.kind, sheet=columns.sheet, known=section_headings.known_count)
    job_id = jobs.start(db, user, what.value, path, jobs.fingerprint(path))
    try:
        counts = dict.fromkeys(Foreseen, 0)
        with closing(section_rows.rows(context, table, mapping, today)) as rows:
            while batch := list(islice(rows, BATCH)):
                _keep(context, db, job_id, planner, batch, counts)
        if not any(counts.values()):
            raise InputError("There are no rows in this file.", hint="Export it again.")
        jobs.checked(db, job_id, {one.value: number for one, number in counts.items()}, {_TODAY: today.isoformat()})
        return Preview(job_id, what, table.facts, counts)
    except BaseException:
        jobs.discard(db, job_id)
        raise


_Planner = SectionPlanner | RegistrationPlanner


_TODAY = "today"
"""The option of a job that keeps the day of its preview: what was shown holds past midnight."""


def _planner(tx: Connection, user: User, what: What, today: date) -> _Planner:
    index = Index(tx, access.campuses(tx, user))
    return SectionPlanner(index) if what is What.SECTIONS else RegistrationPlanner(tx, index, today)


def _keep(
    context: TaskContext,
    db: Database,
    job_id: int,
    planner: _Planner,
    batch: Sequence[FileRow],
    counts: dict[Foreseen, int],
) -> None:
    """Plan some rows and write them as rows of the job."""
    context.raise_if_cancelled()
    with db.read(context) as tx:
        planned = planner.plan(tx, batch)
    first = sum(counts.values()) + 1
    rows = [
        (first + at, packed(row), one.learner_id, findings(one), one.foreseen.value)
        for at, (row, one) in enumerate(zip(batch, planned, strict=True))
    ]
    for one in planned:
        counts[one.foreseen] += 1
    with db.write() as tx:
        jobs.add_rows(db, tx, job_id, rows)


def unpacked(body: str | None) -> FileRow:
    """A row that was kept."""
    return planned_rows.unpacked(body, DATE_FIELDS)


# ----------------------------------------------------------------------------------------------------- the load


def apply(context: TaskContext, db: Database, user: User, job_id: int) -> Summary:
    """Load what the preview `job_id` foresees; one transaction, one operation, which can be undone. What the LMS has
    to hear of it then goes into the queue.

    Raises AccessError; InputError if nothing is new or changed; ConflictError if the job is gone or done; Cancelled.
    After any of them the database is as before.
    """
    with db.write(much=True) as tx:
        job = jobs.read(tx, job_id)
        what = What(job.kind)
        access.require(tx, user, what.permission)
        if not db.embedded:
            db.alone(tx)
        if not job.counts.get(Foreseen.NEW, 0) + job.counts.get(Foreseen.CHANGED, 0):
            raise InputError("Nothing in this file is new or changed.", hint="There is nothing to load.")
        operation = history.begin(tx, db, user.id, what.operation, reason=job.file_name)
        planner = _planner(tx, user, what, date.fromisoformat(job.options[_TODAY]))
        done = _load(context, tx, job, operation, planner)
        jobs.claim(tx, db, job_id, operation.id, {**job.counts, "left": done[LEFT]})
        operation.end(tx)
    queued = queue.follow(db, user, sections=sorted(planner.sections)) if planner.sections else QueueSummary()
    return Summary(
        job_id,
        operation.id,
        what,
        new=done[Foreseen.NEW],
        changed=done[Foreseen.CHANGED],
        unchanged=job.counts.get(Foreseen.UNCHANGED, 0),
        left=done[LEFT],
        problems=job.counts.get(Foreseen.PROBLEM, 0),
        queued=queued,
    )


def _load(
    context: TaskContext, tx: Connection, job: jobs.FileJob, operation: history.Operation, planner: _Planner
) -> Counter[str]:
    """Write row by row of the job; how many of each kind, and how many were left."""
    done: Counter[str] = Counter()
    left: list[int] = []
    seen, total = 0, job.counts.get(Foreseen.NEW, 0) + job.counts.get(Foreseen.CHANGED, 0)
    for rows in jobs.rows_in_batches(tx, job.id, (Foreseen.NEW.value, Foreseen.CHANGED.value)):
        planned = planner.plan(tx, [unpacked(row.cells) for row in rows])
        kept = []
        for row, one in zip(rows, planned, strict=True):
            if as_shown(row, one) and one.learner_id == row.learner_id:
                kept.append(one)
                done[one.foreseen] += 1
            else:
                left.append(row.number)
        planner.write(operation, kept)
        operation.save_changes()
        seen += len(rows)
        context.report(seen, total, "Loading rows")
    done[LEFT] = len(left)
    planned_rows.leave(tx, job.id, left)
    return done
