"""One course in a run of the sender: look for what is unclear, send what is Ready, look what became of it.

A generator of calls (`steps`): what is written between two calls is written before the next one is made.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select

from app.connectors.lms import (
    EntriesRefusedError,
    LmsCalls,
    OutcomeUnknownError,
    Participant,
    Refusal,
    Trouble,
    Whereabouts,
)
from app.errors import AppError, ServiceError, StopRunError
from app.lms.asking import try_elsewhere
from app.lms.errors import MAY_BE_ONE_COURSE, of_course
from app.lms.extracts import attempts, leaving
from app.lms.extracts.acknowledge import shown, why_not_shown
from app.lms.extracts.attempts import Attempt, Result, Said
from app.lms.extracts.leaving import Leaving
from app.lms.extracts.steps import Call, Job
from app.lms.run import Run
from app.tasks import Cancelled

STOPPED = "Not sent: the run ended before its turn."
CUT_SHORT = "The run was stopped before the answer came. It is looked for in the LMS before it is sent again."
DIED = "The program ended before the answer came. It is looked for in the LMS before it is sent again."
KEPT = "The learner keeps the place: another of their sections has the same course of the LMS."
MOVED = "The program ended before the answer came, and the LMS says nothing of that course any more."
_CAUSES = {
    "requireloginerror": Trouble.COURSE_CLOSED_TO_US,
    "errorcoursecontextnotvalid": Trouble.COURSE_CLOSED_TO_US,
    "nopermissions": Trouble.GRADES_CLOSED_TO_US,
}

Answers = Generator[Call, Any, bool]
People = dict[str, Participant]


@dataclass(frozen=True, slots=True)
class Look:
    """Something sent before. `same`: what would be sent now is what was sent then; `moved`: it would go to another
    course now."""

    attempt: Attempt
    same: bool
    moved: bool


@dataclass(slots=True)
class Course:
    """A course of the LMS in this run."""

    number: str
    lms_course_id: int | None
    look: list[Look] = field(default_factory=list)
    leaving: list[Leaving] = field(default_factory=list)


@dataclass(slots=True)
class Shared:
    """What the courses of a run have in common. `due`: what may be sent of a course; `heard`: calls by which the LMS
    said yes or no to an entry."""

    run: Run
    due: Select[Any]
    most: int
    today: date
    done: int = 0
    heard: int = 0
    closed: list[tuple[Course, list[Attempt], EntriesRefusedError]] = field(default_factory=list)

    def note(self, some: Sequence[Attempt], said: Said) -> set[int]:
        """Write one and the same of several attempts; returns the records that have a new status."""
        return attempts.note(self.run, {one.record_id: said for one in some}, some)

    def reached(self, course: Course) -> None:
        if course.lms_course_id is not None:
            self.run.reached_course(course.lms_course_id)

    def failed(self, course: Course, error: ServiceError) -> None:
        """A sync error of the course."""
        self.reached(course)
        self.run.counts["failed"] += 1
        if course.lms_course_id is not None:
            self.run.found.append(of_course(cause_of(error), course.lms_course_id))


def cause_of(error: ServiceError) -> str:
    """The cause (SE-…) behind an error of a call that enrols or looks."""
    if isinstance(error, EntriesRefusedError):
        return _CAUSES.get(error.code, Trouble.UNKNOWN)
    return error.code


def in_words(error: BaseException) -> str:
    """What the officer reads of it; the code of a refusal is the LMS's own, which its administrator knows."""
    if isinstance(error, EntriesRefusedError):
        return f"{error} ({error.code})"
    if isinstance(error, AppError):
        return str(error)
    return CUT_SHORT if isinstance(error, Cancelled) else STOPPED


class CourseJob:
    """The steps of one course."""

    def __init__(self, shared: Shared, course: Course) -> None:
        self._shared, self._course = shared, course
        self._left: dict[int, Attempt] = {}
        """Attempts under way of which none was taken so far."""
        self._unclear: list[Attempt] = []
        self._unclear_by: ServiceError | None = None
        self._accepted: list[Attempt] = []

    def steps(self) -> Job:
        """Raises what ends the run; then, and when it is closed, no attempt of it stays open."""
        self._shared.run.counts["courses"] += 1
        tried: set[int] = set()
        if (self._course.look or self._course.leaving) and not (yield from self._look_first(tried)):
            return
        try:
            while batch := self._claimed(tried):
                self._left = {one.record_id: one for one in batch}
                goes_on = yield from self._entries(batch)
                self._give_back(STOPPED)
                self._shared.done += len(batch)
                if not goes_on:
                    break
            yield from self._look_after()
        except (GeneratorExit, Cancelled, ServiceError) as error:
            self._give_back(in_words(error), getattr(error, "code", None))
            self._give_up()
            raise

    def _claimed(self, tried: set[int]) -> list[Attempt]:
        """The next records, of which an attempt is written now; each once in a run."""
        shared = self._shared
        batch = attempts.claim(shared.run, shared.due, self._course.number, shared.most, tried)
        tried.update(one.record_id for one in batch)
        return batch

    def _give_back(self, message: str, code: str | None = None) -> None:
        """End the attempts of which the LMS took nothing."""
        left, self._left = list(self._left.values()), {}
        self._shared.note(left, Said(Result.NOT_REACHED, code=code, message=message))

    def _give_up(self) -> None:
        """End the attempts of which nobody knows; the next run looks."""
        unclear, self._unclear = self._unclear, []
        by = self._unclear_by
        said = Said(Result.UNKNOWN, code=by.code if by else None, message=in_words(by) if by else CUT_SHORT)
        self._shared.note(unclear, said)

    def _taken_from_left(self, some: Sequence[Attempt]) -> None:
        for one in some:
            del self._left[one.record_id]

    # -- sending

    def _entries(self, some: list[Attempt]) -> Answers:
        """Send entries, by halves where one of them is refused; whether the course bears more."""
        entries = [one.sending.entry for one in some]
        try:
            yield lambda calls: calls.enrol(entries)
        except EntriesRefusedError as error:
            return (yield from self._refused(some, error))
        except OutcomeUnknownError as error:
            self._taken_from_left(some)
            self._unclear, self._unclear_by = some, error
            if error.ends_run:
                raise StopRunError(error.message, code=error.code, hint=error.hint) from error
            return False
        except Cancelled:
            self._taken_from_left(some)
            self._unclear = some
            raise
        self._taken_from_left(some)
        self._shared.heard += 1
        moved = attempts.note(self._shared.run, {one.record_id: _taken(one) for one in some}, some)
        self._accepted += [attempts.moved_on(one) if one.record_id in moved else one for one in some]
        return True

    def _refused(self, some: list[Attempt], error: EntriesRefusedError) -> Answers:
        apart = len(some) > 1 and error.about in (Refusal.ENTRY, Refusal.UNKNOWN)
        if apart and (error.code != "invalidparameter" or (yield from self._is_there())):
            half = len(some) // 2
            first = yield from self._entries(some[:half])
            return first and (yield from self._entries(some[half:]))
        self._taken_from_left(some)
        if error.about is Refusal.CLOSED:
            self._shared.closed.append((self._course, some, error))
            return False
        if error.about is Refusal.UNKNOWN:
            self._shared.note(some, Said(Result.NOT_REACHED, code=error.code, message=in_words(error)))
            self._shared.failed(self._course, error)
            return True
        self._shared.heard += 1
        self._shared.note(some, Said(Result.REFUSED, "rejected", error.code, in_words(error)))
        return error.about is Refusal.ENTRY

    def _is_there(self) -> Answers:
        """Whether the LMS has the course: it says the same of a course that is gone as of an entry that is bad."""
        number = self._course.number
        where = yield lambda calls: calls.whereabouts(number)
        return where is not Whereabouts.GONE

    # -- looking

    def _people(self) -> Generator[Call, Any, People | None]:
        """Who is on the course; None if the LMS does not say, which is an error of the course. Raises StopRunError if
        it says nothing at all."""
        number = self._course.number
        try:
            people: Sequence[Participant] = yield lambda calls: _asked(calls, number)
        except StopRunError:
            raise
        except ServiceError as error:
            self._shared.failed(self._course, error)
            return None
        self._shared.reached(self._course)
        return {one.user: one for one in people}

    def _look_first(self, tried: set[int]) -> Answers:
        """What became of what was sent before, and who has no place to leave: their records count as `tried`. False
        if the LMS does not say: then nothing is sent blindly."""
        people = yield from self._people()
        if people is None:
            # What has another course by now need not wait for ever for this one to answer.
            elsewhere = [one.attempt for one in self._course.look if one.moved and one.attempt.open]
            self._shared.note(elsewhere, Said(Result.UNKNOWN, message=MOVED))
            return False
        said = {one.attempt.record_id: self._seen_before(people, one) for one in self._course.look}
        attempts.note(self._shared.run, said, [one.attempt for one in self._course.look])
        tried |= leaving.settle(self._shared.run, self._course.leaving, people)
        return True

    def _seen_before(self, people: People, look: Look) -> Said:
        one = look.attempt
        seen = shown(people, one.asked, self._shared.today)
        if one.result == Result.ACCEPTED.value and one.status == "ready":
            return Said(None, "processed" if seen else None, late=True)
        if seen and (one.status == "transmitted" or (one.status == "ready" and look.same and one.telling)):
            return Said(Result.SEEN if one.open else None, "processed")
        if one.status == "transmitted":
            why = attempts.OVERTAKEN if one.overtaken else why_not_shown(people, one.asked)
            return Said(Result.UNKNOWN if one.open else None, message=why)
        return Said(Result.UNKNOWN, message=DIED) if one.open else Said(None)

    def _look_after(self) -> Generator[Call, Any, None]:
        """See what became of what was sent in this run."""
        if not self._accepted and not self._unclear:
            return
        people = yield from self._people()
        if people is None:
            self._give_up()
            return
        said = {one.record_id: self._seen_after(people, one) for one in self._accepted}
        told = [one for one in self._unclear if self._is_told(people, one)]
        said |= {one.record_id: Said(Result.SEEN, "processed") for one in told}
        attempts.note(self._shared.run, said, [*self._accepted, *told])
        self._unclear = [one for one in self._unclear if one.record_id not in said]
        self._give_up()

    def _seen_after(self, people: People, one: Attempt) -> Said:
        entry = one.sending.entry
        if shown(people, entry, self._shared.today):
            return Said(None, "processed")
        return Said(None, message=why_not_shown(people, entry))

    def _is_told(self, people: People, one: Attempt) -> bool:
        """Whether the LMS shows that it took an entry to which it never answered."""
        return one.telling and shown(people, one.sending.entry, self._shared.today)


def _taken(one: Attempt) -> Said:
    return Said(Result.ACCEPTED, "transmitted", message=KEPT if one.kept else None)


def _asked(calls: LmsCalls, number: str) -> Sequence[Participant]:
    try:
        return calls.participants(number)
    except StopRunError:
        raise
    except ServiceError as error:
        if error.code in MAY_BE_ONE_COURSE:
            try_elsewhere(calls)
        raise
