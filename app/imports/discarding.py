"""*Discard*: a job of which nothing was applied leaves the list, with what was read of its file."""

from app import jobs
from app.access import User
from app.db.database import Database
from app.errors import InputError
from app.imports import apply
from app.imports.job_list import JobState
from app.sentence import Sentence

DISCARDED = frozenset({JobState.VALIDATED, JobState.FAILED})
"""The states of a job that may be discarded."""


def discard(db: Database, user: User, job_id: int) -> None:
    """Forget a job that was only checked, or failed; nothing else knows of it. Raises AccessError (one's own jobs, or
    an administrator); InputError if something of it was applied, or there is none of this number."""
    with db.write() as tx:
        apply.require_own(tx, user, job_id)
        if not jobs.forget(tx, job_id):
            raise InputError(
                Sentence("Job {job} cannot be discarded: something of it was applied.", job=job_id),
                hint="Undo it instead: what it did stays in the history.",
            )
