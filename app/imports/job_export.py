"""What a job leaves as a file: its report, and *Export Refused Rows*, ready to be corrected and imported again
(course-record-import.md 8)."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select

from app import access, jobs
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import file_row
from app.errors import InputError
from app.export import ExportColumn, ExportKind, ExportSummary, Sheet, Target, write_csv, write_xlsx
from app.imports import stored
from app.imports.columns import OURS
from app.imports.guard import guarded
from app.imports.job_rows import facts_of_job, outcomes, total_query
from app.imports.rules import Finding, Outcome, Severity
from app.imports.stored import JobFacts, StoredRow
from app.tasks import TaskContext

_SOME = 2_000
_REPORT = ("job", "file", "row", "column", "value", "rule", "severity", "message", "outcome", "repair")
_NUMBERS = frozenset({"job", "row"})
_NOT_APPLIED = frozenset({Outcome.REFUSED, Outcome.ERROR, Outcome.NOT_REACHED})


def export_report(context: TaskContext, db: Database, user: User, job_id: int, path: Target) -> ExportSummary:
    """Write what was found about each row of a job, a line for each finding, those of the file first: CSV, or XLSX
    by the name of the file.

    Raises AccessError, InputError (no such job; the file cannot be written), Cancelled, which leaves no file.
    """
    with db.read(context) as tx:
        _require(tx, user)
        facts, job = facts_of_job(tx, job_id), jobs.read(tx, job_id)
        total = int(tx.execute(total_query(job_id)).scalar_one())

    def lines() -> Iterator[Sequence[object]]:
        for one in facts.findings:
            yield _line(job_id, job.file_name, None, one, "")
        for row in _rows(context, db, job_id):
            outcome = (row.outcome or row.forecast.outcome).value
            for finding in row.findings or (None,):
                yield _line(job_id, job.file_name, row.number, finding, outcome)

    columns = [ExportColumn(name, ExportKind.INTEGER if name in _NUMBERS else ExportKind.TEXT) for name in _REPORT]
    return _written(context, path, Sheet(columns, lines(), total, f"Job {job_id}"))


def _line(job_id: int, file: str, number: int | None, one: Finding | None, outcome: str) -> Sequence[object]:
    if one is None:
        return job_id, file, number, "", "", "", "", "", outcome, ""
    return (
        job_id, file, number, str(one.column), one.value, one.rule, one.weight.value, one.message, outcome,
        one.repaired,
    )  # fmt: skip


def export_refused(
    context: TaskContext,
    db: Database,
    user: User,
    job_id: int,
    path: Target,
    acknowledged: Collection[str] = (),
) -> ExportSummary:
    """*Export Refused Rows*: the rows of a job that were not applied, with their own columns as they came, and which
    rule and why. Of a job that was not applied yet: those that would not be if just `acknowledged` was.

    What a spreadsheet would take for a formula is guarded; the guard comes off when the file is imported again.
    Raises AccessError, InputError (nothing was refused; the file cannot be written), Cancelled.
    """
    with db.read(context) as tx:
        _require(tx, user)
        facts, job = facts_of_job(tx, job_id), jobs.read(tx, job_id)
        ends = facts.outcomes(acknowledged) if job.state == "checked" else outcomes(tx, job_id)
    total = sum(count for outcome, count in ends.items() if outcome in _NOT_APPLIED)
    if not total:
        raise InputError("No row of this job was refused.", hint="There is nothing to correct.")
    names = [(at, name) for at, name in enumerate(facts.headings) if name not in OURS]
    columns = [ExportColumn(guarded(name)) for _, name in names] + [ExportColumn("rule"), ExportColumn("message")]

    def lines() -> Iterator[Sequence[object]]:
        for row in _rows(context, db, job_id):
            outcome = row.outcome or row.forecast.under(acknowledged, facts.whole)
            if outcome in _NOT_APPLIED:
                cells = (row.cells[at] if at < len(row.cells) else "" for at, _ in names)
                why = _reasons(facts, row, acknowledged)
                rules = "; ".join(dict.fromkeys(one.rule for one in why))
                yield [*map(guarded, cells), rules, guarded(" ".join(dict.fromkeys(one.message for one in why)))]

    return _written(context, path, Sheet(columns, lines(), total, "Refused rows"))


def _reasons(facts: JobFacts, row: StoredRow, acknowledged: Collection[str]) -> list[Finding]:
    """Why a row was not applied: its errors, else what nobody acknowledged."""
    errors = [one for one in row.findings if one.weight is Severity.ERROR]
    if errors:
        return errors
    asked = [one for one in (*row.findings, *facts.findings) if one.weight is Severity.CONFIRM]
    return [one for one in asked if one.rule not in acknowledged]


def _require(tx: Connection, user: User) -> None:
    access.require(tx, user, Permission.EXPORT)
    access.require(tx, user, Permission.IMPORT_RECORDS)


def _rows(context: TaskContext, db: Database, job_id: int) -> Iterator[StoredRow]:
    """All rows in the order of the file, some thousand in memory at a time."""
    last = 0
    while True:
        query = (
            select(file_row)
            .where(file_row.c.job_id == job_id, file_row.c.number > last)
            .order_by(file_row.c.number)
            .limit(_SOME)
        )
        with db.read(context) as tx:
            some = [stored.row_of(row) for row in tx.execute(query)]
        if not some:
            return
        yield from some
        last = some[-1].number


def _written(context: TaskContext, path: Target, sheet: Sheet) -> ExportSummary:
    write = write_csv if path.suffix.lower() == ".csv" else write_xlsx
    return write(context, path, sheet)
