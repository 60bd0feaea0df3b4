"""*Erase Learner*: the law gives learners the right to be forgotten. What identifies the person leaves every table
and the history; that it was done, by whom, when and why, stays (data-model.md 6). Never undone.

Those who were merged into the learner are the same person, and go too. A later load that brings the person code again
makes a new learner: nothing is left here that could know them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, or_, select

from app import access, history
from app.access import Permission, User
from app.changes import Changes, Topic
from app.db import erasing
from app.db.database import Database
from app.db.tables import (
    SHOWN,
    aim,
    attainment,
    award,
    change,
    enrolment,
    extract_attempt,
    extract_record,
    file_row,
    learner,
    lms_account,
)
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold
from app.history import Operation
from app.sentence import Sentence
from app.tasks import TaskContext

KIND = "learner_erased"
LONGEST_REASON = 500
_EVERYTHING = (
    Topic.LEARNERS, Topic.ATTAINMENTS, Topic.PLR_CHECKS, Topic.ENROLMENTS, Topic.EXTRACTS, Topic.CREDIT,
    Topic.IMPORTS, Topic.SYNC_RUNS,
)  # fmt: skip
_CODES, _NAMES = ("ref", "prev_ref", "uln", "email"), ("family_name", "given_names", "known_as")


@dataclass(frozen=True, slots=True)
class Goes:
    """How much there is of something, and what becomes of it."""

    title: str
    number: int
    becomes: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an erasing would take. `others`: person codes of those who were merged into the learner."""

    learner_id: int
    ref: str
    name: str = field(repr=False)
    others: tuple[str, ...]
    goes: tuple[Goes, ...]
    in_lms: int
    """Enrolments that stand and go to the LMS, which hears nothing of this."""
    copies: int
    """Copies of an embedded database in its folder that still hold the learner."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done. `scrubbed`: an embedded file was written anew; False where something reads it just now."""

    operation_id: int
    learners: int
    scrubbed: bool
    changes: Changes = field(default_factory=lambda: Changes.of(*_EVERYTHING))


def foresee(context: TaskContext, db: Database, user: User, learner_id: int) -> Foreseen:
    """What would go. Raises AccessError; ConflictError for who is gone; Cancelled."""
    with db.read(context) as tx:
        access.require(tx, user, Permission.ERASE_LEARNERS)
        row = _row(tx, learner_id)
        whose = _whose(tx, learner_id)
        others = tuple(one.ref for one in whose if one.id != learner_id)
        ids = [one.id for one in whose]
        here = enrolment.c.learner_id.in_(ids) & enrolment.c.removed_at.is_(None)
        told = select(func.count()).where(here, enrolment.c.records > 0)
        name = " ".join(part for part in (row.given_names, row.family_name) if part)
        return Foreseen(
            learner_id, row.ref, name, others, _goes(tx, ids), int(tx.execute(told).scalar_one()), _copies(db)
        )


def _row(tx: Connection, learner_id: int, *, locked: bool = False) -> Row[Any]:
    query = select(learner).where(learner.c.id == learner_id, SHOWN)
    row = tx.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        raise ConflictError("This learner was removed, merged or erased by somebody else.", hint="Refresh the list.")
    return row


def _whose(tx: Connection, learner_id: int) -> Sequence[Row[Any]]:
    """The learner, and those who were merged into them."""
    query = select(learner).where(or_(learner.c.id == learner_id, learner.c.merged_into_id == learner_id))
    return tx.execute(query.order_by(learner.c.id)).all()


def _goes(tx: Connection, ids: Sequence[int]) -> tuple[Goes, ...]:
    def number(table: Table) -> int:
        return int(tx.execute(select(func.count()).where(table.c.learner_id.in_(ids))).scalar_one())

    records = select(func.count()).select_from(extract_record.join(enrolment)).where(enrolment.c.learner_id.in_(ids))
    return (
        Goes("Attainments", number(attainment), "deleted"),
        Goes("Aims", number(aim), "deleted"),
        Goes("LMS accounts", number(lms_account), "deleted; in the LMS they stay"),
        Goes("Enrolments, with progress", number(enrolment), "kept as numbers, without days"),
        Goes("Extract records", int(tx.execute(records).scalar_one()), "kept as numbers; nothing more is sent"),
        Goes("Credit", number(award), "kept as numbers"),
        Goes("Rows of files", number(file_row), "emptied"),
        Goes("Changes in the history", number(change), "emptied: before and after"),
    )


def _copies(db: Database) -> int:
    file: Path | None = db.file
    return len(list((file.parent / "backups").glob("*.db"))) if file is not None else 0


def erase(db: Database, user: User, learner_id: int, typed: str, reason: str) -> Erased:
    """Erase a learner, as one operation with a reason. `typed`: the person code, as whoever does it has typed it.

    Raises AccessError; InputError for another code, and for a reason that is missing or names the learner;
    ConflictError for who is gone, or while something of theirs is being sent. After any of them all is as before.
    """
    said = cleaned(reason)
    if said is None or len(said) > LONGEST_REASON:
        raise InputError(
            "Erasing needs a reason.",
            hint=Sentence("Say in up to {most} characters why.", most=LONGEST_REASON),
            field="reason",
        )
    with db.write(much=True) as tx:
        access.require(tx, user, Permission.ERASE_LEARNERS)
        db.alone(tx)
        row = _row(tx, learner_id, locked=True)
        if cleaned(typed) != row.ref:
            raise InputError(
                "This is not the person code of the learner.",
                hint=Sentence("Type {ref} as it stands.", ref=row.ref),
                field="typed",
            )
        whose = _whose(tx, learner_id)
        _refuse_naming(said, whose)
        _refuse_sending(tx, [one.id for one in whose])
        operation = history.begin(tx, db, user.id, KIND, reason=said)
        _note(operation, [one.id for one in whose])
        operation.save_changes()
        erasing.erase(db, tx, learner_id, operation.id)
        operation.end(tx)
    scrubbed = erasing.scrub(db.file) if db.file is not None else True
    return Erased(operation.id, len(whose), scrubbed)


def _refuse_naming(reason: str, whose: Sequence[Row[Any]]) -> None:
    """The reason is kept."""
    text = fold(reason) or ""
    words = set(re.findall(r"\w+", text))
    for row in whose:
        names = {
            word for name in _NAMES for word in re.findall(r"\w+", fold(getattr(row, name)) or "") if len(word) > 1
        }
        codes = {code for name in _CODES if (code := fold(getattr(row, name)))}
        if names & words or codes & words or any(len(code) > 3 and code in text for code in codes):
            raise InputError(
                "The reason is kept, so it must not name the learner.",
                hint="Say it without name, code or e-mail address.",
                field="reason",
            )


def _refuse_sending(tx: Connection, ids: Sequence[int]) -> None:
    query = (
        select(extract_attempt.c.id)
        .join(extract_record, extract_record.c.id == extract_attempt.c.record_id)
        .join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .where(enrolment.c.learner_id.in_(ids), extract_attempt.c.ended_at.is_(None))
    )
    if tx.execute(query.limit(1)).first() is not None:
        raise ConflictError(
            "A change of this learner is being sent to the LMS at this moment.", hint="Wait until it has ended."
        )


def _note(operation: Operation, ids: Sequence[int]) -> None:
    """Which rows were emptied, without a word of what stood there."""
    for table in (learner, attainment, enrolment, award):
        column = table.c.id if table is learner else table.c.learner_id
        kind = "delete" if table is attainment else "update"
        rows = operation.tx.execute(select(table.c.id, column).where(column.in_(ids)).order_by(table.c.id))
        operation.changes += [(operation.id, row[1], table.name, row[0], kind, None, None, None) for row in rows]
