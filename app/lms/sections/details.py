"""A section in full: its gate report, the learners who fail the gate of their own, and how it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, or_, select

from app.access import Scope
from app.dates import shown
from app.db.tables import (
    app_user,
    campus,
    change,
    course,
    delivery_method,
    lms_course,
    lms_vendor,
    operation,
    section,
    section_campus,
    term,
)
from app.history import unpacked
from app.lms.extracts import gates
from app.lms.extracts.gates import Gate
from app.lms.sections import listed
from app.lms.sections.listed import SectionRow
from app.lms.sections.section import read, why_not_edit

MOST_CHANGES = 40


@dataclass(frozen=True, slots=True)
class Failing:
    """A learner on the section without exactly one account of its LMS (EX-P9)."""

    learner_id: int
    ref: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One operation on a section: who, when, and what differs as (what, before, after) in words."""

    at: datetime
    who: str
    kind: str
    parts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class SectionDetails:
    """Everything the details pane shows of a section."""

    row: SectionRow
    gates: Sequence[Gate]
    failing: Sequence[Failing] = field(repr=False)
    history: Sequence[SectionChange]
    why_not_edit: str
    """Why this user cannot change it for its campuses; "" if they can."""


def of_section(tx: Connection, key: int, scope: Scope) -> SectionDetails | None:
    """The details of one section; None if it is not there, or not the user's to see."""
    row = listed.rows(tx, [key], scope).get(key)
    now = read(tx, key)
    if row is None or now is None:
        return None
    failing = [
        Failing(one.id, one.ref, ", ".join(part for part in (one.family_name, one.given_names) if part))
        for one in gates.without_account(tx, key)
    ]
    return SectionDetails(row, gates.report(tx, key), failing, history_of(tx, key), why_not_edit(now, scope))


_TITLES = {
    "course_id": "Course",
    "term_id": "Term",
    "number": "Number",
    "lms_course_id": "LMS course",
    "starts": "Starts",
    "ends": "Ends",
    "open": "Open",
    "delivery_method_id": "Delivery method",
    "vendor_id": "LMS",
}
_NAMED: Mapping[str, tuple[Table, str]] = {
    "course_id": (course, "code"),
    "term_id": (term, "name"),
    "lms_course_id": (lms_course, "short_name"),
    "delivery_method_id": (delivery_method, "name"),
    "vendor_id": (lms_vendor, "code"),
}


def history_of(tx: Connection, key: int) -> list[SectionChange]:
    """The latest changes of a section and of its campuses, the latest first."""
    query = (
        select(operation.c.id, operation.c.at, operation.c.kind, app_user.c.name, change.c.table_name)
        .add_columns(change.c.before, change.c.after)
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(
            or_(
                and_(change.c.table_name == section.name, change.c.row_id == key),
                and_(change.c.table_name == section_campus.name, change.c.row_id.in_(_links(tx, key))),
            )
        )
        .order_by(change.c.id.desc())
        .limit(MOST_CHANGES * 4)
    )
    names = _Names(tx)
    found: dict[int, SectionChange] = {}
    for row in tx.execute(query).all():
        parts = found[row.id].parts if row.id in found else ()
        found[row.id] = SectionChange(row.at, row.name or "", row.kind, (*names.parts(row), *parts))
    return list(found.values())[:MOST_CHANGES]


def _links(tx: Connection, key: int) -> list[int]:
    """The links of the section to campuses: those that are there, and those that were deleted."""
    there = tx.execute(select(section_campus.c.id).where(section_campus.c.section_id == key)).scalars()
    gone = select(change.c.row_id, change.c.before).where(
        change.c.table_name == section_campus.name, change.c.kind == "delete"
    )
    return [
        *there,
        *(row.row_id for row in tx.execute(gone) if unpacked(section_campus, row.before).get("section_id") == key),
    ]


class _Names:
    """Values of columns in words; what an id stands for is read once."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._known: dict[tuple[str, int], str] = {}

    def parts(self, row: Row[Any]) -> tuple[tuple[str, str, str], ...]:
        """What a change says, as (what, before, after)."""
        table = section if row.table_name == section.name else section_campus
        old, new = unpacked(table, row.before), unpacked(table, row.after)
        if table is section:
            names = [name for name in _TITLES if name in new and old.get(name) != new[name]]
            return tuple(
                (_TITLES[name], self._said(name, old.get(name)), self._said(name, new[name])) for name in names
            )
        return self._campus(old, new)

    def _campus(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
        at = old.get("campus_id") or new.get("campus_id")
        if at is None:  # owner or not: told by the campus that came or went
            return (("Owning campus", _yes(old.get("owner")), _yes(new.get("owner"))),)
        title = "Owning campus" if (old or new).get("owner") else "Campus"
        name = self._name(campus, "name", at)
        return ((title, name if old else "", name if new else ""),)

    def _said(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if name in _NAMED:
            table, column = _NAMED[name]
            return self._name(table, column, value)
        if isinstance(value, bool):
            return _yes(value)
        return shown(value) if isinstance(value, date) else str(value)

    def _name(self, table: Table, column: str, key: int) -> str:
        if (table.name, key) not in self._known:
            found = self._tx.execute(select(table.c[column]).where(table.c.id == key)).scalar()
            self._known[table.name, key] = str(found) if found is not None else "one that is gone"
        return self._known[table.name, key]


def _yes(value: Any) -> str:
    return "yes" if value else "no"
