"""Accounts of the LMS that a person has to look at: nobody's, or more than one person's (SE-20, SE-22, SE-23)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import SHOWN, learner, lms_account, lms_course
from app.errors import ConflictError, InputError
from app.folding import fold
from app.lms.accounts import BY_PERSON
from app.meant import MEANT, NAMED


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An account without a learner, or with a clash about it; `looks_like`: learners that it may be."""

    id: int
    user: str
    id_number: str | None = field(repr=False)
    email: str | None = field(repr=False)
    full_name: str | None = field(repr=False)
    clash: bool
    seen_at: datetime
    looks_like: tuple[int, ...]


def unsettled(tx: Connection, most: int = 1000) -> list[Unsettled]:
    """The accounts to be decided about: clashes first, then those that are nobody's and about which nobody has
    decided."""
    query = (
        select(lms_account)
        .where(or_(lms_account.c.clash, lms_account.c.learner_id.is_(None) & lms_account.c.matched_by.is_(None)))
        .order_by(lms_account.c.clash.desc(), lms_account.c.id)
        .limit(most)
    )
    return _told(tx, tx.execute(query).all())


def of_course(tx: Connection, lms_course_id: int, lms_user_number: str) -> Unsettled | None:
    """An account by its number in the LMS that a course is of, decided about or not; None where it is not known."""
    vendor = select(lms_course.c.vendor_id).where(lms_course.c.id == lms_course_id).scalar_subquery()
    query = select(lms_account).where(
        lms_account.c.vendor_id == vendor, lms_account.c.lms_user_number == lms_user_number
    )
    found = _told(tx, tx.execute(query).all())
    return found[0] if found else None


def _told(tx: Connection, rows: Sequence[Row[Any]]) -> list[Unsettled]:
    looks = _looks(tx, rows)
    return [
        Unsettled(
            row.id,
            row.lms_user_number,
            row.id_number,
            row.email,
            row.full_name,
            row.clash,
            row.seen_at,
            looks[row.id],
        )
        for row in rows
    ]


def _looks(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, tuple[int, ...]]:
    refs, emails = {fold(row.id_number) for row in rows}, {row.email_fold for row in rows}
    by: dict[tuple[str, str], list[int]] = {}
    for name, column, wanted in (("ref", NAMED.c.ref_fold, refs), ("email", learner.c.email_fold, emails)):
        for some in history.batched(sorted(one for one in wanted if one)):
            query = select(learner.c.id, column).select_from(MEANT if name == "ref" else learner)
            for key, value in tx.execute(query.where(column.in_(some), SHOWN)):
                by.setdefault((name, value), []).append(key)
    found = {}
    for row in rows:
        ids = [*by.get(("ref", fold(row.id_number) or ""), ()), *by.get(("email", row.email_fold or ""), ())]
        if row.learner_id is not None:
            ids.append(row.learner_id)
        found[row.id] = tuple(dict.fromkeys(ids))
    return found


def decide(db: Database, user: User, account_id: int, learner_id: int | None) -> int:
    """Say whose account it is (a learner, or None: nobody's of ours). Other accounts that were this learner's, or
    that clash about them, are no longer. Returns the operation.

    Raises AccessError; InputError (no such learner); ConflictError (no such account, changed meanwhile).
    """
    with db.write() as tx:
        access.require(tx, user, Permission.ENROL)
        row = tx.execute(select(lms_account).where(lms_account.c.id == account_id)).one_or_none()
        if row is None:
            raise ConflictError("This account is no longer known.", hint="Reload the page.")
        updates = [(row, {"learner_id": learner_id, "matched_by": BY_PERSON, "clash": False}, learner_id)]
        if learner_id is not None:
            person = tx.execute(select(learner).where(learner.c.id == learner_id, SHOWN)).one_or_none()
            if person is None:
                raise InputError("This learner was removed.", hint="Choose another one.")
            for other in _others(tx, row, person):
                updates.append((other, {"learner_id": None, "matched_by": BY_PERSON, "clash": False}, learner_id))
        operation = history.begin(tx, db, user.id, "lms_account_decided")
        operation.update_many(lms_account, updates)
        operation.end(tx)
    return operation.id


def _others(tx: Connection, row: Row[Any], person: Row[Any]) -> list[Row[Any]]:
    """The other accounts that were this person's, or of which it was in doubt."""
    query = select(lms_account).where(
        lms_account.c.vendor_id == row.vendor_id,
        lms_account.c.id != row.id,
        or_(lms_account.c.learner_id == person.id, lms_account.c.clash),
    )
    return [
        other
        for other in tx.execute(query)
        if other.learner_id == person.id or (other.clash and other.learner_id is None and _looks_like(other, person))
    ]


def _looks_like(account: Row[Any], person: Row[Any]) -> bool:
    if fold(account.id_number) == person.ref_fold:
        return True
    return account.email_fold is not None and account.email_fold == person.email_fold


def relink(db: Database, user: User, lms_course_id: int, learner_id: int, lms_user_number: str) -> int:
    """*Relink*: the learner's account was made anew under this number, in the LMS that the course is of (SE-22).
    Raises as `decide`."""
    with db.read() as tx:
        account = of_course(tx, lms_course_id, lms_user_number)
    if account is None:
        raise ConflictError("This account is no longer known.", hint="Compare with the LMS once more.")
    return decide(db, user, account.id, learner_id)
