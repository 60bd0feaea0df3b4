"""What becomes of a row, by what a person acknowledges: one outcome for each way to answer the confirmations
(course-record-import.md 4 and 8).

A row that needs a confirmation is refused without it. What follows for *other* rows matters too: of two rows of one
learner and course the second finds another record if the first was refused. Between rows only CR-34 and CR-43 make
such a difference (CR-33 is about people who are held; CR-09, CR-26 and CR-41 concern all rows of a course or file),
so a row has one outcome for each of the four answers to these two.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from app.imports.rules import GOOD, Outcome

BETWEEN = ("CR-34", "CR-43")
"""The confirmations that decide what another row of the same learner and course finds."""
ALL = 3
"""The answer "both acknowledged": a bit for each of `BETWEEN`."""
Answers = tuple[Outcome, Outcome, Outcome, Outcome, Outcome]
"""One outcome for each answer to `BETWEEN` (0: neither … 3: both), and the one where nothing at all is acknowledged
that all rows of the course need."""


def answer(acknowledged: Collection[str]) -> int:
    """Which of the four answers to `BETWEEN` this is."""
    return sum(1 << place for place, rule in enumerate(BETWEEN) if rule in acknowledged)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What becomes of one row. `outcome`: if everything is acknowledged."""

    outcome: Outcome
    needs: frozenset[str] = frozenset()
    """The rules of this row that a person has to acknowledge."""
    answers: Answers | None = None
    """Only where other rows of the learner and course make a difference."""

    @property
    def may_do(self) -> bool:
        """Whether the row does something under some answer."""
        return self.outcome in GOOD or (self.answers is not None and any(one in GOOD for one in self.answers))

    def under(self, acknowledged: Collection[str], whole: Collection[str] = ()) -> Outcome:
        """The outcome if just these rules are acknowledged; `whole`: those that every row of the file needs."""
        refused_as_whole = not all(rule in acknowledged for rule in (*whole, *(self.needs - set(BETWEEN))))
        if self.answers is not None:
            outcome = self.answers[4 if refused_as_whole else answer(acknowledged)]
        else:
            outcome = self.outcome
            refused_as_whole = refused_as_whole or not self.needs.issubset(acknowledged)
        return Outcome.REFUSED if refused_as_whole and outcome in GOOD else outcome


def packed(one: Forecast) -> list[Any]:
    """As it is stored beside the predicted outcome: what it needs, and its answers if it has any."""
    needs: list[Any] = [" ".join(sorted(one.needs))]
    return needs if one.answers is None else [*needs, [outcome.value for outcome in one.answers]]


def unpacked(outcome: str, stored: list[Any]) -> Forecast:
    """What `packed` made of it; an empty list where nothing was kept."""
    if not stored:
        return Forecast(Outcome(outcome))
    answers: Any = tuple(map(Outcome, stored[1])) if len(stored) > 1 else None
    return Forecast(Outcome(outcome), frozenset(stored[0].split()), answers)


@dataclass(slots=True)
class Tally:
    """How many rows of a job have which forecast: a few kinds, however many rows."""

    counts: Counter[Forecast] = field(default_factory=Counter)

    def add(self, one: Forecast, by: int = 1) -> None:
        self.counts[one] += by

    @property
    def rows(self) -> int:
        return self.counts.total()

    def outcomes(self, acknowledged: Collection[str], whole: Collection[str] = ()) -> dict[Outcome, int]:
        """How many rows end how if just these rules are acknowledged; they add up to the rows of the file."""
        found: Counter[Outcome] = Counter()
        for one, count in self.counts.items():
            found[one.under(acknowledged, whole)] += count
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    def packed(self) -> list[Any]:
        """As it is stored with the job."""
        return [[one.outcome.value, packed(one), count] for one, count in self.counts.items() if count]

    @classmethod
    def unpacked(cls, stored: Iterable[Any]) -> "Tally":
        return cls(Counter({unpacked(outcome, rest): count for outcome, rest, count in stored}))
