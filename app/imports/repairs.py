"""What one click mends in a file, as data: chosen by a person, applied in memory, never in the file
(course-record-import.md 4 and 5)."""

from dataclasses import dataclass

from app.imports.columns import Column
from app.imports.rules import RULES


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
        assert repair.rule in RULES
        return Repairs(frozenset({repair, *self.minus(repair).chosen}))

    def minus(self, repair: Repair) -> "Repairs":
        """These without the one of that rule and column."""
        same = (repair.rule, repair.column)
        return Repairs(frozenset(one for one in self.chosen if (one.rule, one.column) != same))


NO_REPAIRS = Repairs()
