"""JSON as it is stored: without spaces, letters as they are, days and moments as ISO text."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any


def _plain(value: object) -> str:
    if isinstance(value, date):  # a moment is one too
        return value.isoformat()
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"))


def _made_once() -> Callable[[Any, int], Iterable[str]] | None:
    """The encoder in C, which `JSONEncoder.encode` makes anew for every call: that costs more than a small object.
    None where this Python has none, or another one."""
    try:
        parts: Any = json.encoder
        letters = parts.encode_basestring
        made: Callable[[Any, int], Iterable[str]] = parts.c_make_encoder(
            None, _plain, letters, None, ":", ",", False, False, True
        )
        fits = "".join(made({"a": [None, "é"]}, 0)) == _ENCODER.encode({"a": [None, "é"]})
    except (AttributeError, TypeError):
        return None
    return made if fits else None


_MADE = _made_once()
_READ = json.JSONDecoder().raw_decode


def encoded(value: Any) -> str:
    """`value` (of dicts, lists, text, numbers, days and moments; nothing holds itself) as JSON."""
    return _ENCODER.encode(value) if _MADE is None else "".join(_MADE(value, 0))


def json_or_none(text: str | None) -> Any:
    """The value of a text that another version or another program may have written; None for nothing, and for what is
    no JSON. What kind of value it is nobody knows."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def decoded(text: str) -> Any:
    """The value of what `encoded` made: without the looking for white space around it, which costs a third."""
    return _READ(text)[0]
