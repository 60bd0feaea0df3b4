"""*Save* of staged statuses and *Undo Last Save* (extract-statuses.md EX-U6 to EX-U8).

Some thousand records at a time, each with the version that was seen; what somebody changed meanwhile is never
overwritten.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, not_, or_, select

from app import access, history
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import change, enrolment, extract_record, operation
from app.errors import AccessError, AppError, InputError
from app.folding import cleaned
from app.history import Operation, UndoSummary
from app.lms.extracts import statuses
from app.lms.extracts.records_list import TITLES, in_scope, joined
from app.lms.extracts.staged import Staged
from app.lms.extracts.statuses import SHOWN_OF_EACH, ListedRecord, Need, Problem
from app.mass_change import BATCH, Seen, change_seen, seen_as_table
from app.sentence import Sentence
from app.tasks import Cancelled, TaskContext

SAVED = "extract_statuses"
"""The kind of the operation."""
LONGEST_REASON = 500
_CHANGED = "{target} was staged. Changed by somebody else or by a sending since then"
_MOVED_ON = "Has moved on since"
_WRITTEN = "Written before it stopped"
_LEARNER = select(enrolment.c.learner_id).where(enrolment.c.id == extract_record.c.enrolment_id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class SaveSummary:
    """What a save did. `left`: what it did not come to, because it was cancelled or because of `failed`."""

    operation_id: int | None
    """None where nothing was written."""
    updated: int
    unchanged: int
    conflicts: int
    refused: Mapping[Problem, int]
    left: Staged = field(repr=False)
    cancelled: bool = False
    failed: AppError | None = None
    conflict_list: tuple[ListedRecord, ...] = field(default=(), repr=False)
    refused_list: tuple[ListedRecord, ...] = field(default=(), repr=False)
    """The first of them; counts are of all."""
    updated_list: tuple[ListedRecord, ...] = field(default=(), repr=False)
    """Of a save that stopped, the first records that are written all the same (EX-U7)."""

    @property
    def not_permitted(self) -> int:
        return sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class UndoneSave:
    """What *Undo Last Save* did: records put back, and those left because they moved on."""

    undone: int
    left: int
    listed: tuple[ListedRecord, ...] = field(repr=False)


def save(
    context: TaskContext, db: Database, user: User, staged: Staged, reason: str = "", *, confirmed: bool = False
) -> SaveSummary:
    """Write the staged statuses, as one operation. Records written before a cancel stay written; a failure after some
    were ends it with the reason in the summary.

    Raises AccessError, InputError for a reason or confirmation that is missing, DatabaseError, Cancelled: after any
    of them nothing was written.
    """
    words = _reason(staged, reason)
    if statuses.needs(staged)[Need.CONFIRM] and not confirmed:
        raise InputError(
            "Some of these records were sent already and would be sent again.",
            hint="Confirm that, or discard the change.",
            field="confirmed",
        )
    return _Saving(context, db, user, staged, words).run()


def _reason(staged: Staged, reason: str) -> str | None:
    words = cleaned(reason)
    if words is None and statuses.needs(staged)[Need.REASON]:
        raise InputError("These changes need a reason.", hint="Say in a few words why.", field="reason")
    if words is not None and len(words) > LONGEST_REASON:
        raise InputError(
            Sentence("The reason is too long: there is room for {most} characters.", most=LONGEST_REASON),
            hint="Shorten it.",
            field="reason",
        )
    return words


@dataclass(slots=True)
class _Sorted:
    """The records of a batch, told apart."""

    left_alone: list[int] = field(default_factory=list)
    """Those that are not to be written, whatever the reason."""
    unchanged: int = 0
    conflicts: dict[str, list[int]] = field(default_factory=dict)
    """By the status that was staged."""
    refused: dict[Problem, list[int]] = field(default_factory=dict)
    updated: int = 0

    def add(self, other: "_Sorted") -> None:
        self.updated += other.updated
        self.unchanged += other.unchanged
        for target, ids in other.conflicts.items():
            self.conflicts.setdefault(target, []).extend(ids)
        for name, ids in other.refused.items():
            self.refused.setdefault(name, []).extend(ids)


class _Saving:
    """A save under way."""

    def __init__(self, context: TaskContext, db: Database, user: User, staged: Staged, reason: str | None) -> None:
        self._context, self._db, self._user, self._staged, self._reason = context, db, user, staged, reason
        self._operation: Operation | None = None
        self._whole = _Sorted()

    def run(self) -> SaveSummary:
        batches = list(self._staged.batches(BATCH))
        done: list[int] = []
        stopped: Cancelled | AppError | None = None
        for number, (target, places) in enumerate(batches, 1):
            try:
                self._context.report(len(done), len(self._staged), "Saving")
                self._write(target, places, last=number == len(batches))
            except (Cancelled, AppError) as error:
                if self._operation is None:  # nothing is written: as if it had not been asked for
                    raise
                stopped = error
                break
            done += places
        return self._summary(self._staged.without(done), stopped)

    @begun_anew
    def _write(self, target: str, places: Sequence[int], *, last: bool) -> None:
        """One batch, one transaction; it counts once it is written."""
        seen = [(self._staged.ids[place], self._staged.versions[place]) for place in places]
        operation = self._operation
        with self._db.write(much=True) as tx, seen_as_table(self._db, tx, seen) as mass:
            access.require(tx, self._user, Permission.CHANGE_EXTRACTS)
            found = self._sorted(tx, mass, target)
            fitting = len(seen) - len(found.left_alone)
            if fitting and operation is None:
                operation = history.begin(tx, self._db, self._user.id, SAVED, reason=self._reason)
            if operation is not None:
                operation.tx = tx
                mass.forget(found.left_alone)
                values = _values(operation.at or self._db.now(tx), self._user, target)
                changed_since = change_seen(operation, extract_record, mass, values, owner=_LEARNER)
                found.updated = fitting - len(changed_since)
                found.conflicts.setdefault(target, []).extend(changed_since)
                if last:
                    operation.end(tx)
        self._operation = operation
        self._whole.add(found)

    def _sorted(self, tx: Connection, mass: Seen, target: str) -> _Sorted:
        found = _Sorted()
        overriding = statuses.may_override(tx, self._user)
        scope = access.campuses(tx, self._user)
        for key, seen, version, status, problem in statuses.unfit(mass, target, scope, may_override=overriding):
            found.left_alone.append(key)
            if version is None:
                found.refused.setdefault(Problem.NOT_THERE, []).append(key)
            elif version != seen:
                found.conflicts.setdefault(target, []).append(key)
            elif status == target:
                found.unchanged += 1
            else:
                found.refused.setdefault(Problem(problem), []).append(key)
        return found

    def _summary(self, left: Staged, stopped: Cancelled | AppError | None) -> SaveSummary:
        whole = self._whole
        conflicts, refused, updated = list[ListedRecord](), list[ListedRecord](), list[ListedRecord]()
        if stopped is not None or any(whole.conflicts.values()) or whole.refused:
            with suppress(AppError):  # what was written counts, though nobody can be named now
                conflicts, refused, updated = self._named(stopped)
        return SaveSummary(
            operation_id=self._operation.id if self._operation is not None else None,
            updated=whole.updated,
            unchanged=whole.unchanged,
            conflicts=sum(map(len, whole.conflicts.values())),
            refused={name: len(ids) for name, ids in whole.refused.items()},
            left=left,
            cancelled=isinstance(stopped, Cancelled),
            failed=stopped if isinstance(stopped, AppError) else None,
            conflict_list=tuple(conflicts),
            refused_list=tuple(refused),
            updated_list=tuple(updated),
        )

    def _named(self, stopped: Cancelled | AppError | None) -> tuple[list[ListedRecord], ...]:
        """The first that somebody else changed, that were refused, and that a save which stopped has written."""
        whole, updated = self._whole, list[ListedRecord]()
        with self._db.read() as tx:
            scope = access.campuses(tx, self._user)
            conflicts = [
                one
                for target, ids in whole.conflicts.items()
                for one in statuses.records(
                    tx, ids[:SHOWN_OF_EACH], scope, Sentence(_CHANGED, target=Sentence(TITLES[target]))
                )
            ][:SHOWN_OF_EACH]
            refused = list(statuses.listed(tx, whole.refused, scope))
            if stopped is not None and self._operation is not None:
                written = select(change.c.row_id).where(change.c.operation_id == self._operation.id)
                some = tx.execute(written.order_by(change.c.id).limit(SHOWN_OF_EACH)).scalars().all()
                updated = statuses.records(tx, some, scope, _WRITTEN)
        return conflicts, refused, updated


def _values(at: datetime, user: User, target: str) -> Mapping[str, Any]:
    """What is written beside the status: who and when. What the LMS said last is history once a record waits again
    (EX-R3), and so is an answer that came late once a person decided anew."""
    values = {"status": target, "status_at": at, "status_by": user.id, "late_answer": None}
    return values | {"message": None} if target == "ready" else values


# ------------------------------------------------------------------------------------------------------- undo


def last_save(tx: Connection, user: User) -> int | None:
    """The operation that *Undo Last Save* would take back: the last save of this user, unless it was undone."""
    query = select(operation.c.id, operation.c.state).where(operation.c.kind == SAVED, operation.c.user_id == user.id)
    row = tx.execute(query.order_by(operation.c.id.desc()).limit(1)).one_or_none()
    return row.id if row is not None and row.state in ("done", "stopped") else None


def undo_last_save(db: Database, user: User) -> UndoneSave:
    """Take back the last save of this user, once; records that moved on since are listed and left (EX-U8).

    Raises AccessError, also where one of the records is on a campus that is no longer the user's (EX-A3); InputError
    where there is nothing to undo.
    """
    with db.read() as tx:
        operation_id = last_save(tx, user)
    if operation_id is None:
        raise InputError("There is no save of yours to undo.", hint="Each save can be undone once.")
    summary = undo_save(db, user, operation_id)
    with db.read() as tx:
        return UndoneSave(summary.undone, summary.left, tuple(_left(tx, user, operation_id)))


def undo_save(db: Database, user: User, operation_id: int) -> UndoSummary:
    """Take back any save. Raises as `undo_last_save`."""
    return history.undo(db, user.id, operation_id, require=lambda tx: _require_campuses(tx, user, operation_id))


def _require_campuses(tx: Connection, user: User, operation_id: int) -> None:
    scope = access.campuses(tx, user)
    written = select(change.c.row_id).where(
        change.c.operation_id == operation_id, change.c.table_name == extract_record.name
    )
    closed = joined(select(extract_record.c.id)).where(
        extract_record.c.id.in_(written), or_(not_(in_scope(scope)), not_(statuses.editable(scope)))
    )
    if tx.execute(closed.limit(1)).first() is not None:
        raise AccessError(
            "You cannot undo this save: some of its records belong to a campus that is not one of yours.",
            hint="Set those of your campuses by hand, or ask an administrator to undo it.",
        )


def _left(tx: Connection, user: User, operation_id: int) -> Sequence[ListedRecord]:
    undoing = select(operation.c.id).where(operation.c.undoes_id == operation_id)
    put_back = select(change.c.row_id).where(change.c.operation_id.in_(undoing))
    query = select(change.c.row_id).where(change.c.operation_id == operation_id, change.c.row_id.not_in(put_back))
    ids = tx.execute(query.order_by(change.c.id).limit(SHOWN_OF_EACH)).scalars().all()
    return statuses.records(tx, ids, access.campuses(tx, user), _MOVED_ON)
