"""A list of person codes or ULNs as somebody pastes it: a column of a spreadsheet, a line with commas, an e-mail."""

import re
from dataclasses import dataclass, field

from app.errors import InputError
from app.folding import fold, storable
from app.postcodes import is_postcode, normal_postcode
from app.sentence import Sentence
from app.ulns import UlnState, normal, state

MOST_CODES = 100_000
_LONGEST = 100
"""No code is so long; what is longer cannot be found, and is told with its beginning."""
_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BETWEEN = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\t,;]+")
_QUOTES = "\"'“”‘’"
_SHORTEST_AFTER_SPACE = 4
"""A postcode or a date has spaces too: its parts are shorter, or without a digit."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes as pasted, in their order, each once whatever its capitals."""

    entries: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.entries)


def codes_in(text: str) -> Codes | None:
    """The codes that `text` lists; None where it is not a list but words to search for.

    Several lines are always a list. One line is one if commas, tabs, semicolons or spaces separate at least two
    entries that all look like codes. Raises InputError for more than MOST_CODES.
    """
    found: dict[str, str] = {}
    parts = 0
    for part in _BETWEEN.split(text):
        for entry in _entries(part):
            parts += 1
            if parts > MOST_CODES:
                raise InputError(
                    Sentence("The pasted list has more than {most:,} entries.", most=MOST_CODES),
                    hint="Paste it in smaller parts.",
                )
            if key := fold(entry):
                found.setdefault(key, entry)
    if parts < 2 or not found:
        return None
    lines = sum(1 for line in _ENDS.split(text) if line.strip())
    if lines < 2 and not all(map(_has_digit, found)):
        return None
    return Codes(tuple(found.values()))


def _entries(part: str) -> list[str]:
    """The codes in what stands between two separators: usually one, which may hold a space itself."""
    entry = " ".join(storable(part).split()).strip(_QUOTES).strip()[:_LONGEST]
    if not entry:
        return []
    pieces = entry.split(" ")
    if len(pieces) > 1 and all(len(one) >= _SHORTEST_AFTER_SPACE and _has_digit(one) for one in pieces):
        whole = state(normal(entry)) is UlnState.OK or is_postcode(normal_postcode(entry) or "")
        return [entry] if whole else pieces
    return [entry]


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)
