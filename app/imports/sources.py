"""Where the rows of an import come from: a CSV file in UTF-8, or the sheet of a workbook (CR-01 of
course-record-import.md). Rows are numbered as a spreadsheet shows them, with the headings as row 1."""

import codecs
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from app.errors import InputError
from app.files.csv_rows import MOST_COLUMNS, CsvForm, csv_rows
from app.files.recognise import recognise
from app.files.rows import FileKind
from app.files.source import ZIP_MAGIC, EncodingError, opened, state_of
from app.files.xlsx_rows import Workbook
from app.imports.columns import column_of
from app.imports.repairs import DELIMITERS
from app.sentence import Sentence
from app.tasks import TaskContext

MOST_BYTES = 500_000_000
"""A million rows of 500 bytes."""
_SAVE = "Save it as CSV UTF-8 or as an Excel workbook (.xlsx), and choose that."
_LOOKING = "Looking at the headings"
_PIECE = 1_000_000

Numbered = tuple[int, int, list[str]]
"""The number of a row, the line that it begins on, and its cells."""


class Source(Protocol):
    """A table that can be read as often as need be."""

    def headings(self, context: TaskContext) -> list[str]:
        """The first row with anything in it. Raises InputError for what is no table, or has no row of data."""

    def rows(self, context: TaskContext, text: str) -> Iterator[Numbered]:
        """The rows after the headings that are not empty. Raises InputError for what cannot be read, Cancelled."""


def source_of(context: TaskContext, path: Path) -> Source:
    """The file by what it is, never by its name. Raises InputError for what is neither CSV nor a workbook."""
    if state_of(path)[0] > MOST_BYTES:
        raise InputError(
            Sentence("{file} is larger than {most} MB.", file=path.name, most=MOST_BYTES // 1_000_000),
            hint="Split it into several files.",
        )
    try:
        kind = recognise(path)
    except InputError as error:
        raise InputError(error.message, hint=_SAVE) from error
    if kind is FileKind.XLSX:
        return SheetSource(context, path)
    if kind is not FileKind.CSV:
        raise InputError(
            Sentence("{file} is a file of learners, not of course records.", file=path.name),
            hint="Choose another file.",
        )
    with opened(path) as stream:
        if stream.read(4) == ZIP_MAGIC:
            raise InputError(
                Sentence("{file} is a zip file.", file=path.name), hint="Take the file out of it, and choose that."
            )
    return CsvSource(path)


class CsvSource:
    """A CSV file, which must be in UTF-8."""

    def __init__(self, path: Path, delimiter: str = ",") -> None:
        self._path = path
        self._form = CsvForm("utf-8", delimiter)

    def separated_by(self, delimiter: str) -> "CsvSource":
        """The same file with something else between its cells."""
        return CsvSource(self._path, delimiter)

    def headings(self, context: TaskContext) -> list[str]:
        # Behind any number of empty lines, so that it may take long.
        first = [cells for _, cells in islice(self._read(context, _LOOKING), 2)]
        return _with_data(first, self._path)

    def rows(self, context: TaskContext, text: str) -> Iterator[Numbered]:
        number = 0
        for line, cells in self._read(context, text, empty=True):
            filled = any(cells)
            if number or filled:
                number += 1
                if filled and number > 1:
                    yield number, line, cells

    def _read(self, context: TaskContext, text: str, *, empty: bool = False) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from csv_rows(context, self._path, self._form, text, empty=empty)
        except EncodingError as error:
            raise _not_utf8(context, self._path) from error


def better_delimiter(context: TaskContext, source: CsvSource, headings: list[str]) -> str:
    """What stands between the cells, if with it more headings are known than with commas; else ""."""
    known = {",": _known(headings)}
    for delimiter in DELIMITERS:
        try:
            known[delimiter] = _known(source.separated_by(delimiter).headings(context))
        except InputError:
            known[delimiter] = 0
    best = max(known, key=lambda one: known[one])
    return "" if best == "," else best


def _known(headings: list[str]) -> int:
    return sum(column_of(one.strip()) is not None for one in headings)


class SheetSource:
    """A sheet of a workbook: of several that are to be seen the one with most headings that are known."""

    def __init__(self, context: TaskContext, path: Path) -> None:
        self._path = path
        self._book = Workbook(context, path)
        names = [one.name for one in self._book.sheets if not one.hidden] or [self._book.sheets[0].name]
        heads = {name: self._head(context, name) for name in names[:20]}
        self._sheet = max(heads, key=lambda name: _known(heads[name][0]) if heads[name] else -1)
        self._first = heads[self._sheet]
        self._width = len(self._first[0]) if self._first else 0

    def _head(self, context: TaskContext, sheet: str) -> list[list[str]]:
        return [cells for _, cells in islice(self._book.rows(context, sheet, _LOOKING, few=True), 2)]

    def headings(self, context: TaskContext) -> list[str]:
        return _with_data(self._first, self._path)

    def rows(self, context: TaskContext, text: str) -> Iterator[Numbered]:
        first = last = 0
        for said, cells in self._book.rows(context, self._sheet, text):
            # A damaged workbook may number two rows alike, or backwards.
            last = at = max(said, last + 1)
            if not first:
                first = at
                continue
            # What is empty at the end of a row is not in the file.
            cells.extend([""] * (self._width - len(cells)))
            yield at - first + 1, at, cells


def _with_data(first: list[list[str]], path: Path) -> list[str]:
    if not first:
        raise InputError(Sentence("{file} is empty.", file=path.name), hint="Export it again, or use a template.")
    if len(first) == 1:
        raise InputError(
            Sentence("{file} has headings, but no row of data.", file=path.name),
            hint="Add a row, or choose another file.",
        )
    if len(first[0]) > MOST_COLUMNS:
        raise InputError(
            Sentence("{file} has more than {most:,} columns.", file=path.name, most=MOST_COLUMNS),
            hint="Check that it is the right file.",
        )
    return first[0]


def _not_utf8(context: TaskContext, path: Path) -> InputError:
    """Which line it is: so that a person can look at it."""
    decoder, line = codecs.getincrementaldecoder("utf-8")("strict"), 1
    with opened(path) as stream:
        if stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return InputError(
                Sentence("{file} is written in UTF-16, not in UTF-8.", file=path.name),
                hint="Save it again as CSV UTF-8.",
            )
        stream.seek(0)
        while piece := stream.readline(_PIECE):
            context.raise_if_cancelled()
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                break
            line += piece.endswith(b"\n")
    return InputError(
        Sentence("Line {line:,} cannot be read: it is not written in UTF-8.", line=line),
        hint="Save the file again as CSV UTF-8, and check names with accents.",
    )
