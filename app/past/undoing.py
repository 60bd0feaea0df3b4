"""*Undo* of any operation from the History page: what it would come to, and doing it the way its feature does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from app import access, history, retention
from app.access import User
from app.changes import Changes
from app.db.database import Database
from app.db.tables import (
    award,
    change,
    enrolment,
    extract_attempt,
    extract_record,
    file_job,
    operation,
    outgoing_report,
    reporter,
)
from app.elsewhere import TOPICS
from app.errors import AccessError, InputError
from app.history import UndoSummary
from app.past import kinds, listed
from app.past.listed import OperationRow
from app.sentence import plural
from app.tasks import TaskContext

_SENT = ("accepted", "seen", "unknown")
_FILES = {
    "export_changes": "The file that was exported stays where it is, and whoever has it keeps it.",
    "reports_exported": "The file stays where it is. If the outside body has it, tell them.",
}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is known before an Undo."""

    row: OperationRow
    why_not: str
    """Why it cannot be undone, by this user at this moment; "" if it can."""
    gone: Sequence[str] = ()
    """What left the building since, in sentences: it is named, not undone."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an Undo did: rows put back, rows left because somebody changed them since, what left the building."""

    undone: int
    left: int
    gone: Sequence[str]
    changes: Changes = field(default_factory=Changes)


def why_not(tx: Connection, user: User, row: OperationRow) -> str:
    """Why an operation cannot be undone by this user now, in a sentence; "" if it can."""
    if reason := kinds.why_never(row.kind):
        return reason
    if row.state == "undone":
        return "This has been undone."
    if row.state == "partly_undone":
        return "This has been undone as far as nothing changed since. Change the rest by hand."
    if not row.rows:
        return "This changed nothing in the database."
    purged = retention.purged_before(tx)
    if purged is not None and row.at < purged:
        return "This is older than what the last Purge kept."
    try:
        access.require_undo(tx, user.id, row.kind)
    except AccessError as error:
        return error.hint or error.message
    return ""


def foresee(context: TaskContext, db: Database, user: User, operation_id: int) -> Foreseen:
    """What an Undo would come to; in a task. Raises InputError for an operation that is gone."""
    with db.read(context) as tx:
        row = _row(tx, operation_id)
        reason = why_not(tx, user, row)
        return Foreseen(row, reason, () if reason else gone(tx, row.kind, operation_id, row.at))


def _row(tx: Connection, operation_id: int) -> OperationRow:
    row = listed.rows(tx, [operation_id]).get(operation_id)
    if row is None:
        raise InputError("This operation is not in the history any more.", hint="Reload the page.")
    return row


def gone(tx: Connection, kind: str, operation_id: int, since: datetime) -> list[str]:
    """What left the building: sent to the LMS, reported outside, or in a file."""
    found: list[str] = []
    if sent := _sent(tx, operation_id, since):
        words = (
            "{n} change of an enrolment was sent to the LMS meanwhile. What is there stays until the contrary is "
            "sent.",
            "{n} changes of enrolments were sent to the LMS meanwhile. What is there stays until the contrary is "
            "sent.",
        )
        found.append(plural(sent, *words))
    for body, number in _reported(tx, operation_id):
        words = (
            "{n} credit was reported to {body}. Tell {body} that credit was taken back: nobody else does.",
            "{n} credits were reported to {body}. Tell {body} that credit was taken back: nobody else does.",
        )
        found.append(plural(number, *words, body=body))
    if in_file := _FILES.get(kind):
        found.append(in_file)
    return found


def _sent(tx: Connection, operation_id: int, since: datetime) -> int:
    """How many records about enrolments that the operation touched reached the LMS, or may have."""
    ours = change.c.operation_id == operation_id
    rows = select(change.c.row_id).where(ours, change.c.table_name == enrolment.name)
    records = select(change.c.row_id).where(ours, change.c.table_name == extract_record.name)
    query = (
        select(func.count(extract_record.c.id.distinct()))
        .join(extract_attempt, extract_attempt.c.record_id == extract_record.c.id)
        .where(extract_attempt.c.result.in_(_SENT), extract_attempt.c.started_at >= since)
        .where(extract_record.c.enrolment_id.in_(rows) | extract_record.c.id.in_(records))
    )
    return int(tx.execute(query).scalar_one())


def _reported(tx: Connection, operation_id: int) -> Sequence[tuple[str, int]]:
    """Of which outside bodies have heard of how much of the credit that the operation touched."""
    awards = select(change.c.row_id).where(change.c.operation_id == operation_id, change.c.table_name == award.name)
    query = (
        select(reporter.c.name, func.count(outgoing_report.c.id))
        .join(outgoing_report, outgoing_report.c.reporter_id == reporter.c.id)
        .where(outgoing_report.c.award_id.in_(awards), outgoing_report.c.exported_at.is_not(None))
        .group_by(reporter.c.name)
        .order_by(reporter.c.name)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def undo(context: TaskContext, db: Database, user: User, operation_id: int) -> Undone:
    """Take back an operation as far as nothing changed since; what its feature does beside it is done too.

    Raises AccessError, InputError (nothing to undo, or not any more), LockedError.
    """
    with db.read(context) as tx:
        row = _row(tx, operation_id)
        outside = gone(tx, row.kind, operation_id, row.at)
    undone, left = _undo(context, db, user, row)
    with db.read(context) as tx:
        return Undone(undone, left, outside, _changes(tx, operation_id))


def _undo(context: TaskContext, db: Database, user: User, row: OperationRow) -> tuple[int, int]:
    """Rows put back, and rows left."""
    summary: UndoSummary
    match row.kind:
        case "learners_loaded" if (job := _job(db, row.id)) is not None:
            from app.learners import load_apply

            summary = load_apply.undo(db, user, job)
        case "records_imported" if (job := _job(db, row.id)) is not None:
            from app.imports.undo import undo_job

            done = undo_job(context, db, user, job)
            return done.withdrawn + done.deleted, len(done.left)
        case "learners_merged":
            from app.learners import merge

            summary = merge.undo(db, user, row.id)
        case "course_status_changed":
            from app.lms.extracts import course_status

            summary = course_status.take_back(db, user, row.id)
        case "extract_statuses":
            from app.lms.extracts import save

            summary = save.undo_save(db, user, row.id)
        case "held_matched":
            from app.imports import held

            summary = held.undo_match(db, user, row.id)
        case _:
            summary = history.undo(db, user.id, row.id)
    return summary.undone, summary.left


def _job(db: Database, operation_id: int) -> int | None:
    """The job of a file that this operation loaded."""
    with db.read() as tx:
        return tx.execute(select(file_job.c.id).where(file_job.c.operation_id == operation_id)).scalars().first()


def _changes(tx: Connection, operation_id: int) -> Changes:
    """What the undoing of an operation touched, for the pages that show it."""
    undoing = select(operation.c.id).where(operation.c.undoes_id == operation_id)
    names = tx.execute(select(change.c.table_name).where(change.c.operation_id.in_(undoing)).distinct()).scalars()
    return Changes.of(*(TOPICS[name] for name in names if name in TOPICS))
