"""One change to very many rows: by a few statements for some thousand of them, not by one for each.

The rule of data-model.md 4, "Mass changes": the ids and the versions that were seen are a table of the statements;
what does not match any more is left alone and told.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    FromClause,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import column as named

from app.db.among import among
from app.db.database import Database
from app.db.json_parts import JsonObject, carries, parameter_of, value_of
from app.db.server_lines import PLANNED_ANEW
from app.db.tables import attainment, change
from app.db.types import Key
from app.errors import ConflictError
from app.history import CHANGE_COLUMNS, Operation

BATCH = 5_000
"""So many rows at a time at most: between two batches a cancel is heard."""
FEW = 20
"""So many rows are found one by one, whatever plan there is; it takes a server as long to plan as to change them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows as they were seen, as the table `mass(id, version, …)` of statements that go through `execute`."""

    tx: Connection
    table: FromClause
    versions: dict[int, int]
    sent_along: bool
    """Whether the table is no more than two parameters, which every statement brings."""

    def execute(self, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """What the database answers to a statement about `table`."""
        parameters = dict(values or {})
        if self.sent_along:
            parameters |= {"seen_ids": [*self.versions], "seen_versions": [*self.versions.values()]}
        options = PLANNED_ANEW if len(self.versions) > FEW else None
        return self.tx.execute(statement, parameters, execution_options=options)

    def forget(self, ids: Sequence[int]) -> None:
        """Leave these rows alone from now on."""
        for key in ids:
            del self.versions[key]
        if ids and not self.sent_along:
            self.tx.execute(delete(self.table).where(among(self.table.c.id, ids)))  # type: ignore[arg-type]


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
    columns = {table.c[name]: own for name, own in each.items()}
    with seen_as_table(operation.db, operation.tx, seen, columns) as mass:
        return change_seen(operation, table, mass, values, tuple(each), owner)


@contextmanager
def seen_as_table(
    db: Database,
    tx: Connection,
    rows: Sequence[tuple[int, int]],
    columns: Mapping[Column[Any], Sequence[Any]] | None = None,
) -> Iterator[Seen]:
    """Rows that were seen (id, version), no two alike, as a table, with `columns` that have a value for each. One at
    a time in a transaction."""
    if not db.embedded and not columns:  # a server takes longer to make a table than to change a few rows
        yield Seen(tx, _sent(), dict(rows), sent_along=True)
        return
    columns = columns or {}
    mass = _mass(tuple(columns))
    mass.create(tx, checkfirst=False)
    with_values = ((*one, *more) for one, *more in zip(rows, *columns.values(), strict=True))
    db.fill(tx, mass, with_values if columns else rows)
    yield Seen(tx, mass, dict(rows), sent_along=False)
    mass.drop(tx, checkfirst=False)  # after an exception the rollback takes it


def change_seen(
    operation: Operation,
    table: Table,
    mass: Seen,
    values: Mapping[str, Any],
    each: tuple[str, ...] = (),
    owner: ColumnElement[Any] | None = None,
) -> list[int]:
    """As `change_rows`, of the rows in `mass` (see `seen_as_table`), which has the columns `each`."""
    _check(table, (*values, *each), len(mass.versions))
    if owner is None:
        owner = table.c.learner_id if "learner_id" in table.c else table.c.id
    change_some = _change_embedded if operation.db.embedded else _change_on_server
    return change_some(operation, table, mass, values, each, owner)


def _check(table: Table, names: Sequence[str], number: int) -> None:
    if table is attainment or not carries(table, names) or number > BATCH:
        raise ValueError("not fit for a mass change")


@cache
def _mass(columns: tuple[Column[Any], ...]) -> Table:
    """Made once, so that the statements about it are compiled once."""
    return Table(
        "mass",
        MetaData(),
        Column("id", Key, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        *(Column(one.name, one.type) for one in columns),
        prefixes=["temporary"],
    )


@cache
def _sent() -> FromClause:
    """The same as two lists that are unfolded on the server."""
    lists = (bindparam("seen_ids", type_=ARRAY(BigInteger)), bindparam("seen_versions", type_=ARRAY(Integer)))
    made = func.unnest(*lists).table_valued(named("id", BigInteger), named("version", Integer), name="mass")
    return made.render_derived()


def _change_embedded(
    operation: Operation,
    table: Table,
    mass: Seen,
    values: Mapping[str, Any],
    each: tuple[str, ...],
    owner: ColumnElement[Any],
) -> list[int]:
    tx, seen, number = operation.tx, mass.table, len(mass.versions)
    same = table.c.id == seen.c.id
    # Said twice, so that SQLite looks the rows up instead of going through the whole table for each batch.
    fits = same & table.c.id.in_(select(seen.c.id)) & (table.c.version == seen.c.version)
    new: dict[str, ColumnElement[Any]] = {name: value_of(table.c[name], value) for name, value in values.items()}
    new |= {name: seen.c[name] for name in each}
    old = {name: table.c[name] for name in new}
    told = _told(literal(operation.id, Key), table, table, owner, old, new).where(fits)
    noting = insert(change).from_select(CHANGE_COLUMNS, told.order_by(table.c.id))
    noted = tx.execute(noting, execution_options={"preserve_rowcount": True}).rowcount
    left: list[int] = []
    if noted != number:
        others = seen.c.id.not_in(select(table.c.id).where(fits))
        left = list(tx.execute(select(seen.c.id).where(others).order_by(seen.c.id)).scalars())
        mass.forget(left)
    # What is in `mass` by now fits, and nobody else can change it.
    which = same if each else table.c.id.in_(select(seen.c.id))
    written = tx.execute(update(table).where(which).values({**new, "version": table.c.version + 1})).rowcount
    if not noted == written == number - len(left):
        raise ConflictError("Somebody else changed these records.", hint="Refresh the list and try again.")
    return left


def _change_on_server(
    operation: Operation,
    table: Table,
    mass: Seen,
    values: Mapping[str, Any],
    each: tuple[str, ...],
    owner: ColumnElement[Any],
) -> list[int]:
    statement = _held_written_noted(table, mass.table, tuple(values), each, owner)
    told = {f"to_{name}": value for name, value in values.items()}
    result: Any = mass.execute(statement, {**told, "of_operation": operation.id})
    noted = {row[0] for row in result.cursor.fetchall()}
    return sorted(mass.versions.keys() - noted)


@lru_cache(64)
def _held_written_noted(
    table: Table, seen: FromClause, names: tuple[str, ...], each: tuple[str, ...], owner: ColumnElement[Any]
) -> Insert:
    """One statement: rows that fit are held, in the order of their ids, so that of two who change the same ones one
    waits; they are written; and what was written is noted. Its answer is their ids. Rows that somebody is changing at
    this moment are looked at again when that is done."""
    new: dict[str, ColumnElement[Any]] = {name: parameter_of(table.c[name], f"to_{name}") for name in names}
    held = (
        select(
            table.c.id,
            table.c.version,
            owner.label("owner"),
            *(table.c[name].label(f"old_{name}") for name in (*names, *each)),
            *(seen.c[name].label(f"new_{name}") for name in each),
        )
        .where(table.c.id == seen.c.id, table.c.version == seen.c.version)
        .order_by(table.c.id)
        .with_for_update(of=table)
        .cte("held")
    )
    new |= {name: held.c[f"new_{name}"] for name in each}
    writing = update(table).where(table.c.id == held.c.id)
    written = writing.values({**new, "version": table.c.version + 1}).returning(table.c.id).cte("written")
    old = {name: held.c[f"old_{name}"] for name in new}
    told = _told(bindparam("of_operation", type_=Key), table, held, held.c.owner, old, new)
    told = told.join_from(held, written, written.c.id == held.c.id).order_by(held.c.id)
    return insert(change).from_select(CHANGE_COLUMNS, told).returning(change.c.row_id)


def _told(
    operation: ColumnElement[Any],
    table: Table,
    rows: FromClause,
    owner: ColumnElement[Any],
    old: Mapping[str, ColumnElement[Any]],
    new: Mapping[str, ColumnElement[Any]],
) -> Select[Any]:
    """What `change` is told of each of `rows`, in the order of CHANGE_COLUMNS."""
    what = (literal(table.name), rows.c.id, literal("update"))
    return select(operation, owner, *what, JsonObject(old), JsonObject(new), rows.c.version + 1)
