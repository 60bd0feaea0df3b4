"""What one click mends in a file, as data: chosen by a person, applied in memory, never in the file
(course-record-import.md 4 and 5)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.files.cells import DateOrder
from app.imports.columns import DATES, YES_NO, Column


@dataclass(frozen=True, slots=True, order=True)
class Repair:
    """One repair: of which rule, in which column ("" for the headings or the whole row), and how.

    `option` is "day" or "month" for dates (which of the two stands first), the delimiter for CR-01, else "".
    """

    rule: str
    column: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True)
class Repairs:
    """The repairs that a file is read with: one at most per rule and column."""

    chosen: frozenset[Repair] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def has(self, rule: str, column: Column | str = "") -> bool:
        return any(one.rule == rule and one.column == column for one in self.chosen)

    def option(self, rule: str, column: Column | str = "") -> str:
        """How it is repaired; "" if it is not."""
        return next((one.option for one in self.chosen if one.rule == rule and one.column == column), "")

    def plus(self, repair: Repair) -> "Repairs":
        """These and one more, which takes the place of another option of the same."""
        return Repairs(frozenset({repair, *self.minus(repair).chosen}))

    def minus(self, repair: Repair) -> "Repairs":
        """These without the one of that rule and column."""
        same = (repair.rule, repair.column)
        return Repairs(frozenset(one for one in self.chosen if (one.rule, one.column) != same))

    def dump(self) -> str:
        """As text, for `parse`; equal repairs are equal texts."""
        return json.dumps([[one.rule, one.column, one.option] for one in sorted(self.chosen)])


NO_REPAIRS = Repairs()

DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What other programs put between cells where there should be commas."""

_EVERY = frozenset(
    [
        *(Repair("CR-01", "", delimiter) for delimiter in DELIMITERS),
        *(Repair(rule) for rule in ("CR-02", "CR-06", "CR-35", "CR-36", "CR-38")),
        *(Repair("CR-06", column) for column in Column),
        *(Repair("CR-11", column) for column in YES_NO),
        *(Repair("CR-12", column, order) for column in DATES for order in DateOrder),
    ]
)
"""All that can be chosen."""


def parse(text: str) -> Repairs:
    """The repairs of a text made by `dump`; of any other text those that there are, which may be none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return NO_REPAIRS
    made = NO_REPAIRS
    for one in _known(found if isinstance(found, list) else []):
        made = made.plus(one)
    return made


def _known(found: Iterable[Any]) -> list[Repair]:
    told = [one for one in found if isinstance(one, list) and len(one) == 3 and all(isinstance(x, str) for x in one)]
    return sorted(_EVERY.intersection(Repair(*one) for one in told))
