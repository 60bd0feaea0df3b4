"""What stands in a cell: dates, amounts, yes and no, several types; and what a repair would make of the rest
(CR-11, CR-12, CR-13 and CR-36 of course-record-import.md). Pure, and nothing is remembered of a cell: who reads many
rows keeps a cache that goes with the reading.
"""

import re
from collections.abc import Collection
from datetime import date, datetime

from app.files.cells import DateOrder, Pivot, date_of

SEPARATORS = re.compile(r"[,;|/]")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))?", re.ASCII)
_NUMBERS = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})(?:[T ].*)?|\d{7,8}", re.ASCII)
_YES = frozenset({"true", "t", "yes", "y", "1.0", "01"})
_NO = frozenset({"false", "f", "no", "n", "0.0", "00"})
_LONGEST_DATE = 40


def iso_day(text: str) -> date | None:
    """The day of an ISO date, or of a moment in this computer's time; None for any other form."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if len(text) <= _LONGEST_DATE and _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return moment.date() if moment.tzinfo is None else moment.astimezone().date()
    except (ValueError, OverflowError, OSError):
        pass
    return None


def ordered_day(text: str, order: DateOrder, today: date) -> date | None:
    """The day of a date as people or a spreadsheet write it; None for what is none in this order."""
    return date_of(text, order, Pivot.COURSE, today) if len(text) <= _LONGEST_DATE else None


def has_order(text: str) -> bool:
    """Whether a date is written in numbers of which the first may be the day or the month."""
    return len(text) <= _LONGEST_DATE and _NUMBERS.fullmatch(text) is not None


def hundredths(text: str) -> int | None:
    """An amount of credit, 0.00 to 9999.99, in hundredths; None for what is none."""
    found = _AMOUNT.fullmatch(text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def meant(text: str) -> str:
    """ "1" or "0" for a word that means it; "" for any other."""
    plain = text.casefold() if len(text) <= _LONGEST_DATE else ""
    return "1" if plain in _YES else "0" if plain in _NO else ""


def is_several(text: str) -> bool:
    """Whether a separator stands between two parts that are not empty."""
    return SEPARATORS.search(text) is not None and sum(bool(one.strip()) for one in SEPARATORS.split(text)) > 1


def split(credit_type: str, credits: str, types: Collection[str]) -> list[tuple[str, str]]:
    """Types with their amounts, where both cells have equally many parts and each amount is one; else none.

    A part may be a configured name that itself holds a separator: the separator that leaves such names is taken.
    """
    ways = [parts for separator in ";|,/" if len(parts := _parts(credit_type, separator)) > 1 and all(parts)]
    ways.sort(key=lambda parts: not all(one in types for one in parts))
    for names in ways:
        for separator in ";|/,":
            amounts = _parts(credits, separator)
            if len(amounts) == len(names) and all(hundredths(one) is not None for one in amounts):
                return list(zip(names, amounts, strict=True))
    return []


def _parts(text: str, separator: str) -> list[str]:
    return [one.strip() for one in text.split(separator)]
