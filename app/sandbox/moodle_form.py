"""What a question to the sandbox Moodle looks like: a form that PHP reads as a tree, checked against what each
function takes. Nothing else is let through."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.sandbox.moodle_errors import Failure

MOST_VARIABLES = 5000
"""PHP drops what is beyond, and says nothing."""
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_KEYS = re.compile(r"\[([^\[\]]*)\]")

INT, BOOL, TEXT = "int", "bool", "text"
_OPTION_LIST = [{"name": TEXT, "value": TEXT}]
TAKES: Mapping[str, Mapping[str, Any]] = {
    "core_webservice_get_site_info": {"serviceshortnames?": [TEXT]},
    "core_course_get_courses": {"options?": {"ids?": [INT]}},
    "core_course_get_courses_by_field": {"field?": TEXT, "value?": TEXT},
    "core_course_get_contents": {"courseid": INT, "options?": _OPTION_LIST},
    "gradereport_user_get_grade_items": {"courseid": INT, "userid?": INT, "groupid?": INT},
    "gradereport_user_get_access_information": {"courseid": INT},
    "core_enrol_get_enrolled_users": {"courseid": INT, "options?": _OPTION_LIST},
    "core_user_get_users_by_field": {"field": TEXT, "values": [TEXT]},
    "enrol_manual_enrol_users": {
        "enrolments": [
            {"roleid": INT, "userid": INT, "courseid": INT, "timestart?": INT, "timeend?": INT, "suspend?": BOOL}
        ]
    },
    "enrol_manual_unenrol_users": {"enrolments": [{"userid": INT, "courseid": INT, "roleid?": INT}]},
}
"""The functions there are, and the parameters of each; a question mark for those that may be left out."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it came; `tree` holds the parameters of the function, not yet checked."""

    token: str
    function: str
    is_json: bool
    tree: Mapping[str, Any]

    @property
    def course(self) -> str:
        """The course it is about, as far as it says so."""
        told = self.tree.get("courseid")
        if told is None and isinstance(entries := self.tree.get("enrolments"), dict):
            first = next(iter(entries.values()), None)
            told = first.get("courseid") if isinstance(first, dict) else None
        return told if isinstance(told, str) else ""


def read_question(query: str, body: bytes) -> Question:
    """The parameters of address and body together, as PHP has them."""
    pairs = parse_qsl(query, keep_blank_values=True)
    pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    tree: dict[str, Any] = {}
    for name, value in pairs[:MOST_VARIABLES]:
        _put(tree, name, value)
    token, function, form = (tree.pop(name, "") for name in ("wstoken", "wsfunction", "moodlewsrestformat"))
    return Question(str(token), str(function), form == "json", tree)


def _put(tree: dict[str, Any], name: str, value: str) -> None:
    parts = _NAME.fullmatch(name)
    if parts is None:
        return
    keys = [parts[1], *_KEYS.findall(parts[2])]
    here = tree
    for key in keys[:-1]:
        inner = here.get(key)
        if not isinstance(inner, dict):
            inner = here[key] = {}
        here = inner
    here[keys[-1] or str(len(here))] = value


def checked(question: Question) -> dict[str, Any]:
    """The parameters as the function takes them. Raises Failure "invalidparameter" for one that is missing, of
    another kind, or not known."""
    found = _read(question.tree, TAKES[question.function])
    assert isinstance(found, dict)
    return found


def _read(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, Mapping):
        return _read_object(value, wanted)
    if isinstance(wanted, list):
        if not isinstance(value, dict) or not value:
            raise Failure("invalidparameter")
        return [_read(inner, wanted[0]) for _, inner in sorted(value.items(), key=lambda pair: _place(pair[0]))]
    if not isinstance(value, str):
        raise Failure("invalidparameter")
    if wanted is INT:
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise Failure("invalidparameter")
        return int(value)
    if wanted is BOOL:
        if value not in ("0", "1", ""):
            raise Failure("invalidparameter")
        return value == "1"
    return value


def _read_object(value: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Failure("invalidparameter")
    known = {name.removesuffix("?"): inner for name, inner in wanted.items()}
    if value.keys() - known.keys():
        raise Failure("invalidparameter")
    if any(not name.endswith("?") and name not in value for name in wanted):
        raise Failure("invalidparameter")
    return {name: _read(inner, known[name]) for name, inner in value.items()}


def _place(key: str) -> int:
    if not key.isdecimal() or len(key) > 18:
        raise Failure("invalidparameter")
    return int(key)
