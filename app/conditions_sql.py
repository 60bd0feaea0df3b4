"""A condition tree as SQL, on whatever columns a feature offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, true

from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test, check, wanted
from app.errors import InputError
from app.folding import fold, storable

Where = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class SqlField:
    """A field and the column behind it. Text is compared whatever its capitals, in a `folded` column (see
    `app.folding`) whatever its accents too."""

    info: FieldInfo
    column: ColumnElement[Any] | None = None
    folded: bool = False
    code: bool = False
    """A code: white space in what was typed is nothing, and "is" finds it by its index."""
    moment: bool = False
    """A date field whose column holds moments: their days are those of this computer's time zone."""
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
        return _moment_test(test, field, column) if field.moment else _date_test(test, field, column)
    if test.operator in (Operator.IS, Operator.IS_NOT, Operator.ANY_OF):
        return _equality(test, field, column)
    return _part(test, field, column)


def _equality(test: Test, field: SqlField, column: ColumnElement[Any]) -> Where:
    words = [_word(word, field) for word in wanted(test)]
    if not (field.folded or field.code or field.info.kind is FieldKind.CHOICE):
        column = func.lower(column)
    if test.operator is Operator.ANY_OF:
        return column.in_(words)
    if test.operator is Operator.IS:
        return column == words[0]
    # Nothing is not that value either: blank rows belong to "is not".
    return or_(column != words[0], column.is_(None))


def _part(test: Test, field: SqlField, column: ColumnElement[Any]) -> Where:
    [word] = (_word(one, field) for one in wanted(test))
    if not field.folded:
        # LIKE looks at capitals on one database and not on the other: there are none any more.
        column, word = func.lower(column), _lower(word)
    if test.operator is Operator.BEGINS:
        return column.startswith(word, autoescape=True)
    if test.operator is Operator.ENDS:
        return column.endswith(word, autoescape=True)
    contains = column.contains(word, autoescape=True)
    return contains if test.operator is Operator.CONTAINS else or_(not_(contains), column.is_(None))


def _word(word: str, field: SqlField) -> str:
    if field.folded:
        return fold(word) or ""
    word = storable(word)
    if field.code:
        return "".join(word.split())
    return word if field.info.kind is FieldKind.CHOICE else _lower(" ".join(word.split()))


def _lower(text: str) -> str:
    """As both databases lower-case (collation C): A to Z only."""
    return "".join(mark.lower() if mark.isascii() else mark for mark in text)


def _day(test: Test, field: SqlField) -> date:
    try:
        return date.fromisoformat(test.value.strip())
    except ValueError:
        raise InputError(f"{field.info.title}: “{test.value[:20]}” is not a date.", hint="Choose a day.") from None


def _date_test(test: Test, field: SqlField, column: ColumnElement[Any]) -> Where:
    day = _day(test, field)
    if test.operator is Operator.IS_NOT:
        return or_(column != day, column.is_(None))
    if test.operator is Operator.BEFORE:
        return and_(column < day)
    if test.operator is Operator.FROM:
        return and_(column >= day)
    return column == day


def _moment_test(test: Test, field: SqlField, column: ColumnElement[Any]) -> Where:
    # Outside these years a time zone can no longer be reckoned, and nothing was recorded.
    day = min(max(_day(test, field), date(1971, 1, 1)), date(9000, 1, 1))
    begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
    if test.operator is Operator.IS_NOT:
        return or_(column < begins, column >= ends, column.is_(None))
    if test.operator is Operator.BEFORE:
        return and_(column < begins)
    if test.operator is Operator.FROM:
        return and_(column >= begins)
    return and_(column >= begins, column < ends)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone()
