"""Characters that have no business in a cell: nobody sees them, and yet it is not the same (CR-06).

Letters with accents are ordinary letters. The list is the contract's, and what is of the same kind.
"""

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Controls; what steers other characters (zero width, byte order mark, soft hyphen); separators but the space."""
_LOST = "\ufffd\ufffc"
"""Stand for what a program could not keep: nobody knows any more what stood there."""
_PICTURES = range(0x2400, 0x2440)
"""Drawn in the place of control characters by *Export Refused Rows*, so that people see them."""
_QUOTES = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb"
_NAMES = {
    "\0": "a zero byte",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\ufeff": "a byte order mark",
}
_SUSPECT = re.compile(f"[{_LOST}\u2400-\u243f{_QUOTES}]")
_MOST_NAMED = 3

FORMULA_LOST = "\ufffc"
"""Begins a cell of a workbook that holds an error, or a formula without its value."""


def is_plain(text: str) -> bool:
    """Quickly, whether there is certainly nothing special in a text; False asks for a closer look."""
    return text.isprintable() and (text.isascii() or _SUSPECT.search(text) is None)


def _is_no_character(one: str) -> bool:
    number = ord(one)
    return number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF


def _is_special(one: str) -> bool:
    if one == " ":
        return False
    if one in _LOST or ord(one) in _PICTURES or _is_no_character(one):
        return True
    return not one.isprintable() and unicodedata.category(one) in _HIDDEN


def special(text: str, *, number: bool = False) -> list[str]:
    """The special characters of a text, each once, in their order; curly quotation marks around it as well where it
    is a number or a date."""
    found = [one for one in dict.fromkeys(text) if _is_special(one)]
    if number and (bare := text.strip()):
        found += dict.fromkeys(one for one in (bare[0], bare[-1]) if one in _QUOTES)
    return found


def mended(text: str, *, number: bool = False) -> str:
    """The text without them, blanks of all kinds as spaces; "" where what stood there is lost, or nothing is left."""
    return "" if any(one in _LOST for one in text) else seen(text, number=number)


def seen(text: str, *, number: bool = False) -> str:
    """As `mended`, with the signs that stand for what is lost."""
    kept = "".join(_instead(one) if one not in _LOST and _is_special(one) else one for one in text)
    return kept.strip(f" {_QUOTES}") if number else kept


def _instead(one: str) -> str:
    return " " if one in "\t\n\r" or unicodedata.category(one) in {"Zs", "Zl", "Zp"} else ""


def named(found: list[str]) -> str:
    """What the characters are called, with their code points: "a no-break space (U+00A0)"."""
    told = [f"{_name(one)} (U+{ord(one):04X})" for one in found[:_MOST_NAMED]]
    more = [f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    *first, last = [*told, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _name(one: str) -> str:
    if one in _NAMES:
        return _NAMES[one]
    plain = unicodedata.name(one, "a control character").lower()
    if plain.startswith("a "):
        return plain
    return f"{'an' if plain[0] in 'aeiou' else 'a'} {plain}"
