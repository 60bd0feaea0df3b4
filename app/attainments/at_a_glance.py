"""English and maths at a glance: the best GCSE and functional skills of a learner, and the highest full level.

The rule, the order of the grades and where each of it is written: docs/grades.md (a test compares). Pure: the same
function looks at what is stored and at what Update would store.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Protocol

from app.attainments.stored import matching_date
from app.attainments.titles import (
    ENGLISH,
    FUNCTIONAL_LEVELS,
    LITERATURE,
    MATHEMATICS,
    advanced_subject,
    functional_skill,
    gcse_subject,
    vocational_level,
)

RULE = 1
"""Raised when the rule changes: what is kept by an older one is worked out again at the next start."""

GCSE_RANKS = {
    "9": 90,
    "A*": 85,
    "8": 80,
    "7": 70,
    "A": 70,
    "6": 60,
    "B": 55,
    "5": 50,
    "C*": 50,
    "4": 40,
    "C": 40,
    "3": 30,
    "D": 30,
    "2": 20,
    "E": 20,
    "F": 15,
    "1": 10,
    "G": 10,
}
"""Both scales in one order, in tenths of the points that the performance tables gave to a grade."""
GCSE_PASS = 40
"""4 or C: the level 2 pass."""
A_LEVEL_PASSES = ("A*", "A", "B", "C", "D", "E")
AS_FULL_BEFORE = date(2015, 9, 1)
"""AS levels regulated before this day count towards a full level."""
FULL_RANKS = {"Level 3": 30, "At least Level 2": 21, "Level 2": 20, "Cannot tell": 10}

_HALVES = re.compile(r"([1-9])\s*[-/]?\s*([1-9])|(A\*|C\*|[A-G])\s*[-/]?\s*(A\*|C\*|[A-G])")
_PASSES = re.compile(r"PASS|PA|MERIT|ME|DISTINCTION\*?|DS\*?|CREDIT|CR|(?:[PMD]\*?){1,4}")
_ENTRY_GRADES = {"EL1": "Entry 1", "EL2": "Entry 2", "EL3": "Entry 3"}


class Measure(StrEnum):
    """One of the five values; its value is the name of its column."""

    GCSE_ENGLISH = "gcse_english"
    GCSE_MATHS = "gcse_maths"
    FS_ENGLISH = "fs_english"
    FS_MATHS = "fs_maths"
    FULL_LEVEL = "full_level"


TITLES: Mapping[Measure, str] = {
    Measure.GCSE_ENGLISH: "GCSE English",
    Measure.GCSE_MATHS: "GCSE Maths",
    Measure.FS_ENGLISH: "FS English",
    Measure.FS_MATHS: "FS Maths",
    Measure.FULL_LEVEL: "Full Level",
}
_GCSE_MEASURES = {
    ENGLISH: Measure.GCSE_ENGLISH,
    LITERATURE: Measure.GCSE_ENGLISH,
    MATHEMATICS: Measure.GCSE_MATHS,
}
_FS_MEASURES = {ENGLISH: Measure.FS_ENGLISH, MATHEMATICS: Measure.FS_MATHS}


class Attained(Protocol):
    """What the rule looks at of an attainment: a row of the table, or what Update would make of one."""

    @property
    def subject(self) -> str | None: ...
    @property
    def qualification_type(self) -> str | None: ...
    @property
    def level(self) -> str | None: ...
    @property
    def grade(self) -> str | None: ...
    @property
    def award_date(self) -> date | None: ...
    @property
    def end_date(self) -> date | None: ...
    @property
    def removed_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Best:
    """The best of one measure: as awarded, its place in the order, and by what since when."""

    shown: str = field(repr=False)
    rank: int = field(repr=False)
    through: str | None = field(default=None, repr=False)
    since: date | None = field(default=None, repr=False)


Glance = Mapping[Measure, Best]
"""What a learner has; a measure that is missing is not held."""


def at_a_glance(attained: Iterable[Attained]) -> dict[Measure, Best]:
    """The best of each measure among the attainments of one learner, in whatever order they come.

    Removed ones, blank grades and grades that are no pass (U, X, Fail, ten nines) never count.
    """
    return glance_of(_LOOKED_AT(one) for one in attained if one.removed_at is None)


Looked = tuple[str | None, str | None, str | None, str | None, date | None, date | None]
"""Subject, type, level, grade, award date and end date of an attainment that is there."""
_LOOKED_AT: Callable[[Attained], Looked] = attrgetter(
    "subject", "qualification_type", "level", "grade", "award_date", "end_date"
)


def glance_of(attained: Iterable[Looked]) -> dict[Measure, Best]:
    """`at_a_glance` of attainments as tuples: an update of a thousand learners has no time for more."""
    found: dict[Measure, tuple[_Order, Best]] = {}
    passes = _Passes()
    for subject, kind, level, grade, awarded, ended in attained:
        if not grade:
            continue
        read = reading(subject, kind, level, grade)
        if read.measure is not None:
            best = Best(read.shown, read.rank, subject, matching_date(awarded, ended))
            placed = (_order(best), best)
            found[read.measure] = min(found.get(read.measure, placed), placed, key=lambda entry: entry[0])
        if read.proof is Proof.OPEN:
            passes.open_level = max(passes.open_level, read.worth)
        elif read.proof is not Proof.NONE:
            passes.add(read, matching_date(awarded, ended), subject or kind or "")
    glance = {measure: best for measure, (_, best) in found.items()}
    full = passes.full_level()
    return glance if full is None else {**glance, Measure.FULL_LEVEL: full}


_Order = tuple[int, date, str, str]


def _order(best: Best) -> _Order:
    """The highest first; of equal ones the earliest."""
    return (-best.rank, best.since or date.max, best.shown, best.through or "")


class Proof(StrEnum):
    """What an attainment counts as towards a full level."""

    NONE = ""
    GCSE = "GCSE"
    A_LEVEL = "A level"
    AS_LEVEL = "AS level"
    FULL = "full"
    OPEN = "open"
    """Vocational, and the record does not say whether it is full."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one attainment says: for which measure and how good; towards a full level, of which subject or level, and
    how many it is worth."""

    measure: Measure | None = None
    shown: str = field(default="", repr=False)
    rank: int = field(default=0, repr=False)
    proof: Proof = Proof.NONE
    subject: str = field(default="", repr=False)
    worth: int = 0


@lru_cache(maxsize=8_192)
def reading(title: str | None, kind: str | None, level: str | None, grade: str) -> Reading:
    """Read one attainment; the same few thousand titles come again and again."""
    grade = " ".join(grade.upper().split())
    subject = gcse_subject(title, kind)
    if subject is not None:
        rank = GCSE_RANKS.get(grade, 0)
        measure = _GCSE_MEASURES.get(subject) if rank else None
        return Reading(measure, grade, rank, Proof.GCSE, subject, _gcse_passes(grade))
    advanced = advanced_subject(title, kind)
    if advanced is not None:
        subject, whole = advanced
        if grade not in (A_LEVEL_PASSES if whole else A_LEVEL_PASSES[1:]):
            return Reading()
        return Reading(proof=Proof.A_LEVEL if whole else Proof.AS_LEVEL, subject=subject, worth=1)
    entry = _ENTRY_GRADES.get(grade)
    if entry is None and not _PASSES.fullmatch(grade):
        return Reading()
    skill = functional_skill(title, kind, entry or level)
    if skill is not None:
        return Reading(_FS_MEASURES[skill[0]], skill[1], FUNCTIONAL_LEVELS[skill[1]])
    known = vocational_level(title, kind, level)
    if known is None:
        return Reading()
    return Reading(proof=Proof.FULL if known[1] else Proof.OPEN, worth=known[0])


# ------------------------------------------------------------------------------------------------ full level


@dataclass(slots=True)
class _Subjects:
    """Subjects passed in one kind of qualification: how many each is worth, and since when."""

    worth: dict[str, tuple[int, date]] = field(default_factory=dict)

    def add(self, subject: str, worth: int, day: date) -> None:
        """A subject taken again counts once: by its best result, of equal ones the earliest."""
        old, since = self.worth.get(subject, (0, date.max))
        if worth > old or (worth == old > 0 and day < since):
            self.worth[subject] = worth, day

    def reached(self, wanted: int) -> date | None:
        """The day on which the `wanted` were together (date.max: not known); None if they never were."""
        total = 0
        for worth, day in sorted(self.worth.values(), key=lambda entry: entry[1]):
            total += worth
            if total >= wanted:
                return day
        return None


class _Passes:
    """Everything of a learner that counts towards a full level."""

    def __init__(self) -> None:
        self._subjects = {proof: _Subjects() for proof in (Proof.GCSE, Proof.A_LEVEL, Proof.AS_LEVEL)}
        self._proofs: dict[int, list[tuple[date, str]]] = {2: [], 3: []}
        self.open_level = 0
        """The highest level of what may be full."""

    def add(self, read: Reading, since: date | None, title: str) -> None:
        day = since or date.max
        if read.proof is Proof.FULL:
            self._proofs[read.worth].append((day, title))
        elif read.proof is not Proof.AS_LEVEL or day < AS_FULL_BEFORE:
            self._subjects[read.proof].add(read.subject, read.worth, day)

    def full_level(self) -> Best | None:
        """The highest level for which the record itself is the proof, and whether there may be more."""
        for level, proof, wanted, words in FULL_BY_NUMBER:
            if (day := self._subjects[proof].reached(wanted)) is not None:
                self._proofs[level].append((day, words))
        level = max((level for level, found in self._proofs.items() if found), default=0)
        if level == 0:
            if self.open_level == 0:
                return None
            why = f"Level {self.open_level} is held; whether it is full is not recorded"
            return Best("Cannot tell", FULL_RANKS["Cannot tell"], why)
        day, words = min(self._proofs[level])
        shown = "At least Level 2" if level == 2 and self.open_level >= 3 else f"Level {level}"
        return Best(shown, FULL_RANKS[shown], words, None if day == date.max else day)


FULL_BY_NUMBER = (
    (2, Proof.GCSE, 5, "5 GCSEs at 4 or C and above"),
    (2, Proof.A_LEVEL, 1, "1 A level"),
    (2, Proof.AS_LEVEL, 2, "2 AS levels"),
    (3, Proof.A_LEVEL, 2, "2 A levels"),
    (3, Proof.AS_LEVEL, 4, "4 AS levels"),
)
"""Level, what counts, how many different subjects, in words."""


def _gcse_passes(grade: str) -> int:
    """How many GCSEs at 4 or C and above a grade stands for: two in a double award."""
    if grade in GCSE_RANKS:
        return int(GCSE_RANKS[grade] >= GCSE_PASS)
    halves = _HALVES.fullmatch(grade)
    return sum(GCSE_RANKS[half] >= GCSE_PASS for half in halves.groups() if half) if halves else 0
