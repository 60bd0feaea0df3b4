"""Users: who may open the database, with which roles, and which campuses they see (extract-statuses.md EX-A3). A user
is switched off, never deleted: the history names them.

One save is one operation. Whoever takes a role away takes it away at once: every command asks for rights anew.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Row, Table, select

from app import access, history
from app.access import Permission, Role, User
from app.db import server_roles
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import app_user, campus, role, user_campus, user_role
from app.errors import ConflictError, InputError
from app.folding import cleaned
from app.history import Operation, Saved
from app.sentence import Sentence

KIND = "user_changed"
LONGEST_LOGIN, LONGEST_NAME = 63, 200
"""A server takes no longer name for a role."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user as they are shown and edited; without an id, one to be added."""

    id: int | None = None
    login: str = ""
    name: str = ""
    active: bool = True
    roles: frozenset[Role] = frozenset()
    campuses: frozenset[int] = frozenset()
    last_sign_in: datetime | None = field(default=None, compare=False)


def read(tx: Connection, key: int) -> Account | None:
    """One user; None if there is none."""
    return accounts(tx, [key]).get(key)


def find(tx: Connection, login: str) -> Account | None:
    """The user who signs in as `login`; None if there is none."""
    key = tx.execute(select(app_user.c.id).where(app_user.c.login == login)).scalar_one_or_none()
    return None if key is None else read(tx, key)


def accounts(tx: Connection, ids: list[int]) -> dict[int, Account]:
    """Users by their ids (some hundred at most)."""
    known = {one.value: one for one in Role}
    roles: dict[int, set[Role]] = {}
    query = select(user_role.c.user_id, role.c.code).join(role, role.c.id == user_role.c.role_id)
    for key, code in tx.execute(query.where(user_role.c.user_id.in_(ids), role.c.code.in_(known))):
        roles.setdefault(key, set()).add(known[code])
    sees: dict[int, set[int]] = {}
    for row in tx.execute(select(user_campus).where(user_campus.c.user_id.in_(ids))):
        sees.setdefault(row.user_id, set()).add(row.campus_id)
    return {
        row.id: Account(
            row.id,
            row.login,
            row.name,
            row.active,
            frozenset(roles.get(row.id, ())),
            frozenset(sees.get(row.id, ())),
            row.last_sign_in,
        )
        for row in tx.execute(select(app_user).where(app_user.c.id.in_(ids)))
    }


def campuses(tx: Connection) -> list[tuple[int, str]]:
    """Every campus that is in use, by name: what a user may be let see."""
    query = select(campus.c.id, campus.c.name).where(campus.c.active).order_by(campus.c.name, campus.c.id)
    return [(row.id, row.name) for row in tx.execute(query)]


@begun_anew
def save(db: Database, user: User, before: Account | None, wanted: Account) -> Saved:
    """Add a user (`before` is None), or change them from `before`, as they were shown, to `wanted`.

    A login stays what it is: the history knows people by it. Raises AccessError; InputError with the field that is
    wrong, also where nobody would be left who administers; ConflictError if somebody changed the user since.
    """
    login, name = cleaned(wanted.login), cleaned(wanted.name)
    if login is None or len(login) > LONGEST_LOGIN:
        raise InputError("Say how they sign in.", hint=_signs_in(db), field="login")
    if name is None or len(name) > LONGEST_NAME:
        raise InputError("Say who it is.", hint="Type the name that others shall read.", field="name")
    with db.write() as tx:
        db.alone(tx)  # of two administrators who take the role from each other, one is the first
        access.require(tx, user, Permission.ADMINISTER)
        now = read(tx, before.id) if before is not None and before.id is not None else None
        if now != before:
            raise ConflictError("Somebody else changed this user.", hint="Close this and look again.")
        if now is None and find(tx, login) is not None:
            raise InputError("There is a user of this name already.", hint="Edit that one instead.", field="login")
        if now is not None and now == replace(
            now, name=name, active=wanted.active, roles=wanted.roles, campuses=wanted.campuses
        ):
            return Saved(now.id or 0, None)
        if now is None and not db.embedded and not server_roles.is_known(tx, login):
            raise InputError(
                Sentence("The database server knows nobody who signs in as “{login}”.", login=login),
                hint="Whoever looks after the server makes that role first, with a password.",
                field="login",
            )
        values = {"name": name, "active": wanted.active}
        operation = history.begin(tx, db, user.id, KIND)
        if now is None:
            key = operation.insert(app_user, {"login": login, **values})
        else:
            assert now.id is not None
            key = now.id
            row = tx.execute(select(app_user).where(app_user.c.id == key)).one()
            operation.update(app_user, row, values)
        _link(operation, user_role, key, "role_id", _role_ids(tx, wanted.roles))
        _link(operation, user_campus, key, "campus_id", set(wanted.campuses))
        operation.end(tx)
        require_an_administrator(tx)
    return Saved(key, operation.id)


def require_an_administrator(tx: Connection) -> None:
    """Raise InputError unless somebody is left who is not switched off and may administer: nobody else could ever
    give a role again. To be asked before the end of whatever took a role away or switched somebody off."""
    query = (
        select(app_user.c.id)
        .join(user_role, user_role.c.user_id == app_user.c.id)
        .join(role, role.c.id == user_role.c.role_id)
        .where(app_user.c.active, role.c.code == Role.ADMINISTRATOR.value)
    )
    if tx.execute(query.limit(1)).first() is None:
        raise InputError(
            "Nobody would be left who administers this database.",
            hint="Give somebody else the role Administrator first.",
            field="roles",
        )


def _signs_in(db: Database) -> str:
    if db.embedded:
        return "Type the name of their account on this computer, exactly as the system has it."
    return "Type the name of their role on the database server, exactly as the server has it."


def _role_ids(tx: Connection, roles: frozenset[Role]) -> set[int]:
    codes = [one.value for one in roles]
    return set(tx.execute(select(role.c.id).where(role.c.code.in_(codes))).scalars())


def _link(operation: Operation, table: Table, key: int, column: str, wanted: set[int]) -> None:
    """Let the user be linked with these and no others."""
    rows: list[Row[tuple[int, ...]]] = list(operation.tx.execute(select(table).where(table.c.user_id == key)))
    held = {getattr(row, column): row for row in rows}
    operation.delete_many(table, [(row, None) for other, row in held.items() if other not in wanted])
    operation.insert_many(table, [{"user_id": key, column: one} for one in sorted(wanted - held.keys())])


def set_role(db: Database, user: User, login: str, wanted: Role, *, held: bool) -> Saved:
    """`db grant` and `db revoke`: give a role to whoever signs in as `login`, who is added if need be, or take it.

    Raises as `save`; InputError where somebody who is no user should lose a role.
    """
    with db.read() as tx:
        before = find(tx, login)
    if before is None and not held:
        raise InputError(
            Sentence("“{login}” is not a user of this database.", login=login), hint="There is nothing to take away."
        )
    one = before or Account(login=login, name=login)
    roles = one.roles | {wanted} if held else one.roles - {wanted}
    return save(db, user, before, Account(one.id, one.login, one.name, one.active, roles, one.campuses))
