"""What stands in a database, told so that two runs of the same write can be held against each other.

Ids that a run gave, and the moments at which it happened to write, are its own: a new row is called by what it says,
its links by the rows that they lead to. What was there before keeps its id.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from app.db.tables import metadata

KEPT = sorted(set(metadata.tables) - {"job_lock"})
"""Locks are looked at by themselves: they have transactions of their own."""
_QUERIES = {name: select(metadata.tables[name]) for name in KEPT}
_LINKS = {
    name: {column.name: key.column.table.name for column in metadata.tables[name].c for key in column.foreign_keys}
    for name in KEPT
}
_MOMENT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d(?::?\d\d)?|Z)?")

HISTORY = ("operation", "change")

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[int, Row]]
"""Every row by table and id."""
Told = Mapping[str, tuple[list[str], list[int]]]
"""By table: the rows that are new or other than before, and the ids of those that are gone."""


def rows_of(tx: Connection) -> Rows:
    """Everything but the locks."""
    return {name: {row.id: dict(row._mapping) for row in tx.execute(query)} for name, query in _QUERIES.items()}


class Before:
    """What stood there before, and the states that are told from there."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._moments = {
            str(value)
            for table in rows.values()
            for row in table.values()
            for value in row.values()
            if _is_moment(value)
        }

    def told(self, rows: Rows, without: Collection[str] = (), apart: Collection[str] = ()) -> Told:
        """What differs from before. `without` names columns that are not looked at; then rows that came and were
        marked as removed since do not count either. Rows of tables `apart` are all called the same."""
        label = _Labels(self, rows, frozenset(without), frozenset({*apart, *HISTORY} if without else apart))
        found: dict[str, tuple[list[str], list[int]]] = {}
        for name in KEPT:
            old, now = self.rows[name], rows[name]
            other = [key for key, row in now.items() if key not in old or row != old[key]]
            if without:
                other = [key for key in other if key in old or now[key].get("removed_at") is None]
            said = sorted(text for key in other if (text := label.text(name, key)) is not None)
            gone = sorted(old.keys() - now.keys())
            if said or gone:
                found[name] = (said, gone)
        return found

    def is_old(self, moment: str) -> bool:
        return moment in self._moments


def _is_moment(value: object) -> bool:
    return isinstance(value, datetime)


class _Labels:
    """What the rows of one state are called."""

    def __init__(self, before: Before, rows: Rows, without: frozenset[str], apart: frozenset[str]) -> None:
        self._before, self._rows, self._without, self._apart = before, rows, without, apart
        self._known: dict[tuple[str, int], str] = {}

    def text(self, name: str, key: int) -> str | None:
        """A row in words; None for one from before of which only columns that do not count are another."""
        old = self._before.rows[name].get(key)
        row = self._rows[name][key]
        values = {column: self._value(name, row, column, value) for column, value in row.items() if column != "id"}
        if old is not None:
            values = {column: value for column, value in values.items() if row[column] != old[column]}
        values = {
            column: value for column, value in values.items() if not self._without & {column, f"{name}.{column}"}
        }
        if old is not None and not values:
            return None
        return f"{'' if old is None else key}{json.dumps(values, sort_keys=True)}"

    def _label(self, name: str, key: int | None) -> str | None:
        if key is None:
            return None
        if name in self._apart:
            return "one"
        if key in self._before.rows.get(name, ()):
            return str(key)
        if key not in self._rows.get(name, ()):
            return "gone"
        known = self._known.get((name, key))
        if known is None:
            self._known[name, key] = "itself"
            digest = hashlib.sha256((self.text(name, key) or "").encode()).hexdigest()[:12]
            known = self._known[name, key] = f"new {digest}"
        return known

    def _value(self, name: str, row: Row, column: str, value: Any) -> Any:
        if column in _LINKS[name]:
            return self._label(_LINKS[name][column], value)
        if name == "change" and column == "row_id":
            return self._label(row["table_name"], value)
        if name == "change" and column in ("before", "after") and value is not None:
            links = _LINKS.get(row["table_name"], {})
            return {
                one: self._label(links[one], said) if one in links else self._plain(said)
                for one, said in json.loads(value).items()
                if one not in self._without
            }
        return self._plain(value)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return str(value) if self._before.is_old(str(value)) else "now"
        if isinstance(value, date):
            return str(value)
        return _MOMENT.sub("now", value) if isinstance(value, str) else value


def difference(found: Told, wanted: Told) -> str:
    """In which tables two states differ, and by which rows; "" if they do not."""
    lines = []
    for name in sorted(found.keys() | wanted.keys()):
        one, other = found.get(name, ([], [])), wanted.get(name, ([], []))
        if one != other:
            more = [text for text in one[0] if one[0].count(text) > other[0].count(text)]
            less = [text for text in other[0] if other[0].count(text) > one[0].count(text)]
            lines.append(f"{name}: found {more[:3]} gone {one[1][:5]}, not found {less[:3]} gone {other[1][:5]}")
    return "\n".join(lines)


def without(told: Told, *names: str) -> Told:
    return {name: rows for name, rows in told.items() if name not in names}
