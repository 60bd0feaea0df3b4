"""Who may do what: one table of roles and permissions, the licences, and `require`.

Checked in the service function of every command; the button asks `Rights.why_not` as a courtesy.
To add a permission: a member of `Permission`, its sentence, and the roles that give it.
"""

import getpass
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Table, bindparam, func, insert, select, true, update

from app.db.database import Database
from app.db.tables import app_user, licence, role, user_campus, user_role
from app.errors import AccessError
from app.licence_row import Licence, LicenceRow, off
from app.sentence import Sentence, joined

Scope: TypeAlias = frozenset[int] | None  # the campuses that somebody sees, by id; None: all of them


class Permission(StrEnum):
    OPEN = "open Learner Manager"
    EDIT_LEARNERS = "add and edit learners"
    MERGE_LEARNERS = "merge learners"
    EXPORT = "export"
    PLR_DOWNLOAD = "download from the Learning Records Service"
    PLR_UPDATE = "update attainments from the Learning Records Service"
    ENROL = "enrol learners"
    SYNCHRONISE = "synchronise with the LMS"
    DECIDE_COURSES = "decide about courses of the LMS"
    SET_UP_SECTIONS = "set up terms, campuses and sections"
    PROCESSES = "open the processes"
    EXTRACTS = "see LMS extract statuses"
    CHANGE_EXTRACTS = "change LMS extract statuses"
    OVERRIDE_EXTRACTS = "override the order of LMS extract statuses"
    IMPORT_RECORDS = "import course records"
    SET_UP_CREDIT = "set up courses for credit"
    EDIT_CREDIT = "edit the credit of learners"
    REPLACE_CREDIT = "replace credit on incomplete records"
    UNLOCK_IMPORTS = "unlock imports"
    ERASE_LEARNERS = "erase learners"
    ADMINISTER = "change settings, licences and users"


class Role(StrEnum):
    ENROLMENT_MANAGER = "enrolment_manager"
    PLR_USER = "plr_user"
    PLR_ADMIN = "plr_admin"
    LMS_ADMINISTRATOR = "lms_administrator"
    EXTRACT_EDITOR = "extract_editor"
    RECORD_IMPORTER = "record_importer"
    ADMINISTRATOR = "administrator"


ROLE_TITLES = {
    Role.ENROLMENT_MANAGER: "Enrolment Manager",
    Role.PLR_USER: "Attainments (PLR) User",
    Role.PLR_ADMIN: "Attainments (PLR) Admin",
    Role.LMS_ADMINISTRATOR: "LMS Administrator",
    Role.EXTRACT_EDITOR: "LMS Extract Editor",
    Role.RECORD_IMPORTER: "Course Record Importer",
    Role.ADMINISTRATOR: "Administrator",
}

FULL_NAMES = {
    Permission.PROCESSES: "Common - Processes - View",
    Permission.EXTRACTS: "Academics - Processes - LMS Extract Statuses",
    Permission.CHANGE_EXTRACTS: "Academics - Student Course Status Change LMS Export - Edit",
    Permission.OVERRIDE_EXTRACTS: "Academics - LMS Extract Statuses - Override",
}
"""What the college's own list of authorisations calls them (extract-statuses.md 2.2)."""

ROLES: dict[Role, frozenset[Permission]] = {
    Role.ENROLMENT_MANAGER: frozenset(
        {
            Permission.OPEN,
            Permission.EDIT_LEARNERS,
            Permission.MERGE_LEARNERS,
            Permission.EXPORT,
            Permission.ENROL,
            Permission.SYNCHRONISE,
            Permission.PROCESSES,
            Permission.EXTRACTS,
        }
    ),
    Role.PLR_USER: frozenset({Permission.PLR_DOWNLOAD, Permission.EXPORT}),
    Role.PLR_ADMIN: frozenset({Permission.PLR_DOWNLOAD, Permission.EXPORT, Permission.PLR_UPDATE}),
    Role.LMS_ADMINISTRATOR: frozenset(
        {
            Permission.OPEN,
            Permission.SYNCHRONISE,
            Permission.DECIDE_COURSES,
            Permission.SET_UP_SECTIONS,
            Permission.PROCESSES,
            Permission.EXTRACTS,
            Permission.CHANGE_EXTRACTS,
            Permission.OVERRIDE_EXTRACTS,
        }
    ),
    Role.EXTRACT_EDITOR: frozenset({Permission.PROCESSES, Permission.EXTRACTS, Permission.CHANGE_EXTRACTS}),
    Role.RECORD_IMPORTER: frozenset(
        {
            Permission.EXPORT,
            Permission.IMPORT_RECORDS,
            Permission.SET_UP_CREDIT,
            Permission.EDIT_CREDIT,
            Permission.REPLACE_CREDIT,
        }
    ),
    # Databases made before the LMS and the imports have nobody in the roles above.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.OPEN,
            Permission.ADMINISTER,
            Permission.ERASE_LEARNERS,
            Permission.SYNCHRONISE,
            Permission.DECIDE_COURSES,
            Permission.SET_UP_SECTIONS,
            Permission.PROCESSES,
            Permission.EXTRACTS,
            Permission.CHANGE_EXTRACTS,
            Permission.OVERRIDE_EXTRACTS,
            Permission.IMPORT_RECORDS,
            Permission.SET_UP_CREDIT,
            Permission.EDIT_CREDIT,
            Permission.REPLACE_CREDIT,
            Permission.UNLOCK_IMPORTS,
        }
    ),
}

_UNDO_NEEDS = {
    "learner_added": Permission.EDIT_LEARNERS,
    "learner_edited": Permission.EDIT_LEARNERS,
    "learners_filled": Permission.EDIT_LEARNERS,
    "learners_loaded": Permission.EDIT_LEARNERS,
    "learners_merged": Permission.MERGE_LEARNERS,
    "uln_found": Permission.EDIT_LEARNERS,
    "code_named": Permission.EDIT_LEARNERS,
    "own_fields_chosen": Permission.EDIT_LEARNERS,
    "plr_update": Permission.PLR_UPDATE,
    "lms_course_state": Permission.DECIDE_COURSES,
    "lms_course_linked": Permission.DECIDE_COURSES,
    "lms_hold_decided": Permission.DECIDE_COURSES,
    "lms_site_moved": Permission.DECIDE_COURSES,
    "enrolled": Permission.ENROL,
    "adopted": Permission.ENROL,
    "lms_account_decided": Permission.ENROL,
    "course_status_changed": Permission.ENROL,
    "sections_set_up": Permission.SET_UP_SECTIONS,
    "sections_loaded": Permission.SET_UP_SECTIONS,
    "registrations_loaded": Permission.ENROL,
    "extract_statuses": Permission.CHANGE_EXTRACTS,
    "records_imported": Permission.IMPORT_RECORDS,
    "held_matched": Permission.IMPORT_RECORDS,
    "credit_set_up": Permission.SET_UP_CREDIT,
    "credit_edited": Permission.EDIT_CREDIT,
    "credit_replaced": Permission.REPLACE_CREDIT,
    "reports_exported": Permission.IMPORT_RECORDS,
}
"""Taking back takes what doing it took; everything else is the administrators'."""

NEEDS_LICENCES = frozenset({Permission.PLR_DOWNLOAD, Permission.PLR_UPDATE})
"""Everything that asks the LRS needs both licences (learner-manager.md 2)."""


@dataclass(frozen=True, slots=True)
class User:
    id: int
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do at the moment: roles and licences as last read."""

    roles: frozenset[Role]
    licences: tuple[LicenceRow, ...]

    def why_not(self, permission: Permission, today: date | None = None) -> str:
        """The sentence that says what is missing; "" if nothing is."""
        granted = {one for name in self.roles for one in ROLES[name]}
        if Permission.OPEN not in granted:
            return "Your account has no role that opens Learner Manager. Ask an administrator for one."
        if permission not in granted:
            holders = (Sentence(ROLE_TITLES[name]) for name in Role if permission in ROLES[name])
            titles = joined("{these} or {last}", holders)
            if full := FULL_NAMES.get(permission):
                return Sentence(
                    "Needs the authorisation “{full}”, which comes with the role {titles}. Ask an administrator.",
                    full=full,
                    titles=titles,
                )
            return Sentence("Needs the role {titles}. Ask an administrator.", titles=titles)
        return self.missing_licence(today) if permission in NEEDS_LICENCES else ""

    def missing_licence(self, today: date | None = None) -> str:
        """The first licence that does not count today, in a sentence; "" if both do."""
        held = {row.code: row for row in self.licences}
        reasons = (held.get(code, off(code)).why_off(today or date.today()) for code in Licence)
        return next((reason for reason in reasons if reason), "")

    def ending_licence(self, today: date | None = None) -> LicenceRow | None:
        """The licence that ends first, if it ends soon and this user is one of those whom it concerns."""
        day = today or date.today()
        concerned = not self.why_not(Permission.PLR_DOWNLOAD, day) or not self.why_not(Permission.ADMINISTER, day)
        soon = [row for row in self.licences if row.days_left(day) is not None]
        return min(soon, key=lambda row: row.valid_until or day) if concerned and soon else None


def account() -> str:
    """The operating-system account, asked of the system: environment variables can say anything."""
    if hasattr(os, "getuid"):
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid-{os.getuid()}"
    return getpass.getuser()


def sign_in(db: Database, login: str | None = None) -> User:
    """The user behind `login`; by default the role that signed in to the server, or on an embedded database this
    account. The first one ever gets every role.

    Raises AccessError for an account that is not known or was switched off.
    """
    with db.write() as tx:
        login = login or db.role(tx) or account()
        row = tx.execute(select(app_user).where(app_user.c.login == login)).one_or_none()
        if row is None:
            db.alone(tx)  # of two who open a new database together, one is the first
            row = tx.execute(select(app_user).where(app_user.c.login == login)).one_or_none()
        if row is None:
            if tx.execute(select(app_user.c.id).limit(1)).first() is not None:
                raise AccessError(
                    Sentence("The account “{login}” is not a user of this database.", login=login),
                    hint="Ask an administrator to add it.",
                )
            row = _first_user(tx, login)
        if not row.active:
            raise AccessError(
                Sentence("The account “{login}” is switched off in this database.", login=login),
                hint="Ask an administrator.",
            )
        tx.execute(update(app_user).where(app_user.c.id == row.id).values(last_sign_in=db.now(tx)))
    return User(id=row.id, login=row.login, name=row.name)


def _first_user(tx: Connection, login: str) -> Row[Any]:
    new = tx.execute(insert(app_user).values(login=login, name=login).returning(app_user)).one()
    every_role = tx.execute(select(role.c.id)).scalars().all()
    tx.execute(insert(user_role), [{"user_id": new.id, "role_id": one} for one in every_role])
    return new


def admit(tx: Connection, db: Database) -> User:
    """This account as an administrator of a database that it has just copied or put back: who was one there may be
    nobody here."""
    login = db.role(tx) or account()
    row = tx.execute(select(app_user).where(app_user.c.login == login)).one_or_none()
    if row is None:
        row = _first_user(tx, login)
    tx.execute(update(app_user).where(app_user.c.id == row.id).values(active=True))
    if Role.ADMINISTRATOR not in _read_rights(tx, row.id).roles:
        wanted = select(role.c.id).where(role.c.code == Role.ADMINISTRATOR.value)
        tx.execute(insert(user_role).values(user_id=row.id, role_id=tx.execute(wanted).scalar_one()))
    return User(id=row.id, login=row.login, name=row.name)


def prepare(db: Database) -> None:
    """Write the rows of roles and licences that this version knows and the database lacks."""
    with db.read() as tx:
        if not _missing(tx, role, Role) and not _missing(tx, licence, Licence):
            return
    with db.write() as tx:
        db.alone(tx)
        if roles := _missing(tx, role, Role):
            tx.execute(insert(role), [{"code": one, "title": ROLE_TITLES[Role(one)]} for one in roles])
        if codes := _missing(tx, licence, Licence):
            tx.execute(insert(licence), [{"code": one} for one in codes])


def _missing(tx: Connection, table: Table, known: type[StrEnum]) -> list[str]:
    held = set(tx.execute(select(table.c.code)).scalars())
    return [one.value for one in known if one.value not in held]


def rights(tx: Connection, user: User) -> Rights:
    """Roles and licences of `user` as the database has them now."""
    return _rights(tx, user.id)


def _rights(tx: Connection, user_id: int) -> Rights:
    """Asked for once in a transaction: whose roles are taken away meanwhile is refused the next command."""
    known: dict[int, Rights] = tx.info.setdefault("rights", {})
    if user_id not in known:
        known[user_id] = _read_rights(tx, user_id)
    return known[user_id]


_HELD = select(func.aggregate_strings(role.c.code, " ")).select_from(role.join(user_role).join(app_user))
_ROLES = _HELD.where(app_user.c.id == bindparam("of_user"), app_user.c.active).subquery()
_RIGHTS = select(_ROLES, licence).select_from(_ROLES.outerjoin(licence, true()))
_CAMPUSES = select(user_campus.c.campus_id).where(user_campus.c.user_id == bindparam("of_user"))


def _read_rights(tx: Connection, user_id: int) -> Rights:
    """Roles and licences by one statement: it is part of every command."""
    rows = tx.execute(_RIGHTS, {"of_user": user_id}).all()
    known = {one.value for one in Role}
    roles = frozenset(Role(code) for code in (rows[0][0] or "").split() if code in known)
    return Rights(roles=roles, licences=_licences(rows))


def licences(tx: Connection) -> tuple[LicenceRow, ...]:
    """The licences, in the order of `Licence`."""
    return _licences(tx.execute(select(licence)).all())


def _licences(rows: Sequence[Row[Any]]) -> tuple[LicenceRow, ...]:
    held = {row.code: row for row in rows}
    return tuple(
        LicenceRow(
            code=one,
            is_on=row.is_on,
            note=row.note,
            valid_until=row.valid_until,
            organisation=row.organisation,
            certified_on=row.certified_on,
            certified_by=row.certified_by,
            version=row.version,
        )
        for one in Licence
        if (row := held.get(one.value)) is not None
    )


def campuses(tx: Connection, user: User) -> Scope:
    """Ids of the campuses whose sections and extract records `user` may see; None: all of them, as administrators
    may. Somebody to whom no campus was given sees none (extract-statuses.md 2.2)."""
    sees_all = Role.ADMINISTRATOR in rights(tx, user).roles
    return None if sees_all else frozenset(tx.execute(_CAMPUSES, {"of_user": user.id}).scalars())


def require(tx: Connection, user: User, permission: Permission) -> None:
    """Raise AccessError unless `user` holds `permission` now: taken away means taken away at once."""
    _require(tx, user.id, permission)


def require_undo(tx: Connection, user_id: int, kind: str) -> None:
    """Raise AccessError unless the user may take back an operation of this kind."""
    _require(tx, user_id, _UNDO_NEEDS.get(kind, Permission.ADMINISTER))


def _require(tx: Connection, user_id: int, permission: Permission) -> None:
    if reason := _rights(tx, user_id).why_not(permission):
        raise AccessError(Sentence("You cannot {permission}.", permission=Sentence(permission.value)), hint=reason)
