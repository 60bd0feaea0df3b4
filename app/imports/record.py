"""One row of a course record file, and what it says once parsed (course-record-import.md 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.imports.columns import Column
from app.imports.rules import Finding, Severity

NOTHING_BROKEN: frozenset[Column] = frozenset()


@dataclass(slots=True)
class Record:
    """What one row says about one learner on one course, trimmed and parsed; texts are "" where it says nothing.

    Not frozen for speed only (a million are made in a row); nobody changes one.
    """

    number: int
    """Of the row in the file: the headings are row 1, empty rows count."""
    line: int
    """The first line of the row in the file; of a workbook the row of its sheet."""
    user: str = field(repr=False)
    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    course: str
    """As the file says it; "" where it does not (the course-level importer knows its course)."""
    title: str
    starts: date | None
    ends: date | None
    credits: int | None = field(repr=False)
    """In hundredths; None where the row has no credit of its own."""
    credit_type: str
    expires: date | None
    complete: bool
    completed_on: date | None
    """None as well where the row is not complete (CR-22)."""
    attended: bool
    category: str
    """"" with the global importer, which does not use it (CR-18)."""
    broken: frozenset[Column] = NOTHING_BROKEN
    """Columns whose value could not be read: it is not known here, which is something else than empty."""


@dataclass(slots=True)
class Read:
    """One row as read: cells as they stand in the file, what it says, and which rules it breaks by itself.

    `records` is one, also where a rule was broken (see `Record.broken`); several where a repair split the row into
    one record per credit type (CR-36), which are applied together or not at all; none where the cells cannot be told
    apart (CR-08).
    """

    number: int
    line: int
    cells: Sequence[str] = field(repr=False)
    records: tuple[Record, ...]
    findings: list[Finding]

    @property
    def refused(self) -> bool:
        """Whether a rule was broken that keeps the row from being applied, whatever else is found."""
        return any(one.weight is Severity.ERROR for one in self.findings)


class Noted:
    """What is found about one row while it is read."""

    __slots__ = ("broken", "findings", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.findings: list[Finding] = []
        self.broken = NOTHING_BROKEN

    def breaks(self, rule: str, column: Column, value: str, message: str, repaired: str = "") -> None:
        """A rule by which the value of a column cannot be used."""
        self.findings.append(Finding(rule, message, column, value, repaired))
        self.broken |= {column}

    def tells(self, rule: str, column: Column, value: str, message: str) -> None:
        """A rule that leaves the value as it is."""
        self.findings.append(Finding(rule, message, column, value))
