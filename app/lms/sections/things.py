"""What sections are set up with: terms, campuses, delivery methods, LMS vendors, and the campuses each serves.

A thing's links are its campuses with what is ticked there. All of it is one dataclass, read whole: what a person saw
is compared with what stands when it is saved, links and all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from app.db.tables import (
    app_user,
    campus,
    campus_delivery_method,
    campus_term,
    campus_vendor,
    delivery_method,
    lms_vendor,
    term,
    user_campus,
)
from app.enrolling import NO_TERM

SEND_SECTIONS, SEND_REGISTRATIONS, DEFAULT = "send_sections", "send_registrations", "is_default"


class What(StrEnum):
    """The kinds of things, in the order of their pages."""

    TERM = "term"
    CAMPUS = "campus"
    METHOD = "delivery_method"
    VENDOR = "lms_vendor"


TABLES: Mapping[What, Table] = {
    What.TERM: term,
    What.CAMPUS: campus,
    What.METHOD: delivery_method,
    What.VENDOR: lms_vendor,
}
COLUMNS: Mapping[What, tuple[str, ...]] = {
    What.TERM: ("code", "name", "starts", "ends"),
    What.CAMPUS: ("code", "name", "active"),
    What.METHOD: ("code", "name", "active", "export_to_lms"),
    What.VENDOR: ("code", "kind", "active"),
}
"""What people may write of each."""


@dataclass(frozen=True, slots=True)
class Links:
    """The table that links a kind of thing to campuses, its column of the thing, and what can be ticked there. A
    campus itself is linked to the users who see it."""

    table: Table
    column: str
    options: tuple[str, ...]
    other: str = "campus_id"
    others: Table = campus


LINKS: Mapping[What, Links] = {
    What.CAMPUS: Links(user_campus, "campus_id", (), "user_id", app_user),
    What.TERM: Links(campus_term, "term_id", (SEND_SECTIONS, SEND_REGISTRATIONS)),
    What.METHOD: Links(campus_delivery_method, "delivery_method_id", ()),
    What.VENDOR: Links(campus_vendor, "vendor_id", (DEFAULT,)),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A term, campus, delivery method or vendor. A column that its kind has not keeps its default."""

    what: What
    id: int | None = None
    version: int = 0
    code: str = ""
    name: str = ""
    kind: str = "moodle"
    """Of a vendor: which program its LMS is."""
    active: bool = True
    export_to_lms: bool = False
    starts: date | None = None
    ends: date | None = None
    links: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Its campuses, and what is ticked at each; of a campus, the users who see it."""

    @property
    def title(self) -> str:
        """How lists call it."""
        return f"{self.code} · {self.name}" if self.name and self.name != self.code else self.code

    @property
    def is_no_term(self) -> bool:
        """The term of sections without a term: it can be linked, but not be called otherwise."""
        return self.what is What.TERM and self.code == NO_TERM

    @property
    def is_connected(self) -> bool:
        """The vendor that stands for the connector itself: the synchronisation knows it by its code."""
        return self.what is What.VENDOR and self.code == self.kind


def listed(tx: Connection, what: What) -> list[Thing]:
    """Every thing of a kind, by its code; terms the latest first."""
    table = TABLES[what]
    rows = tx.execute(select(table).order_by(table.c.code, table.c.id)).all()
    links = _links(tx, what, None)
    found = [thing_of(what, row, links.get(row.id, {})) for row in rows]
    if what is What.TERM:
        found.sort(key=lambda one: one.starts or date.min, reverse=True)
    return found


def users(tx: Connection) -> list[tuple[int, str]]:
    """The users who are not switched off, by name: who may see a campus."""
    query = select(app_user.c.id, app_user.c.name).where(app_user.c.active).order_by(app_user.c.name, app_user.c.id)
    return [(row.id, row.name) for row in tx.execute(query)]


def read(tx: Connection, what: What, key: int) -> Thing | None:
    """One thing with its links, its row locked until the transaction ends; None if it is not there."""
    table = TABLES[what]
    row = tx.execute(select(table).where(table.c.id == key).with_for_update()).one_or_none()
    return thing_of(what, row, _links(tx, what, key).get(key, {})) if row is not None else None


def thing_of(what: What, row: Row[Any], links: Mapping[int, frozenset[str]]) -> Thing:
    """A row of the kind's table as a Thing."""
    values = {name: getattr(row, name) for name in COLUMNS[what]}
    return Thing(what, row.id, row.version, links=links, **values)


def _links(tx: Connection, what: What, key: int | None) -> dict[int, dict[int, frozenset[str]]]:
    if what not in LINKS:
        return {}
    told = LINKS[what]
    query = select(told.table)
    if key is not None:
        query = query.where(told.table.c[told.column] == key)
    found: dict[int, dict[int, frozenset[str]]] = {}
    for row in tx.execute(query):
        ticked = frozenset(name for name in told.options if getattr(row, name))
        found.setdefault(getattr(row, told.column), {})[getattr(row, told.other)] = ticked
    return found
