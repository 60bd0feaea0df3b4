"""A column among many values: one parameter however many there are, so that the statement is made once only."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Boolean, Column, Date, Integer, bindparam
from sqlalchemy import Text as AnyText
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.json_text import encoded


class among(FunctionElement[bool]):  # noqa: N801 - it reads as the functions of SQL do
    """Whether a column of text, whole numbers or days holds one of `values`.

    In place of the values a parameter, `many("name")`, in a statement that is made once and run again and again with
    `listed(values)` under that name.

    `first` is a column and its one value, both columns text, where an index begins with that column: SQLite would
    else go through all rows with that one value rather than look for pairs.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(
        self,
        column: Column[Any],
        values: Iterable[Any] | BindParameter[Any],
        first: tuple[Column[Any], str] | None = None,
    ) -> None:
        given = isinstance(values, BindParameter)
        told: Any = values if given else bindparam(None, listed(values), type_=AnyText(), unique=True)
        if first is None:
            super().__init__(column, told)
        else:
            super().__init__(column, told, first[0], bindparam(None, first[1], type_=AnyText(), unique=True))

    def self_group(self, against: Any = None) -> "among":
        """As it is: a database without booleans would get a `= 1` behind it, which hides the index."""
        return self


def _text(element: Any, compiler: Any, value: str, each: str, options: Any) -> str:
    column, values, *first = (compiler.process(one, **options) for one in element.clauses)
    left = f"({first[0]}, {column})" if first else column
    right = f"{first[1]}, {value}" if first else value
    return f"{left} in (select {right} from {each.format(values)})"  # noqa: S608 - of the compiler itself


@compiles(among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return _text(element, compiler, "value", "json_each({})", options)


@compiles(among, "postgresql")
def _among_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    held = next(iter(element.clauses)).type
    kind = "bigint" if isinstance(held, Integer) else "date" if isinstance(held, Date) else "text"
    each = "jsonb_array_elements_text(cast({} as jsonb))"
    return _text(element, compiler, f"cast(value as {kind})", each, options)


def many(name: str) -> BindParameter[Any]:
    """A parameter of a statement that stands for many values."""
    return bindparam(name, type_=AnyText())


def listed(values: Iterable[Any]) -> str:
    """The values of such a parameter, as the database unfolds them."""
    return encoded(list(values))
