"""Ways in which the sandbox Moodle misbehaves on request.

A fault is named `NAME`, `NAME@WHAT` or `NAME@WHAT:HOW`. WHAT is a course's number, a function or one of `SHORT`
("gradebook", "courses" …): without it the fault hits every call. HOW is a share of the calls (`html:0.05`) or `once`:
the first call of each function about each course from then on. `error-CODE` is any of Moodle's own codes.

To add one: a function from `Asked` to `Reply` with `@fault("its-name")` above it.
"""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import InputError
from app.sandbox import faults as wire
from app.sandbox.draw import dice
from app.sandbox.moodle_errors import Failure, json_reply
from app.sandbox.server import Reply
from app.sandbox.tls import HANDSHAKE_FAULTS

SHORT = {
    "site": "core_webservice_get_site_info",
    "courses": "core_course_get_courses_by_field",
    "contents": "core_course_get_contents",
    "gradebook": "gradereport_user_get_grade_items",
    "participants": "core_enrol_get_enrolled_users",
    "accounts": "core_user_get_users_by_field",
    "enrol": "enrol_manual_enrol_users",
    "unenrol": "enrol_manual_unenrol_users",
}
RETRY_AFTER_SECONDS = 1
ELSEWHERE = "https://moodle.elsewhere.example"
_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_COLUMN = {
    "graderaw",
    "gradeformatted",
    "gradedatesubmitted",
    "gradedategraded",
    "gradehiddenbydate",
    "gradeneedsupdate",
    "gradeishidden",
    "gradeislocked",
    "gradeisoverridden",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: the `nth` of this function about this course, number `overall` of all, both from 1. `usual` makes
    the answer that would have been given."""

    function: str
    course: str
    nth: int
    overall: int
    usual: Callable[[], Reply] = field(repr=False)

    @property
    def is_gradebook(self) -> bool:
        return self.function == SHORT["gradebook"]

    def changed(self, change: Callable[[Any], Any]) -> Reply:
        """The usual answer with something about it changed; a refusal stays what it is."""
        usual = self.usual()
        told = json.loads(usual.body)
        return usual if isinstance(told, dict) and "exception" in told else json_reply(change(told))


Fault = Callable[[Asked], Reply]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Give a fault its name."""

    def keep(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return keep


def _refused(code: str, about: str = "") -> Fault:
    return lambda asked: Failure(code, about or asked.course).reply()


def _page(status: int, title: str) -> Fault:
    return lambda asked: Reply(status, _PAGE.format(title).encode(), "text/html; charset=utf-8")


def _on_the_wire(name: str) -> Fault:
    """One that has nothing to do with what is asked."""

    def act(asked: Asked) -> Reply:
        return wire.FAULTS[name](wire.Asked("", asked.nth, asked.overall, asked.usual, asked.usual))

    return act


FAULTS.update({name: _on_the_wire(name) for name in ("slow", "trickle", "truncated", "reset", "hang-up", "timeout")})
FAULTS.update({name: _on_the_wire(name) for name in ("oversized", "gzip-bomb", "nothing")})
FAULTS.update(
    {
        "token-revoked": _refused("invalidtoken"),
        "account-suspended": _refused("wsaccessusersuspended"),
        "not-allowed": _refused("accessexception"),
        "no-such-function": _refused("invalidrecord", "external_functions"),
        "maintenance": _refused("sitemaintenance"),
        "upgrading": _refused("upgraderunning"),
        "database-down": _refused("dbconnectionfailed"),
        "course-gone": lambda asked: Failure("invalidrecord", "course").reply() if asked.course else asked.usual(),
        "no-rights": _refused("nopermissions", "View grades of other users"),
        "maintenance-cli": _page(503, "The site is undergoing maintenance and is currently not available"),
        "gateway": _page(502, "502 Bad Gateway"),
        "gateway-timeout": _page(504, "504 Gateway Time-out"),
        "server-error": _page(500, "500 Internal Server Error"),
        "wrong-path": _page(404, "404 Not Found"),
        "html": _page(200, "Sign in to the network"),
    }
)


@fault("function-missing")
def function_missing(asked: Asked) -> Reply:
    """The service has lost the gradebook: site info says so, and the call is refused."""
    if asked.is_gradebook:
        return Failure("accessexception").reply()
    if asked.function != SHORT["site"]:
        return asked.usual()

    def without(told: dict[str, Any]) -> dict[str, Any]:
        told["functions"] = [one for one in told["functions"] if one["name"] != SHORT["gradebook"]]
        return told

    return asked.changed(without)


@fault("web-services-off")
def web_services_off(asked: Asked) -> Reply:
    return Reply(403)


@fault("elsewhere")
def elsewhere(asked: Asked) -> Reply:
    return Reply(303, b"", "text/html", {"Location": ELSEWHERE})


@fault("busy")
def busy(asked: Asked) -> Reply:
    body = _PAGE.format("429 Too Many Requests").encode()
    return Reply(429, body, "text/html", {"Retry-After": str(RETRY_AFTER_SECONDS)})


@fault("xml")
def xml(asked: Asked) -> Reply:
    return Failure("invalidtoken").reply(is_json=False)


@fault("half-list")
def half_list(asked: Asked) -> Reply:
    """A good answer that tells of half the courses only, as if the others had been deleted."""
    if asked.function != SHORT["courses"] or asked.course:
        return asked.usual()
    return asked.changed(lambda told: {**told, "courses": told["courses"][: len(told["courses"]) // 2]})


@fault("empty-list")
def empty_list(asked: Asked) -> Reply:
    if asked.function != SHORT["courses"] or asked.course:
        return asked.usual()
    return asked.changed(lambda told: {**told, "courses": told["courses"][:1]})


@fault("out-of-reach")
def out_of_reach(asked: Asked) -> Reply:
    if not asked.course:
        return asked.usual()
    return Failure("requireloginerror" if asked.is_gradebook else "errorcoursecontextnotvalid", asked.course).reply()


@fault("separate-groups")
def separate_groups(asked: Asked) -> Reply:
    """As a course with separate groups answers an account in none of them: in two ways."""
    if asked.is_gradebook:
        return Failure("notingroup").reply()
    return json_reply([]) if asked.function == SHORT["participants"] else asked.usual()


@fault("columns-off")
def columns_off(asked: Asked) -> Reply:
    def without(told: dict[str, Any]) -> dict[str, Any]:
        for user in told["usergrades"]:
            for row in user["gradeitems"]:
                for key in _COLUMN:
                    row.pop(key, None)
        return told

    return asked.changed(without) if asked.is_gradebook else asked.usual()


@fault("blind-role")
def blind_role(asked: Asked) -> Reply:
    """The totals stay, the activities behind them are silently gone."""

    def without(told: dict[str, Any]) -> dict[str, Any]:
        for user in told["usergrades"]:
            user["gradeitems"] = [row for row in user["gradeitems"] if row["itemtype"] == "course"]
        return told

    return asked.changed(without) if asked.is_gradebook else asked.usual()


@fault("nobody")
def nobody(asked: Asked) -> Reply:
    """The participants are silently gone."""
    return json_reply([]) if asked.function == SHORT["participants"] else asked.usual()


@fault("no-effect")
def no_effect(asked: Asked) -> Reply:
    """An enrolment is answered as ever, and nothing comes of it."""
    return json_reply(None) if asked.function == SHORT["enrol"] else asked.usual()


@fault("broken-gradebook")
def broken_gradebook(asked: Asked) -> Reply:
    if not asked.is_gradebook:
        return asked.usual()
    return Failure("", 'Attempt to read property "id" on null').reply()


@fault("unreadable-learner")
def unreadable_learner(asked: Asked) -> Reply:
    """The rows of the first learner in the gradebook are of no known shape; the others' are as ever."""

    def spoiled(told: dict[str, Any]) -> dict[str, Any]:
        for user in told["usergrades"][:1]:
            user["gradeitems"] = None
        return told

    return asked.changed(spoiled) if asked.is_gradebook else asked.usual()


@fault("wrong-course")
def wrong_course(asked: Asked) -> Reply:
    """The gradebook of another course, as a confused cache might give it."""

    def other(told: dict[str, Any]) -> dict[str, Any]:
        for user in told["usergrades"]:
            user["courseid"] += 1
        return told

    return asked.changed(other) if asked.is_gradebook else asked.usual()


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str
    act: Fault
    where: str
    share: float
    once: bool
    had: set[tuple[str, str]] = field(default_factory=set)

    def hits(self, asked: Asked, seed: int) -> bool:
        if self.where and self.where not in (asked.function, asked.course):
            return False
        if self.once:
            key = (asked.function, asked.course)
            fresh = key not in self.had
            self.had.add(key)
            return fresh
        return self.share >= 1 or dice(seed, self.name, asked.function, asked.course, asked.nth).random() < self.share


class MoodleFaultPlan:
    """Which faults are on. Of several that would hit a call, the one named first does."""

    def __init__(self, specs: Sequence[str] = (), seed: int = 1) -> None:
        """Raises InputError for a name, a place or a share that does not exist."""
        self._seed = seed
        self._lock = threading.Lock()
        self._handshake = frozenset(spec for spec in specs if spec in HANDSHAKE_FAULTS)
        self._planned = tuple(_planned(spec) for spec in specs if spec not in HANDSHAKE_FAULTS)

    def handshake(self, name: str) -> bool:
        return name in self._handshake

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            hit = next((planned for planned in self._planned if planned.hits(asked, self._seed)), None)
        return hit.act(asked) if hit is not None else asked.usual()


def _planned(spec: str) -> _Planned:
    what, _, how = spec.partition(":")
    name, _, where = what.partition("@")
    act = FAULTS.get(name) or _by_code(name)
    where = SHORT.get(where, where)
    if act is None:
        known = ", ".join(sorted([*FAULTS, *HANDSHAKE_FAULTS]))
        raise _wrong(f"The sandbox knows no fault “{name}”.", f"Choose one of: {known}, error-CODE.")
    if where and not where.isdecimal() and where not in SHORT.values():
        raise _wrong(
            f"“{where}” is no course and no function.", f"Write a course's number, or one of: {', '.join(SHORT)}."
        )
    if how in ("", "once"):
        return _Planned(name, act, where, 1.0, how == "once")
    try:
        share = float(how)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise _wrong(f"“{how}” is no share of the calls.", "Write a number from 0 to 1, or “once”.")
    return _Planned(name, act, where, share, once=False)


def _by_code(name: str) -> Fault | None:
    what, _, code = name.partition("-")
    return _refused(code) if what == "error" and code.isalnum() else None


def _wrong(message: str, hint: str) -> InputError:
    return InputError(message, hint=hint, field="fault")
