"""Rows of an import taken back: *Withdraw*, *Delete Held Record*, *Withdraw and Delete*, and *Undo* of a whole job
(course-record-import.md 8).

*Withdraw* alone returns a row to the holding list, from which it would attach again; *Delete* alone leaves what was
applied; only both together remove it. What an outside body was told cannot be recalled: `consequence` names it first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from app import history
from app.access import User
from app.changes import Changes, Topic
from app.db.again import begun_anew
from app.db.among import among
from app.db.database import Database
from app.db.tables import award, enrolment, file_row, operation, outgoing_report
from app.errors import InputError
from app.history import Operation, batched
from app.imports import apply, lock, stored, withdrawing
from app.imports.empty_shells import remove_empty_shells
from app.imports.matching import waits_for
from app.imports.withdrawing import Plan, Told
from app.sentence import Sentence
from app.tasks import TaskContext

WITHDRAWN = "records_withdrawn"
PARTLY = "partly_undone"
"""The state of an operation of which some rows stay."""
_SOME = 5_000


class Removal(StrEnum):
    """What a person may do with rows that were imported (CR-U1)."""

    WITHDRAW = "withdraw"
    DELETE = "delete"
    BOTH = "both"


TITLES = {
    Removal.WITHDRAW: "Withdraw",
    Removal.DELETE: "Delete Held Record",
    Removal.BOTH: "Withdraw and Delete",
}
CONSEQUENCES = {
    Removal.WITHDRAW: (
        "The enrolment and its credit are taken off the learner. The row returns to the list of held records, and "
        "attaches again when held records are matched or the learner is edited."
    ),
    Removal.DELETE: (
        "The row leaves the list of held records and will not attach any more. What was applied of it already stays."
    ),
    Removal.BOTH: (
        "The enrolment and its credit are taken off the learner, and the row is not held: it will not come back "
        "unless the file is imported again."
    ),
}
"""What each of them does, as it is said before (CR-U1)."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What taking rows back would do now."""

    withdrawn: int
    """Rows whose enrolment and credit are taken off the learner."""
    deleted: int
    """Held rows that leave the list."""
    left: tuple[int, ...]
    """Numbers of the rows that stay, for somebody changed something since."""
    told: tuple[Told, ...]
    """What outside bodies were told of, and will not forget (CR-U3)."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking rows back did. `shells`: courses made by the import that are gone with their rows."""

    job_id: int
    operation_id: int
    withdrawn: int
    deleted: int
    left: tuple[int, ...]
    told: tuple[Told, ...]
    shells: int = 0

    @property
    def changes(self) -> Changes:
        return Changes.of(Topic.ENROLMENTS, Topic.CREDIT)


def consequence(
    tx: Connection, job_id: int, what: Removal = Removal.BOTH, row_ids: Collection[int] | None = None
) -> Consequence:
    """What this would do to these rows of a job, or to all; to be shown before."""
    plan = withdrawing.plan(tx, job_id, row_ids)
    taken = len(plan.taken) if what is not Removal.DELETE else 0
    deleted = len(plan.waiting) if what is not Removal.WITHDRAW else 0
    left, told = (plan.left_numbers, plan.told) if what is not Removal.DELETE else ([], [])
    return Consequence(taken, deleted, tuple(left), tuple(told))


@begun_anew
def undo_job(context: TaskContext, db: Database, user: User, job_id: int) -> Undone:
    """*Undo*: withdraw and delete for every row of the job that nothing has changed since; the rest is listed and
    left, and the job partly undone: it can be undone again once the rest can go. One transaction.

    Raises AccessError (one's own jobs, or an administrator); InputError if there is nothing to undo; LockedError.
    """
    apply.settle(db)
    with db.read(context) as tx:
        job = apply.require_own(tx, user, job_id)
    if job.operation_id is None or job.state not in ("applied", "aborted", PARTLY):
        raise InputError(
            Sentence("Job {job} has nothing to undo.", job=job_id),
            hint="Look at the list of import jobs for its state.",
        )
    with lock.locked(context, db, job.scope or "", user.name, job_id), db.write(much=True) as tx:
        here = (operation.c.id == job.operation_id) & operation.c.state.in_(("done", "stopped", PARTLY))
        claim = update(operation).where(here)
        if tx.execute(claim.values(state="undone")).rowcount != 1:
            raise InputError("This has been undone already.", hint="Look at the list of import jobs for its state.")
        plan = withdrawing.plan(tx, job_id, lock=True)
        if job.state == PARTLY and not (plan.taken or plan.waiting):
            raise InputError(
                Sentence("What is left of job {job} stays: somebody changed it, or stands on it, since.", job=job_id),
                hint="Take that back first, then undo the job again.",
            )
        again = history.begin(tx, db, user.id, "undo", undoes_id=job.operation_id)
        done = _take(again, job_id, plan, Removal.BOTH)
        if done.left:
            rest = update(operation).where(operation.c.id == job.operation_id)
            tx.execute(rest.values(state=PARTLY))
    return done


@begun_anew
def remove(
    context: TaskContext, db: Database, user: User, job_id: int, row_ids: Collection[int], what: Removal
) -> Undone:
    """One of the three for some rows of a job. Raises as `undo_job`."""
    with db.read(context) as tx:
        job = apply.require_own(tx, user, job_id)
    with lock.locked(context, db, job.scope or "", user.name, job_id), db.write(much=True) as tx:
        plan = withdrawing.plan(tx, job_id, row_ids, lock=True)
        concerned = len(plan.waiting) if what is Removal.DELETE else len(plan.rows)
        if what is Removal.BOTH:
            concerned += len(plan.waiting)
        if not concerned:
            raise InputError("There is nothing to take back here.", hint="Select rows that were applied or are held.")
        return _take(history.begin(tx, db, user.id, WITHDRAWN, reason=TITLES[what]), job_id, plan, what)


# --------------------------------------------------------------------------------------------------------- writing


def _take(again: Operation, job_id: int, plan: Plan, what: Removal) -> Undone:
    tx, moment = again.tx, again.db.now(again.tx)
    taken = plan.taken if what is not Removal.DELETE else []
    if taken:
        _take_back(again, plan, moment)
    deleted = list(plan.waiting) if what is not Removal.WITHDRAW else []
    _note_rows(again, job_id, plan, taken, deleted, what)
    again.save_changes()
    shells = remove_empty_shells(again, job_id) if what is Removal.BOTH else 0
    again.end(tx)
    left, told = (plan.left_numbers, plan.told) if what is not Removal.DELETE else ([], [])
    return Undone(job_id, again.id, len(taken), len(deleted), tuple(left), tuple(told), shells)


def _take_back(again: Operation, plan: Plan, moment: datetime) -> None:
    """Credit first, then what it stands on; what is due outside follows its award."""
    for name, table in (("award", award), ("enrolment", enrolment)):
        for some in batched([key for at, key in plan.steps if at == name], _SOME):
            wanted = {key: one for key in some if (one := plan.wanted((name, key), moment)) is not None}
            rows = {key: plan.now[name, key] for key in wanted}
            again.update_many(table, ((rows[key], one, rows[key].learner_id) for key, one in wanted.items()))
            if name == "award":
                _take_reports_back(again, [key for key, one in wanted.items() if one.get("removed_at")], moment)
            again.save_changes()


def _take_reports_back(again: Operation, award_ids: Sequence[int], moment: datetime) -> None:
    due = select(outgoing_report, award.c.learner_id).join(award, award.c.id == outgoing_report.c.award_id)
    due = due.where(among(outgoing_report.c.award_id, award_ids), outgoing_report.c.removed_at.is_(None))
    reports = [(row, {"removed_at": moment}, row.learner_id) for row in again.tx.execute(due)]
    again.update_many(outgoing_report, reports)


def _note_rows(
    again: Operation, job_id: int, plan: Plan, taken: Sequence[int], deleted: Sequence[int], what: Removal
) -> None:
    """What became of the rows: back in the holding list, or gone."""
    gone = {"held": "deleted", "held_user": None, "held_email": None}
    for some in batched(deleted, _SOME):
        again.update_many(file_row, ((plan.waiting[key], gone, plan.waiting[key].learner_id) for key in some))
        again.save_changes()
    for some in batched(taken, _SOME):
        waiting = _waiting(again.tx, job_id, some) if what is Removal.WITHDRAW else {}
        rows = (plan.rows[key] for key in some)
        again.update_many(file_row, ((row, waiting.get(row.id, _GONE), row.learner_id) for row in rows))
        again.save_changes()


_GONE = {"held": "withdrawn"}


def _waiting(tx: Connection, job_id: int, row_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Whom rows wait for that are held again. Raises InputError if what they say is kept no longer."""
    readers = stored.Readers()
    query = select(file_row.c.id, file_row.c.number, file_row.c.cells).where(among(file_row.c.id, row_ids))
    found: dict[int, dict[str, Any]] = {}
    for row in tx.execute(query):
        if row.cells is None:
            raise InputError(
                "What the file said is kept no longer, so these rows cannot be held again.",
                hint=Sentence("Use {title}.", title=Sentence(TITLES[Removal.BOTH])),
            )
        user, email = waits_for(readers.read(tx, job_id, row.number, row.cells).records[0])
        found[row.id] = {"held": "held", "held_user": user, "held_email": email}
    return found
