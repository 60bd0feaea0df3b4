"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Integer, TypeDecorator
from sqlalchemy import Text as AnyText
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: ISO text on SQLite, `timestamptz` on PostgreSQL; aware datetimes on our side."""

    impl = AnyText
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(AnyText())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value.astimezone(UTC) if value is not None else None
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


# SQLite gives row ids only to a column declared INTEGER; its integers hold 64 bits anyway.
Key = BigInteger().with_variant(Integer(), "sqlite")

# Text compares byte by byte, whatever the locale of the server: so both find, order and lower-case the same.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

# What `app.folding.fold` makes of a text: the companion by which it is searched and sorted.
Folded = Text


class Unindexed(ColumnElement[Any]):
    """A column for which no index is to be used, nor one that exists only where a condition on it holds: going
    through rows in the order of an index reads each from another place of the file."""

    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]
    """What two of them must have alike to be compiled once only."""

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


@compiles(Unindexed)
def _as_it_is(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Unindexed, "sqlite")
def _with_a_plus(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    """The one dialect whose planner has to be told: a plus says "not by an index" and does nothing else."""
    return "+" + compiler.process(element.column, **options)
