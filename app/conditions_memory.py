"""A condition tree on values in memory: means exactly what `conditions_sql` means on a column."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from app.condition_values import last_days, numbers_of
from app.conditions import Group, Join, Operator, Test
from app.conditions import wanted as values_of
from app.errors import InputError
from app.folding import fold

Passes = Callable[[Callable[[str], object]], bool]
"""Whether a row passes, asked with what gives the value of a field."""
_Holds = Callable[[object], bool]
_LAST_DAY = date.max


def passes(group: Group | None, value_of: Callable[[str], object]) -> bool:
    """Whether a row passes; `value_of` gives the value of a field: text, date, number, flag, None, or for related
    things a tuple of values. A value that cannot be read passes no test."""
    if group is None or not group.members:
        return True
    return _of_group(group, date.today())(value_of)


@lru_cache(maxsize=16)
def _of_group(group: Group, today: date) -> Passes:
    """What `group` asks, with its lists taken apart once and not for every row."""
    asked = [_of_group(one, today) if isinstance(one, Group) else _of_test(one, today) for one in group.members]
    if not asked:
        return lambda value_of: True
    every = group.join is Join.ALL

    def holds(value_of: Callable[[str], object]) -> bool:
        results = (one(value_of) for one in asked)
        return (all(results) if every else any(results)) != group.negated

    return holds


def _of_test(test: Test, today: date) -> Passes:
    holds, denies, name = _positive(test, today), test.operator.denies, test.field

    def whether(value_of: Callable[[str], object]) -> bool:
        value = value_of(name)
        found = any(map(holds, value)) if isinstance(value, tuple) else holds(value)
        return found != denies

    return whether


def _positive(test: Test, today: date) -> _Holds:
    """What has to be true of a value where nothing is denied."""
    operator = test.operator.positive
    if operator is Operator.YES:
        return bool
    if operator is Operator.NOT_BLANK:
        return lambda value: value is not None and value != ""
    of_text, span, of_number = _text_test(test, operator), _span(test, operator, today), _number_test(test, operator)

    def holds(value: object) -> bool:
        if value is None:
            return False
        if isinstance(value, date):
            day = value.astimezone().date() if isinstance(value, datetime) else value
            return span is not None and span[0] <= day <= span[1]
        if isinstance(value, int | Decimal):
            return of_number(value)
        return of_text(fold(str(value)))

    return holds


def _text_test(test: Test, operator: Operator) -> Callable[[str | None], bool]:
    words = [fold(word) or "" for word in values_of(test)]
    several, one = frozenset(words), words[0] if words else ""
    match operator:
        case Operator.ANY_OF:
            return lambda text: text in several
        case Operator.IS:
            return lambda text: text == one
        case Operator.BEGINS:
            return lambda text: text is not None and text.startswith(one)
        case Operator.ENDS:
            return lambda text: text is not None and text.endswith(one)
        case Operator.CONTAINS:
            return lambda text: text is not None and one in text
    return lambda text: False


def _number_test(test: Test, operator: Operator) -> Callable[[int | Decimal], bool]:
    """Numbers are compared as numbers where a number is asked for, else as they are written."""
    as_text = _text_test(test, operator)
    try:
        bounds: Sequence[Decimal] = numbers_of("", values_of(test), 2 if operator is Operator.BETWEEN else 1)
    except InputError:
        return lambda number: as_text(str(number))
    first, last = bounds[0], bounds[-1]
    match operator:
        case Operator.IS | Operator.BETWEEN:
            return lambda number: first <= number <= last
        case Operator.LESS:
            return lambda number: number < first
        case Operator.AT_LEAST:
            return lambda number: number >= first
    return lambda number: as_text(str(number))


def _span(test: Test, operator: Operator, today: date) -> tuple[date, date] | None:
    """The first and the last day that are asked for; None for a value that cannot be read."""
    try:
        if operator.takes_days:
            back = today - timedelta(days=last_days("", test.value))
            return (date.min, back - timedelta(days=1)) if operator is Operator.LONGER_AGO else (back, today)
        days = [date.fromisoformat(word) for word in values_of(test)]
    except (InputError, ValueError):
        return None
    match operator, days:
        case Operator.IS, [day]:
            return day, day
        case Operator.BEFORE, [day]:
            return (date.min, day - timedelta(days=1)) if day > date.min else None
        case Operator.FROM, [day]:
            return day, _LAST_DAY
        case Operator.BETWEEN, [first, last]:
            return first, last
    return None
