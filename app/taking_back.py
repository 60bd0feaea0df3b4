"""Undo, row by row: what becomes of every row that an operation touched (data-model.md 5).

Part of `app.history`, which begins the undo and ends it.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, UniqueConstraint, select

from app.db import tables
from app.db.among import among
from app.history import Operation, UndoSummary, batched, names_of, unpacked
from app.mass_change import BATCH

# A row hangs on another: if that one was left as it is, this one is left too.
_HANGS_ON = {
    "attainment_event": ("attainment", "attainment_id"),
    "aim": ("learner", "learner_id"),
    "source_code": ("course", "course_id"),
    "section_campus": ("section", "section_id"),
    "outgoing_report": ("award", "award_id"),
}
# Rows that say that two others belong together: deleted ones are put back, and nothing points to them. With the
# columns of which one row at most may be ticked.
_LINKS = {
    "campus_term": (),
    "campus_delivery_method": (),
    "user_campus": (),
    "user_role": (),
    "campus_vendor": ("campus_id", "is_default"),
    "section_campus": ("section_id", "owner"),
    "credit_mapping": (),
    "reporter_type": (),
}
# What others may stand on by now: then it stays.
_STOOD_ON = (
    "section", "course", "term", "campus", "lms_vendor", "delivery_method", "credit_type", "reporter",
    "app_user",
)  # fmt: skip
_Spot = tuple[str, int]
"""A row: its table's name and its id."""


class TakingBack:
    """An undo under way: the rows as they are now, and what is to become of them."""

    def __init__(self, again: Operation, changes: Sequence[Row[Any]], staying: Container[int]) -> None:
        self._again = again
        self._staying = staying
        # The latest first (they come in the order of their ids); but parents are judged before what hangs on them.
        latest = changes[::-1]
        hanging = [one for one in latest if one.table_name in _HANGS_ON]
        self._changes = [*(one for one in latest if one.table_name not in _HANGS_ON), *hanging]
        self._rows = self._read_rows()
        self._wanted: dict[_Spot, dict[str, Any]] = {}
        self._gone: set[_Spot] = set()
        self._left: set[_Spot] = set()
        self._back: list[tuple[Table, dict[str, Any]]] = []
        self._stood_on = self._read_stood_on()

    def _read_stood_on(self) -> set[_Spot]:
        """Rows added by the operation that others point to, which do not go with them."""
        made = {(one.table_name, one.row_id) for one in self._changes if one.kind == "insert"}
        found: set[_Spot] = set()
        for name in _STOOD_ON:
            ids = sorted(key for at, key in made if at == name)
            for table in tables.metadata.sorted_tables if ids else ():
                for column in (one.parent for one in table.foreign_keys if one.column.table.name == name):
                    for some in batched(ids):
                        query = select(column, table.c.id).where(column.in_(some))
                        for held, key in self._again.tx.execute(query):
                            spot = (table.name, key)
                            if spot not in made or spot in found or "removed_at" in table.c:
                                found.add((name, held))
        return found

    def _read_rows(self) -> dict[_Spot, Row[Any]]:
        places: dict[str, set[int]] = {}
        for one in self._changes:
            places.setdefault(one.table_name, set()).add(one.row_id)
        rows: dict[_Spot, Row[Any]] = {}
        for name, ids in places.items():
            table = tables.metadata.tables[name]
            for some in batched(sorted(ids), BATCH):
                found = self._again.tx.execute(select(table).where(among(table.c.id, some))).all()
                rows.update(((name, row.id), row) for row in found)
        return rows

    def run(self) -> UndoSummary:
        undone, owner = 0, dict[_Spot, int | None]()
        moment = self._again.db.now(self._again.tx)
        for one in self._changes:
            spot = (one.table_name, one.row_id)
            owner[spot] = one.learner_id
            if self._take_back(spot, one, moment):
                undone += 1
            else:
                self._left.add(spot)
        names = dict.fromkeys(one.table_name for one in reversed(self._changes))
        self._delete([name for name in names if name in _LINKS], owner)
        for name in names:
            table = tables.metadata.tables[name]
            wanted = [spot for spot in self._wanted if spot[0] == name and spot not in self._gone]
            self._again.update_many(table, ((self._rows[spot], self._wanted[spot], owner[spot]) for spot in wanted))
        # What points to others goes before these do.
        held = {name for name, _ in self._gone} - _LINKS.keys()
        self._delete([one.name for one in reversed(tables.metadata.sorted_tables) if one.name in held], owner)
        lost = self._put_back()
        self._again.end(self._again.tx)
        return UndoSummary(undone - lost, len(self._left) + lost)

    def _delete(self, names: Sequence[str], owner: Mapping[_Spot, int | None]) -> None:
        for name in names:
            gone = sorted(spot for spot in self._gone if spot[0] == name)
            rows = ((self._rows[spot], owner[spot]) for spot in gone)
            self._again.delete_many(tables.metadata.tables[name], rows)

    def _put_back(self) -> int:
        """Links that were deleted, as far as nothing took their place; returns how many stay away."""
        lost = 0
        for table, values in reversed(self._back):
            if self._fits(table, values):
                self._again.insert(table, values)
            else:
                lost += 1
        return lost

    def _fits(self, table: Table, values: Mapping[str, Any]) -> bool:
        keys = [[one.name for one in key.columns] for key in table.constraints if isinstance(key, UniqueConstraint)]
        if (ticked := _LINKS[table.name]) and values.get(ticked[1]):
            keys.append(list(ticked))
        for names in keys:
            query = select(table.c.id).where(*(table.c[name] == values[name] for name in names))
            if self._again.tx.execute(query.limit(1)).first() is not None:
                return False
        parents = ((one.column, values[one.parent.name]) for one in table.foreign_keys)
        found = (self._again.tx.execute(select(column).where(column == key)).first() for column, key in parents)
        return all(one is not None for one in found)

    def _take_back(self, spot: _Spot, one: Row[Any], moment: datetime) -> bool:
        """Decide on one change; False leaves it."""
        kind, (table_name, row_id) = one.kind, spot
        table = tables.metadata.tables[table_name]
        now = self._rows.get(spot)
        if kind == "delete" and table_name in _LINKS:
            self._back.append((table, unpacked(table, one.before)))
            return True
        if now is None or spot in self._left or kind == "delete":
            return False
        if kind == "update" and one.before is None:  # emptied, with the person whose it was
            return False
        if kind == "insert" and (spot in self._stood_on or (table_name == "learner" and row_id in self._staying)):
            return False
        before = unpacked(table, one.before)
        if any(name not in table.c for name in before):  # a column that this version has not
            return False
        if parent := _HANGS_ON.get(table_name):
            name, link = parent
            # What was moved to another goes back, whatever became of that one.
            if link not in before and (name, getattr(now, link)) in self._left:
                return False
        later_one_taken = spot in self._wanted
        if not later_one_taken and not _untouched(now, one.version_after, table, one.after):
            return False
        wanted = self._wanted.setdefault(spot, {})
        if kind == "update":
            wanted.update(before)
        elif "removed_at" in table.c:
            wanted["removed_at"] = moment
        else:
            self._gone.add(spot)
        return True


def _untouched(now: Row[Any], version: int | None, table: Table, after: str | None) -> bool:
    """Whether a row still is as the change left it: by its version, or by its values where it has none."""
    if version is not None:
        return bool(now.version == version)
    return unpacked(table, after).items() <= dict(zip(names_of(table), now, strict=True)).items()
