"""Safety holds: removals that wait until an administrator has decided (LS-C15, SE-16)."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select, update

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import app_user, hold, lms_course
from app.errors import ConflictError, InputError
from app.lms import errors_kept

REMOVE, KEEP = "remove", "keep"


@dataclass(frozen=True, slots=True)
class Hold:
    """One decision to be made, or made. `items`: ids of courses of the LMS, or of the enrolments of `lms_course_id`
    whose learners are missing from it."""

    id: int
    run_id: int
    kind: str
    """"courses" or "roster"."""
    lms_course_id: int | None
    items: tuple[int, ...]
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None


ROSTER_HELD = exists().where(
    hold.c.kind == "roster", hold.c.lms_course_id == lms_course.c.id, hold.c.decided_at.is_(None)
)
"""Whether a hold of the roster of a row of `lms_course` waits for a decision."""


def _open(kind: str, lms_course_id: int | None) -> Any:
    same = hold.c.lms_course_id.is_(None) if lms_course_id is None else hold.c.lms_course_id == lms_course_id
    return select(hold).where(hold.c.kind == kind, same, hold.c.decided_at.is_(None))


def _keep_open(
    tx: Connection, db: Database, run_id: int, kind: str, lms_course_id: int | None, items: Sequence[int]
) -> bool:
    """Bring the one undecided hold of a kind and place up to date; without items there is none any more."""
    row = tx.execute(_open(kind, lms_course_id)).first()
    body = json.dumps(sorted(items))
    if not items:
        if row is not None:  # what was held is there again: nothing is left to decide
            over = update(hold).where(hold.c.id == row.id)
            tx.execute(over.values(decision=KEEP, decided_at=db.now(tx)))
        return False
    if row is None:
        tx.execute(insert(hold).values(run_id=run_id, kind=kind, lms_course_id=lms_course_id, items=body))
    else:
        tx.execute(update(hold).where(hold.c.id == row.id).values(run_id=run_id, items=body))
    return True


def of_courses(tx: Connection, db: Database, run_id: int, lms_course_ids: Sequence[int]) -> bool:
    """Hold the removal of these courses; none: nothing is to be held any more. Returns whether something is."""
    return _keep_open(tx, db, run_id, "courses", None, lms_course_ids)


def of_roster(tx: Connection, db: Database, run_id: int, lms_course_id: int, enrolment_ids: Collection[int]) -> bool:
    """Hold a course whose roster shrank; no enrolments: it did not. Returns whether it is held: not if somebody
    decided that just these are gone."""
    if enrolment_ids:
        query = select(hold.c["items"]).where(
            hold.c.kind == "roster", hold.c.lms_course_id == lms_course_id, hold.c.decision == REMOVE
        )
        last = tx.execute(query.order_by(hold.c.id.desc()).limit(1)).scalar()
        if last is not None and set(enrolment_ids) <= set(json.loads(last)):
            enrolment_ids = ()
    return _keep_open(tx, db, run_id, "roster", lms_course_id, sorted(enrolment_ids))


_LISTED: Select[Any] = select(*hold.c, app_user.c.name.label("decider")).outerjoin(
    app_user, app_user.c.id == hold.c.decided_by
)


def waiting(tx: Connection) -> list[Hold]:
    """The decisions to be made, the oldest first."""
    return [_hold(row) for row in tx.execute(_LISTED.where(hold.c.decided_at.is_(None)).order_by(hold.c.id))]


def decided(tx: Connection, most: int = 100) -> list[Hold]:
    """The decisions that people made, the latest first."""
    query = _LISTED.where(hold.c.decided_by.is_not(None)).order_by(hold.c.id.desc()).limit(most)
    return [_hold(row) for row in tx.execute(query)]


def _hold(row: Row[Any]) -> Hold:
    items = tuple(json.loads(row._mapping["items"]))
    return Hold(row.id, row.run_id, row.kind, row.lms_course_id, items, row.decision, row.decider, row.decided_at)


def decide(db: Database, user: User, hold_id: int, decision: str) -> int:
    """*Remove these* or *Keep and check again*; returns how many courses were removed. Removing a roster means: the
    next run may mark these learners as missing.

    Raises AccessError; InputError for another decision; ConflictError if it was decided or has come to nothing.
    """
    if decision not in (REMOVE, KEEP):
        raise InputError("This is no decision.", hint="Choose to remove, or to keep and check again.")
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        row = tx.execute(select(hold).where(hold.c.id == hold_id)).one_or_none()
        claim = update(hold).where(hold.c.id == hold_id, hold.c.decided_at.is_(None))
        now = db.now(tx)
        if (
            row is None
            or tx.execute(claim.values(decision=decision, decided_by=user.id, decided_at=now)).rowcount != 1
        ):
            raise ConflictError("This has been decided already.", hint="Reload the page to see how things stand.")
        operation = history.begin(tx, db, user.id, "lms_hold_decided", reason=decision)
        gone: list[Row[Any]] = []
        if row.kind == "courses" and decision == REMOVE:
            for some in history.batched(json.loads(row._mapping["items"])):
                query = select(lms_course).where(lms_course.c.id.in_(some), lms_course.c.removed_at.is_(None))
                gone += tx.execute(query).all()
            operation.update_many(lms_course, [(one, {"removed_at": now}, None) for one in gone])
            errors_kept.clear_course(db, tx, [one.id for one in gone])
        operation.end(tx)
    return len(gone)
