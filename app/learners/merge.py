"""*Merge Learners*: two that are one person. What hangs on one moves to the other, who stays; the one who goes is
marked, never deleted, and whoever names their person code finds the one who stays (data-model.md 1.7).

One operation in one transaction. Nothing is sent to the LMS for it. Undone like any other, as far as nothing changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, false, func, or_, select

from app import access, history
from app.access import Permission, User
from app.changes import Changes, Topic
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import (
    SHOWN,
    aim,
    attainment,
    award,
    campus,
    change,
    enrolment,
    extract_record,
    file_row,
    learner,
    lms_account,
    lms_course,
    section,
)
from app.errors import ConflictError, InputError
from app.history import UndoSummary, unpacked
from app.learners import merge_clashes, merge_fields, merge_moves
from app.learners.edit import derived, hold_uln
from app.learners.merge_clashes import Clash
from app.learners.merge_fields import Line, Side
from app.sentence import Sentence, joined, plural
from app.tasks import TaskContext
from app.ulns import UlnState

MERGED = "learners_merged"
"""The kind of the operation."""
_MOST_CONFLICTS = 3
_MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Person:
    """One of the two; `version` is the one that was looked at."""

    id: int
    version: int
    ref: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hanging:
    """How much of something hangs on each of the two."""

    title: str
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two learners side by side, as a person looked at them."""

    stays: Person
    goes: Person
    lines: tuple[Line, ...] = field(repr=False)
    hanging: tuple[Hanging, ...]
    notes: tuple[str, ...] = field(repr=False)
    """What is worth knowing before, a sentence each."""
    refusals: tuple[str, ...]
    """Why they cannot be merged now, each with what to do."""


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What was done: under whom what is found now, and how many rows moved or changed."""

    operation_id: int
    stays: Person
    goes: Person
    rows: int
    changes: Changes = field(
        default_factory=lambda: Changes.of(
            *(Topic.LEARNERS, Topic.ATTAINMENTS, Topic.PLR_CHECKS, Topic.ENROLMENTS, Topic.EXTRACTS, Topic.CREDIT)
        )
    )


def compare(
    context: TaskContext, db: Database, user: User, one: int, other: int, *, in_this_order: bool = False
) -> Comparison:
    """The two side by side; the one who had better be kept stands first, unless `in_this_order`.

    Raises AccessError; InputError for one and the same; ConflictError for one who is gone; Cancelled.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.MERGE_LEARNERS)
        rows = _both(tx, one, other)
        stays, goes = rows if in_this_order else merge_fields.stays_first(rows)
        return _Pair(tx, stays, goes).compared()


def alike(context: TaskContext, db: Database, user: User, learner_id: int) -> list[Person]:
    """Who may be the same person, by names and date of birth, a real ULN or an e-mail address; some at most.

    Raises AccessError, Cancelled; ConflictError for a learner who is gone.
    """
    with db.read(context) as tx:
        access.require(tx, user, Permission.MERGE_LEARNERS)
        row = tx.execute(select(learner).where(learner.c.id == learner_id, SHOWN)).one_or_none()
        if row is None:
            raise _gone()
        names = (row.family_fold, row.given_fold, row.birth_date)
        ways = []
        if None not in names:
            ways.append(
                (learner.c.family_fold == names[0])
                & (learner.c.given_fold == names[1])
                & (learner.c.birth_date == names[2])
            )
        if row.uln_state == UlnState.OK:
            ways.append(learner.c.uln == row.uln)
        if row.email_fold is not None:
            ways.append(learner.c.email_fold == row.email_fold)
        query = select(learner).where(or_(false(), *ways), SHOWN, learner.c.id != learner_id)
        return [_person(one) for one in tx.execute(query.order_by(learner.c.ref_fold).limit(_MOST_ALIKE))]


def _gone() -> ConflictError:
    return ConflictError(
        "One of these learners was removed or merged by somebody else.", hint="Refresh the list and look again."
    )


def _both(tx: Connection, one: int, other: int, *, locked: bool = False) -> tuple[Row[Any], Row[Any]]:
    if one == other:
        raise InputError("This is one and the same learner.", hint="Choose two.")
    query = select(learner).where(learner.c.id.in_((one, other)), SHOWN).order_by(learner.c.id)
    found = {row.id: row for row in tx.execute(query.with_for_update() if locked else query)}
    if len(found) != 2:
        raise _gone()
    return found[one], found[other]


class _Pair:
    """Two learners as they stand in this transaction."""

    def __init__(self, tx: Connection, stays: Row[Any], goes: Row[Any], *, locked: bool = False) -> None:
        self.tx, self.stays, self.goes = tx, stays, goes
        self.enrolments = merge_clashes.enrolments(tx, stays.id, goes.id)
        self.awards = merge_clashes.awards(tx, stays.id, goes.id)
        self._waiting = merge_clashes.waiting(tx, self.enrolments, locked=locked)

    def compared(self) -> Comparison:
        campuses = {row.id: row.name for row in self.tx.execute(select(campus.c.id, campus.c.name))}
        lines = merge_fields.lines(self.stays, self.goes, campuses)
        lines += merge_clashes.lines([*self.enrolments, *self.awards])
        return Comparison(
            _person(self.stays),
            _person(self.goes),
            tuple(merge_fields.differing_first(lines)),
            tuple(self._hanging()),
            tuple(self._notes()),
            tuple(map(_refused, self._waiting)),
        )

    def _hanging(self) -> list[Hanging]:
        tables: tuple[tuple[str, Any, Sequence[Any]], ...] = (
            ("Attainments", attainment, (attainment.c.removed_at.is_(None),)),
            ("Aims", aim, ()),
            ("Enrolments", enrolment, (enrolment.c.removed_at.is_(None),)),
            ("LMS accounts", lms_account, ()),
            ("Credit", award, (award.c.removed_at.is_(None),)),
            ("Rows of files", file_row, ()),
            ("Changes in the history", change, ()),
        )
        found = [
            Hanging(title, self._counted(select(table.c.learner_id).where(*where), table))
            for title, table, where in tables
        ]
        records = select(enrolment.c.learner_id).join(extract_record, extract_record.c.enrolment_id == enrolment.c.id)
        return [*found[:3], Hanging("Extract records", self._counted(records, enrolment)), *found[3:]]

    def _counted(self, query: Any, table: Any) -> tuple[int, int]:
        ids = (self.stays.id, self.goes.id)
        query = query.add_columns(func.count()).where(table.c.learner_id.in_(ids)).group_by(table.c.learner_id)
        counts = {row[0]: row[1] for row in self.tx.execute(query)}
        return counts.get(ids[0], 0), counts.get(ids[1], 0)

    def _notes(self) -> list[str]:
        one, other = self.stays, self.goes
        notes = []
        if one.uln_state == other.uln_state == UlnState.OK and one.uln != other.uln:
            notes.append("They have two real ULNs. Verify which of the two is right before you merge them.")
        if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
            notes.append("Their dates of birth differ. Make sure that this is one person.")
        if one.ukprn != other.ukprn:
            notes.append(
                Sentence("They are of two providers, {one} and {other}.", one=str(one.ukprn), other=str(other.ukprn))
            )
        notes += self._of_attainments() + self._of_accounts() + self._of_courses()
        return notes

    def _of_attainments(self) -> list[str]:
        pairs = merge_moves.doubles(self.tx, self.stays.id, self.goes.id)
        if not pairs:
            return []
        words = (
            "{n} attainment stands on both, and will be there once.",
            "{n} attainments stand on both, and will be there once.",
        )
        return [plural(len(pairs), *words)]

    def _of_accounts(self) -> list[str]:
        mine, others = (merge_moves.of(self.tx, lms_account, row.id) for row in (self.stays, self.goes))
        if merge_moves.clashing_vendors(mine, others):
            return [
                "Each has an account in the LMS. Nothing is sent for this learner until somebody decides under LMS"
                " Accounts which of the two is theirs; what the other account holds stays in the LMS as it is."
            ]
        if bool(mine) != bool(others) and (unsent := self._unsent(self.stays.id if others else self.goes.id)):
            words = (
                "{n} enrolment was never sent for want of an account, and can be sent with the account that is "
                "there now.",
                "{n} enrolments were never sent for want of an account, and can be sent with the account that is "
                "there now.",
            )
            return [plural(unsent, *words)]
        return []

    def _unsent(self, learner_id: int) -> int:
        """Enrolments that the LMS never heard of, and would if there were an account."""
        query = select(func.count()).where(
            enrolment.c.learner_id == learner_id,
            enrolment.c.removed_at.is_(None),
            enrolment.c.records == 0,
            enrolment.c.origin != "adopted",
            enrolment.c.status.not_in(("completed", "dropped")),
        )
        return int(self.tx.execute(query).scalar_one())

    def _of_courses(self) -> list[str]:
        """Courses of the LMS that the two are on by different sections: each of these tells the LMS of its own."""
        query = (
            select(lms_course.c.short_name)
            .join(section, section.c.lms_course_id == lms_course.c.id)
            .join(enrolment, enrolment.c.section_id == section.c.id)
            .where(enrolment.c.learner_id.in_((self.stays.id, self.goes.id)), enrolment.c.removed_at.is_(None))
            .group_by(lms_course.c.id, lms_course.c.short_name)
            .having(func.count(section.c.id.distinct()) > 1, func.count(enrolment.c.learner_id.distinct()) > 1)
            .order_by(lms_course.c.short_name)
        )
        return [
            Sentence(
                "They are on {name} of the LMS by different sections. Afterwards withdraw the one that is wrong.",
                name=name,
            )
            for name in self.tx.execute(query).scalars()
        ]


def _person(row: Row[Any]) -> Person:
    name = ", ".join(part for part in (row.family_name, row.given_names) if part)
    return Person(row.id, row.version, row.ref, name)


def _refused(one: Clash) -> str:
    what = one.title.removeprefix("Enrolment on ")
    return Sentence(
        "Both are enrolled on {what}, and a change of one of the two waits for the LMS. Let "
        "it be sent and answered, or mark it in LMS Extract Statuses; then merge them.",
        what=what,
    )


# ----------------------------------------------------------------------------------------------------------- doing


@begun_anew
def merge(db: Database, user: User, seen: Comparison, choices: Mapping[str, Side]) -> MergeSummary:
    """Merge the two as they were `seen`: for each line of it a side, else its default.

    Raises AccessError; InputError where only a person can decide first, or for a choice of nothing that was asked;
    ConflictError where something that was shown is not so any more. After any of them all is as before.
    """
    asked = {one.key for one in seen.lines if not one.settled}
    if not choices.keys() <= asked:
        raise InputError("This is not to be chosen here.", hint="Look at the two learners again.")
    with db.write() as tx:
        access.require(tx, user, Permission.MERGE_LEARNERS)
        db.alone(tx)  # nobody makes extract records of the two meanwhile
        both = _both(tx, seen.stays.id, seen.goes.id, locked=True)
        merge_clashes.lock_enrolments(tx, seen.stays.id, seen.goes.id)
        pair = _Pair(tx, *both, locked=True)
        now = pair.compared()
        _refuse_changed(seen, now)
        if now.refusals:
            raise InputError(now.refusals[0])
        wanted = {one.key: choices.get(one.key, one.default) for one in seen.lines}
        operation = history.begin(tx, db, user.id, MERGED)
        _move(operation, pair, wanted)
        rows = len(operation.changes)
        operation.end(tx)
    return MergeSummary(operation.id, now.stays, now.goes, rows)


def _refuse_changed(seen: Comparison, now: Comparison) -> None:
    """Raise ConflictError with both values of what was changed since it was seen."""
    before = {one.key: one for one in seen.lines}
    told = []
    for one in now.lines:
        old = before.get(one.key)
        for side, ref in enumerate((now.stays.ref, now.goes.ref)):
            was = old.values[side] if old is not None else ""
            if was != one.values[side]:
                told.append(
                    Sentence(
                        "{title} of {ref} was “{was}”, and is “{now}” now.",
                        title=Sentence(one.title),
                        ref=ref,
                        was=was,
                        now=one.values[side],
                    )
                )
    gone = before.keys() - {one.key for one in now.lines}
    told += [
        Sentence("{title}: there is nothing to choose any more.", title=Sentence(before[key].title))
        for key in sorted(gone)
    ]
    versions = (seen.stays.version, seen.goes.version) == (now.stays.version, now.goes.version)
    if told or not versions:
        what = Sentence("Somebody else changed one of the two meanwhile.")
        raise ConflictError(
            joined("{these} {last}", [what, *told[:_MOST_CONFLICTS]]), hint="Look at the two learners again."
        )


def _move(operation: history.Operation, pair: _Pair, choices: Mapping[str, Side]) -> None:
    stays, goes = pair.stays, pair.goes
    values = derived(merge_fields.chosen_values(stays, goes, choices))
    if values["uln"] != stays.uln and values["uln_state"] == UlnState.OK:
        hold_uln(operation.tx, values["uln"])
    operation.update_many(learner, [(stays, values, stays.id), (goes, {"merged_into_id": stays.id}, goes.id)])
    merge_moves.move_rows(operation, stays.id, goes.id)
    merge_moves.move_attainments(operation, stays.id, goes.id)
    merge_moves.move_check(operation, stays.id, goes.id)
    placed = merge_clashes.move_enrolments(operation, stays.id, goes.id, pair.enrolments, choices)
    merge_moves.move_aims(operation, stays.id, goes.id, placed)
    merge_clashes.move_awards(operation, stays.id, goes.id, pair.awards, choices)
    merge_moves.move_accounts(operation, stays.id, goes.id)


def undo(db: Database, user: User, operation_id: int) -> UndoSummary:
    """Part the two again, as far as nothing changed since. Raises AccessError, InputError (nothing to undo, or one of
    the two went on into another learner)."""

    def whole(tx: Connection) -> None:
        query = select(change.c.row_id, change.c.after).where(
            change.c.operation_id == operation_id, change.c.table_name == learner.name
        )
        merged = ((row.row_id, unpacked(learner, row.after).get("merged_into_id")) for row in tx.execute(query))
        into = {key: stays for key, stays in merged if stays is not None}
        rows = tx.execute(select(learner).where(learner.c.id.in_([*into, *into.values()])))
        if any(row.merged_into_id != into.get(row.id) for row in rows):
            raise InputError(
                "One of these learners was merged into yet another one since.", hint="Undo the later merge first."
            )

    return history.undo(db, user.id, operation_id, require=whole)
