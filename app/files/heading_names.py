"""What a kind of list calls its columns, in three degrees of sureness; and what each column of a table is by that."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import replace

from app.files.columns import ColumnUse, Confidence, Mapping
from app.files.headings import names_of, normal_heading

_LONGEST = 80


class HeadingNames:
    """The names of one kind of list. `titles` are ours, by field; `likely` and `unsure` as `headings.names_of` reads
    them."""

    def __init__(self, titles: Pairs[str, str], likely: str, unsure: str) -> None:
        self._levels = (
            (Confidence.SURE, {normal_heading(title): (name, 0) for name, title in titles.items()}),
            (Confidence.LIKELY, names_of(likely)),
            (Confidence.UNSURE, names_of(unsure)),
        )

    def known_count(self, cells: Sequence[str]) -> int:
        """How many different columns of ours a row of headings names."""
        return len({self._found(cell)[0] for cell in cells if cell and len(cell) < _LONGEST} - {""})

    def _found(self, heading: str) -> tuple[str, int, int]:
        """The column of ours that a heading names ("" for none), how sure that is (0 most), and its place there."""
        name = normal_heading(heading)
        for sure, (_, names) in enumerate(self._levels):
            if name in names:
                return names[name][0], sure, names[name][1]
        return "", len(self._levels), 0

    def guess(self, headings: Sequence[str]) -> Mapping:
        """The most likely use of every column; every one of ours is filled from one column at most, the surest."""
        found = [self._found(one) for one in headings]
        uses = [ColumnUse(at, heading) for at, heading in enumerate(headings)]
        filled: set[str] = set()
        for at in sorted(range(len(uses)), key=lambda at: (*found[at][1:], at)):
            name, sure, _ = found[at]
            if name in filled:
                uses[at] = replace(uses[at], note="Another column says the same; that one is used.")
            elif name:
                filled.add(name)
                uses[at] = replace(uses[at], field=name, confidence=self._levels[sure][0])
        return Mapping(tuple(uses))
