"""What users save under a name (table `saved`): searches, and whatever else later issues keep there.

A saved thing belongs to who saved it; others see it where it is shared, and only its owner changes it. The body is
text that this module never looks into: who reads it checks it. No history is kept: a saved search is how somebody
likes to work, changes nothing about a learner, and its body may hold names and ULNs that history would keep.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from app import access
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import app_user, saved
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold, fold_code
from app.sentence import Sentence

LONGEST_NAME = 80
LONGEST_BODY = 500_000
MOST = 500
"""Of one kind and one user: more names than anybody can tell apart."""


class Kind(StrEnum):
    """What is saved; a page has a kind of its own, for its columns are its own."""

    LEARNER_SEARCH = "search.learners"
    ATTAINMENT_SEARCH = "search.attainments"
    PLR_SEARCH = "search.plr"
    LMS_COURSE_SEARCH = "search.lms_courses"
    ENROLMENT_SEARCH = "search.enrolments"
    SYNC_RUN_SEARCH = "search.sync_runs"
    SYNC_ERROR_SEARCH = "search.sync_errors"
    EXTRACT_SEARCH = "search.extracts"
    EXTRACT_FILTERS = "filters.extracts"
    IMPORT_REPAIRS = "repairs.imports"
    SECTION_SEARCH = "search.sections"
    CREDIT_COURSE_SEARCH = "search.credit_courses"
    COURSE_RECORD_SEARCH = "search.course_records"
    OUTGOING_SEARCH = "search.outgoing_reports"
    IMPORT_JOB_SEARCH = "search.import_jobs"
    HELD_SEARCH = "search.held_records"
    USER_SEARCH = "search.users"
    LOCK_SEARCH = "search.locks"
    HISTORY_SEARCH = "search.history"
    LEARNER_LAYOUT = "layout.learners"
    ATTAINMENT_LAYOUT = "layout.attainments"
    PLR_LAYOUT = "layout.plr"
    LMS_COURSE_LAYOUT = "layout.lms_courses"
    ENROLMENT_LAYOUT = "layout.enrolments"
    SYNC_RUN_LAYOUT = "layout.sync_runs"
    SYNC_ERROR_LAYOUT = "layout.sync_errors"
    EXTRACT_LAYOUT = "layout.extracts"
    SECTION_LAYOUT = "layout.sections"
    CREDIT_COURSE_LAYOUT = "layout.credit_courses"
    COURSE_RECORD_LAYOUT = "layout.course_records"
    OUTGOING_LAYOUT = "layout.outgoing_reports"
    IMPORT_JOB_LAYOUT = "layout.import_jobs"
    IMPORT_ROW_LAYOUT = "layout.import_check"
    HELD_LAYOUT = "layout.held_records"
    USER_LAYOUT = "layout.users"
    LOCK_LAYOUT = "layout.locks"
    HISTORY_LAYOUT = "layout.history"


@dataclass(frozen=True, slots=True)
class Saved:
    """Something saved, as a list shows it."""

    id: int
    name: str
    mine: bool
    owner: str
    shared: bool
    body: str = field(repr=False)
    version: int = 1


def every(tx: Connection, user: User, kind: Kind) -> list[Saved]:
    """What the user saved and what others share, mine first, each by name."""
    query = (
        select(saved, app_user.c.name.label("owner"))
        .join(app_user, app_user.c.id == saved.c.owner_id)
        .where(saved.c.kind == kind.value, or_(saved.c.owner_id == user.id, saved.c.shared))
        .where(func.length(saved.c.body) <= LONGEST_BODY)
    )
    rows = [
        Saved(row.id, row.name, row.owner_id == user.id, row.owner, row.shared, row.body, row.version)
        for row in tx.execute(query)
    ]
    return sorted(rows, key=lambda one: (not one.mine, fold(one.name) or "", one.name, one.owner, one.id))


def save(db: Database, user: User, kind: Kind, name: str, body: str, *, shared: bool) -> int:
    """Save under a new name; returns the id. Raises InputError for a name that cannot be or is taken, AccessError."""
    name = _name(name)
    _refuse_long(body)
    with db.write() as tx:
        access.require(tx, user, Permission.OPEN)
        own = and_(saved.c.kind == kind.value, saved.c.owner_id == user.id)
        names = list(tx.execute(select(saved.c.name).where(own)).scalars())
        if len(names) >= MOST:
            raise InputError(
                Sentence("You have saved {most} already.", most=MOST),
                hint="Delete some that you do not use any more.",
            )
        _refuse_taken(name, names)
        values = {"kind": kind.value, "owner_id": user.id, "name": name, "body": body, "shared": shared}
        return int(tx.execute(insert(saved).values(**values).returning(saved.c.id)).scalar_one())


def overwrite(db: Database, user: User, one: Saved, body: str, *, shared: bool) -> None:
    """Put another body under the name. Raises ConflictError if it was changed or deleted since it was read."""
    _refuse_long(body)
    with db.write() as tx:
        access.require(tx, user, Permission.OPEN)
        _change(tx, user, one, body=body, shared=shared)


def rename(db: Database, user: User, one: Saved, name: str, *, shared: bool) -> None:
    """Give it another name, share it or keep it to oneself. Raises InputError, ConflictError, AccessError."""
    name = _name(name)
    with db.write() as tx:
        access.require(tx, user, Permission.OPEN)
        kind = select(saved.c.kind).where(saved.c.id == one.id).scalar_subquery()
        others = select(saved.c.name).where(saved.c.kind == kind, saved.c.owner_id == user.id, saved.c.id != one.id)
        _refuse_taken(name, list(tx.execute(others).scalars()))
        _change(tx, user, one, name=name, shared=shared)


def delete(db: Database, user: User, one: Saved) -> None:
    """Take it away, for everybody it is shared with too. Raises ConflictError, AccessError."""
    with db.write() as tx:
        access.require(tx, user, Permission.OPEN)
        if tx.execute(saved.delete().where(_as_seen(user, one))).rowcount != 1:
            raise _changed()


def _as_seen(user: User, one: Saved) -> ColumnElement[bool]:
    # Of somebody else's there is none here, whatever `mine` says.
    return and_(saved.c.id == one.id, saved.c.owner_id == user.id, saved.c.version == one.version)


def _change(tx: Connection, user: User, one: Saved, **values: object) -> None:
    statement = update(saved).where(_as_seen(user, one)).values(**values, version=saved.c.version + 1)
    if tx.execute(statement).rowcount != 1:
        raise _changed()


def _changed() -> ConflictError:
    return ConflictError(
        "It was changed or deleted since you opened the list, or it belongs to somebody else.",
        hint="Open the list again, or save under a name of your own.",
    )


def _name(name: str) -> str:
    plain = cleaned(name)
    if plain is None:
        raise InputError("It needs a name.", hint="Type one.", field="name")
    if len(plain) > LONGEST_NAME:
        raise InputError(
            Sentence("The name is too long: there is room for {most} characters.", most=LONGEST_NAME),
            hint="Shorten it.",
            field="name",
        )
    return plain


def _refuse_taken(name: str, names: list[str]) -> None:
    if fold_code(name) in {fold_code(other) for other in names}:
        raise InputError(
            "You have saved something under this name already.",
            hint="Overwrite that, or type another name.",
            field="name",
        )


def _refuse_long(body: str) -> None:
    if len(body) > LONGEST_BODY:
        raise InputError("This is too long to be saved.", hint="Shorten its lists.")
