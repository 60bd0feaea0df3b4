"""The operations as the History page lists and exports them: who, when, on which computer, what and why.

How many rows each of them changed is counted by an index, for the operations of one page only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import app_user, change, operation
from app.past import kinds
from app.quick_filter import passes
from app.sorting import SortKey, by_title, order_by


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation."""

    id: int
    kind: str
    who: str | None
    """None: a schedule."""
    computer: str
    at: datetime
    state: str
    rows: int
    """How many rows it changed."""
    undoes_id: int | None
    reason: str | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        return kinds.title(self.kind)


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("at", "When", FieldKind.DATE), operation.c.at, moment=True),
        SqlField(
            FieldInfo("kind", "What", FieldKind.CHOICE, tuple(sorted(kinds.KINDS.items(), key=lambda one: one[1]))),
            operation.c.kind,
        ),
        SqlField(FieldInfo("who", "Who"), app_user.c.name),
        SqlField(FieldInfo("computer", "Computer"), operation.c.computer),
        SqlField(FieldInfo("state", "State", FieldKind.CHOICE, kinds.STATES), operation.c.state),
        SqlField(FieldInfo("reason", "Reason"), operation.c.reason),
        SqlField(FieldInfo("number", "Number", FieldKind.NUMBER), operation.c.id),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "at": operation.c.at,
    "kind": by_title(operation.c.kind, tuple(kinds.KINDS.items())),
    "who": func.lower(app_user.c.name),
    "computer": func.lower(operation.c.computer),
    "state": by_title(operation.c.state, kinds.STATES),
    "reason": func.lower(operation.c.reason),
    "number": operation.c.id,
}


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the operations that pass, in order; without one the latest first. Raises InputError."""
    query = select(operation.c.id).outerjoin(app_user, app_user.c.id == operation.c.user_id)
    query = query.where(where(group, FIELDS), _quick(quick))
    if sort not in _SORTS:
        return query.order_by(operation.c.id.desc())
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    return query.order_by(*terms, operation.c.id.desc() if descending else operation.c.id)


def total_query() -> Select[Any]:
    """How many operations there are."""
    return select(func.count()).select_from(operation)


def _quick(text: str) -> Where:
    return passes(text, plain=(app_user.c.name, operation.c.computer, operation.c.reason), also=_shown_as)


def _shown_as(word: str) -> Where:
    """Of what is stored as a code or a number, and shown in words."""
    fits: list[Where] = [
        operation.c.kind.in_(kinds.found(word)),
        operation.c.state.in_([code for code, name in kinds.STATES if word in name.casefold()]),
    ]
    if word.isascii() and word.isdecimal() and len(word) <= 18:
        fits.append(operation.c.id == int(word))
    return or_(*fits)


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, OperationRow]:
    """The rows of a page (some hundred ids), with what each of them changed."""
    query = (
        select(operation, app_user.c.name.label("who"))
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(among(operation.c.id, ids))
    )
    counting = select(change.c.operation_id, func.count()).where(among(change.c.operation_id, ids))
    counts = {row[0]: row[1] for row in tx.execute(counting.group_by(change.c.operation_id))}
    return {row.id: _row(row, counts.get(row.id, 0)) for row in tx.execute(query)}


def _row(row: Row[Any], changed: int) -> OperationRow:
    return OperationRow(
        row.id, row.kind, row.who, row.computer, row.at, row.state, changed, row.undoes_id, row.reason
    )
