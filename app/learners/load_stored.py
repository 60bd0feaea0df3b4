"""What is stored beside the learners of a batch: campus, aims of the year, and what a person edited since."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.among import among
from app.db.tables import aim, campus, change, operation
from app.db.types import Unindexed
from app.learners.load_cells import Cells
from app.learners.load_match import Match
from app.learners.load_plan import Plan, Stored, plan

LOADED = "learners_loaded"
"""The kind of the operation of a load."""
_CODE_OF = {"campus_id": "campus_code"}


def beside(tx: Connection, found: Sequence[Match], year: str) -> dict[int, Stored]:
    """What is stored about every learner that a match names, by id; hand edits are not looked up yet."""
    rows = {row.id: row for one in found for row in (*((one.row,) if one.row is not None else ()), *one.candidates)}
    if not rows:
        return {}
    wanted = {row.campus_id for row in rows.values() if row.campus_id is not None}
    codes = {}
    if wanted:
        codes = {row.id: row.code for row in tx.execute(select(campus.c.id, campus.c.code))}
    aims: dict[int, list[Row[Any]]] = defaultdict(list)
    query = (
        select(aim)
        .where(among(aim.c.learner_id, rows), Unindexed(aim.c.year) == year)
        .order_by(aim.c.seq, aim.c.repeat)
    )
    for row in tx.execute(query):
        aims[row.learner_id].append(row)
    return {key: Stored(codes.get(row.campus_id), aims.get(key, ())) for key, row in rows.items()}


def with_hand_edits(
    tx: Connection,
    stored: Mapping[int, Stored],
    cells: Sequence[Cells],
    found: Sequence[Match],
    plans: Sequence[Plan],
    decisions: Sequence[str | None],
    year: str,
) -> list[Plan]:
    """The plans; those that change a stored learner made once more, knowing what a person edited since the last
    load."""
    ids = [made.row.id for made in plans if made.row is not None and made.changes]
    edited = _edited(tx, ids)
    known = {key: replace(stored[key], by_hand=names) for key, names in edited.items() if names and key in stored}
    return [
        plan(one, hit, known, decision, year) if made.row is not None and made.row.id in known else made
        for one, hit, made, decision in zip(cells, found, plans, decisions, strict=True)
    ]


def _edited(tx: Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    if not ids:
        return {}
    query = (
        select(change.c.row_id, change.c.after, operation.c.kind)
        .join(operation, operation.c.id == change.c.operation_id)
        .where(
            change.c.table_name == "learner",
            change.c.row_id.in_(ids),
            operation.c.kind != "undo",
            operation.c.state != "undone",
        )
        .order_by(change.c.id)
    )
    last: dict[int, dict[str, str]] = defaultdict(dict)
    for key, after, kind in tx.execute(query):
        for name in json.loads(after) if after else ():
            last[key][_CODE_OF.get(name, name)] = kind
    return {key: frozenset(name for name, kind in kinds.items() if kind != LOADED) for key, kinds in last.items()}
