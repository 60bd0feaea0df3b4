"""From an HTTP answer to what Moodle said, or to the error it stands for (moodle.md 1 and 2)."""

import json
import re
from typing import Any, NoReturn

from app.connectors.http import HttpAnswer
from app.connectors.moodle_faults import no_answer, refusal
from app.errors import ServiceError

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]{0,59}")
_CLASS = re.compile(r"[A-Za-z_\\][A-Za-z0-9_\\]{0,119}")
"""What may be shown of them: a number may be somebody's."""
_TABLES = re.compile(r"\b(external_functions|course)\b")
NORMAL = frozenset({"nocriteriaset"})
"""Codes that are no failure: the answer is that there is nothing."""


def read_answer(answer: HttpAnswer, function: str) -> Any:
    """What `function` answered: a list, an object, or None.

    Raises ServiceError as `app.connectors.lms` says. An object with the key `exception` is a failure, whatever the
    HTTP status; nothing else is. Its message is never repeated: it is in any language, and may quote anything.
    """
    try:
        value = _parsed(answer.body)
    except ValueError:
        told = no_answer(answer)
        raise told from told.__cause__
    if isinstance(value, dict) and "exception" in value:
        failure = _failure(value, function)
        if failure is None:
            return None
        raise failure
    if answer.status != 200:
        raise no_answer(answer)
    return value


def _failure(told: dict[str, Any], function: str) -> ServiceError | None:
    code = told.get("errorcode")
    if isinstance(code, str) and _CODE.fullmatch(code):
        if code in NORMAL:
            return None
        return refusal(code, function, _table_in(told.get("message")))
    kind = told["exception"]
    return refusal("", function, kind=kind if isinstance(kind, str) and _CLASS.fullmatch(kind) else "")


def _table_in(message: object) -> str:
    """The database table that a message names: the one word of it that is the same in every language. What a site
    in debug mode adds in brackets is SQL, and names more tables."""
    named = _TABLES.search(message.partition("(")[0][:1000]) if isinstance(message, str) else None
    return named[1] if named else ""


def _parsed(body: bytes) -> Any:
    """Strict JSON: no NaN, no name twice in an object. Raises ValueError for all else, however deep or long."""
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)
