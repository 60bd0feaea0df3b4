"""Before and after of a change, made and taken apart inside the database: for changes to very many rows at once.

Only of columns whose values are JSON's own on both databases: text and whole numbers; and of moments, which become
the text that `app.json_text` writes of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    cast,
    literal,
    literal_column,
    text,
)
from sqlalchemy import Text as AnyText
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from app.db.types import Moment, Text


def carries(table: Table, names: Iterable[str]) -> bool:
    """Whether the values of these columns are text, whole numbers or moments; False for a column there is not."""
    return all(name in table.c and _is_plain(table.c[name].type) for name in names)


def _is_plain(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String | Integer | Moment) and not isinstance(kind, Boolean)


def value_of(column: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
    """A value for `column` where the database cannot tell its type by itself."""
    return cast(literal(value, _bare(column.type)), _bare(column.type))


def parameter_of(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """The same as a parameter of this name, for a statement that is made once."""
    return cast(bindparam(name, type_=_bare(column.type)), _bare(column.type))


def _bare(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type without its collation, which no cast takes."""
    return AnyText() if isinstance(kind, String) else kind


class _Told(FunctionElement[str]):
    """A moment as ISO text that tells its time zone."""

    inherit_cache = True
    type = Text


@compiles(_Told, "sqlite")
def _told_sqlite(element: _Told, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)}) || '+00:00'"


@compiles(_Told, "postgresql")
def _told_postgresql(element: _Told, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


class JsonObject(FunctionElement[str]):
    """`{"name": value, …}` as text. The names are our own columns'."""

    inherit_cache = True

    def __init__(self, values: Mapping[str, ColumnElement[Any]]) -> None:
        parts: list[ColumnElement[Any]] = []
        for key, value in values.items():
            parts += [literal_column(f"'{key}'"), _Told(value) if isinstance(value.type, Moment) else value]
        super().__init__(*parts)
        self.type = Text


@compiles(JsonObject, "sqlite")
def _object_sqlite(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


@compiles(JsonObject, "postgresql")
def _object_postgresql(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"cast(json_build_object({compiler.process(element.clauses, **options)}) as text)"


class JsonValue(FunctionElement[Any]):
    """The value under the name of the column `target` in `body`, a column of JSON text; `target` itself where there
    is none of that name."""

    inherit_cache = True

    def __init__(self, body: ColumnElement[str], target: ColumnElement[Any]) -> None:
        super().__init__(body, literal_column(f"'{target.key}'"), literal_column(f"'$.{target.key}'"), target)
        self.type = target.type


@compiles(JsonValue, "sqlite")
def _value_sqlite(element: JsonValue, compiler: SQLCompiler, **options: Any) -> str:
    body, _, path, target = (compiler.process(one, **options) for one in element.clauses)
    value = f"json_extract({body}, {path})"
    if isinstance(element.type, Moment):
        # As the type stores it: whatever wrote the text, with microseconds and without the time zone, which is UTC.
        part = f"case when substr({value}, 20, 1) = '.' then substr({value}, 20, 7) else '.000000' end"
        value = f"replace(substr({value}, 1, 19), 'T', ' ') || {part}"
    return f"case when json_type({body}, {path}) is null then {target} else {value} end"


@compiles(JsonValue, "postgresql")
def _value_postgresql(element: JsonValue, compiler: SQLCompiler, **options: Any) -> str:
    body, name, _, target = (compiler.process(one, **options) for one in element.clauses)
    kind = "timestamptz" if isinstance(element.type, Moment) else None
    kind = kind or ("text" if isinstance(element.type, String) else "bigint")
    value = f"cast(cast({body} as jsonb) ->> {name} as {kind})"
    return f"case when jsonb_exists(cast({body} as jsonb), {name}) then {value} else {target} end"


def names_before(tx: Connection, operation_id: int) -> set[str]:
    """Every column that an operation changed, by what stands in its changes."""
    if tx.dialect.name == "sqlite":
        query = "select distinct key from change, json_each(change.before) where operation_id = :operation"
    else:
        query = "select distinct json_object_keys(cast(before as json)) from change where operation_id = :operation"
    return set(tx.execute(text(query), {"operation": operation_id}).scalars())
