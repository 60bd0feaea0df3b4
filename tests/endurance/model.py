"""What must be there, in plain dicts: written by what was done, never read from the database that it judges."""

from collections import Counter
from dataclasses import dataclass, field

IN, BREAK, OUT = "in", "break", "out"
"""What the LMS is told of somebody on a course."""


@dataclass
class Known:
    """A learner whom a file has brought: the telephone number, and whether they stand (or were taken back)."""

    phone: str
    stands: bool = True


@dataclass
class Enrolled:
    """A learner on a course of the LMS: the status a person gave, and whether it stands (or was taken back).

    The rules of `may_tell` are those of extract-statuses.md 1 and EX-R4 to EX-R6: each change makes one record, in
    its order. The exceptions: of what was taken back before anything was sent the LMS need never know; and Undo of an
    enrolment is seen by the next look only, so who was put back before that was never away.
    """

    status: str = "current"
    stands: bool = True
    times_back: int = 0
    """How often it was taken back."""
    records: int = 0
    """How many there were when it was last looked at, and what the last of them told."""
    told: str = OUT
    log: list[tuple[str, bool]] = field(default_factory=list)
    """What it became since, each time; whether by being taken back."""

    @property
    def state(self) -> str:
        if not self.stands or self.status == "dropped":
            return OUT
        return BREAK if self.status == "on_break" else IN

    def note(self, *, taken_back: bool = False) -> None:
        """It has just become what it is."""
        self.log.append((self.state, taken_back))
        self.times_back += taken_back

    def may_tell(self, *, account_known: bool) -> set[tuple[str, ...]]:
        """What new records may tell. Before the account of the learner is known nobody can be told anything."""
        found = self._tellings(self.log)
        for start in range(1, len(self.log)) if not account_known else ():
            found |= self._tellings(self.log[start:])
        return found

    def _tellings(self, log: list[tuple[str, bool]]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = {()}
        for state, taken_back in log:
            longer = {one if (one or (self.told,))[-1] == state else (*one, state) for one in found}
            found = longer | (found if taken_back else set())
        return found

    def looked_at(self, records: int, told: str) -> None:
        """What there is was found right."""
        self.records, self.told = records, told
        self.log.clear()


@dataclass
class Seen:
    """How far the rows of a table had been looked through: the last id, and how many there were."""

    last: int = 0
    rows: int = 0


@dataclass
class Model:
    """By person code: learners, LRS events and attainments; enrolments by code and course; what imports completed;
    grades given in the LMS by account, course and activity."""

    people: dict[str, Known] = field(default_factory=dict)
    events: dict[str, frozenset[int]] = field(default_factory=dict)
    attainments: dict[str, int] = field(default_factory=dict)
    enrolled: dict[tuple[str, str], Enrolled] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    grades: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)
    """How often each thing was done, or failed: for the report."""
    # Since the last look:
    files: dict[int, int] = field(default_factory=dict)
    """Rows of each file that was loaded or imported, by its job."""
    imported: set[int] = field(default_factory=set)
    """The jobs of course records among them."""
    runs: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """Operations by kind."""
    seen: dict[str, Seen] = field(default_factory=dict)

    def standing(self) -> list[str]:
        return [ref for ref, one in self.people.items() if one.stands]

    def on_course(self, ref: str, number: str) -> Enrolled | None:
        return self.enrolled.get((ref, number))
