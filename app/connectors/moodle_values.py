"""One value out of an answer of Moodle, whatever stands there (moodle.md 1, "Numbers, nulls, empties").

"No value" comes as null, "", "-" or no key at all. What is required raises `Strange`; the rest becomes None.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.connectors.plain_text import one_line, plain_text

NOTHING = ("", "-")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LARGEST_ID = 2**63 - 1
_LATEST = 253_402_300_799  # the end of the year 9999
_HERE = "Europe/London"


class Strange(Exception):  # noqa: N818 - becomes a ServiceError where the question is known
    """The answer is not of the shape that was asked for."""


def rows_of(answer: object) -> list[Mapping[str, Any]]:
    """A list of objects, or Strange: a list with a hole in it is not the whole list."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise Strange
    return answer


def part_of(answer: object, name: str) -> Any:
    """What stands under `name` of an object, or Strange."""
    if not isinstance(answer, dict) or name not in answer:
        raise Strange
    return answer[name]


def number_of(row: Mapping[str, Any], name: str) -> str:
    """The id under `name`, as text, or Strange. Ids are never 0; some functions give them as text."""
    found = row.get(name)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 20:
        found = int(found)
    if type(found) is not int or not 0 < found <= _LARGEST_ID:
        raise Strange
    return str(found)


def optional_number(row: Mapping[str, Any], name: str) -> str | None:
    try:
        return number_of(row, name)
    except Strange:
        return None


def shown(row: Mapping[str, Any], name: str) -> str | None:
    """A text for people: no tags, no entities; None for no value."""
    found = row.get(name)
    return shown_text(found) if isinstance(found, str) else None


def shown_text(found: str) -> str | None:
    """As `shown`, of the text itself."""
    text = plain_text(found)
    return None if text in NOTHING else text


def literal(row: Mapping[str, Any], name: str) -> str | None:
    """A text that is compared and not read, such as an id number: as it came; None for no value."""
    found = row.get(name)
    return one_line(found) or None if isinstance(found, str) else None


def flag(row: Mapping[str, Any], name: str) -> bool | None:
    """True or False for true, false, 1 and 0; None for anything else."""
    found = row.get(name)
    return bool(found) if found in (0, 1) and isinstance(found, int) else None


def decimal(row: Mapping[str, Any], name: str) -> float | None:
    """A number; None for no value; Strange for what is neither."""
    found = row.get(name)
    if found is None or (isinstance(found, str) and found.strip() in NOTHING):
        return None
    if isinstance(found, str) and _NUMBER.fullmatch(found.strip()):
        found = float(found)
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e15 or not math.isfinite(found):
        raise Strange
    return float(found)


def moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A time in Unix seconds, UTC; None for 0, null and what is no time."""
    found = row.get(name)
    if type(found) is not int or not 0 < found <= _LATEST:
        return None
    return datetime.fromtimestamp(found, UTC)


def day(row: Mapping[str, Any], name: str) -> date | None:
    """The day of a time as the calendar in the United Kingdom has it: courses begin at midnight there."""
    at = moment(row, name)
    return at.astimezone(_zone()).date() if at is not None and at.year < 9999 else None


@lru_cache(maxsize=1)
def _zone() -> Any:
    try:
        return ZoneInfo(_HERE)
    except ZoneInfoNotFoundError:
        return UTC
