"""Text from data made safe to read: nothing in a name may hide, turn round or format anything."""

import html
import unicodedata

_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
"""Controls, format characters (zero width, direction marks), unassigned, and the two line separators."""
_ALLOWED = {"\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}
"""These two shape letters of several scripts, but only between letters."""
_BLANK = "\N{OPEN BOX}"
_BLANKS = {"\N{HANGUL FILLER}", "\N{HALFWIDTH HANGUL FILLER}", "\N{BRAILLE PATTERN BLANK}"}


def visible_text(s: str) -> str:
    """`s` with every character that would be unseen, or turn the line round, written as ‹U+202E›.

    Text that people can see is left as it is; any other kind of space becomes a plain one.
    """
    if s.isascii() and s.isprintable():
        return s
    return "".join(_shown(s, at, sign) for at, sign in enumerate(s))


def _shown(whole: str, at: int, sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Zs":
        return " "
    if sign in _ALLOWED and whole[at - 1 : at].isalpha() and whole[at + 1 : at + 2].isalpha():
        return sign
    if category in _UNSEEN or sign in _BLANKS:
        return f"‹U+{ord(sign):04X}›"
    return sign


def seen_blanks(text: str) -> str:
    """`text` with a mark for each space at its ends, where nobody would see one."""
    inside = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if inside else 0
    return _BLANK * before + inside + _BLANK * (len(text) - before - len(inside))


def tip_text(text: str) -> str:
    """`text` for a tool tip or any other place that would take `<b>` for an instruction."""
    return f"<qt>{html.escape(text, quote=False).replace(chr(10), '<br>')}</qt>" if "<" in text else text


def without_key(text: str) -> str:
    """`text` for a button, a box to tick or a menu, where one `&` would underline a letter and not be seen."""
    return text.replace("&", "&&")


def shortened(text: str, limit: int) -> str:
    """`text`, cut with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"
