"""A condition tree on values in memory: means exactly what `conditions_sql` means on a column."""

from collections.abc import Callable
from datetime import date

from app.conditions import Group, Join, Operator, Test
from app.conditions import wanted as values_of
from app.folding import fold


def passes(group: Group | None, value_of: Callable[[str], object]) -> bool:
    """Whether a row passes; `value_of` gives the value of a field: text, date, number, flag or None."""
    if group is None or not group.members:
        return True
    results = (_test(test, value_of(test.field)) for test in group.members)
    return all(results) if group.join is Join.ALL else any(results)


def _test(test: Test, value: object) -> bool:
    match test.operator:
        case Operator.YES:
            return bool(value)
        case Operator.NO:
            return not value
        case Operator.BLANK:
            return value is None or value == ""
        case Operator.NOT_BLANK:
            return value is not None and value != ""
    if isinstance(value, date):
        return _date_test(test, value)
    return _text_test(test, fold(None if value is None else str(value)))


def _text_test(test: Test, text: str | None) -> bool:
    words = [fold(word) or "" for word in values_of(test)]
    wanted = words[0] if words else ""
    if text is None:
        return test.operator in (Operator.IS_NOT, Operator.CONTAINS_NOT)
    match test.operator:
        case Operator.ANY_OF:
            return text in words
        case Operator.IS:
            return text == wanted
        case Operator.IS_NOT:
            return text != wanted
        case Operator.BEGINS:
            return text.startswith(wanted)
        case Operator.ENDS:
            return text.endswith(wanted)
        case Operator.CONTAINS:
            return wanted in text
        case Operator.CONTAINS_NOT:
            return wanted not in text
    return False


def _date_test(test: Test, value: date) -> bool:
    try:
        day = date.fromisoformat(test.value.strip())
    except ValueError:
        return False
    match test.operator:
        case Operator.IS:
            return value == day
        case Operator.IS_NOT:
            return value != day
        case Operator.BEFORE:
            return value < day
        case Operator.FROM:
            return value >= day
    return False
