"""The rules between rows: the same learner, course and type twice (CR-37), one participant counted twice (CR-38); and
which rows have to be judged together because they are of one learner and course.

Of each row four numbers are kept, not the row: a million rows take some fifty megabytes. Two rows that are far from
one another in the file are found by sorting these numbers once, at the end.
"""

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import groupby, islice
from operator import eq

from app.imports.columns import Column
from app.imports.record import Record
from app.imports.rules import Finding, Severity


class Twin(IntEnum):
    """Whether another row of the file has the same learner, course and type."""

    NONE = 0
    SAME = 1
    """One before it says the same."""
    DIFFERS = 2
    """One says something else."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the other rows of a file mean for one row."""

    twin: Twin = Twin.NONE
    other: int = 0
    """The number of the row that says the same, or something else."""
    counted: int = 0
    """The number of the first row of the learner and course with a category, where several have one."""
    alone: bool = True
    """Whether no other row is of the same learner and course."""


ALONE = Beside()
_AMONG_OTHERS = Beside(alone=False)


def content(record: Record, records: int) -> int:
    """What a row says about a learner on a course, whoever is meant by which id, as a number; `records`: how many
    the row was split into."""
    return hash(
        (
            record.title, record.starts, record.ends, record.credits, record.credit_type, record.expires,
            record.complete, record.completed_on, record.attended, record.category, record.broken, records,
        )
    )  # fmt: skip


class Across:
    """Gathers the rows of a file, and says what they mean for one another."""

    def __init__(self) -> None:
        self._pairs = array("q")
        self._keys = array("q")
        self._contents = array("q")
        self._numbers = array("q")
        """The number of the row; negative where it has a category."""
        self._batches = array("q")
        """Where each batch begins."""

    def begin(self) -> None:
        """A new batch of rows, in the order of the file."""
        self._batches.append(len(self._pairs))

    def add(self, pair: Hashable, record: Record, records: int) -> None:
        """One record of a row whose learner and course are known as `pair`."""
        whose = hash(pair)
        self._pairs.append(whose)
        self._keys.append(hash((whose, record.credit_type)))
        self._contents.append(content(record, records))
        self._numbers.append(-record.number if record.category else record.number)

    def in_batch(self) -> dict[int, Beside]:
        """What the rows of this batch mean for one another, by number; rows that are alone are left out."""
        start = self._batches[-1]
        if not _any_twice(self._pairs[start:]):
            return {}
        places = _runs(self._pairs, range(start, len(self._pairs)))
        return self._beside([place for run in places for place in run])

    def far_apart(self, most: int) -> Iterator[list[tuple[int, int, Beside]]]:
        """Rows of one learner and course that stand in different batches, and what they mean for one another: in
        lists of at most `most`, each row as (learner and course as a number, number of the row, beside).

        All rows of a learner and course follow one another, in the order of the file.
        """
        if not _any_twice(self._pairs):
            return
        some: list[int] = []
        for run in _runs(self._pairs, range(len(self._pairs))):
            if self._batch(run[0]) != self._batch(run[-1]):
                some += run
                if len(some) >= most:
                    yield from self._together(some, most)
                    some = []
        yield from self._together(some, most)

    def _together(self, places: Sequence[int], most: int) -> Iterator[list[tuple[int, int, Beside]]]:
        beside = self._beside(places)
        each = groupby((self._pairs[place], abs(self._numbers[place])) for place in places)
        rows = ((pair, number, beside[number]) for (pair, number), _ in each)
        while some := list(islice(rows, most)):
            yield some

    def _batch(self, place: int) -> int:
        return bisect_right(self._batches, place)

    def _beside(self, places: Sequence[int]) -> dict[int, Beside]:
        """Of rows that are not alone."""
        numbers, pairs = self._numbers, self._pairs
        found = {abs(numbers[place]): _AMONG_OTHERS for place in places}
        split = len(found) < len(places)
        for _, group in groupby(places, key=pairs.__getitem__):
            rows = list(group)
            counted = list(dict.fromkeys(-numbers[place] for place in rows if numbers[place] < 0))
            if len(counted) > 1:
                for number in counted:
                    found[number] = replace(found[number], counted=counted[0])
            if split and len({numbers[place] for place in rows}) == 1:
                found[abs(numbers[rows[0]])] = ALONE  # of one row that was split
        for run in _runs(self._keys, places):
            self._twins(run, found)
        return found

    def _twins(self, run: Sequence[int], found: dict[int, Beside]) -> None:
        """Rows of one learner, course and type."""
        first = abs(self._numbers[run[0]])
        other = next((number for place in run if (number := abs(self._numbers[place])) != first), first)
        differ = other == first or any(self._contents[place] != self._contents[run[0]] for place in run)
        twin = Twin.DIFFERS if differ else Twin.SAME
        usual = Beside(twin, first, alone=False)  # one for all rows of a run: it may be a million of them
        for place in run if differ else run[1:]:
            number = abs(self._numbers[place])
            before = found[number]
            if twin <= before.twin:
                continue
            if before is _AMONG_OTHERS and number != first:
                found[number] = usual
            else:
                found[number] = replace(before, twin=twin, other=other if number == first else first)


def _any_twice(values: "array[int]") -> bool:
    """Whether two are equal: most files have no learner twice, and this takes a third of grouping them."""
    ordered = sorted(values)
    return any(map(eq, ordered, islice(ordered, 1, None)))


def _runs(values: "array[int]", places: Sequence[int]) -> Iterator[list[int]]:
    """Places with equal values, where there are several, in their order."""
    look = values.__getitem__
    for _, group in groupby(sorted(places, key=look), key=look):
        run = list(group)
        if len(run) > 1:
            yield run


def findings(record: Record, beside: Beside, *, repaired: bool) -> list[Finding]:
    """What is to be said of a row because of others. `repaired`: the categories after the first are left out."""
    found = []
    if beside.twin is Twin.SAME:
        message = f"Row {beside.other:,} says the same of this learner, course and credit type: this one is left out."
        found.append(Finding("CR-37", message, severity=Severity.WARN))
    elif beside.twin is Twin.DIFFERS:
        message = f"Row {beside.other:,} is of the same learner, course and credit type, and says something else."
        if beside.other == record.number:
            message = "The row names one credit type twice."
        found.append(Finding("CR-37", f"{message} Keep one of them."))
    if beside.counted and record.category and not repaired:
        message = f"Each row with a category is counted: this learner has one in row {beside.counted:,} already. "
        if record.number == beside.counted:
            message = "Each row with a category is counted, and other rows of this learner have one too. "
        message += "Leave the category in the first row only."
        found.append(Finding("CR-38", message, Column.CATEGORY, record.category))
    return found
