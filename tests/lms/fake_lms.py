"""An LMS written by hand at the edge of the program: what `app.connectors.lms` promises, from lists in memory.

`failing` raises what a connector would raise: of a course (its number), or of a call for all ("courses", "site",
"open"). `asked` counts the calls.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.connectors.lms import (
    Account,
    Activity,
    CheckStep,
    Course,
    Entry,
    GradeRow,
    LearnerGrades,
    Participant,
    Site,
    Trouble,
    Whereabouts,
)
from app.errors import ServiceError, StopRunError


def row(activity: str | None, grade: float | None = None, kind: str = "mod", **other: Any) -> GradeRow:
    """A row of a gradebook; a grade is shown with two decimals."""
    text = None if grade is None else f"{grade:.2f}"
    usual = {"name": f"Task {activity}" if activity else None, "known": True, "minimum": 0.0, "maximum": 100.0}
    usual |= {"range_text": "0–100", "percent": f"{text} %" if text else None, "letter": None, "weight": None}
    usual |= {"feedback": None, "submitted_at": None, "graded_at": None, "hidden": False, "locked": False}
    usual |= {"overridden": False, "grade_text": text}
    return GradeRow(kind=kind, activity=activity, grade=grade, **{**usual, **other})


def person(user: int, ref: str | None = None, **other: Any) -> Participant:
    """A student with an active place."""
    usual = {"id_number": ref, "email": None, "full_name": f"Person {user}", "student": True, "active": True}
    return Participant(user=str(user), **{**usual, **other})


def refused(code: str) -> ServiceError:
    return ServiceError(f"Refused: {code}.", code=code)


def broken(code: str) -> StopRunError:
    return StopRunError(f"Broken: {code}.", code=code)


@dataclass
class FakeCourse:
    """A course of the fake LMS: who is on it, and grades by activity for each user."""

    people: list[Participant] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    rows: dict[str, list[GradeRow]] = field(default_factory=dict)
    """By user. Students without an entry are not in the gradebook."""
    failed: dict[str, Trouble] = field(default_factory=dict)
    """Users about whom no answer came, where each was asked for by itself."""

    def add(
        self, user: int, ref: str | None, *grades: float | None, total: float | None = None, **other: Any
    ) -> None:
        """A student with a grade (or none) for each activity, and a total."""
        for number in range(len(self.activities), len(grades)):
            self.activities.append(Activity(str(number + 1), f"Task {number + 1}", "assign", True))
        self.people.append(person(user, ref, **other))
        self.grade(user, *grades, total=total)

    def grade(self, user: int, *grades: float | None, total: float | None = None) -> None:
        rows = [row(str(number), grade) for number, grade in enumerate(grades, 1)]
        self.rows[str(user)] = [*rows, row(None, total, "course", maximum=100.0 * len(grades))]


@dataclass
class FakeLms:
    """The client and the open connection in one."""

    listed: list[Course] = field(default_factory=list)
    courses_of: dict[str, FakeCourse] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    where: dict[str, Whereabouts] = field(default_factory=dict)
    on_call: Callable[[str, str], None] = lambda call, course: None
    parallel: int = 2
    address: str = "https://lms.example.org"
    asked: Counter[str] = field(default_factory=Counter)
    timeouts: list[float | None] = field(default_factory=list)
    on_site: list[Account] = field(default_factory=list)
    looked_up: list[tuple[str, list[str]]] = field(default_factory=list)
    entries_at_once: int = 200
    enrols: bool = True
    enrolled: list[list[Entry]] = field(default_factory=list)
    """The entries of each call."""
    on_enrol: Callable[[Sequence[Entry]], Exception | None] = lambda entries: None
    ignored: set[str] = field(default_factory=set)
    by_another_method: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def course(self, number: str, **other: Any) -> FakeCourse:
        """List a course and say what is in it."""
        values = {"short_name": f"C{number}", "full_name": f"Course {number}", "visible": True, **other}
        self.listed.append(Course(number=number, **values))
        self.courses_of[number] = FakeCourse()
        return self.courses_of[number]

    def unlist(self, *numbers: str) -> None:
        self.listed = [one for one in self.listed if one.number not in numbers]

    @contextmanager
    def open(self) -> Iterator["FakeLms"]:
        self._called("open", "")
        yield self

    def _called(self, call: str, course: str) -> None:
        with self._lock:
            self.asked[call] += 1
        self.on_call(call, course)
        for name in (call, course):
            if name in self.failing:
                raise self.failing[name]

    def site(self) -> Site:
        self._called("site", "")
        return Site("Fake", "https://lms.example.org", "1", frozenset(), (), self.enrols)

    def courses(self) -> Sequence[Course]:
        self._called("courses", "")
        return self.listed

    def whereabouts(self, course: str) -> Whereabouts:
        self._called("whereabouts", course)
        return self.where.get(course, Whereabouts.GONE)

    def activities(self, course: str) -> Sequence[Activity]:
        self._called("activities", course)
        return self.courses_of[course].activities

    def gradebook(self, course: str, users: Iterable[str] = (), timeout: float | None = None) -> list[LearnerGrades]:
        self._called("gradebook", course)
        self.timeouts.append(timeout)
        held = self.courses_of[course]
        names = {one.user: one for one in held.people}
        return [
            LearnerGrades(user, names[user].id_number if user in names else None, f"Person {user}", tuple(rows))
            for user, rows in held.rows.items()
            if user not in held.failed
        ] + [LearnerGrades(user, None, f"Person {user}", (), trouble) for user, trouble in held.failed.items()]

    def participants(self, course: str) -> Sequence[Participant]:
        self._called("participants", course)
        return self.courses_of[course].people

    def accounts(self, by: str, values: Sequence[str]) -> Sequence[Account]:
        """What is on the site, whoever is on a course; the values asked for are kept."""
        self._called("accounts", "")
        self.looked_up.append((by, list(values)))
        return [one for one in self.on_site if (one.id_number if by == "idnumber" else one.email) in values]

    def enrol(self, entries: Sequence[Entry]) -> None:
        """`on_enrol` may raise before anything is taken; what it returns is raised afterwards."""
        assert 0 < len(entries) <= self.entries_at_once
        assert len({one.course for one in entries}) == 1
        course = entries[0].course
        self._called("enrol", course)
        with self._lock:
            self.enrolled.append(list(entries))
        after = self.on_enrol(entries)
        for one in entries:
            if one.user not in self.ignored:
                self._place(one)
        if after is not None:
            raise after

    def _place(self, one: Entry) -> None:
        people = self.courses_of[one.course].people
        held = next((other for other in people if other.user == one.user), None)
        if held is not None:
            people.remove(held)
        active = not one.suspended or one.user in self.by_another_method
        people.append(person(int(one.user), held.id_number if held is not None else None, active=active))

    def page_of_people(self, course: str) -> str:
        return f"https://lms.example/people/{course}"

    def check(self) -> Iterable[CheckStep]:
        raise NotImplementedError

    def abort(self) -> None:
        """Nothing is under way for long here."""
