"""`extracts send --once`: Ready records to the LMS without a window."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, select

from app.access import User
from app.context import lms_client
from app.db.database import Database
from app.db.tables import course, enrolment, extract_attempt, extract_record, section
from app.errors import ConflictError
from app.lms.extracts import sender
from app.lms.extracts.attempts import Result
from app.lms.run import RunSummary
from app.secrets import Secrets
from app.start import open_folder, sign_in
from app.tasks import TaskContext
from ui.command_sync import errors_of, interruptible
from ui.commands import complain, folder_of, tell
from ui.exit_status import BUSY, DONE, INTERRUPTED, LISTED

MOST_LISTED = 1000


def run(options: argparse.Namespace) -> int:
    """One run. Exit status as of `sync`: 1 if a record was rejected, or something failed."""
    settings, db = open_folder(folder_of(options), options.database)
    with closing(db):
        user, _ = sign_in(db)
        client = lms_client(settings, Secrets())
        context = TaskContext()
        with interruptible(context):
            return _once(options, context, db, user, client)


def _once(options: argparse.Namespace, context: TaskContext, db: Database, user: User, client: Any) -> int:
    try:
        done = sender.run(context, db, user, client)
    except ConflictError as error:
        complain(str(error))
        return BUSY
    told = document(db, done)
    tell(options, told, _lines(done, told["errors"]))
    if done.state == "cancelled":
        return INTERRUPTED
    return DONE if done.state in ("finished", "messages") and not told["errors"] else LISTED


def document(db: Database, done: RunSummary) -> dict[str, Any]:
    """The JSON document of a run; its errors are those of the connection and of courses, then the rejected records
    with the code of the LMS."""
    with db.read() as tx:
        rejected = _rejected(tx, done.run_id)
    return {
        **{name: done.counts.get(name, 0) for name in ("sent", "processed", "rejected", "waiting")},
        "errors": [*errors_of(db, done.errors), *rejected],
    }


def _rejected(tx: Connection, run_id: int) -> list[dict[str, Any]]:
    """Records that the run was told no to: by section and number of the record, without naming anybody."""
    query = (
        select(
            extract_attempt.c.code,
            extract_attempt.c.message,
            extract_attempt.c.record_id,
            course.c.code.label("taught"),
        )
        .join(extract_record, extract_record.c.id == extract_attempt.c.record_id)
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
        .where(extract_attempt.c.run_id == run_id, extract_attempt.c.result == Result.REFUSED.value)
        .order_by(extract_attempt.c.id)
        .limit(MOST_LISTED)
    )
    return [
        {"id": row.code, "level": "record", "where": f"{row.taught}, record {row.record_id}", "advice": row.message}
        for row in tx.execute(query)
    ]


def _lines(done: RunSummary, errors: Sequence[dict[str, Any]]) -> list[str]:
    counts = (f"{name} {done.counts.get(name, 0):,}" for name in ("sent", "processed", "rejected", "waiting"))
    lines = [" · ".join((done.state, *counts))]
    lines += [f"  {message}" for message in done.messages]
    return lines + [f"  {one['id']} {one['where']}: {one['advice']}".replace(" :", ":") for one in errors]
