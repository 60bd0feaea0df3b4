"""What every table is made of: the names of its constraints, its key, its version and its links."""

from typing import Any

from sqlalchemy import DDL, Column, ForeignKey, Integer, MetaData, Table, event

from app.db.types import Key

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> Column[int]:
    """The surrogate key of every table."""
    return Column("id", Key, primary_key=True, autoincrement=True)


def version() -> Column[int]:
    """Counts the edits of a row that people edit: a save names the one it saw."""
    return Column("version", Integer, nullable=False, server_default="1")


def link(name: str, target: str, *, null: bool = False, index: bool = False) -> Column[Any]:
    """A reference to the `id` of another table."""
    return Column(name, Key, ForeignKey(f"{target}.id"), nullable=null, index=index)


PARTIAL: set[str] = set()
"""Names of the indexes below, which alembic does not know."""


def only_one(table: Table, column: str, where: str, name: str) -> None:
    """A unique index over the rows that fit `where`."""
    _partial(table, column, where, name, "unique index")


def only_where(table: Table, column: str, where: str, name: str) -> None:
    """An index over the rows that fit `where`."""
    _partial(table, column, where, name, "index")


def _partial(table: Table, column: str, where: str, name: str, kind: str) -> None:
    """As text: `Index(postgresql_where=…)` would import all that SQLAlchemy knows of PostgreSQL at each start, which
    takes an embedded database a tenth of it."""
    PARTIAL.add(name)
    made = DDL(f"create {kind} {name} on {table.name} ({column}) where {where}")  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", made)
