"""Selected rows as runs (first, last) or, when they are too scattered for that, as one mark per row.

Everything here works in pieces, because one long call into C would keep the interpreter, and with it the
window, from going on while a task looks for half a million keys.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import compress

from app.keys import Keys
from app.tasks import TaskContext

Runs = list[tuple[int, int]]
"""Rows from first to last, both included; ascending, never touching."""

MOST_RUNS = 2_000
"""Above it Qt's own list of ranges costs more than 10 ms at each change (measured)."""
_PIECE = 50_000
_SPARSE = 32
"""With fewer than one in so many a set takes less."""


def joined(runs: Iterable[tuple[int, int]]) -> Runs:
    """`runs` in any order, overlapping or not, as proper runs."""
    result: Runs = []
    for first, last in sorted(runs):
        if result and first <= result[-1][1] + 1:
            if last > result[-1][1]:
                result[-1] = (result[-1][0], last)
        else:
            result.append((first, last))
    return result


def inverted(runs: Runs, count: int) -> Runs:
    """The rows of `count` that are not in `runs`."""
    result: Runs = []
    free = 0
    for first, last in runs:
        if first > free:
            result.append((free, first - 1))
        free = last + 1
    if free < count:
        result.append((free, count - 1))
    return result


def contains(runs: Runs, row: int) -> bool:
    place = bisect_right(runs, (row, sys.maxsize)) - 1
    return place >= 0 and row <= runs[place][1]


def marks_of_runs(runs: Runs, count: int) -> bytearray:
    marks = bytearray(count)
    for first, last in runs:
        marks[first : last + 1] = b"\x01" * (last + 1 - first)
    return marks


def runs_of_marks(marks: bytes | bytearray, most: int = MOST_RUNS) -> Runs | None:
    """The runs of marked rows; None when there are more than `most`."""
    runs: Runs = []
    first = marks.find(1)
    while first >= 0:
        if len(runs) == most:
            return None
        end = marks.find(0, first)
        if end < 0:
            runs.append((first, len(marks) - 1))
            break
        runs.append((first, end - 1))
        first = marks.find(1, end)
    return runs


def find(keys: Keys, key: int | None) -> int:
    """The row of `key`, -1 where it is not."""
    if key is None:
        return -1
    for start in range(0, len(keys), _PIECE):
        try:
            return keys.index(key, start, start + _PIECE)
        except ValueError:
            continue
    return -1


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection at one moment. Nothing in it is ever changed, so a task may read it."""

    keys: Keys
    """All keys shown at that moment, in display order."""
    runs: Runs
    marks: bytes | None = None
    """Instead of `runs`, when the rows are scattered."""

    def __len__(self) -> int:
        if self.marks is not None:
            return self.marks.count(1)
        return sum(last + 1 - first for first, last in self.runs)

    def selected(self) -> Keys:
        """The selected keys in display order."""
        if self.marks is not None:
            return array("q", compress(self.keys, self.marks))
        if len(self.runs) == 1 and self.runs[0] == (0, len(self.keys) - 1):
            return self.keys
        result = array("q")
        for first, last in self.runs:
            result += self.keys[first : last + 1]
        return result


def marks_in(keys: Keys, chosen: Chosen, context: TaskContext) -> bytes:
    """One mark per row of `keys`: 1 where the key is one of `chosen`."""
    is_wanted = _membership(chosen.selected(), context)
    marks = bytearray()
    for start in range(0, len(keys), _PIECE):
        context.raise_if_cancelled()
        marks += bytes(map(is_wanted, keys[start : start + _PIECE]))
    return bytes(marks)


def _membership(selected: Keys, context: TaskContext) -> Callable[[int], bool]:
    """Whether a key is one of `selected`. Ids of a table lie close together: of a million of them a set would take
    ninety megabytes, a byte for each that could be takes one."""
    pieces = [selected[start : start + _PIECE] for start in range(0, len(selected), _PIECE)]
    low, high = min(map(min, pieces), default=0), max(map(max, pieces), default=0)
    if high - low > _SPARSE * len(selected):
        wanted: set[int] = set()
        for piece in pieces:
            context.raise_if_cancelled()
            wanted.update(piece)
        return wanted.__contains__
    marked = bytearray(high - low + 1)
    for piece in pieces:
        context.raise_if_cancelled()
        for key in piece:
            marked[key - low] = 1
    return lambda key: low <= key <= high and marked[key - low] == 1
