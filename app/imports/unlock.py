"""*Unlock*: a lock that an import left behind, or still holds, is released by a person (course-record-import.md 7).

Nothing is rolled back: what was applied stays and is listed, the job is *aborted*, and importing the file again skips
those rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, select

from app import access, history, jobs
from app.access import Permission, User
from app.dates import shown_time
from app.db import locks
from app.db.database import Database
from app.db.tables import file_job, job_lock
from app.errors import ConflictError, InputError
from app.folding import cleaned
from app.history import Operation
from app.imports import apply, lock, stored, suspects
from app.imports.lock import ImportLock
from app.imports.repairs import Repairs
from app.imports.rules import Outcome
from app.imports.suspects import Suspect
from app.sentence import Sentence
from app.tasks import TaskContext

OPERATION = "import_unlocked"
LONGEST_REASON = 500


class NotStaleError(InputError):
    """The import seems to be under way: unlocking it needs a second confirmation, and a reason (CR-L5)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown before somebody unlocks (CR-L7)."""

    lock: ImportLock
    outcomes: Mapping[Outcome, int]
    """How the rows ended that were applied so far."""
    suspects: Sequence[Suspect]
    """What CR-02 and CR-06 find in the file: the known causes of imports that hang."""
    why_no_file: str = ""
    """Why the file could not be looked at, in a sentence."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What unlocking did. `job_id`: the job that is aborted now, None if there was none under way."""

    scope: str
    job_id: int | None
    reached: int
    outcomes: Mapping[Outcome, int]
    operation_id: int


def look(context: TaskContext, db: Database, user: User, scope: str) -> Look:
    """Read what is known of a locked scope, and look at the file of its job. Raises AccessError, Cancelled;
    InputError if nobody holds the lock."""
    with db.read(context) as tx:
        access.require(tx, user, Permission.UNLOCK_IMPORTS)
        held = _held(tx, db, scope)
        job = jobs.read(tx, held.job_id) if held.job_id is not None else None
        outcomes = apply.outcomes_of(tx, job.id) if job is not None else {}
    if job is None:
        return Look(held, outcomes, (), "No file belongs to this lock.")
    try:
        kept = stored.facts_of(job.options)
        # As it stands in the file: what a repair mends in memory is a cause all the same.
        split = frozenset(one for one in kept.asked.repairs.chosen if one.rule == "CR-01")
        found = suspects.suspects(context, Path(kept.path), replace(kept.asked, repairs=Repairs(split)))
    except InputError as error:
        return Look(held, outcomes, (), error.whole)
    return Look(held, outcomes, found)


def unlock(db: Database, user: User, scope: str, reason: str = "", *, sure: bool = False) -> Unlocked:
    """Release the lock of a scope, and let its job be *aborted*.

    A lock that gave a sign of life within a minute needs `sure` and a reason. Raises AccessError; NotStaleError;
    InputError if nobody holds it, or with the field `reason`; ConflictError if somebody else was quicker.
    """
    why = cleaned(reason) or ""
    if len(why) > LONGEST_REASON:
        raise InputError(
            Sentence("That is longer than {most} characters.", most=LONGEST_REASON),
            hint="Shorten it.",
            field="reason",
        )
    with db.write() as tx:
        access.require(tx, user, Permission.UNLOCK_IMPORTS)
        held = _held(tx, db, scope)
        if not held.stale:
            _require_sure(held, why, sure=sure)
        why = why or f"No sign of life since {shown_time(held.alive_at)}"
        operation = history.begin(tx, db, user.id, OPERATION, reason=why)
        _release(operation, held)
        outcomes = _abort(operation, held, f"Unlocked by {user.name}: {why}")
        operation.end(tx)
    job_id = held.job_id if outcomes is not None else None
    return Unlocked(scope, job_id, held.reached, outcomes or {}, operation.id)


def _held(tx: Connection, db: Database, scope: str) -> ImportLock:
    found = next((one for one in lock.standing(tx, db) if one.scope == scope), None)
    if found is None:
        raise InputError("No import holds this lock.", hint="There is nothing to unlock: an import can start.")
    return found


def _require_sure(held: ImportLock, why: str, *, sure: bool) -> None:
    if not sure:
        raise NotStaleError(
            Sentence("{held} It seems to be running.", held=held.sentence()),
            hint="Confirm once more, and say why, to unlock it all the same.",
        )
    if not why:
        raise NotStaleError("Unlocking a running import needs a reason.", hint="Say why.", field="reason")


def _release(operation: Operation, held: ImportLock) -> None:
    """Its holder finds out before it writes again. What the lock said stays in the history, but for its token."""
    here = (job_lock.c.name == lock.name_of(held.scope)) & (job_lock.c.since == held.since)
    query = select(job_lock).where(here, job_lock.c.token.is_not(None)).with_for_update()
    row = operation.tx.execute(query).one_or_none()
    if row is None:
        raise ConflictError("The lock has been released meanwhile.", hint="Look at the list of import jobs.")
    operation.update_many(job_lock, [(row, locks.NOBODY, None)], unnoted=("token",))


def _abort(operation: Operation, held: ImportLock, message: str) -> dict[Outcome, int] | None:
    """The job under way is aborted; None if none was."""
    tx = operation.tx
    query = select(file_job).where(file_job.c.id == (held.job_id or 0), file_job.c.state == "importing")
    row = tx.execute(query.with_for_update()).one_or_none()
    if row is None:
        return None
    operation.update(file_job, row, {"state": "aborted", "message": message})
    return apply.end_job(tx, operation.db, row.id, "aborted", message)[0]
