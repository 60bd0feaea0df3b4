"""Users as they are listed, searched and exported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app import users
from app.access import ROLE_TITLES
from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, where
from app.db.tables import app_user, campus, role, user_campus, user_role
from app.quick_filter import passes
from app.sorting import SortKey, order_by
from app.users import Account

_ROLES = tuple((one.value, title) for one, title in ROLE_TITLES.items())


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user, and the names of their campuses."""

    account: Account
    campuses: tuple[str, ...]


def _of_role(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    held = select(user_role.c.user_id).join(role, role.c.id == user_role.c.role_id).where(condition)
    return app_user.c.id.in_(held)


def _of_campus(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    seen = select(user_campus.c.user_id).join(campus, campus.c.id == user_campus.c.campus_id).where(condition)
    return app_user.c.id.in_(seen)


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("name", "Name"), app_user.c.name),
        SqlField(FieldInfo("login", "Signs In As"), app_user.c.login),
        SqlField(FieldInfo("role", "Role", FieldKind.CHOICE, _ROLES, many=True), role.c.code, related=_of_role),
        SqlField(FieldInfo("campus", "Campus", many=True), campus.c.name_fold, folded=True, related=_of_campus),
        SqlField(FieldInfo("active", "Active", FieldKind.FLAG), flag=lambda: app_user.c.active.is_(True)),
        SqlField(FieldInfo("seen", "Last Here", FieldKind.DATE), app_user.c.last_sign_in, moment=True),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": func.lower(app_user.c.name),
    "login": func.lower(app_user.c.login),
    "state": app_user.c.active,
    "seen": app_user.c.last_sign_in,
}


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the users that pass, in order; without one by name. Raises InputError."""
    typed = passes(quick, plain=(app_user.c.name, app_user.c.login))
    query = select(app_user.c.id).where(where(group, FIELDS), typed)
    if sort not in _SORTS:
        return query.order_by(_SORTS["name"], app_user.c.id)
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    return query.order_by(*terms, app_user.c.id.desc() if descending else app_user.c.id)


def total_query() -> Select[Any]:
    """How many users there are, switched off or not."""
    return select(func.count()).select_from(app_user)


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, UserRow]:
    """The rows of a page (some hundred ids)."""
    found = users.accounts(tx, list(ids))
    called = {row.id: row.name for row in tx.execute(select(campus.c.id, campus.c.name))}
    return {key: UserRow(one, tuple(sorted(called[at] for at in one.campuses))) for key, one in found.items()}
