"""What every learning management system (LMS) tells and takes, whatever its make.

A second LMS is a module beside `moodle.py` with the methods of `LmsCalls`, an entry where clients are chosen
(`app.context`), and a sandbox of its own; the tests of the connector run against it unchanged.

Failures are ServiceErrors whose code is one of `Trouble` (lms-sync.md 4), or LOCAL28 after `abort`. What concerns the
whole connection is a StopRunError and too many requests a BusyError. All else is a plain ServiceError about the one
call, also where its code is that of a connection: a course whose answer breaks off may be the only one, and whoever
asks about many sees whether it is.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from app.errors import ServiceError


class Trouble(StrEnum):
    """The causes a connector can tell apart; the rest of lms-sync.md 4 is found by whoever compares."""

    UNREACHABLE = "SE-01"
    CERTIFICATE = "SE-02"
    SIGN_IN = "SE-03"
    NOT_ALLOWED = "SE-04"
    MAINTENANCE = "SE-05"
    TOO_MANY = "SE-06"
    NOT_AN_ANSWER = "SE-07"
    OTHER_ADDRESS = "SE-08"
    SWITCHED_OFF = "SE-09"
    COURSE_GONE = "SE-10"
    COURSE_CLOSED_TO_US = "SE-11"
    GRADES_CLOSED_TO_US = "SE-12"
    GROUPS = "SE-13"
    TOO_SLOW = "SE-14"
    UNKNOWN = "SE-19"
    ACCOUNT_GONE = "SE-22"


@dataclass(frozen=True, slots=True)
class Site:
    """What the LMS says of itself and of the account that asks."""

    name: str
    address: str
    release: str
    functions: frozenset[str]
    missing: tuple[str, ...]
    """Functions that the program needs and the account may not call."""
    enrols: bool = True
    """Whether the account may call what `enrol` needs."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the LMS. Texts are plain: no tags, no entities."""

    number: str
    short_name: str
    full_name: str
    id_number: str | None = None
    category: str | None = None
    starts: date | None = None
    ends: date | None = None
    visible: bool | None = None
    """None where the account may not see it."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A course module, graded or not."""

    number: str
    name: str
    kind: str
    visible: bool


@dataclass(slots=True)
class GradeRow:
    """A row of a learner's gradebook, in its order, as delivered. `known` is false where the course does not hand
    out grades at all: that is no "no grade". Nobody changes it, though it is not frozen: that would cost a fifth of
    the reading of a gradebook."""

    kind: str
    """"mod", "manual", "category" or "course"."""
    activity: str | None
    """The number of the activity of a "mod" row."""
    name: str | None
    known: bool
    grade: float | None = field(repr=False)
    grade_text: str | None = field(repr=False)
    minimum: float | None
    maximum: float | None
    range_text: str | None
    percent: str | None = field(repr=False)
    letter: str | None = field(repr=False)
    weight: str | None
    feedback: str | None = field(repr=False)
    """HTML as it came: never shown before it is cleaned."""
    submitted_at: datetime | None
    graded_at: datetime | None
    hidden: bool
    locked: bool
    overridden: bool
    missing_columns: tuple[str, ...] = ()
    """Columns the course switched off, in words: "grade", "range", "percentage", "feedback"."""
    not_understood: tuple[str, ...] = ()
    """Columns whose value is of no kind that was ever seen, in words (SE-25); it is None here."""
    outcome: bool = False
    """A row about an outcome of its activity: it adds nothing to progress (LS-E9)."""

    @property
    def unread(self) -> bool:
        """There is a grade, and it is of no kind that was ever seen."""
        return bool(self.not_understood) and "grade" in self.not_understood

    @property
    def graded(self) -> bool:
        """There is a grade, whether it can be read or not."""
        return self.grade is not None or self.unread


@dataclass(frozen=True, slots=True)
class LearnerGrades:
    """One account's rows of one course."""

    user: str
    id_number: str | None = field(repr=False)
    full_name: str = field(repr=False)
    rows: tuple[GradeRow, ...]
    failed: Trouble | None = None
    """Why `rows` is empty, where this account was asked for by itself and its answer did not come or is of no use.
    Nothing is known then: that is no "not in the gradebook"."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody with a place in a course. `active` is about the place, not about the account."""

    user: str
    id_number: str | None = field(repr=False)
    email: str | None = field(repr=False)
    full_name: str = field(repr=False)
    student: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the LMS."""

    user: str
    id_number: str | None = field(repr=False)
    email: str | None = field(repr=False)
    full_name: str = field(repr=False)
    suspended: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """The place that an account shall have in a course. Both days count; None: no limit. Suspended: it keeps its
    grades and is let in no more."""

    course: str
    user: str
    starts: date | None
    ends: date | None
    suspended: bool


class Refusal(StrEnum):
    """What an LMS that took none of the entries of a call has against them."""

    ENTRY = "entry"
    """One of them, it does not say which."""
    COURSE = "course"
    """The course, until somebody changes it in the LMS."""
    CLOSED = "closed"
    """The service account's rights in the course: if it is so with every course, its rights as a whole."""
    UNKNOWN = "unknown"
    """Something that is not known here."""


class EntriesRefusedError(ServiceError):
    """The LMS took none of the entries of a call, because of one of them or of their course. `code` is its own."""

    def __init__(self, message: str, *, code: str, about: Refusal, hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.about = about


class OutcomeUnknownError(ServiceError):
    """The entries of a call may have been taken or not: look before they are sent again. `ends_run`: no other call
    can succeed."""

    def __init__(self, message: str, *, code: str, hint: str = "", ends_run: bool = False) -> None:
        super().__init__(message, code=code, hint=hint)
        self.ends_run = ends_run


class Whereabouts(StrEnum):
    """What became of a course that is no longer listed (moodle.md 3, guard 1)."""

    GONE = "gone"
    OUT_OF_REACH = "out of reach"
    THERE = "there"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """A step of Test Connection: what was tried, whether it went well (None: not tried), what to know of it."""

    name: str
    ok: bool | None
    detail: str
    code: str = ""
    address: str = ""
    """The address that the site names as its own, where it answers with another one (SE-08): fit to be shown and
    set, never gone to."""


Stoppable = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Whoever may end something early: given how, and entered while it can be ended (`TaskContext.on_cancel`)."""


def unstoppable(stop: Callable[[], None]) -> AbstractContextManager[None]:
    """Nobody ends it early."""
    return nullcontext()


class LmsCalls(Protocol):
    """An open connection. Every method may be called from several threads, and raises ServiceError."""

    def site(self) -> Site: ...

    def courses(self) -> Sequence[Course]:
        """The complete list; a list that is not complete is an error."""
        ...

    def whereabouts(self, course: str) -> Whereabouts: ...

    def activities(self, course: str) -> Sequence[Activity]: ...

    def gradebook(
        self, course: str, users: Iterable[str] = (), timeout: float | None = None
    ) -> Sequence[LearnerGrades]:
        """Everybody with a grade or the chance of one, in one call with a long time-out (that of the settings, or
        `timeout` seconds if these are more); where that is too slow, one call for each of `users`.

        Give only users with a place in the course: of others the LMS tells rows without grades, as if they had none.
        """
        ...

    def participants(self, course: str) -> Sequence[Participant]:
        """Students and others, active and suspended."""
        ...

    def accounts(self, by: str, values: Sequence[str]) -> Sequence[Account]:
        """Accounts by "id", "idnumber" or "email"; what is not found is left out."""
        ...

    def enrol(self, entries: Sequence[Entry]) -> None:
        """Give accounts their places, all of them or none; at most `entries_at_once`. That it returns proves nothing:
        look at the participants. Raises EntriesRefusedError, OutcomeUnknownError; any other ServiceError: the LMS
        has not taken any."""
        ...

    def abort(self) -> None:
        """End every call under way, from any thread, for ever."""
        ...


class LmsClient(Protocol):
    """The settings of one LMS, immutable; `open` is entered inside the task that uses it."""

    @property
    def parallel(self) -> int: ...

    @property
    def address(self) -> str:
        """The site's own, as it is set."""
        ...

    @property
    def entries_at_once(self) -> int:
        """The most entries of one `enrol`."""
        ...

    def open(self) -> AbstractContextManager[LmsCalls]: ...

    def page_of_people(self, course: str) -> str:
        """The address at which people see in a browser who is on a course."""
        ...

    def check(self, stoppable: Stoppable = unstoppable) -> Generator[CheckStep, None, None]:
        """Name, TLS, answer, token, each function needed, a course list, a gradebook, in this order (LS-N4);
        ends after the first step that fails. What `stoppable` is given ends the call under way; to leave early,
        close it."""
        ...
