"""What becomes of the rows of a file: a second opinion, from a small world and the rows as plain texts.

Nothing here is shared with `app.imports`, which follows the same contract (course-record-import.md) on its own; where
the two differ, one of them is wrong. It goes through the file once for each set of rules that is acknowledged, from
the first row to the last, and keeps what everybody has in a dictionary. The rule:

Whose, which course
 1. An id is a learner's reference or ULN, an e-mail address theirs; capitals do not count. Several learners by one
    value, or two by the two: CR-23. None: CR-25. Another family name: CR-24.
 2. A course is known by its code in whatever capitals. The global importer makes a shell of one that is not (CR-26,
    told at the first row that names it; needed by every row of it). Another title: CR-20. A shell: CR-27.
By itself
 3. A type that nobody set up: CR-15. On a course that is no shell: one that is not active there CR-16, above the most
    CR-31, below it without Variable CR-30, with it below the least or between two steps CR-32.
 4. Credit on what is not complete: CR-35. Amount without type or the reverse: CR-14.
Between rows (of rows whose learner, or id, or address, and course are known)
 5. The same learner, course and type twice: CR-37. If all say the same the first stays and the others are left out
    (a warning), else all are errors. The day of a completion that is none says nothing.
 6. Several rows of a learner and course with a category: CR-38.
What it does, in the order of the file, unless it is an error or was left out
 7. Nobody known: held. CR-33 if the course has nothing to stop it and an active type; CR-43 if its credit has an
    outside body; CR-45 if it is complete without credit and the course has an active type.
 8. Known, and not assigned at once: held, if it would do anything; no credit is awarded then: CR-45 for CR-44.
 9. Not enrolled: is enrolled; complete if it says so, or if nothing stops it (never in a shell): then CR-34.
10. Enrolled and not complete: a completion completes it, unless that type is there: CR-42. Otherwise as 12.
11. Enrolled and complete: credit of a new type is added, if all else is as it is there. Otherwise as 12.
12. Whatever a row says and is there already, is left out (CR-42 tells it); anything else is an error (CR-42). A date
    or category that is left out says nothing. Whom rows enrolled and completed may be told again
    what these rows said.
13. What becomes complete without credit in its row is awarded every active type that is not variable and not there:
    CR-44; if there is none though the course has an active type: CR-45.
14. A row that needs a rule nobody acknowledged is refused, and does nothing: CR-26, CR-33, CR-34, CR-43, and CR-41
    for all rows of a global import.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = Mapping[str, str]
"""A row of a file by its columns; what is not there is empty."""
CONFIRMATIONS = ("CR-26", "CR-33", "CR-34", "CR-41", "CR-43")


@dataclass(frozen=True)
class Person:
    ref: str
    uln: str = ""
    email: str = ""
    family: str = "Example"


@dataclass(frozen=True)
class Gives:
    """What a course gives of a type, in hundredths."""

    code: str
    most: int = 200
    least: int = 0
    step: int = 100
    active: bool = True
    variable: bool = False


@dataclass(frozen=True)
class Subject:
    code: str
    title: str = "Title"
    shell: bool = False
    required: int | None = 1
    gives: tuple[Gives, ...] = ()


@dataclass(frozen=True)
class On:
    """An enrolment of a person on a course, with their credit as (type, hundredths, day)."""

    person: int
    subject: int
    complete: bool = False
    starts: str = ""
    ends: str = ""
    completed_on: str = ""
    attended: bool = False
    category: str = ""
    credit: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class World:
    people: tuple[Person, ...] = ()
    subjects: tuple[Subject, ...] = ()
    there: tuple[On, ...] = ()
    types: tuple[str, ...] = ("ama", "ancc", "cme")
    reported: frozenset[str] = frozenset({"cme"})
    """The types of which an outside body hears."""


@dataclass
class _About:
    """What is found out about a row before anything is done."""

    who: Any = None
    known: bool = False
    course: Any = None
    subject: Subject | None = None
    rules: set[tuple[str, str]] = field(default_factory=set)
    group: Any = None

    @property
    def error(self) -> bool:
        return any(weight == "error" for _, weight in self.rules)

    @property
    def shell(self) -> bool:
        return self.subject is None or self.subject.shell


def expected(
    world: World, rows: Sequence[Row], acknowledged: Collection[str], *, course: int | None, assign: bool = True
) -> list[tuple[str, set[tuple[str, str]]]]:
    """For each row its outcome, and the rules told of it as (rule, severity), of those that are foreseen. `course`:
    the open one of the course-level importer, by its place; None for a global import."""
    about = _looked_at(world, rows, course)
    _compared(rows, about)
    _tell_new_courses(about)
    state = _at_first(world)
    found = []
    for row, one in zip(rows, about, strict=True):
        twins = {weight for rule, weight in one.rules if rule == "CR-37"}
        if one.error:
            found.append(("error", one.rules))
        elif "warn" in twins:
            found.append(("skipped_duplicate", one.rules))
        else:
            found.append(_done(world, row, one, state, set(acknowledged), course is None, assign))
    return found


# ----------------------------------------------------------------------------------------- whose, and by itself


def _looked_at(world: World, rows: Sequence[Row], course: int | None) -> list[_About]:
    about = []
    for row in rows:
        one = _About()
        _who(world, row, one)
        if course is not None:
            one.course, one.subject = course, world.subjects[course]
        else:
            code = row["external_course_id"].lower()
            places = [at for at, subject in enumerate(world.subjects) if subject.code.lower() == code]
            one.course = places[0] if places else code
            one.subject = world.subjects[places[0]] if places else None
        if one.shell:
            one.rules.add(("CR-27", "warn"))
        if one.subject is not None and row.get("title") and row["title"] != one.subject.title:
            one.rules.add(("CR-20", "warn"))
        _by_itself(world, row, one)
        if one.who is not None:
            one.group = (one.who, one.course)
        about.append(one)
    return about


def _who(world: World, row: Row, one: _About) -> None:
    user, email = row.get("external_user_id", ""), row.get("external_email", "")
    if not user and not email:
        one.rules.add(("CR-10", "error"))
        return
    by_id = [at for at, each in enumerate(world.people) if user and user.lower() in (each.ref.lower(), each.uln)]
    by_mail = [at for at, each in enumerate(world.people) if email and email.lower() == each.email.lower()]
    if len(by_id) > 1 or len(by_mail) > 1 or len({*by_id, *by_mail}) > 1:
        one.rules.add(("CR-23", "error"))
    elif by_id or by_mail:
        one.who, one.known = (by_id or by_mail)[0], True
        if row.get("last_name") and row["last_name"].lower() != world.people[one.who].family.lower():
            one.rules.add(("CR-24", "warn"))
    else:
        one.who = ("id", user.lower()) if user else ("mail", email.lower())
        one.rules.add(("CR-25", "info"))


def _by_itself(world: World, row: Row, one: _About) -> None:
    code, amount = row.get("credit_type", ""), row.get("credits", "")
    if bool(code) != bool(amount):
        one.rules.add(("CR-14", "error"))
    if (code or amount) and row.get("complete") != "1":
        one.rules.add(("CR-35", "error"))
    if code and code not in world.types:
        one.rules.add(("CR-15", "error"))
    elif code and not one.shell:
        given = _given(one.subject, code)
        if given is None or not given.active:
            one.rules.add(("CR-16", "error"))
        elif amount:
            _amount(int(amount) * 100, given, one)


def _amount(amount: int, given: Gives, one: _About) -> None:
    if amount > given.most:
        one.rules.add(("CR-31", "error"))
    elif not given.variable and amount < given.most:
        one.rules.add(("CR-30", "error"))
    elif given.variable and (amount < given.least or (amount - given.least) % given.step):
        one.rules.add(("CR-32", "warn"))


def _given(subject: Subject | None, code: str) -> Gives | None:
    return next((each for each in (subject.gives if subject is not None else ()) if each.code == code), None)


def _tell_new_courses(about: Sequence[_About]) -> None:
    """Of each course that is not there the first row is told that breaks no rule of severity ERROR."""
    told: set[Any] = set()
    for one in about:
        if one.subject is None and not one.error and one.course not in told:
            one.rules.add(("CR-26", "confirm"))
            told.add(one.course)


# ----------------------------------------------------------------------------------------------- between rows

_WHO = ("external_user_id", "external_email", "first_name", "last_name", "external_course_id")


def _compared(rows: Sequence[Row], about: Sequence[_About]) -> None:
    groups = defaultdict(list)
    for at, one in enumerate(about):
        if one.group is not None:
            groups[one.group].append(at)
    for places in groups.values():
        keys = defaultdict(list)
        for at in places:
            keys[rows[at].get("credit_type", "")].append(at)
        for same in keys.values():
            if len(same) > 1:
                differ = len({_content(rows[at]) for at in same}) > 1
                for at in same if differ else same[1:]:
                    about[at].rules.add(("CR-37", "error" if differ else "warn"))
        counted = [at for at in places if rows[at].get("participant_category")]
        if len(counted) > 1:
            for at in counted:
                about[at].rules.add(("CR-38", "warn"))


def _content(row: Row) -> Any:
    said = {name: value for name, value in row.items() if value and name not in _WHO}
    said["complete"] = "1" if row.get("complete") == "1" else ""
    said["attended"] = "1" if row.get("attended") == "1" else ""
    if not said["complete"]:
        said.pop("date_completed", None)
    return tuple(sorted(said.items()))


# ------------------------------------------------------------------------------------------------ what it does


def _at_first(world: World) -> dict[Any, dict[str, Any]]:
    state: dict[Any, dict[str, Any]] = {}
    for on in world.there:
        dates = {"enrollment_start": on.starts, "enrollment_end": on.ends, "date_completed": on.completed_on}
        there = {**dates, "attended": on.attended, "participant_category": on.category}
        credit = {code: (amount, day, "") for code, amount, day in on.credit}
        state[on.person, on.subject] = {"complete": on.complete, "there": there, "told": [], "credit": credit}
    return state


def _done(
    world: World, row: Row, one: _About, state: dict[Any, Any], acknowledged: set[str], is_global: bool, assign: bool
) -> tuple[str, set[tuple[str, str]]]:
    if one.known:
        outcome, rules, after = _applied(world, row, one, state.get((one.who, one.course)))
        if not assign and outcome in ("enrolled", "completed", "credited"):
            if ("CR-44", "info") in rules:
                rules = rules | {("CR-45", "warn")}
            rules = {each for each in rules if each[0] not in ("CR-34", "CR-44")}
            outcome, after = "held", state.get((one.who, one.course))
    else:
        outcome, rules, after = "held", _held(world, row, one), None
    needed = {rule for rule, weight in rules if weight == "confirm"}
    needed |= {"CR-41"} if is_global else set()
    needed |= {"CR-26"} if one.subject is None else set()
    if outcome in ("enrolled", "completed", "credited", "held") and needed - acknowledged:
        return "refused", one.rules | rules
    if one.known and after is not None:
        state[one.who, one.course] = after
    return outcome, one.rules | rules


def _held(world: World, row: Row, one: _About) -> set[tuple[str, str]]:
    rules = set()
    if one.subject is None:
        return rules
    active = [each for each in one.subject.gives if each.active]
    if active and not one.shell and not one.subject.required:
        rules.add(("CR-33", "confirm"))
    if row.get("credits") and row["credit_type"] in world.reported and _given(one.subject, row["credit_type"]):
        rules.add(("CR-43", "confirm"))
    if active and row.get("complete") == "1" and not row.get("credits"):
        rules.add(("CR-45", "warn"))
    return rules


_Applied = tuple[str, set[tuple[str, str]], Any]
_EXISTING: set[tuple[str, str]] = {("CR-42", "info")}
_CANNOT: set[tuple[str, str]] = {("CR-42", "error")}


def _applied(world: World, row: Row, one: _About, there: Any) -> _Applied:
    complete, code = row.get("complete") == "1", row.get("credit_type", "")
    today = date.today().isoformat()
    at_once = not one.shell and one.subject is not None and not one.subject.required
    told = {
        "enrollment_start": row.get("enrollment_start", ""),
        "enrollment_end": row.get("enrollment_end", ""),
        "date_completed": row.get("date_completed", "") if complete else "",
        "attended": row.get("attended") == "1",
        "participant_category": row.get("participant_category", ""),
    }
    if there is None:
        after = {"complete": complete or at_once, "there": dict(told), "told": [(complete, told)], "credit": {}}
        if not after["complete"]:
            return "enrolled", set(), after
        after["there"]["date_completed"] = told["date_completed"] or today
        rules = _credited(world, row, one, after, told["date_completed"] or today)
        if not complete:
            rules = {("CR-34", "confirm")}
        return ("credited" if code else "completed"), rules, after
    same = _agrees(told, there["there"]) or any(_agrees(told, before) for _, before in there["told"])
    if not there["complete"]:
        if not complete:
            return ("skipped_existing", _EXISTING, None) if same else ("error", _CANNOT, None)
        if code in there["credit"]:
            return "error", _CANNOT, None
        after = {**there, "complete": True, "told": [*there["told"], (True, told)], "credit": dict(there["credit"])}
        after["there"] = {**there["there"], "date_completed": told["date_completed"] or today}
        return "completed", _credited(world, row, one, after, told["date_completed"] or today), after
    said_before = any(was == complete and _agrees(told, before) for was, before in there["told"])
    if not (complete or at_once or said_before):
        return "error", _CANNOT, None
    if not same:
        return "error", _CANNOT, None
    if not code:
        return "skipped_existing", _EXISTING, None
    if code in there["credit"]:
        amount, day, expires = there["credit"][code]
        agrees = amount == int(row["credits"]) * 100 and told["date_completed"] in ("", day)
        agrees = agrees and row.get("credit_expiration", "") in ("", expires)
        return ("skipped_existing", _EXISTING, None) if agrees else ("error", _CANNOT, None)
    after = {**there, "credit": dict(there["credit"])}
    return "credited", _credited(world, row, one, after, told["date_completed"] or today), after


def _agrees(told: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    return all(
        value == there[name] if name == "attended" else value in ("", there[name]) for name, value in told.items()
    )


def _credited(world: World, row: Row, one: _About, after: Any, day: str) -> set[tuple[str, str]]:
    code = row.get("credit_type", "")
    if code:
        after["credit"][code] = (int(row["credits"]) * 100, day, row.get("credit_expiration", ""))
        return {("CR-43", "confirm")} if code in world.reported and _given(one.subject, code) else set()
    if one.shell or one.subject is None:
        return set()
    active = [each for each in one.subject.gives if each.active]
    given = [each for each in active if not each.variable and each.code not in after["credit"]]
    for each in given:
        after["credit"][each.code] = (each.most, day, "")
    return {("CR-44", "info")} if given else {("CR-45", "warn")} if active else set()
