"""A course record file as a stream of rows, each with the rules it breaks by itself (course-record-import.md 3 to 5).

Everything in a file is hostile until it is parsed: what cannot be read is a finding, never a crash.
"""

from collections.abc import Callable, Generator, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from app.errors import InputError
from app.files.cells import DateOrder
from app.files.source import changed, state_of
from app.imports.asked import Asked
from app.imports.characters import mended
from app.imports.columns import DATES, Column
from app.imports.guard import is_ours, unguarded
from app.imports.headings import read_headings
from app.imports.offers import Offers
from app.imports.record import Read, Record
from app.imports.repairs import DELIMITERS, Repair
from app.imports.row_reader import RowReader, impossible
from app.imports.rules import Finding, Severity
from app.imports.sources import CsvSource, Numbered, Source, better_delimiter, source_of
from app.imports.values import has_order, iso_day, ordered_day
from app.tasks import TaskContext

_KEPT = 8192
"""So many days are read once while the dates of a file are checked."""
__all__ = ["Asked", "FileRefusedError", "ImportFile", "Read", "Record", "RowReader", "open_import"]


class FileRefusedError(InputError):
    """The file turned out to be unreadable while its rows were read (CR-01): nothing of it may be applied."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.finding = Finding("CR-01", str(error))


@dataclass(slots=True)
class ImportFile:
    """A file that was opened: its headings as read, and what is wrong with it as a whole."""

    path: Path
    asked: Asked
    """Without repairs that cannot be made in this file: what an offer says why not about."""
    headings: tuple[str, ...] = ()
    columns: tuple[Column | None, ...] = ()
    """What each heading means; None for what is ignored."""
    findings: list[Finding] = field(default_factory=list)
    offers: Offers = field(default_factory=Offers)
    """Repairs that are possible or were made: of the headings at first, of all once `rows` has come to its end."""
    _source: Source | None = None
    _of_headings: Offers = field(default_factory=Offers)
    _state: tuple[int, int] = (0, 0)

    @property
    def refused(self) -> bool:
        """Whether a finding ends the whole file: nothing of it may be applied."""
        return any(one.weight is Severity.FILE for one in self.findings)

    def rows(self, context: TaskContext, text: str = "Reading the file") -> Generator[Read, None, None]:
        """Every row of data in the order of the file, as often as asked; none of a file that is no table.

        Whoever leaves before the end closes it, and with it the file. Raises FileRefusedError where the file cannot
        be read to its end or has changed, Cancelled after a cancel.
        """
        self.offers = deepcopy(self._of_headings)
        reader = RowReader(self.columns, self.asked, self.offers)
        read, ours = reader.read, is_ours(self.headings)
        for number, line, cells in self._numbered(context, text):
            yield read(number, line, [unguarded(one) for one in cells] if ours else cells)

    def _numbered(self, context: TaskContext, text: str) -> Iterator[Numbered]:
        if self._source is None:
            return
        try:
            if self._state != state_of(self.path):
                raise changed(self.path)
            yield from self._source.rows(context, text)
        except InputError as error:
            raise FileRefusedError(error) from error


def open_import(context: TaskContext, path: Path, asked: Asked) -> ImportFile:
    """Open a CSV file or workbook and look at its headings and first row; at all dates where they are to be repaired.

    What is wrong with its content is in `findings`. Raises InputError where there is no such file, Cancelled.
    """
    file = ImportFile(path, asked, _state=state_of(path))
    try:
        source = source_of(context, path)
        headings = source.headings(context)
    except InputError as error:
        file.findings.append(FileRefusedError(error).finding)
        return file
    if isinstance(source, CsvSource):
        source, headings = _separated(context, file, source, headings)
    if not file.refused:
        _understand(file, source, headings)
    if not file.refused:
        try:
            _leave_out_impossible(context, file)
        except FileRefusedError as error:
            file.findings.append(error.finding)
    return file


def _separated(
    context: TaskContext, file: ImportFile, source: CsvSource, headings: list[str]
) -> tuple[CsvSource, list[str]]:
    """The file as it is written: with commas, or with what a person said stands there."""
    better = better_delimiter(context, source, headings)
    if not better:
        return source, headings
    repair = Repair("CR-01", "", better)
    applied = file.asked.repairs.option("CR-01") == better
    file._of_headings.add(repair, 0, better, ",", applied=applied)
    file.offers = file._of_headings
    if applied:
        source = source.separated_by(better)
        return source, source.headings(context)
    message = f"{file.path.name} has {DELIMITERS[better]} between its cells, where commas are needed. "
    message += f"Read it with {DELIMITERS[better]}, or save it again with commas."
    file.findings.append(Finding("CR-01", message, "", better, ","))
    return source, headings


def _understand(file: ImportFile, source: Source, headings: list[str]) -> None:
    if is_ours(headings):
        headings = [unguarded(one) for one in headings]
    found = read_headings(headings, file.asked.importer, file.asked.repairs, file._of_headings)
    file._source, file.offers = source, file._of_headings
    file.headings, file.columns = tuple(headings), tuple(found.columns)
    file.findings += found.findings


def _leave_out_impossible(context: TaskContext, file: ImportFile) -> None:
    """An order of day and month is not taken where a date of the column is none in it: some rows would be read
    wrongly without a word (CR-12)."""
    repairs = file.asked.repairs
    left = {
        at: (column, DateOrder(order))
        for at, column in enumerate(file.columns)
        if column in DATES and (order := repairs.option("CR-12", column))
    }
    if not left:
        return
    is_none = _checker(file)
    for number, _, cells in file._numbered(context, "Checking the dates"):
        for at, (column, order) in list(left.items()):
            if at < len(cells) and cells[at] and is_none(cells[at], order):
                repair = Repair("CR-12", column, order)
                file._of_headings.refuse(repair, impossible(column, order, cells[at], number))
                repairs = repairs.minus(repair)
                del left[at]
        if not left:
            break
    file.asked = replace(file.asked, repairs=repairs)


def _checker(file: ImportFile) -> Callable[[str, DateOrder], bool]:
    """Whether a cell holds a date written in numbers that is none in an order."""
    ours, today, day_of = is_ours(file.headings), file.asked.today, lru_cache(_KEPT)(iso_day)

    def is_none(cell: str, order: DateOrder) -> bool:
        text = (unguarded(cell) if ours else cell).strip(" ")
        if day_of(text) is not None:
            return False
        text = mended(text, number=True) or text
        return day_of(text) is None and has_order(text) and ordered_day(text, order, today) is None

    return is_none
