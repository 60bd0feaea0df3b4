"""The values of conditions as typed: lists, days, numbers of days, numbers. What cannot be read is refused."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from app.errors import InputError, quoted
from app.sentence import Sentence

MOST_DAYS = 36_500
_Value = TypeVar("_Value", date, Decimal)
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")
_DAYS = re.compile(r"[0-9]{1,5}")


def words_of(value: str) -> list[str]:
    """The entries of a list typed or pasted into one field: separated by commas, semicolons, tabs or lines."""
    for mark in ("\n", "\r", "\t", ";"):
        value = value.replace(mark, ",")
    return [word.strip() for word in value.split(",") if word.strip()]


def days_of(title: str, values: Sequence[str], number: int) -> list[date]:
    """`number` days in ISO, in order. Raises InputError naming the field by its `title`."""
    days = []
    for text in values[:number]:
        try:
            days.append(date.fromisoformat(text.strip()))
        except ValueError:
            raise InputError(
                Sentence("{title}: {text} is not a date.", title=Sentence(title), text=quoted(text, 20)),
                hint="Choose a day.",
            ) from None
    return _both(title, days, len(values), number)


def numbers_of(title: str, values: Sequence[str], number: int) -> list[Decimal]:
    """`number` numbers like 12 or 7.5, in order. Raises InputError."""
    for text in values[:number]:
        if not _NUMBER.fullmatch(text):
            raise InputError(
                Sentence("{title}: {text} is not a number.", title=Sentence(title), text=quoted(text, 20)),
                hint="Type it like 12 or 7.5.",
            )
    return _both(title, [Decimal(text) for text in values[:number]], len(values), number)


def last_days(title: str, value: str) -> int:
    """A number of days back from today. Raises InputError."""
    text = value.strip()  # of more signs than `int` puts up with
    if not _DAYS.fullmatch(text) or int(text) > MOST_DAYS:
        raise InputError(
            Sentence("{title}: {text} is not a number of days.", title=Sentence(title), text=quoted(text, 20)),
            hint=Sentence("Type a whole number from 0 to {most:,}.", most=MOST_DAYS),
        )
    return int(text)


def _both(title: str, values: list[_Value], given: int, number: int) -> list[_Value]:
    if given != number:
        if number == 1:
            raise InputError(
                Sentence("{title}: there is more than one value.", title=Sentence(title)), hint="Leave one."
            )
        raise InputError(
            Sentence("{title}: “between” needs two values.", title=Sentence(title)), hint="Fill in both ends."
        )
    if number == 2 and values[0] > values[1]:
        raise InputError(
            Sentence("{title}: the first value is after the second.", title=Sentence(title)), hint="Swap the two."
        )
    return values
