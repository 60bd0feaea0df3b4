"""Undo, row by row: what becomes of every row that an operation touched (data-model.md 5).

Part of `app.history`, which begins the undo and ends it.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select

from app.db import tables
from app.history import Operation, UndoSummary, batched, names_of, unpacked

# A row hangs on another: if that one was left as it is, this one is left too.
_HANGS_ON = {
    "attainment_event": ("attainment", "attainment_id"),
    "aim": ("learner", "learner_id"),
    "source_code": ("course", "course_id"),
}
_Spot = tuple[str, int]
"""A row: its table's name and its id."""


class TakingBack:
    """An undo under way: the rows as they are now, and what is to become of them."""

    def __init__(self, again: Operation, changes: Sequence[Row[Any]], staying: Container[int]) -> None:
        self._again = again
        self._staying = staying
        # The latest first; but parents are judged before what hangs on them.
        self._changes = sorted(changes, key=lambda entry: (entry.table_name in _HANGS_ON, -entry.id))
        self._rows = self._read_rows()
        self._wanted: dict[_Spot, dict[str, Any]] = {}
        self._gone: set[_Spot] = set()
        self._left: set[_Spot] = set()

    def _read_rows(self) -> dict[_Spot, Row[Any]]:
        places: dict[str, set[int]] = {}
        for one in self._changes:
            places.setdefault(one.table_name, set()).add(one.row_id)
        rows = {}
        for name, ids in places.items():
            table = tables.metadata.tables[name]
            for some in batched(sorted(ids)):
                for row in self._again.tx.execute(select(table).where(table.c.id.in_(some))):
                    rows[name, row.id] = row
        return rows

    def run(self) -> UndoSummary:
        undone, learners, owner = 0, set[int](), dict[_Spot, int | None]()
        moment = self._again.db.now(self._again.tx)
        for one in self._changes:
            spot = (one.table_name, one.row_id)
            owner[spot] = one.learner_id
            if self._take_back(spot, one, moment):
                undone += 1
            else:
                self._left.add(spot)
                if one.learner_id is not None:
                    learners.add(one.learner_id)
        for name in dict.fromkeys(one.table_name for one in reversed(self._changes)):
            table = tables.metadata.tables[name]
            wanted = [spot for spot in self._wanted if spot[0] == name and spot not in self._gone]
            self._again.update_many(table, ((self._rows[spot], self._wanted[spot], owner[spot]) for spot in wanted))
            gone = sorted(spot for spot in self._gone if spot[0] == name)
            self._again.delete_many(table, ((self._rows[spot], owner[spot]) for spot in gone))
        self._again.end(self._again.tx)
        return UndoSummary(undone, len(self._left), frozenset(learners))

    def _take_back(self, spot: _Spot, one: Row[Any], moment: datetime) -> bool:
        """Decide on one change; False leaves it."""
        table = tables.metadata.tables[one.table_name]
        now = self._rows.get(spot)
        if now is None or spot in self._left or one.kind == "delete":
            return False
        if one.kind == "insert" and one.table_name == "learner" and one.row_id in self._staying:
            return False
        if parent := _HANGS_ON.get(one.table_name):
            name, link = parent
            if (name, getattr(now, link)) in self._left:
                return False
        later_one_taken = spot in self._wanted
        if not later_one_taken and not _untouched(now, one.version_after, table, one.after):
            return False
        wanted = self._wanted.setdefault(spot, {})
        if one.kind == "update":
            wanted.update(unpacked(table, one.before))
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
