"""A course record file as a stream of rows, each with the rules it breaks by itself (course-record-import.md 3 to 5).

Everything in a file is hostile until it is parsed: what cannot be read is a finding, never a crash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.errors import InputError
from app.imports.columns import Column, Importer
from app.imports.record import Read
from app.imports.repairs import NO_REPAIRS, Repairs
from app.imports.rules import Finding, Severity
from app.tasks import TaskContext


class FileRefusedError(InputError):
    """The file turned out to be unreadable while its rows were read (CR-01): nothing of it may be applied."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read."""

    importer: Importer
    course: str = ""
    """The external id of the open course, with the course-level importer."""
    repairs: Repairs = NO_REPAIRS
    types: frozenset[str] = frozenset()
    """The machine names of all credit types that are set up."""
    today: date = field(default_factory=date.today)


class RowReader:
    """Cells to records: for the rows of a file, and again for those that a job stored."""

    def __init__(self, columns: Sequence[Column | None], asked: Asked) -> None:
        """`columns` says what each cell of a row is (`ImportFile.columns`)."""
        self._columns, self._asked = columns, asked

    def read(self, number: int, line: int, cells: Sequence[str]) -> Read:
        """The row as it is read, with what is wrong with it. Never raises for what the cells hold."""
        raise NotImplementedError


@dataclass(slots=True)
class ImportFile:
    """A file that was opened: its headings as read, and what is wrong with it as a whole."""

    path: Path
    asked: Asked
    headings: tuple[str, ...] = ()
    columns: tuple[Column | None, ...] = ()
    """What each heading means; None for what is ignored."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a finding ends the whole file: then there are no rows to read."""
        return any(one.weight is Severity.FILE for one in self.findings)

    def rows(self, context: TaskContext) -> Iterator[Read]:
        """Every row of data in the order of the file, as often as asked.

        Raises FileRefusedError where the file cannot be read to its end, InputError where it is gone or changed,
        Cancelled after a cancel.
        """
        raise NotImplementedError


def open_import(context: TaskContext, path: Path, asked: Asked) -> ImportFile:
    """Open a CSV file or workbook and look at its headings and first row.

    What is wrong with its content is in `findings`; raises InputError where the file itself cannot be opened.
    """
    raise NotImplementedError
