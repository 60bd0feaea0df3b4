"""What stands in a single cell or element: ULNs, dates, sexes, years, codes (learner-files.md 3 to 5).

Nothing is repaired that could be meant otherwise. Whoever calls is told what is wrong, never the value.
"""

import re
from datetime import date, timedelta
from enum import StrEnum

from app.ulns import UlnState, normal, state

_TEN_DIGITS = re.compile(r"[1-9][0-9]{9}")
_ROUNDED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DIGITS_POINT_ZERO = re.compile(r"([0-9]+)\.0+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")


class RoundedError(ValueError):
    """A number that a spreadsheet has shortened (`9.90012E+09`): its last digits are lost."""


def uln_of(text: str | None) -> tuple[str | None, UlnState]:
    """A ULN as it is kept, and what it is worth. Raises RoundedError for one that a spreadsheet has shortened."""
    if text is None:
        return None, UlnState.NONE
    if _TEN_DIGITS.fullmatch(text):
        return text, state(text)
    kept = normal(text.strip().lstrip("'"))
    if kept is None:
        return None, UlnState.NONE
    if _ROUNDED.fullmatch(kept):
        raise RoundedError
    if found := _DIGITS_POINT_ZERO.fullmatch(kept):
        kept = found.group(1)
    elif _GROUPED.fullmatch(kept):
        kept = kept.replace(",", "")
    kept = normal(kept)
    return kept, state(kept)


class DateOrder(StrEnum):
    """How the dates of a column are to be read."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"


class Pivot(StrEnum):
    """What a date is about, which tells the century of a year of two digits."""

    BIRTH = "birth"
    COURSE = "course"


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?"
_ZONE = r"(?:Z|[+-]\d{2}:\d{2})?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}{_ZONE}", re.ASCII)
_NUMBERS = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/. ]([A-Za-z]{{3,9}})[-/., ]+(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})[-. ](\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_TOGETHER = re.compile(r"\d{7,8}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_XML_DATE = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_ZONE}", re.ASCII)

_DAY_ZERO, _DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)


def xml_date(text: str) -> date | None:
    """A date of XML, with or without a time zone; None for what is none."""
    found = _XML_DATE.fullmatch(text)
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def date_of(text: str, order: DateOrder, pivot: Pivot, today: date, *, from_1904: bool = False) -> date | None:
    """The day that people or a spreadsheet wrote in any of the usual forms; None for what is none."""
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
        return _date(_year(found[3], pivot, today), month, day)
    if (found := _NAMED.fullmatch(text)) and (number := _MONTHS.get(found[2].lower())):
        return _date(_year(found[3], pivot, today), number, int(found[1]))
    if (found := _NAMED_FIRST.fullmatch(text)) and (number := _MONTHS.get(found[1].lower())):
        return _date(int(found[3]), number, int(found[2]))
    if _TOGETHER.fullmatch(text):
        return _together(text.zfill(8), order)
    if found := _SERIAL.fullmatch(text):
        return serial_date(int(found[1]), from_1904=from_1904)
    return None


def _together(text: str, order: DateOrder) -> date | None:
    """`ddmmyyyy`, the form of T Level registrations; else `yyyymmdd`."""
    first, second, year = int(text[:2]), int(text[2:4]), int(text[4:])
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    if 1850 <= year <= 2150 and (found := _date(year, month, day)):
        return found
    return _date(int(text[:4]), int(text[4:6]), int(text[6:]))


def proves_month_first(text: str) -> bool:
    """Whether a date makes sense only with the month first."""
    found = _NUMBERS.fullmatch(text.strip())
    return bool(found) and int(found[1]) <= 12 < int(found[2]) <= 31 if found else False


def serial_date(days: int, *, from_1904: bool = False) -> date | None:
    """The day of a spreadsheet's number; None for one that no calendar has."""
    if not 0 < days < 2_958_466:
        return None
    # The old calendar of spreadsheets has a 29 February 1900: days before it are one less.
    shift = 1 if not from_1904 and days < 60 else 0
    return (_DAY_ZERO_1904 if from_1904 else _DAY_ZERO) + timedelta(days + shift)


def _year(text: str, pivot: Pivot, today: date) -> int:
    """Two digits: who was born then is 10 to 110 years old; a course is nearer to now than to a century ago."""
    if len(text) == 4:
        return int(text)
    latest = today.year - 10 if pivot is Pivot.BIRTH else today.year + 20
    year = latest - latest % 100 + int(text)
    return year if year <= latest else year - 100


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_SEXES = {
    "f": "F", "female": "F", "2": "F", "m": "M", "male": "M", "1": "M",
    "": None, "0": None, "9": None, "u": None, "x": None, "not known": None, "not specified": None, "unknown": None,
}  # fmt: skip
_SEX = re.compile(r"(\d) ?[:-] ?(.+)")


def sex_of(text: str) -> str | None:
    """ "F", "M" or None, of the ILR's letters, LRS's numbers or words. Raises ValueError for anything else."""
    if text in {"F", "M"}:
        return text
    plain = " ".join(text.lower().split())
    if found := _SEX.fullmatch(plain):
        plain = found[2]
    if plain not in _SEXES:
        raise ValueError
    return _SEXES[plain]


_YEAR_FORMS = re.compile(r"(?:20)?(\d{2})\s?[-/ ]?\s?(?:20)?(\d{2})", re.ASCII)


def year_of(text: str) -> str:
    """An academic year as "2025/26", of `2526`, `2025-26`, `2025/2026`, `25/26`; "" for what is none."""
    found = _YEAR_FORMS.fullmatch(text.strip())
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        return ""
    return f"20{found[1]}/{found[2]}"
