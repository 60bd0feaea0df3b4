"""Rows judged some thousand at a time: whose they are, what is there, what they break, what becomes of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlalchemy import Connection

from app.folding import fold
from app.imports import across, facts, foresee, matching, standing, stored
from app.imports.across import ALONE, Across, Beside, Twin
from app.imports.columns import Column, Importer
from app.imports.facts import CourseFacts, Says
from app.imports.forecast import ALL, BETWEEN, Answers, Forecast
from app.imports.foresee import Case, Circumstances, Step
from app.imports.matching import IDENTITY, NOBODY, Courses, Learners, Whose
from app.imports.record import Read, Record
from app.imports.rules import GOOD, RULES, Finding, Outcome, Severity
from app.imports.standing import NOTHING, Standing

Pair = tuple[int | str, ...]
"""A learner and a course, or who is not known yet and a course."""
_NO_SAYS: Says = MappingProxyType({})


@dataclass(slots=True)
class Seen:
    """A row, and what was found for it in the database."""

    read: Read
    whose: Whose
    course: CourseFacts | None = None
    pair: Pair | None = None
    """None where it cannot be said which learner or course it is about."""
    new_course: bool = False
    """Whether CR-26 is told of it: the first row of a course that nobody knew which may be applied."""
    says: Says = field(default_factory=lambda: _NO_SAYS, repr=False)

    @property
    def key(self) -> standing.Pair | None:
        """Learner and course, where both are there."""
        return (self.whose.id, self.course.id) if self.whose.id is not None and self.course is not None else None


@dataclass(slots=True)
class Judged:
    """A row (not frozen for speed only) with all that was found, and what becomes of it."""

    seen: Seen
    findings: list[Finding]
    forecast: Forecast
    after: Standing
    """What the learner has on the course once the row is applied, where nothing before it in its chain is."""


class Chain:
    """What one learner has on one course, from row to row of a file: for each answer to the confirmations that
    decide whether a row before was applied (see `forecast`)."""

    def __init__(self, there: Standing) -> None:
        self.at = [there] * (ALL + 1)
        self.first = there


class Judge:
    """Judges the rows of one file."""

    def __init__(self, tx: Connection, importer: Importer, only: CourseFacts | None, around: Circumstances) -> None:
        """`only`: the open course of the course-level importer."""
        self._global = importer is Importer.GLOBAL
        self._learners, self._courses = Learners(tx), Courses(only)
        self._readers = stored.Readers()
        self._around = around
        self.keep = True
        """Whether it is of interest what a learner has once a row is applied (`Judged.after`)."""
        self.hold_once = False
        """Whether a row that waits in the list of held records already is left out rather than held again."""
        self._held: dict[standing.Waits, set[int]] = {}
        """What is held already of whom the rows of a batch are about, as numbers (`across.content`)."""
        self.leave_out_categories = False
        """Whether the categories after a learner's first are left out (the repair of CR-38)."""
        self._new_courses: set[int] = set()
        self._forecasts: dict[tuple[Outcome, frozenset[str]], Forecast] = {}

    def look(self, tx: Connection, reads: Sequence[Read]) -> list[Seen]:
        """Whose and of which course rows are."""
        known = [one.records[0] for one in reads if one.records]
        self._courses.look(tx, known)
        whose = iter(self._learners.of(tx, known))
        found = [self._seen(one, next(whose)) if one.records else Seen(one, NOBODY) for one in reads]
        courses = {one.course.id: one.course for one in found if one.course is not None}
        if mapped := {key for key, course in courses.items() if course.mapped}:
            here = (one.whose.id for one in found if one.course is not None and one.course.id in mapped)
            says = facts.says_of(tx, {key for key in here if key is not None})
            for one in found:
                one.says = says.get(one.whose.id or 0, _NO_SAYS)
        return found

    def _seen(self, read: Read, whose: Whose) -> Seen:
        record = read.records[0]
        course = self._courses.of(record)
        about = self._courses.key(record)
        return Seen(read, whose, course, self._pair(read, record, whose, about))

    def _pair(self, read: Read, record: Record, whose: Whose, about: int | str) -> Pair | None:
        if not about or (read.findings and any(one.rule == "CR-19" for one in read.findings)):
            return None
        if record.broken and (Column.COURSE in record.broken or record.broken & IDENTITY):
            return None
        if whose.id is not None:
            return whose.id, about
        if whose.several:
            return None
        if record.user:
            return "id", fold(record.user) or record.user, about
        return ("e-mail", matching.address(record.email), about) if record.email else None

    def together(self, gathered: Across, seen: Sequence[Seen]) -> Mapping[int, Beside]:
        """What the rows of a batch mean for one another; `gathered` keeps them for those far apart."""
        gathered.begin()
        for one in seen:
            if one.pair is not None:
                records = one.read.records
                for record in records:
                    gathered.add(one.pair, record, len(records))
        return gathered.in_batch()

    def standings(self, tx: Connection, seen: Iterable[Seen]) -> dict[standing.Pair, Standing]:
        """What is there of the learners and courses of some rows."""
        seen = list(seen)
        if self.hold_once:
            self._look_at_held(tx, seen)
        return standing.of_pairs(tx, {key for one in seen if (key := one.key) is not None}, self._readers)

    def _look_at_held(self, tx: Connection, seen: Iterable[Seen]) -> None:
        wanted = {
            (*matching.waits_for(one.read.records[0]), one.course.id)
            for one in seen
            if one.course is not None and one.read.records and (one.whose.id is None or not self._around.assign)
        }
        held = standing.waiting(tx, wanted, self._readers) if wanted else {}
        self._held = {key: set(map(_said, rows)) for key, rows in held.items()}

    def _is_held(self, seen: Seen) -> bool:
        """Whether a row like this waits already."""
        if not self._held or seen.course is None:
            return False
        key = (*matching.waits_for(seen.read.records[0]), seen.course.id)
        return _said(seen.read.records) in self._held.get(key, ())

    def judge(
        self,
        seen: Sequence[Seen],
        beside: Mapping[int, Beside],
        there: Mapping[standing.Pair, Standing],
        chains: dict[Pair, Chain] | None = None,
    ) -> list[Judged]:
        """Judge rows in the order of the file. `chains`: what rows before these left behind."""
        chains = {} if chains is None else chains
        return [self._judged(one, beside.get(one.read.number, ALONE), there, chains) for one in seen]

    def _judged(
        self, seen: Seen, beside: Beside, there: Mapping[standing.Pair, Standing], chains: dict[Pair, Chain]
    ) -> Judged:
        found = seen.read.findings.copy()
        whose, course, says = seen.whose.id, seen.course, seen.says
        cases = [Case(self._record(record, beside), whose, course, says) for record in seen.read.records]
        for case in cases:
            if case.record.credit_type:
                found += foresee.values(case, self._around)
        if cases:
            found += matching.findings(cases[0].record, seen.whose, seen.course)
            if not beside.alone:
                found += across.findings(seen.read.records[0], beside, repaired=self.leave_out_categories)
        if not cases or (found and _refused(found)):
            return Judged(seen, found, _ERROR, NOTHING)
        if seen.course is None and self._is_first(seen):
            found.append(matching.new_course(cases[0].record))
        if beside.twin is Twin.SAME:
            return Judged(seen, found, _DUPLICATE, NOTHING)
        key = seen.key
        now = there.get(key, NOTHING) if key is not None else NOTHING
        if beside.alone:
            if len(cases) == 1:  # nearly always
                last = foresee.step(cases[0], now, self._around, keep=self.keep)
            else:
                last = self._walk(cases, now)
            forecast = self._forecast(last.outcome, self._needs(seen, last))
        else:
            assert seen.pair is not None
            chain = chains.get(seen.pair) or chains.setdefault(seen.pair, Chain(now))
            last, forecast = self._in_chain(seen, cases, chain)
        if last.outcome is Outcome.HELD and self._is_held(seen):
            return Judged(seen, [*found, _WAITS], _EXISTING, now)
        found += last.findings
        return Judged(seen, found, forecast, last.after)

    def _is_first(self, seen: Seen) -> bool:
        """Whether the row is the first of its course, which nobody knows, that may be applied; asked again it says
        the same."""
        if not seen.new_course:
            code = self.code_of(seen)
            seen.new_course = code not in self._new_courses
            self._new_courses.add(code)
        return seen.new_course

    def code_of(self, seen: Seen) -> int:
        """The course that a row names, as a number."""
        return hash(self._courses.key(seen.read.records[0]))

    def _record(self, record: Record, beside: Beside) -> Record:
        if self.leave_out_categories and beside.counted and record.number != beside.counted:
            return replace(record, category="")
        return record

    def _needs(self, seen: Seen, last: Step) -> frozenset[str]:
        needs = last.needs if last.findings else _NONE
        return needs | {"CR-26"} if seen.course is None else needs

    def _forecast(self, outcome: Outcome, needs: frozenset[str]) -> Forecast:
        """The same object for the same, as most rows have one of a few."""
        known = self._forecasts.get((outcome, needs))
        return known or self._forecasts.setdefault((outcome, needs), Forecast(outcome, needs))

    def _walk(self, cases: Sequence[Case], now: Standing) -> Step:
        """What applying all records of a row does: all of them, or none."""
        if len(cases) == 1:
            return foresee.step(cases[0], now, self._around)
        steps = []
        after = now
        for case in cases:
            steps.append(foresee.step(case, after, self._around))
            after = steps[-1].after
        found = tuple(dict.fromkeys(one for each in steps for one in each.findings))
        if any(one.outcome is Outcome.ERROR for one in steps):
            return Step(Outcome.ERROR, tuple(one for one in found if one.weight is Severity.ERROR), now)
        outcome = next((one.outcome for one in steps if one.outcome in GOOD), steps[0].outcome)
        return Step(outcome, found, after)

    def _in_chain(self, seen: Seen, cases: Sequence[Case], chain: Chain) -> tuple[Step, Forecast]:
        """A row among others of its learner and course: for each answer what it finds, and what it leaves behind."""
        made: dict[int, Step] = {}
        outcomes = []
        before = tuple(chain.at)  # held, so that no two of them can have one id
        for answer, now in enumerate(before):
            last = made.get(id(now)) or made.setdefault(id(now), self._walk(cases, now))
            lacking = any(rule in last.needs and not answer >> bit & 1 for bit, rule in enumerate(BETWEEN))
            outcomes.append(Outcome.REFUSED if lacking else last.outcome)
            if not lacking:
                chain.at[answer] = last.after
        by_itself = made.get(id(chain.first)) or self._walk(cases, chain.first)
        outcomes.append(Outcome.REFUSED if by_itself.outcome in GOOD else by_itself.outcome)
        needs = self._needs(seen, last)
        answers: Answers = tuple(outcomes)  # type: ignore[assignment]
        plain = Forecast(last.outcome, needs)
        return last, plain if answers == _plainly(plain) else Forecast(last.outcome, needs, answers)


_NONE: frozenset[str] = frozenset()
_REFUSING = frozenset(one.id for one in RULES.values() if one.severity is Severity.ERROR)
_ERROR, _DUPLICATE = Forecast(Outcome.ERROR), Forecast(Outcome.SKIPPED_DUPLICATE)
_EXISTING = Forecast(Outcome.SKIPPED_EXISTING)
_WAITS = Finding(
    "CR-42", "A row that says the same waits in the list of held records already.", severity=Severity.INFO
)


def _said(records: Sequence[Record]) -> int:
    """What a row says, whoever is meant, as a number."""
    return hash(tuple(across.content(one, len(records)) for one in records))


def _refused(found: Iterable[Finding]) -> bool:
    """Whether a rule was broken that keeps a row from being applied."""
    own = [one.severity or (Severity.ERROR if one.rule in _REFUSING else None) for one in found]
    return Severity.ERROR in own


def _plainly(one: Forecast) -> tuple[Outcome, ...]:
    """The answers of a row for which others make no difference."""
    between = one.needs & set(BETWEEN)
    ways = [{rule for bit, rule in enumerate(BETWEEN) if answer >> bit & 1} for answer in range(ALL + 1)]
    outcomes = [Outcome.REFUSED if between - way else one.outcome for way in ways]
    return (*outcomes, Outcome.REFUSED if one.outcome in GOOD else one.outcome)
