"""What an operation changed, row by row: before and after in the user's words (data-model.md 5).

Read in pages: an operation may have touched a million rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Row, Select, and_, func, or_, select

from app import access
from app.access import Permission, User
from app.dates import shown, shown_time
from app.db.among import among
from app.db.tables import (
    app_user,
    change,
    enrolment,
    extract_record,
    learner,
    metadata,
    operation,
    section,
    section_campus,
)
from app.enrolling import STATUSES as COURSE_STATUSES
from app.errors import AccessError
from app.history import unpacked
from app.lms.extracts.records_list import CHANGES, STATUSES
from app.past import kinds, names
from app.past.labels import labels

DID = {"insert": "Added", "update": "Changed", "delete": "Removed"}
_CODES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("learner", "uln_state"): {"ok": "valid", "none": "none", "temporary": "temporary", "bad": "fails its check"},
    ("extract_record", "status"): dict(STATUSES),
    ("extract_record", "change"): dict(CHANGES),
    ("extract_record", "course_status"): dict(COURSE_STATUSES),
    ("lms_account", "matched_by"): {"id_number": "ID number", "email": "e-mail address", "person": "a person"},
    ("enrolment", "status"): dict(COURSE_STATUSES),
    ("lms_course", "state"): {"new": "New", "open": "Open", "closed": "Closed", "hidden": "Hidden"},
}
_HUNDREDTHS = frozenset({"amount", "minimum", "maximum", "increment", "credits"})
_REFERENCES = {"status_by": "app_user", "decided_by": "app_user", "merged_into_id": "learner"}
"""Columns that point to a table, where that is not said by a foreign key alone."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the history a user may see: everything but the records and sections of other campuses."""

    campuses: frozenset[int] | None
    """None: all."""
    extracts: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a changed row."""

    title: str
    before: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One changed row."""

    id: int
    operation_id: int
    at: datetime
    who: str
    operation: str
    """What the operation is called."""
    learner: str = field(repr=False)
    what: str = ""
    which: str = field(default="", repr=False)
    did: str = ""
    """A key of `DID`."""
    parts: tuple[Part, ...] = field(default=(), repr=False)
    reason: str = field(default="", repr=False)

    @property
    def before(self) -> str:
        return "; ".join(f"{one.title}: {one.before}" for one in self.parts if one.before)

    @property
    def after(self) -> str:
        return "; ".join(f"{one.title}: {one.after or 'none'}" for one in self.parts if one.after or one.before)

    @property
    def in_words(self) -> str:
        """Its columns in a line: `Family name: Smith → Smyth`; of a row that is new or gone its values alone."""
        if self.did == "update":
            return "; ".join(f"{one.title}: {one.before or 'none'} → {one.after or 'none'}" for one in self.parts)
        return "; ".join(f"{one.title}: {told}" for one in self.parts if (told := one.after or one.before))


def scope_of(tx: Connection, user: User) -> Scope:
    """What this user may see. Raises AccessError for who may not open the program (any more)."""
    access.require(tx, user, Permission.OPEN)
    try:
        access.require(tx, user, Permission.PROCESSES)
        access.require(tx, user, Permission.EXTRACTS)
    except AccessError:
        return Scope(access.campuses(tx, user), extracts=False)
    return Scope(access.campuses(tx, user), extracts=True)


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """The changes of which a user may know."""
    conditions: list[ColumnElement[bool]] = []
    at = change.c.table_name
    if not scope.extracts:
        conditions.append(at != "extract_record")
    if scope.campuses is not None:
        own = select(section_campus.c.section_id).where(among(section_campus.c.campus_id, scope.campuses))
        unplaced = select(section.c.id).where(section.c.id.not_in(select(section_campus.c.section_id)))
        links = select(section_campus.c.id).where(among(section_campus.c.campus_id, scope.campuses))
        records = select(extract_record.c.id).join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        records = records.where(enrolment.c.section_id.in_(own))
        conditions += [
            or_(at != "extract_record", change.c.row_id.in_(records)),
            or_(at != "section", change.c.row_id.in_(own), change.c.row_id.in_(unplaced)),
            or_(at != "section_campus", change.c.row_id.in_(links)),
        ]
    return and_(True, *conditions)


def keys_query(operation_id: int, scope: Scope, *, left: bool = False) -> Select[Any]:
    """The ids of an operation's changes, in the order in which they were made; `left`: of those only that an Undo
    left as they are."""
    query = select(change.c.id).where(change.c.operation_id == operation_id, seen_by(scope))
    if left:
        query = query.where(change.c.kind != "delete", ~_taken_back(operation_id))
    return query.order_by(change.c.id)


def _taken_back(operation_id: int) -> ColumnElement[bool]:
    """Whether an Undo of the operation touched the same row."""
    again = change.alias("again")
    undoing = select(operation.c.id).where(operation.c.undoes_id == operation_id)
    query = select(again.c.id).where(
        again.c.table_name == change.c.table_name,
        again.c.row_id == change.c.row_id,
        again.c.operation_id.in_(undoing),
    )
    return query.correlate(change).exists()


def of_learner(learner_id: int) -> ColumnElement[bool]:
    """The changes of a learner, and of those who were merged into them."""
    merged = select(learner.c.id).where(learner.c.merged_into_id == learner_id)
    return or_(change.c.learner_id == learner_id, change.c.learner_id.in_(merged))


def learner_keys_query(learner_id: int, scope: Scope) -> Select[Any]:
    """The ids of all changes that concern a learner, the latest first: their timeline."""
    query = select(change.c.id).where(of_learner(learner_id), seen_by(scope))
    return query.order_by(change.c.operation_id.desc(), change.c.id.desc())


def total(tx: Connection, operation_id: int) -> int:
    """How many rows an operation changed: by its index, not by reading them."""
    query = select(func.count()).select_from(change).where(change.c.operation_id == operation_id)
    return int(tx.execute(query).scalar_one())


def rows(tx: Connection, ids: Sequence[int], scope: Scope) -> dict[int, ChangeRow]:
    """The changes of a page (some hundred ids) in words."""
    query = (
        select(change, operation.c.at, operation.c.kind.label("called"), operation.c.reason, app_user.c.name)
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(among(change.c.id, ids), seen_by(scope))
    )
    found = tx.execute(query).all()
    read = [(row, _unpacked(row, row.before), _unpacked(row, row.after)) for row in found]
    known = _known(tx, read)
    return {row.id: _row(row, before, after, known) for row, before, after in read}


def _unpacked(row: Row[Any], body: str | None) -> dict[str, Any]:
    """Before or after; nothing of a table that this version does not know, or of what cannot be read."""
    table = metadata.tables.get(row.table_name)
    try:
        return unpacked(table, body) if table is not None else {}
    except (ValueError, TypeError, AttributeError):
        return {}


_Read = tuple[Row[Any], dict[str, Any], dict[str, Any]]
_Known = Mapping[tuple[str, int], str]


def _known(tx: Connection, read: Iterable[_Read]) -> _Known:
    """The labels of everything that a page of changes tells of: one statement a table."""
    wanted: dict[str, set[int]] = {}
    for row, before, after in read:
        wanted.setdefault(row.table_name, set()).add(row.row_id)
        if row.learner_id is not None:
            wanted.setdefault("learner", set()).add(row.learner_id)
        for values in (before, after):
            for name, value in values.items():
                if isinstance(value, int) and (to := points_to(row.table_name, name)):
                    wanted.setdefault(to, set()).add(value)
    return {(name, key): words for name, ids in wanted.items() for key, words in labels(tx, name, ids).items()}


def points_to(table_name: str, column: str) -> str:
    """The table a column points to; "" if none."""
    if column in _REFERENCES:
        return _REFERENCES[column]
    table = metadata.tables.get(table_name)
    if table is None or column not in table.c:
        return ""
    return next((one.column.table.name for one in table.c[column].foreign_keys), "")


def hundredths(amount: int) -> str:
    """`2`, `2.5` or `2.25`."""
    whole, rest = divmod(amount, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def _is_tick(table_name: str, name: str) -> bool:
    """A tick that was noted by the database itself is a number on SQLite."""
    table = metadata.tables.get(table_name)
    return table is not None and name in table.c and isinstance(table.c[name].type, Boolean)


def _row(row: Row[Any], before: Mapping[str, Any], after: Mapping[str, Any], known: _Known) -> ChangeRow:
    parts = []
    for name in {**before, **after}:
        title = names.column(row.table_name, name)
        if not title or (name == "learner_id" and row.learner_id is not None):
            continue
        old, new = (_shown(row.table_name, name, values.get(name), known) for values in (before, after))
        parts.append(Part(title, old, new))
    spot = (row.table_name, row.row_id)
    return ChangeRow(
        id=row.id,
        operation_id=row.operation_id,
        at=row.at,
        who=row.name or "",
        operation=kinds.title(row.called),
        learner=known.get(("learner", row.learner_id), "") if row.learner_id is not None else "",
        what=names.table(row.table_name),
        which=known.get(spot, "") if row.table_name != "learner" else "",
        did=row.kind,
        parts=tuple(parts),
        reason=row.reason or "",
    )


def _shown(table_name: str, name: str, value: Any, known: _Known) -> str:
    """A value as people read it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool) or _is_tick(table_name, name):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return shown_time(value)
    if isinstance(value, date):
        return shown(value)
    if to := points_to(table_name, name):
        return known.get((to, value), "") or f"{names.table(to)} {value}"
    if name in _HUNDREDTHS and isinstance(value, int):
        return hundredths(value)
    return _CODES.get((table_name, name), {}).get(str(value)) or str(value)
