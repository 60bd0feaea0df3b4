"""What repairs were found to be possible in a file, and what those that were chosen changed: old and new."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.imports.repairs import Repair

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One value as it stands in the file, and as the repair makes it."""

    number: int
    """Of the row; 1 for the headings, 0 for the file."""
    old: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(slots=True)
class Offer:
    """One repair with what it does to this file."""

    repair: Repair
    applied: bool
    """Whether the file was read with it."""
    count: int = 0
    examples: list[Example] = field(default_factory=list, repr=False)
    """Some of what it changes, no value twice."""
    why_not: str = ""
    """A sentence where it cannot be chosen: a value is impossible under it."""


class Offers:
    """Gathered while a file is read; memory for a few examples of each repair, however long the file."""

    def __init__(self) -> None:
        self._found: dict[tuple[Repair, bool], Offer] = {}
        self._seen: dict[tuple[Repair, bool], set[str]] = {}

    def __iter__(self) -> Iterator[Offer]:
        """By rule and column; the two orders of a date one after the other."""
        return iter(sorted(self._found.values(), key=lambda one: (one.repair, one.applied)))

    def add(self, repair: Repair, number: int, old: str, new: str, *, applied: bool = False) -> None:
        """One value that the repair changes, or changed where it was `applied`."""
        offer, seen = self._of(repair, applied)
        offer.count += 1
        if len(offer.examples) < _EXAMPLES and old not in seen:
            seen.add(old)
            offer.examples.append(Example(number, old, new))

    def refuse(self, repair: Repair, why_not: str) -> None:
        """The repair cannot be chosen for this file."""
        offer, _ = self._of(repair, False)
        offer.why_not = offer.why_not or why_not

    def _of(self, repair: Repair, applied: bool) -> tuple[Offer, set[str]]:
        key = (repair, applied)
        if key not in self._found:
            self._found[key], self._seen[key] = Offer(repair, applied), set()
        return self._found[key], self._seen[key]
