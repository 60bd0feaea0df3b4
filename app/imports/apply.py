"""A job of course records applied: batch by batch under its lock, cancelled between two, resumed where it ended
(course-record-import.md 4, 7 and 8).

A batch is one transaction: its enrolments, completions, credit, shells and held rows, the outcome of each of its
rows, and how far the job is. So a program that is killed leaves whole rows that are listed, and a job that says so.
"""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from app import access, history, jobs
from app.access import Permission, User
from app.changes import Changes, Topic
from app.db.database import Database
from app.db.locks import Lock
from app.db.tables import app_user, file_job, file_row, job_lock, operation
from app.errors import AccessError, AppError, ConflictError, DatabaseError, InputError
from app.history import Operation
from app.imports import applying, facts, lock, stored
from app.imports.applying import Around
from app.imports.counted import first_counted
from app.imports.rules import Outcome
from app.imports.stored import KIND, JobFacts
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext

OPERATION = "records_imported"
BATCH = 2_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did. `state`: `applied`, or `aborted` with the reason in `message`."""

    job_id: int
    operation_id: int
    state: str
    outcomes: Mapping[Outcome, int]
    """How many rows ended how; together they are the rows of the file."""
    surprises: int
    """Rows that ended otherwise than was foreseen under what was acknowledged."""
    message: str = ""

    @property
    def rows(self) -> int:
        return sum(self.outcomes.values())

    @property
    def changes(self) -> Changes:
        return Changes.of(Topic.ENROLMENTS, Topic.CREDIT)


class LostLockError(ConflictError):
    """Somebody unlocked the import while it was under way."""


def apply(
    context: TaskContext,
    db: Database,
    user: User,
    job_id: int,
    acknowledged: frozenset[str] = frozenset(),
    *,
    queue: bool = False,
    batch: int = BATCH,
) -> ImportSummary:
    """Apply a job that was checked. Rows that need a confirmation which is not among the `acknowledged` are refused.
    `queue`: wait for another import of the scope. A cancel ends it between two batches: the summary says *aborted*.

    Raises AccessError; InputError if the file is gone or has changed; LockedError, saying who imports; ConflictError
    if the job is no longer one to be applied; DatabaseError, after which the job is aborted; Cancelled while waiting.
    """
    return _under_lock(context, db, user, job_id, "checked", acknowledged, queue=queue, batch=batch)


def resume(
    context: TaskContext, db: Database, user: User, job_id: int, *, queue: bool = False, batch: int = BATCH
) -> ImportSummary:
    """Go on with a job that was aborted, at the first row that was not reached, with what was acknowledged then.
    Raises as `apply`; AccessError for a job that somebody else began."""
    return _under_lock(context, db, user, job_id, "aborted", None, queue=queue, batch=batch)


def _under_lock(
    context: TaskContext,
    db: Database,
    user: User,
    job_id: int,
    since: str,
    acknowledged: frozenset[str] | None,
    *,
    queue: bool,
    batch: int,
) -> ImportSummary:
    settle(db)
    with db.read(context) as tx:
        access.require(tx, user, Permission.IMPORT_RECORDS)
        job = job_of(tx, job_id)
        _require_state(job, since)
        if since == "aborted":
            _require_cells(tx, job)
            _require_begun_by(tx, user, job)
    kept = stored.facts_of(job.options)
    with lock.locked(context, db, job.scope or "", user.name, job_id, queue=queue) as held:
        if jobs.fingerprint(Path(kept.path)) != job.sha256:
            raise InputError(
                Sentence("{file} has changed since the dry run, so nothing was imported.", file=job.file_name),
                hint="Start a new import of the file as it is now.",
            )
        given = frozenset(job.options.get("acknowledged", ())) if acknowledged is None else acknowledged
        with db.write() as tx:
            _require_lock(held, tx)
            operation_id = _begin(tx, db, user, job, since, given)
        return _Running(context, db, held, job, kept, operation_id, given).run(batch)


def job_of(tx: Connection, job_id: int) -> jobs.FileJob:
    """A job of course records. Raises InputError if there is none of this number."""
    job = jobs.read(tx, job_id)
    if job.kind != KIND:
        raise InputError(
            Sentence("Job {job} is no import of course records.", job=job_id),
            hint="Look at the list of import jobs.",
        )
    return job


def require_own(tx: Connection, user: User, job_id: int) -> jobs.FileJob:
    """A job of course records that the user may undo or discard: one's own, or an administrator's right (open point
    8). Raises AccessError; InputError as `job_of`."""
    job = job_of(tx, job_id)
    access.require(tx, user, Permission.IMPORT_RECORDS)
    owner_id = tx.execute(select(file_job.c.owner_id).where(file_job.c.id == job_id)).scalar_one()
    if owner_id != user.id:
        access.require(tx, user, Permission.ADMINISTER)
    return job


def _require_state(job: jobs.FileJob, since: str) -> None:
    if job.state == since:
        return
    if since == "aborted":
        raise InputError(
            Sentence("Job {job} cannot be resumed.", job=job.id), hint="Only an import that was aborted can be."
        )
    hint = "Resume it instead." if job.state == "aborted" else "Start a new import of the file."
    raise InputError(
        Sentence("Job {job} cannot be applied: only one that was checked, and not yet applied, can be.", job=job.id),
        hint=hint,
    )


def _require_cells(tx: Connection, job: jobs.FileJob) -> None:
    """The rest of a job is applied by what its rows say, which a purge takes in time; not what an error says, as
    which a row stands whose learner was erased."""
    purged = select(file_row.c.id).where(file_row.c.job_id == job.id, file_row.c.cells.is_(None)).limit(1)
    purged = purged.where(file_row.c.predicted != Outcome.ERROR.value)
    if tx.execute(purged.where(file_row.c.outcome == Outcome.NOT_REACHED.value)).first() is not None:
        raise InputError(
            Sentence(
                "What {file} said is kept no longer, so job {job} cannot be resumed.",
                file=job.file_name,
                job=job.id,
            ),
            hint="Import the file again: what was applied is skipped.",
        )


def _require_begun_by(tx: Connection, user: User, job: jobs.FileJob) -> None:
    """What is written under an operation was done by whoever it names (data-model.md 5)."""
    begun = select(app_user.c.id, app_user.c.name).join(operation, operation.c.user_id == app_user.c.id)
    row = tx.execute(begun.where(operation.c.id == job.operation_id)).one_or_none()
    if row is not None and row.id != user.id:
        raise AccessError(
            Sentence("{name} began job {job}, so the rest of it is theirs.", name=row.name, job=job.id),
            hint="Ask them to resume it, or import the file again: what was applied is skipped.",
        )


def settle(db: Database) -> None:
    """Abort the jobs under way that no lock names: their program could not write how they ended, but released the
    lock (CR-L3). Whoever imports holds the lock from before its job is under way until after."""
    held = select(job_lock.c.job_id).where(job_lock.c.token.is_not(None), job_lock.c.job_id.is_not(None))
    left = select(file_job.c.id).where(
        file_job.c.kind == KIND, file_job.c.state == "importing", file_job.c.id.not_in(held)
    )
    with db.read() as tx:
        if tx.execute(left).first() is None:
            return
    with db.write() as tx:
        for job_id in tx.execute(left.with_for_update()).scalars().all():
            end_job(tx, db, job_id, "aborted", "It ended without a word. What was imported is kept.")


def _begin(
    tx: Connection, db: Database, user: User, job: jobs.FileJob, since: str, acknowledged: frozenset[str]
) -> int:
    """The job is *importing* under an operation that is stopped until its end; a resumed one under the same."""
    if job.operation_id is None:
        operation_id = history.begin(tx, db, user.id, OPERATION, reason=job.file_name).id
    else:
        operation_id = job.operation_id
        here = (file_row.c.job_id == job.id) & (file_row.c.outcome == Outcome.NOT_REACHED.value)
        tx.execute(update(file_row).where(here).values(outcome=None))
    jobs.importing(tx, job.id, since, operation_id, {**job.options, "acknowledged": sorted(acknowledged)})
    return operation_id


def _require_lock(held: Lock, tx: Connection) -> None:
    if not held.is_ours(tx):
        raise LostLockError(
            "Somebody unlocked this import, so it was stopped.",
            hint="What was applied is kept. Resume the job, or import the file again.",
        )


class _Running:
    """An import under way."""

    def __init__(
        self,
        context: TaskContext,
        db: Database,
        held: Lock,
        job: jobs.FileJob,
        kept: JobFacts,
        operation_id: int,
        acknowledged: frozenset[str],
    ) -> None:
        self._context, self._db, self._lock = context, db, held
        self._job, self._facts = job, kept
        self._operation_id, self._acknowledged = operation_id, acknowledged
        self._done = 0

    def run(self, batch: int) -> ImportSummary:
        try:
            with self._db.read(self._context) as tx:
                counted = first_counted(tx, self._job.id, self._facts)
                here = (file_row.c.job_id == self._job.id) & (file_row.c.number <= _reached(tx, self._job.id))
                self._done = tx.execute(select(func.count()).select_from(file_row).where(here)).scalar_one()
            while self._batch(batch, counted):
                self._context.report(self._done, self._facts.tally.rows, "Importing")
                self._context.raise_if_cancelled()
            return self._end("applied")
        except Cancelled:
            return self._end("aborted", "Cancelled. What was imported is kept.")
        except LostLockError:  # whoever unlocked has said how the job ended
            raise
        except BaseException as error:
            with contextlib.suppress(DatabaseError, LostLockError):  # then `settle` says it, or who unlocks
                self._end("aborted", str(error) if isinstance(error, AppError) else "It met an unexpected error.")
            raise

    def _batch(self, most: int, counted: Mapping[int, int]) -> bool:
        """Apply the next rows; False if there are none. What somebody else changed in this very moment is judged
        again."""
        for left in reversed(range(_TRIES)):
            try:
                with self._db.write(much=True) as tx:
                    _require_lock(self._lock, tx)
                    return self._apply(tx, most, counted)
            except LostLockError:
                raise
            except ConflictError:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _apply(self, tx: Connection, most: int, counted: Mapping[int, int]) -> bool:
        rows = applying.rows_after(tx, self._job.id, _reached(tx, self._job.id), most)
        if not rows:
            return False
        operation = Operation(self._operation_id, self._db, tx)
        around = Around(self._facts, self._acknowledged, facts.types(tx), date.today(), counted)
        applying.apply_batch(tx, operation, around, rows)
        jobs.reached(tx, self._job.id, rows[-1].number)
        self._done += len(rows)
        return True

    def _end(self, state: str, message: str = "") -> ImportSummary:
        """Say how the job ended; the rest of an aborted one was not reached."""
        with self._db.write() as tx:
            _require_lock(self._lock, tx)
            outcomes, surprises = end_job(tx, self._db, self._job.id, state, message)
            if state == "applied":
                Operation(self._operation_id, self._db, tx).end(tx)
        return ImportSummary(self._job.id, self._operation_id, state, outcomes, surprises, message)


def _reached(tx: Connection, job_id: int) -> int:
    return int(tx.execute(select(file_job.c.reached).where(file_job.c.id == job_id)).scalar_one())


def end_job(
    tx: Connection, db: Database, job_id: int, state: str, message: str = ""
) -> tuple[dict[Outcome, int], int]:
    """Write how a job ended, with its counts; rows without an outcome were not reached. Returns the outcomes and the
    number of surprises."""
    open_rows = (file_row.c.job_id == job_id) & file_row.c.outcome.is_(None)
    tx.execute(update(file_row).where(open_rows).values(outcome=Outcome.NOT_REACHED.value))
    outcomes, surprises = outcomes_of(tx, job_id), surprises_of(tx, job_id)
    jobs.import_ended(tx, db, job_id, state, _counts(outcomes, surprises), message)
    return outcomes, surprises


def count_again(tx: Connection, job_ids: Iterable[int]) -> None:
    """Rows of these jobs ended otherwise than the jobs say: held ones were attached."""
    for job_id in sorted(set(job_ids)):
        jobs.counted(tx, job_id, _counts(outcomes_of(tx, job_id), surprises_of(tx, job_id)))


def _counts(outcomes: Mapping[Outcome, int], surprises: int) -> dict[str, int]:
    return {**{one.value: count for one, count in outcomes.items()}, "surprises": surprises}


def outcomes_of(tx: Connection, job_id: int) -> dict[Outcome, int]:
    """How many rows ended how, of a job that was applied or aborted."""
    query = select(file_row.c.outcome, func.count()).where(file_row.c.job_id == job_id).group_by(file_row.c.outcome)
    found = {row[0]: row[1] for row in tx.execute(query)}
    return {one: found[one.value] for one in Outcome if one.value in found}


SURPRISED = (
    (file_row.c.outcome != file_row.c.predicted)
    & (file_row.c.outcome != Outcome.NOT_REACHED.value)
    & (file_row.c.held != "attached")
)
"""A row that ended otherwise than was foreseen; that a held one attached later is none. Of a job that was applied,
`predicted` is what was foreseen under what was acknowledged."""


def surprises_of(tx: Connection, job_id: int) -> int:
    """How many rows ended otherwise than was foreseen."""
    return int(
        tx.execute(
            select(func.count()).select_from(file_row).where(file_row.c.job_id == job_id, SURPRISED)
        ).scalar_one()
    )
