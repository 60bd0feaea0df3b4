"""ULNs: how one is written, what it may be, and its check digit (lrs.md 8, learner-files.md 3).

A ULN is text for ever: as a number it loses its shape in a spreadsheet (`3000000010.0`, `3.00E+09`), and
what has lost its shape is refused rather than guessed. A pass of the check digit does not prove that anybody
holds the number.
"""

import re
import unicodedata
from enum import StrEnum
from operator import mul

from app.folding import storable

TEMPORARY = "9999999999"
"""Stands in the ILR for "not yet known". Many learners share it, and it is never sent to the service."""

_WEIGHTS = tuple(range(10, 1, -1))
_ZEROS = ord("0") * sum(_WEIGHTS)
_NINE = re.compile(r"[1-9][0-9]{8}")
_NOT_A_ULN = frozenset({"", "0", "0000000000", "n/a", "tbc", "unknown"})
_SHAPE = re.compile(r"[1-9][0-9]{9}")


class UlnState(StrEnum):
    """What a ULN is worth. The values are those of the column `uln_state`."""

    OK = "ok"
    NONE = "none"
    TEMPORARY = "temporary"
    BAD = "bad"


def normal(text: str | None) -> str | None:
    """The text as it is kept: without spaces of any kind and what no database takes, full-width digits made plain;
    None for "no ULN".

    Nothing else is repaired: what is not a ULN comes back as it is, and `state` calls it bad.
    """
    plain = unicodedata.normalize("NFKC", storable(text or ""))
    kept = "".join(mark for mark in plain if not mark.isspace() and unicodedata.category(mark) != "Cf")
    kept = unicodedata.normalize("NFKC", kept)
    return None if kept.casefold() in _NOT_A_ULN else kept


def state(uln: str | None) -> UlnState:
    """What a ULN in its normal form is: fit to be asked for, missing, a stand-in, or wrong."""
    if not uln:
        return UlnState.NONE
    if uln == TEMPORARY:
        return UlnState.TEMPORARY
    if _SHAPE.fullmatch(uln) and check_digit(uln[:9]) == uln[9]:
        return UlnState.OK
    return UlnState.BAD


def check_digit(nine: str) -> str | None:
    """The tenth digit that makes a ULN of these nine; None where none can, or where they are not nine."""
    if not _NINE.fullmatch(nine):
        return None
    rest = (sum(map(mul, _WEIGHTS, nine.encode("ascii"))) - _ZEROS) % 11
    return str(10 - rest) if rest else None
