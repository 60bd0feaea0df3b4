"""The rows of a workbook's sheet, streamed; numbers and dates as a person would type them (learner-files.md 5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError
from app.files.cells import serial_date
from app.files.source import open_zip, opened, unpacked
from app.files.xlsx_parts import Book, Merged, column, merged_down, read_book, rich_text
from app.files.xml_stream import Element, XmlBytes, children, elements
from app.sentence import Sentence
from app.tasks import TaskContext

MOST_COLUMNS = 16_384
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_WHOLE = re.compile(r"-?\d{1,15}")
_MOST_EXACT = 2**53

UNCALCULATED = "\ufffcuncalculated"
ERROR = "\ufffcerror"
"""Stand for a formula without a value, and for `#REF!` and its like: neither may be taken for text."""


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet to choose from."""

    name: str
    hidden: bool


class Workbook:
    """A workbook whose sheets can be read as often as need be; all but its rows is read once."""

    def __init__(self, context: TaskContext, path: Path) -> None:
        """Raises InputError for what cannot be read."""
        self._path = path
        self._merged: dict[str, Merged] = {}
        with opened(path) as stream, open_zip(stream, path.name) as archive:
            self._book = read_book(context, archive, path.name)

    @property
    def sheets(self) -> list[SheetName]:
        """In the order of the workbook."""
        return [SheetName(one.name, one.hidden) for one in self._book.sheets]

    def rows(
        self, context: TaskContext, sheet: str, text: str = "Reading the workbook", *, few: bool = False
    ) -> Iterator[tuple[int, list[str]]]:
        """Every row of the sheet with anything in it: its number and its cells as text, dates as `2025-09-01`.

        `few` is for a look at the first rows, where merged cells do not matter. Raises InputError for a workbook
        that cannot be read, Cancelled after a cancel.
        """
        with opened(self._path) as stream, open_zip(stream, self._path.name) as archive:
            part = next((one.part for one in self._book.sheets if one.name == sheet), "")
            member = {one.filename.lstrip("/"): one for one in archive.infolist()}.get(part)
            if member is None:
                raise InputError("The sheet is not there any more.", hint="Choose the file again.")
            if part not in self._merged and not few:
                self._merged[part] = merged_down(unpacked(context, archive, member, text))
            found = elements(XmlBytes(unpacked(context, archive, member, text)), "row")
            next(found, None)
            yield from _filled(_rows(found, self._book), self._merged.get(part, {}))


def _rows(found: Iterator[Element], book: Book) -> Iterator[tuple[int, list[str]]]:
    number = 0
    value_of = _Cells(book).value
    columns: dict[str, int] = {}
    for row in found:
        said = row.get("r", "")
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else number + 1
        ending, cells, at = str(number), list[str](), -1
        for cell in children(row):
            place = cell.get("r", "")
            # Columns are letters before the number of the row; the few there are need working out once.
            letters = place.removesuffix(ending)
            at = columns[letters] if letters in columns else _column(place, at, letters, columns)
            value = value_of(cell)
            if not value:
                continue
            if at >= MOST_COLUMNS:
                raise InputError(
                    Sentence("Row {number:,} is wider than a sheet can be.", number=number),
                    hint="Save the workbook again.",
                )
            if at == len(cells):
                cells.append(value)
                continue
            if at > len(cells):
                cells += [""] * (at - len(cells) + 1)
            cells[at] = value
        if cells:
            yield number, cells


def _column(place: str, last: int, letters: str, columns: dict[str, int]) -> int:
    found = _PLACE.fullmatch(place)
    if found is None:
        return last + 1  # a program that does not number its cells
    if found[1] == letters:
        columns[letters] = column(letters)
    return column(found[1])


class _Cells:
    """Cells to text."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._names: dict[str, str] = {}

    def value(self, cell: Element) -> str:
        """The text of a cell; "" for an empty one."""
        value: str | None = None
        formula, names = False, self._names
        for child in cell[:]:
            tag = child.tag
            name = names.get(tag) or names.setdefault(tag, tag.rpartition("}")[2])
            if name == "v":
                value = child.text
            elif name == "is":
                return rich_text(child)
            elif name == "f":
                formula = True
        if value is None and not formula:
            return ""
        return self._meaning(value, cell.get("t", "n"), cell.get("s", "0"))

    def _meaning(self, value: str | None, kind: str, style: str) -> str:
        if kind == "e":
            return ERROR
        if value is None:
            return UNCALCULATED
        if kind == "n":
            return self._number(value.strip(), style)
        if kind == "s":
            texts = self._book.texts
            at = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1
            return texts[at] if 0 <= at < len(texts) else ERROR
        if kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        return value  # the text a formula gave, or a date written as ISO

    def _number(self, text: str, style: str) -> str:
        """A whole number keeps all its digits, however the file writes it; a date becomes one."""
        dated = style in self._book.date_styles
        if _WHOLE.fullmatch(text):
            whole = int(text)
        else:
            try:
                number = float(text)
            except ValueError:
                return text
            if not abs(number) < _MOST_EXACT or not (dated or number.is_integer()):
                return repr(number)
            whole = int(number)
        if dated:
            day = serial_date(whole, from_1904=self._book.from_1904)
            return day.isoformat() if day is not None else str(whole)
        return str(whole)


def _filled(rows: Iterator[tuple[int, list[str]]], merged: Merged) -> Iterator[tuple[int, list[str]]]:
    """Rows with the values of cells that were merged downwards."""
    if not merged:
        yield from rows
        return
    firsts = {first for ranges in merged.values() for _, _, first in ranges}
    kept: dict[int, list[str]] = {}
    for number, cells in rows:
        if number in firsts:
            kept[number] = cells
        for left, _right, first in merged.get(number, ()):
            value = kept.get(first, [])[left : left + 1]
            if value and value[0]:
                cells.extend([""] * (left - len(cells) + 1))
                cells[left] = cells[left] or value[0]
        yield number, cells
