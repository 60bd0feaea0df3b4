"""One change to very many rows: by a few statements for some thousand of them, not by one for each.

The rule of data-model.md 4, "Mass changes": the ids and the versions that were seen go into a temporary table; what
does not match any more is left alone and told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.schema import CreateTable

from app.db.database import Database
from app.db.json_parts import JsonObject, carries, value_of
from app.db.tables import attainment, change
from app.db.types import Key
from app.errors import ConflictError
from app.history import Operation

BATCH = 5_000
"""So many rows at a time at most: between two batches a cancel is heard."""


def change_rows(
    operation: Operation,
    table: Table,
    seen: Sequence[tuple[int, int]],
    values: Mapping[str, Any],
    each: Mapping[str, Sequence[Any]] | None = None,
    owner: ColumnElement[Any] | None = None,
) -> list[int]:
    """Set `values` in the rows that still have the version `seen` (id, version), at most BATCH of them; in `each` a
    column has a value of its own for every row. All of them must differ from what the rows hold at that version.
    `owner`: whose a row is, where the table itself does not say it.

    Returns the ids of the rows that changed or went since; those stay as they are. Raises ValueError for columns that
    the databases cannot tell as JSON alike, and for attainments, from which more follows.
    """
    each = each or {}
    _check(table, (*values, *each), len(seen))
    if not seen:
        return []
    columns = [table.c[name] for name in each]
    own = zip(*each.values(), strict=True) if each else ((),) * len(seen)
    rows = ((*one, *more) for one, more in zip(seen, own, strict=True))
    with seen_as_table(operation.db, operation.tx, rows, columns) as mass:
        return change_seen(operation, table, mass, len(seen), values, each, owner)


@contextmanager
def seen_as_table(
    db: Database, tx: Connection, rows: Iterable[tuple[Any, ...]], columns: Sequence[Column[Any]] = ()
) -> Iterator[Table]:
    """`mass(id, version, …)` holding `rows` that were seen, with values for `columns`; gone at the end. One at a time
    in a transaction."""
    mass = _mass(tuple(columns))
    if kept := not db.embedded and not columns:
        tx.execute(CreateTable(mass, if_not_exists=True))
    else:
        mass.create(tx, checkfirst=False)
    db.fill(tx, mass, rows)
    yield mass
    if kept:
        tx.execute(delete(mass))
    else:
        mass.drop(tx, checkfirst=False)  # after an exception the rollback takes it


def change_seen(
    operation: Operation,
    table: Table,
    mass: Table,
    number: int,
    values: Mapping[str, Any],
    each: Iterable[str] = (),
    owner: ColumnElement[Any] | None = None,
) -> list[int]:
    """As `change_rows`, of the `number` rows in `mass` (see `seen_as_table`), which has the columns `each`."""
    _check(table, (*values, *each), number)
    if owner is None:
        owner = table.c.learner_id if "learner_id" in table.c else table.c.id
    return _change(operation, table, mass, number, values, each, owner)


def _check(table: Table, names: Sequence[str], number: int) -> None:
    if table is attainment or not carries(table, names) or number > BATCH:
        raise ValueError("not fit for a mass change")


@cache
def _mass(columns: tuple[Column[Any], ...]) -> Table:
    """Made once, so that the statements about it are compiled once. A server keeps the plain one, without rows, as
    long as a connection lasts: making a table costs it more than changing a few rows."""
    return Table(
        "mass_each" if columns else "mass",
        MetaData(),
        Column("id", Key, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        *(Column(one.name, one.type) for one in columns),
        prefixes=["temporary"],
        postgresql_on_commit=None if columns else "delete rows",
    )


def _change(
    operation: Operation,
    table: Table,
    mass: Table,
    number: int,
    values: Mapping[str, Any],
    each: Iterable[str],
    owner: ColumnElement[Any],
) -> list[int]:
    tx = operation.tx
    same = table.c.id == mass.c.id
    if not operation.db.embedded:
        # Rows that somebody is changing at this moment are waited for, so that all that follows sees the same.
        rows = select(table.c.id).where(same).order_by(table.c.id).with_for_update(of=table).subquery()
        tx.execute(select(func.count()).select_from(rows))
    # Said twice, so that SQLite looks the rows up instead of going through the whole table for each batch.
    fits = same & table.c.id.in_(select(mass.c.id)) & (table.c.version == mass.c.version)
    new: dict[str, ColumnElement[Any]] = {name: value_of(table.c[name], value) for name, value in values.items()}
    new |= {name: mass.c[name] for name in each}
    told = select(
        literal(operation.id, Key),
        owner,
        literal(table.name),
        table.c.id,
        literal("update"),
        JsonObject({name: table.c[name] for name in new}),
        JsonObject(new),
        table.c.version + 1,
    ).where(fits)
    columns = ["operation_id", "learner_id", "table_name", "row_id", "kind", "before", "after", "version_after"]
    noting = insert(change).from_select(columns, told.order_by(table.c.id))
    noted = tx.execute(noting, execution_options={"preserve_rowcount": True}).rowcount
    left: list[int] = []
    if noted != number:
        others = mass.c.id.not_in(select(table.c.id).where(fits))
        left = list(tx.execute(select(mass.c.id).where(others).order_by(mass.c.id)).scalars())
        tx.execute(delete(mass).where(others))
    # What is in `mass` by now fits, and nobody else can change it.
    which = same if each else table.c.id.in_(select(mass.c.id))
    written = tx.execute(update(table).where(which).values({**new, "version": table.c.version + 1})).rowcount
    if not noted == written == number - len(left):
        raise ConflictError("Somebody else changed these records.", hint="Refresh the list and try again.")
    return left
