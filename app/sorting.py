"""In which order rows stand: by one column, and by others among rows that are equal in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column by its id, and which way."""

    column: str
    descending: bool = False


def order_by(keys: Sequence[SortKey], columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The terms for `order_by`; a column that is not in `columns` or was named before is left out.

    Rows without a value stand first, and last where it descends, whatever the database would do by itself.
    """
    once = {key.column: key for key in reversed(keys) if key.column in columns}
    return [_term(columns[key.column], key.descending) for key in keys if once.get(key.column) is key]


def _term(column: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
    return column.desc().nulls_last() if descending else column.asc().nulls_first()


def by_title(column: ColumnElement[str], titles: Sequence[tuple[str, str]]) -> ColumnElement[int]:
    """A column of codes in the order of what people read in their place; codes without a title last."""
    read = sorted(titles, key=lambda one: one[1].casefold())
    return case({code: place for place, (code, _) in enumerate(read)}, value=column, else_=len(read))
