"""A condition tree as SQL, on whatever columns a feature offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlalchemy.sql import operators

from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test, check, words_of
from app.errors import InputError
from app.folding import fold

Where = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class SqlField:
    """A field and the column behind it; `folded` columns are compared with folded values."""

    info: FieldInfo
    column: ColumnElement[Any] | None = None
    folded: bool = False
    flag: Callable[[], Where] | None = None
    """For yes/no fields: the condition that is true for "yes"."""


def where(group: Group | None, fields: Mapping[str, SqlField]) -> Where:
    """The condition of `group`; everything for an empty one. Raises InputError as `conditions.check`."""
    if group is None or not group.members:
        return true()
    check(group, {name: field.info for name, field in fields.items()})
    parts = [_test(test, fields[test.field]) for test in group.members]
    return and_(*parts) if group.join is Join.ALL else or_(*parts)


def _test(test: Test, field: SqlField) -> Where:
    if field.flag is not None:
        condition = field.flag()
        return condition if test.operator is Operator.YES else not_(condition)
    column = field.column
    assert column is not None
    if test.operator is Operator.BLANK:
        return column.is_(None)
    if test.operator is Operator.NOT_BLANK:
        return column.is_not(None)
    if field.info.kind is FieldKind.DATE:
        return _date_test(test, column, field.info.title)
    return _text_test(test, column, [_value(word, field) for word in words_of(test.value)])


def _value(word: str, field: SqlField) -> str:
    return (fold(word) or "") if field.folded else word


def _text_test(test: Test, column: ColumnElement[Any], words: list[str]) -> Where:
    # A comma inside a name is rare; a pasted list is common. One-value operators take the text as a whole.
    text = ", ".join(words)
    match test.operator:
        case Operator.ANY_OF:
            return column.in_(words)
        case Operator.IS:
            return column == text
        case Operator.IS_NOT:
            # Nothing is not that value either: blank rows belong to "is not".
            return or_(column != text, column.is_(None))
        case Operator.BEGINS:
            return column.startswith(text, autoescape=True)
        case Operator.ENDS:
            return column.endswith(text, autoescape=True)
        case Operator.CONTAINS:
            return column.contains(text, autoescape=True)
        case Operator.CONTAINS_NOT:
            return or_(not_(column.contains(text, autoescape=True)), column.is_(None))
    return false()


def _date_test(test: Test, column: ColumnElement[Any], title: str) -> Where:
    try:
        day = date.fromisoformat(test.value.strip())
    except ValueError:
        raise InputError(f"{title}: “{test.value[:20]}” is not a date.", hint="Choose a day.") from None
    match test.operator:
        case Operator.IS_NOT:
            return or_(column != day, column.is_(None))
        case Operator.BEFORE:
            return operators.lt(column, day)
        case Operator.FROM:
            return operators.ge(column, day)
    return column == day
