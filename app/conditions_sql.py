"""A condition tree as SQL, on whatever columns a feature offers.

A test is true or not; that a database calls some of them unknown shows nowhere, not under a negated group either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, true

from app.condition_values import days_of, last_days, numbers_of
from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test, check, wanted
from app.dates import day_begins
from app.folding import fold, lower, storable

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
    scale: int = 1
    """What a number is stored as, of what people write: 100 for hundredths."""
    flag: Callable[[], Where] | None = None
    """For yes/no fields: the condition that is true for "yes"."""
    related: Callable[[Where], Where] | None = None
    """For fields of related things (`info.many`): whether there is one of which a condition on `column` is true."""


def where(group: Group | None, fields: Mapping[str, SqlField], today: date | None = None) -> Where:
    """The condition of `group`; everything for an empty one. Raises InputError as `conditions.check`."""
    if group is None or not group.members:
        return true()
    check(group, {name: field.info for name, field in fields.items()})
    return _group(group, fields, today or date.today())


def _group(group: Group, fields: Mapping[str, SqlField], today: date) -> Where:
    parts = [
        _group(one, fields, today) if isinstance(one, Group) else _test(one, fields[one.field], today)
        for one in group.members
    ]
    whole = and_(*parts) if group.join is Join.ALL else or_(*parts)
    return _not(whole) if group.negated else whole


def _not(condition: Where) -> Where:
    """True of what `condition` is not true of: of the unknown too."""
    return condition.is_not(true())


def _test(test: Test, field: SqlField, today: date) -> Where:
    if field.related is not None:
        found = field.related(_plain(replace(test, operator=test.operator.positive), field, today))
        return not_(found) if test.operator.denies else found
    return _plain(test, field, today)


def _plain(test: Test, field: SqlField, today: date) -> Where:
    if field.flag is not None:
        condition = field.flag()
        return condition if test.operator is Operator.YES else _not(condition)
    column = field.column
    assert column is not None
    if test.operator is Operator.BLANK:
        return column.is_(None)
    if test.operator is Operator.NOT_BLANK:
        return column.is_not(None)
    if field.info.kind is FieldKind.DATE:
        return _date_test(test, field, column, today)
    if field.info.kind is FieldKind.NUMBER:
        return _number_test(test, field, column)
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
        column, word = func.lower(column), lower(word)
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
    return word if field.info.kind is FieldKind.CHOICE else lower(" ".join(word.split()))


def _number_test(test: Test, field: SqlField, column: ColumnElement[Any]) -> Where:
    number = 2 if test.operator is Operator.BETWEEN else 1
    numbers = [one * field.scale for one in numbers_of(field.info.title, wanted(test), number)]
    # A column of whole numbers holds none between two of them, and not every driver compares it with a fraction.
    up, down = [ceil(one) for one in numbers], [floor(one) for one in numbers]
    if test.operator is Operator.LESS:
        return and_(column < up[0])
    if test.operator is Operator.AT_LEAST:
        return and_(column >= up[0])
    inside = and_(column >= up[0], column <= down[-1])
    return or_(column < up[0], column > down[-1], column.is_(None)) if test.operator is Operator.IS_NOT else inside


def _date_test(test: Test, field: SqlField, column: ColumnElement[Any], today: date) -> Where:
    """Every date test is about the days from `first` on and before `after`, or the others for what is denied."""
    begins, after = _span(test, field, today)
    if field.moment:
        begins, after = (None if day is None else day_begins(day) for day in (begins, after))
    if test.operator.denies:
        beyond = [column < begins, column.is_(None)]
        return or_(*beyond, *([] if after is None else [column >= after]))
    parts = [] if begins is None else [column >= begins]
    if after is not None:
        parts.append(column < after)
    return and_(*parts)


def _span(test: Test, field: SqlField, today: date) -> tuple[date | None, date | None]:
    """The first day that is asked for and the first that is not any more; None where there is no end."""
    if test.operator.takes_days:
        back = today - timedelta(days=last_days(field.info.title, test.value))
        return (None, back) if test.operator is Operator.LONGER_AGO else (back, _next(today))
    days = days_of(field.info.title, wanted(test), 2 if test.operator is Operator.BETWEEN else 1)
    match test.operator:
        case Operator.BEFORE:
            return None, days[0]
        case Operator.FROM:
            return days[0], None
    return days[0], _next(days[-1])


def _next(day: date) -> date | None:
    return day + timedelta(days=1) if day < date.max else None
