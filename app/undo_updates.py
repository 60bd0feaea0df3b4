"""Taking back an operation that did nothing but change rows, each once: by a few statements, however many they are.

The same rule as in `app.history.undo`, and its changes read the same: a row is put back while its version is still
the one that the operation left.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, Table, func, insert, literal, select, update

from app.db import tables
from app.db.json_parts import JsonValue, carries, names_before
from app.db.tables import attainment, change
from app.db.types import Key
from app.errors import ConflictError
from app.history import CHANGE_COLUMNS, Operation, UndoSummary, batched
from app.mass_change import BATCH


def table_of(tx: Connection, operation_id: int) -> str:
    """The one table of which the operation changed rows, each once; "" if it did anything else, or to columns whose
    values only `app.history` can put back."""
    first, last = func.min(change.c.table_name), func.max(change.c.table_name)
    number, rows = func.count(), func.count(change.c.row_id.distinct())
    updates = func.count().filter(change.c.kind == "update", change.c.version_after.is_not(None))
    query = select(first, last, number, rows, updates).where(change.c.operation_id == operation_id)
    name, other, whole, different, plain = tx.execute(query).one()
    # From attainments more follows than their own columns.
    if name is None or name != other or not whole == different == plain or name == attainment.name:
        return ""
    return name if carries(tables.metadata.tables[name], names_before(tx, operation_id)) else ""


def take_back(again: Operation, operation_id: int, name: str) -> UndoSummary:
    """Put back what still is as the operation left it; `name` is what `table_of` said."""
    tx, table = again.tx, tables.metadata.tables[name]
    before = {one: JsonValue(change.c.before, table.c[one]) for one in sorted(names_before(tx, operation_id))}
    ids = tx.execute(select(change.c.id).where(change.c.operation_id == operation_id).order_by(change.c.id)).scalars()
    undone, left = 0, 0
    for some in batched(ids.all(), BATCH):
        ours = (change.c.operation_id == operation_id) & change.c.id.between(some[0], some[-1])
        written = _take_some(again, table, ours, before)
        undone += written
        left += len(some) - written
    again.end(tx)
    return UndoSummary(undone, left)


def _take_some(again: Operation, table: Table, ours: ColumnElement[bool], before: Mapping[str, JsonValue]) -> int:
    """One batch of changes; returns how many rows were put back: the others were changed since, and stay."""
    tx = again.tx
    same = ours & (change.c.row_id == table.c.id)
    if not again.db.embedded:
        tx.execute(select(table.c.id).where(same).order_by(table.c.id).with_for_update(of=table)).all()
    fits = same & (change.c.version_after == table.c.version)
    told = select(
        literal(again.id, Key),
        change.c.learner_id,
        change.c.table_name,
        change.c.row_id,
        literal("update"),
        change.c.after,
        change.c.before,
        table.c.version + 1,
    ).where(fits)
    noting = insert(change).from_select(CHANGE_COLUMNS, told.order_by(change.c.id))
    noted = tx.execute(noting, execution_options={"preserve_rowcount": True}).rowcount
    written = tx.execute(update(table).where(fits).values({**before, "version": table.c.version + 1})).rowcount
    if noted != written:
        raise ConflictError("Somebody else changed these records.", hint="Try again.")
    return int(written)
