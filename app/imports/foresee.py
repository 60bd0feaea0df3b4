"""What applying a row would do: its findings that need the set-up and what is there, and its outcome
(course-record-import.md 5.4 and 6). Pure: the same is asked of the dry run and of the application.

What a row does to a record of a learner on a course:

- no enrolment: it is made, complete if the row says so, or at once where nothing stops it (CR-34);
- an incomplete one: the row may complete it, and add its credit; nothing else of it is touched;
- a complete one: the row may add credit of a type that is not there.

Everything else is there already, or cannot be done by an import (CR-42). A complete record without credit in its row
is awarded what the course gives (CR-44). What applying a row does is told only of rows that can be applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.imports import amounts, facts
from app.imports.amounts import in_words, shown
from app.imports.columns import Column
from app.imports.facts import CourseFacts, CreditFacts, Says
from app.imports.record import Record
from app.imports.rules import GOOD, Finding, Outcome, Severity
from app.imports.standing import Credit, Enrolled, Said, Standing

_MOST_TYPES = 20


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all rows of a job have in common."""

    today: date
    assign: bool = True
    types: Sequence[str] = ()
    """The machine names that may be given, for the words of CR-15."""
    known_types: frozenset[str] = frozenset()
    plainly: dict[int, tuple[tuple[CreditFacts, ...], tuple[Finding, ...]]] = field(
        default_factory=dict, compare=False
    )
    """Worked out once for each course without a mapping: what it awards to who has no credit of it, and what is told
    of that."""


@dataclass(slots=True)
class Case:
    """One record, and what it is about. `course` is None for a shell that is still to be made; `learner_id` is None
    where nobody matches. Not frozen for speed only."""

    record: Record
    learner_id: int | None
    course: CourseFacts | None
    says: Says = field(repr=False)

    @property
    def is_shell(self) -> bool:
        return self.course is None or self.course.is_shell

    @property
    def at_once(self) -> bool:
        """Whether enrolling completes by itself. Not in a shell: it can have no required object, so that there would
        be no way to keep a record of it incomplete."""
        return self.course is not None and not self.course.is_shell and self.course.nothing_stops


@dataclass(slots=True)
class Step:
    """What applying one record does (not frozen for speed only)."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    after: Standing
    """What the learner has on the course then."""

    @property
    def needs(self) -> frozenset[str]:
        """The rules that have to be acknowledged first."""
        return frozenset(one.rule for one in self.findings if one.weight is Severity.CONFIRM)


def values(case: Case, around: Circumstances) -> list[Finding]:
    """What the set-up has against the values of a row, whatever else is there: CR-15, CR-16, CR-30 to CR-32."""
    record = case.record
    code = record.credit_type
    if not code or Column.CREDIT_TYPE in record.broken:
        return []
    if code not in around.known_types:
        return [_unknown_type(code, around.types)]
    if case.course is None:
        return []
    if record.credits is not None:
        return amounts.findings(case.course, code, record.credits)
    return [one for one in amounts.findings(case.course, code, 0) if one.rule == "CR-16"]


def _unknown_type(code: str, types: Sequence[str]) -> Finding:
    those = in_words(types[:_MOST_TYPES]) or "none yet (set them up under Courses for Credit)"
    if len(types) > _MOST_TYPES:
        those += f" and {len(types) - _MOST_TYPES:,} more"
    return Finding("CR-15", f"There is no credit type {code}. Those set up are {those}.", Column.CREDIT_TYPE, code)


def step(case: Case, standing: Standing, around: Circumstances, *, keep: bool = True) -> Step:
    """What applying a record does to a learner and course of this standing. Of a record that breaks no rule of
    severity ERROR by itself. `keep`: whether it is of interest what the learner has then; it costs as much as all
    else."""
    if case.learner_id is None:
        return Step(Outcome.HELD, tuple(_unknown_learner(case)), standing)
    enrolled = standing.enrolled
    if enrolled is None:
        made = _enrols(case, standing, around, keep)
    elif enrolled.complete:
        made = _adds(case, standing, enrolled, around)
    else:
        made = _completes(case, standing, enrolled, around)
    if around.assign or made.outcome not in GOOD:
        return made
    return Step(Outcome.HELD, tuple(_waiting(made)), standing)


def _unknown_learner(case: Case) -> list[Finding]:
    """CR-33, CR-43 and CR-45 of a row that is held."""
    course, record = case.course, case.record
    found: list[Finding] = []
    if course is None:
        return found
    if case.at_once and course.active:
        others = [one.code for one in course.active if one.code != record.credit_type]
        given = f" and credited with {in_words(others)}" if others else ""
        message = f"The learner will be completed{given} as soon as they appear, whatever they should get. "
        found.append(Finding("CR-33", message + "Add a required object to the course first."))
    found += _unreported(case)
    if record.complete and record.credits is None and course.active:
        found.append(_NOT_YET)
    return found


def _waiting(made: Step) -> list[Finding]:
    """What is left of the findings where nothing is assigned now."""
    return [_NOT_YET if one.rule == "CR-44" else one for one in made.findings if one.rule != "CR-34"]


_NOT_YET = Finding(
    "CR-45", "No credit is awarded now: the row is held. The course awards it when the row is applied."
)


def _enrols(case: Case, standing: Standing, around: Circumstances, keep: bool) -> Step:
    """Nothing is there yet."""
    record = case.record
    if record.credit_type in standing.credit:
        message = (
            f"The learner has {record.credit_type} for this course, but no enrolment. An import cannot mend that."
        )
        return _refused(message, standing, Column.CREDIT_TYPE, record.credit_type)
    complete = record.complete or case.at_once
    day = (record.completed_on or around.today) if complete else None
    given, found = _credited(case, standing, record.category, around) if complete else ((), ())
    if complete and not record.complete:
        found = (_at_once(given),)
    outcome = Outcome.ENROLLED
    if complete:
        outcome = Outcome.CREDITED if record.credits is not None else Outcome.COMPLETED
    if not keep:
        return Step(outcome, found, standing)
    said, there = Said.by(record), Said.by(record)
    there.complete, there.completed_on = complete, day
    return Step(outcome, found, Standing(Enrolled(None, there, (said,)), _with(case, standing, given, day)))


def _completes(case: Case, standing: Standing, enrolled: Enrolled, around: Circumstances) -> Step:
    """An incomplete enrolment is there."""
    record = case.record
    if not record.complete:
        return _there_or_not(enrolled, record, standing)
    if record.credit_type in standing.credit:
        message = f"The learner has {record.credit_type} on this incomplete record already. An import cannot update "
        message += "it: use Replace Credit on Incomplete Record."
        return _refused(message, standing, Column.CREDIT_TYPE, record.credit_type)
    day = record.completed_on or around.today
    given, found = _credited(case, standing, enrolled.there.category or "", around)
    done = replace(enrolled.there, complete=True, completed_on=day)
    now = Enrolled(enrolled.id, done, (*enrolled.said, Said.by(record)))
    return Step(Outcome.COMPLETED, found, Standing(now, _with(case, standing, given, day)))


def _adds(case: Case, standing: Standing, enrolled: Enrolled, around: Circumstances) -> Step:
    """A complete record is there."""
    record = case.record
    if not (record.complete or case.at_once or enrolled.was_said(record)):
        return _refused(
            "The record is complete, and an import cannot take that back.", standing, Column.COMPLETE, "0"
        )
    if record.credits is None:
        return _there_or_not(enrolled, record, standing)
    there = standing.credit.get(record.credit_type)
    if there is not None and not there.agrees(record):
        message = f"The learner has {shown(there.amount)} of {record.credit_type} for this course already. An import "
        message += "cannot update it: use Edit Credit."
        return _refused(message, standing, Column.CREDITS, shown(record.credits))
    made = _there_or_not(enrolled, record, standing)
    if there is not None or made.outcome is Outcome.ERROR:
        return made
    given, found = _credited(case, standing, "", around)
    day = record.completed_on or around.today
    return Step(Outcome.CREDITED, found, Standing(enrolled, _with(case, standing, given, day)))


def _there_or_not(enrolled: Enrolled, record: Record, standing: Standing) -> Step:
    if enrolled.agrees(record):
        return Step(Outcome.SKIPPED_EXISTING, (_THERE,), standing)
    columns = in_words(one.value for one in enrolled.there.differing(record))
    message = f"The learner is enrolled already, with something else as {columns}. An import cannot update an "
    return _refused(message + "enrolment: leave these cells empty, or edit the enrolment.", standing)


_THERE = Finding("CR-42", "Already there: nothing is changed.", severity=Severity.INFO)


def _refused(message: str, standing: Standing, column: str = "", value: str = "") -> Step:
    return Step(Outcome.ERROR, (Finding("CR-42", message, column, value),), standing)


# --------------------------------------------------------------------------------------------------------- credit


def _credited(
    case: Case, standing: Standing, category: str, around: Circumstances
) -> tuple[tuple[CreditFacts, ...], tuple[Finding, ...]]:
    """What the course awards to a record that is complete now, nothing where its row has credit of its own; and what
    is to be told of that."""
    course = case.course
    if case.record.credits is not None:
        return (), tuple(_unreported(case))
    if course is None or course.is_shell:
        return (), ()
    if not standing.credit:
        plain = around.plainly.get(course.id)
        if plain is not None:
            return plain
    says = facts.with_category(case.says, category)
    given = tuple(one for one in course.awards(says) if one.code not in standing.credit)
    found: tuple[Finding, ...] = ()
    if given:
        found = (_awarded(given),)
    elif course.active:
        found = (_nothing_awarded(course),)
    if not standing.credit and not course.mapped:
        around.plainly[course.id] = (given, found)
    return given, found


def _with(case: Case, standing: Standing, given: Sequence[CreditFacts], day: date | None) -> Mapping[str, Credit]:
    """The credit of a learner together with that of the row, or with what the course awards."""
    record = case.record
    if record.credits is not None:
        own = Credit(record.credits, record.completed_on or day, record.expires)
        return {**standing.credit, record.credit_type: own}
    return {**standing.credit, **{one.code: Credit(one.maximum, day) for one in given}} if given else standing.credit


def _unreported(case: Case) -> list[Finding]:
    """CR-43: credit in a file goes nowhere."""
    record, course = case.record, case.course
    given = course.credit.get(record.credit_type) if course is not None and record.credits is not None else None
    if given is None or not given.bodies:
        return []
    bodies = in_words(given.bodies)
    return [Finding("CR-43", f"This credit will not reach {bodies}.", Column.CREDITS, shown(record.credits or 0))]


def _awarded(given: Sequence[CreditFacts]) -> Finding:
    what = in_words(f"{shown(one.maximum)} {one.code}" for one in given)
    bodies = in_words(dict.fromkeys(body for one in given for body in one.bodies))
    told = f" and reported to {bodies}" if bodies else ""
    return Finding("CR-44", f"{what} will be awarded by the course{told}.")


def _nothing_awarded(course: CourseFacts) -> Finding:
    automatic = any(one.automatic for one in course.active)
    why = "none of its types is meant for this learner, or they have it" if automatic else "its credit is variable"
    return Finding("CR-45", f"No credit is awarded now: the course gives some, but {why}.")


def _at_once(given: Sequence[CreditFacts]) -> Finding:
    credit = in_words(f"{shown(one.maximum)} {one.code}" for one in given)
    what = f"completed and credited with {credit}" if credit else "completed"
    return Finding("CR-34", f"The learner will be {what} at once, for the course has no required object.")
