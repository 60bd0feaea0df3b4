"""Rows to an Excel workbook.

`openpyxl` makes the workbook with its styles, widths and filter; the rows are then put straight into the
file beside the target. Writing styled cells through `openpyxl` takes twice the time of plain ones, and it
keeps all rows in a file of the system's temporary folder meanwhile: learners' data are not to lie about there.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

from app.errors import InputError
from app.export_sheet import (
    ExportColumn,
    ExportKind,
    ExportSummary,
    Sheet,
    as_text,
    by_column,
    carried,
    is_armed,
    local,
    steps,
)
from app.export_target import Target, path_of, target_file
from app.sentence import Sentence
from app.tasks import TaskContext

MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767

_SHEET_PART = "xl/worksheets/sheet1.xml"
_BOOK_PART = "xl/workbook.xml"
_SAFE_SIZE = 2_000_000_000
# A cell takes 60 to 150 bytes; zip archives above 2 GB need another form, which not every reader knows.
_BYTES_PER_CELL = 160
_TO_CSV = "Export to CSV instead, or filter the rows first."

# Excel counts 29 February 1900, which never was: before 1 March 1900 its days are off by one.
_FIRST_DAY = date(1900, 3, 1)
_DAY_ZERO = date(1899, 12, 30).toordinal()
_MOST_DIGITS = 15
_LARGEST_NUMBER = 9.99e307

_NO_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Excel reads _x0041_ in a text as the letter A.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_END = "</t></is></c>"


def write_xlsx(context: TaskContext, target: Target, sheet: Sheet) -> ExportSummary:
    """Write the sheet to `target`, which stays as it was if this fails or is cancelled.

    Raises InputError if the file cannot be written or Excel cannot hold so much, Cancelled after a cancel.
    """
    _require_room(sheet.total, len(sheet.columns))
    portions = steps(context, sheet)
    first = next(portions, [])
    widths = _widths(sheet, first)
    large = sheet.total * len(sheet.columns) * _BYTES_PER_CELL > _SAFE_SIZE
    with target_file(target) as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        frame = _frame(sheet, widths, sheet.total)
        for name, content in frame.others.items():
            archive.writestr(name, content)
        cells = _Cells(sheet, frame.styles)
        with archive.open(_SHEET_PART, "w", force_zip64=large) as part:
            size = part.write(frame.head) + part.write(cells.header())
            portion: Sequence[Sequence[object]] = first
            while portion:
                size += part.write(cells.rows(portion))
                _require_room(cells.written, len(sheet.columns))
                if size > _SAFE_SIZE and not large:
                    raise InputError("These rows are more than one Excel file can hold.", hint=_TO_CSV)
                portion = next(portions, [])
            frame = _frame(sheet, widths, cells.written)
            part.write(frame.tail)
        archive.writestr(_BOOK_PART, frame.book)
    return ExportSummary(cells.written, path_of(target), cells.cut, cells.replaced)


def _require_room(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise InputError(
            Sentence("More than {most:,} rows do not fit into an Excel sheet.", most=MOST_ROWS),
            hint=_TO_CSV,
        )
    if columns > MOST_COLUMNS:
        raise InputError(
            Sentence("An Excel sheet has room for {most:,} columns.", most=MOST_COLUMNS),
            hint="Show fewer columns.",
        )


@dataclass(frozen=True, slots=True)
class _Styles:
    """Numbers of the cell formats in the workbook."""

    header: int
    text: int
    quoted: int
    """Text that begins like a formula, with the mark that an apostrophe typed in Excel leaves."""
    date: int
    datetime: int
    number: int
    integer: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """The workbook around the rows."""

    head: bytes
    tail: bytes
    book: bytes
    others: dict[str, bytes]
    styles: _Styles


def _frame(sheet: Sheet, widths: Sequence[int], rows: int) -> _Frame:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.creator = "Learner Manager"
    page = book.create_sheet(_sheet_title(sheet.title))
    page.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.auto_filter.ref = f"A1:{get_column_letter(max(1, len(widths)))}{rows + 1}"
    samples = [WriteOnlyCell(page, "sample") for _ in _Styles.__slots__]
    header, text, quoted, day, moment, number_cell, integer = samples
    header.font = Font(bold=True)
    header.number_format = text.number_format = quoted.number_format = "@"
    quoted.quotePrefix = True
    day.number_format, moment.number_format = "dd mmm yyyy", "dd mmm yyyy hh:mm"
    number_cell.number_format, integer.number_format = "General", "0"
    styles = _Styles(*(sample.style_id for sample in samples))
    page.append(samples)
    made = io.BytesIO()
    book.save(made)
    with ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, _, rest = parts.pop(_SHEET_PART).partition(b"<row ")
    _, mark, tail = rest.partition(b"</sheetData>")
    return _Frame(head, mark + tail, parts.pop(_BOOK_PART), parts, styles)


class _Cells:
    """Writes rows as Excel's XML, and counts."""

    def __init__(self, sheet: Sheet, styles: _Styles) -> None:
        from openpyxl.utils import get_column_letter

        self._sheet = sheet
        self._letters = [get_column_letter(number) for number in range(1, len(sheet.columns) + 1)]
        self._header = styles.header
        self._text_start = f'" s="{styles.text}" t="inlineStr"><is><t xml:space="preserve">'
        self._quoted_start = f'" s="{styles.quoted}" t="inlineStr"><is><t xml:space="preserve">'
        self._number_start = {
            ExportKind.DATE: f'" s="{styles.date}"><v>',
            ExportKind.DATETIME: f'" s="{styles.datetime}"><v>',
            ExportKind.NUMBER: f'" s="{styles.number}"><v>',
            ExportKind.INTEGER: f'" s="{styles.integer}"><v>',
        }
        self.written = 0
        self.cut = 0
        self.replaced = 0

    def header(self) -> bytes:
        cells = "".join(
            f'<c r="{letter}1" s="{self._header}" t="inlineStr"><is><t xml:space="preserve">'
            f"{self._escaped(column.title)}{_END}"
            for letter, column in zip(self._letters, self._sheet.columns, strict=True)
        )
        return f'<row r="1">{cells}</row>'.encode()

    def rows(self, portion: Sequence[Sequence[object]]) -> bytes:
        first = self.written + 2
        numbers = [str(number) for number in range(first, first + len(portion))]
        columns = [
            self._column(f'<c r="{letter}', column, numbers, values)
            for letter, (column, values) in zip(self._letters, by_column(self._sheet, portion), strict=True)
        ]
        self.written += len(portion)
        rows = zip(numbers, map("".join, zip(*columns, strict=True)), strict=True)
        return "".join([f'<row r="{number}">{cells}</row>' for number, cells in rows]).encode()

    def _column(
        self, start: str, column: ExportColumn, numbers: Iterable[str], values: Iterable[object]
    ) -> list[str]:
        text = self._text
        pairs = zip(numbers, values, strict=True)
        if column.kind is ExportKind.TEXT:
            return [
                "" if value is None or value == "" else f"{start}{number}{text(value)}" for number, value in pairs
            ]
        as_number = _AS_NUMBER[column.kind]
        middle = self._number_start[column.kind]
        cells = []
        for number, value in pairs:
            if value is None or value == "":
                cells.append("")
            elif (shown := as_number(value)) is None:
                cells.append(f"{start}{number}{text(value)}")
            else:
                cells.append(f"{start}{number}{middle}{shown}</v></c>")
        return cells

    def _text(self, value: object) -> str:
        text = value if isinstance(value, str) else as_text(value)
        start = self._quoted_start if is_armed(text) else self._text_start
        return f"{start}{self._escaped(text)}{_END}"

    def _escaped(self, text: str) -> str:
        if not text.isprintable():
            shown = carried(text)
            self.replaced += shown != text
            # Within a cell Excel ends a line by a line feed alone.
            text = shown.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > LONGEST_CELL // 2:
            text = self._fitting(text)
        if "_x" in text:
            text = _LOOKS_ESCAPED.sub("_x005F_", text)
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def _fitting(self, text: str) -> str:
        # Excel counts as UTF-16 does: an emoji is two.
        units = text.encode("utf-16-le")
        if len(units) <= LONGEST_CELL * 2:
            return text
        self.cut += 1
        mark = f" … [cut here: {len(text):,} characters]"
        return units[: (LONGEST_CELL - len(mark)) * 2].decode("utf-16-le", "ignore") + mark


def _number(value: object) -> str | None:
    """A number as Excel keeps it; None if it would not keep it as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < 10**_MOST_DIGITS else None
    if isinstance(value, Decimal) and (not value.is_finite() or len(value.as_tuple().digits) > _MOST_DIGITS):
        return None
    return str(value) if abs(float(value)) < _LARGEST_NUMBER else None


def _day(value: object) -> str | None:
    """A date as Excel counts it; None if it is none, or one that Excel does not know."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        value = local(value).date()
    if not isinstance(value, date) or value < _FIRST_DAY:
        return None
    return str(value.toordinal() - _DAY_ZERO)


def _moment(value: object) -> str | None:
    """A moment as Excel counts it, in this computer's time; None as above."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return _day(value)
    value = local(value)
    if value.date() < _FIRST_DAY:
        return None
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return repr(value.toordinal() - _DAY_ZERO + round(seconds / 86400, 10))


_AS_NUMBER: dict[ExportKind, Callable[[object], str | None]] = {
    ExportKind.DATE: _day,
    ExportKind.DATETIME: _moment,
    ExportKind.NUMBER: _number,
    ExportKind.INTEGER: _number,
}


def _widths(sheet: Sheet, sample: Sequence[Sequence[object]]) -> list[int]:
    """Widths in characters, by the first rows and the titles with room for the filter's arrow."""
    widths = [len(column.title) + 4 for column in sheet.columns]
    if sample:
        for place, (_, values) in enumerate(by_column(sheet, sample)):
            longest = max(len(as_text(value).partition("\n")[0]) for value in values)
            widths[place] = max(widths[place], longest + 2)
    return [min(60, max(8, width)) for width in widths]


def _sheet_title(title: str) -> str:
    """`title` as Excel allows it for a sheet: at most 31 characters, some signs not, and never "History"."""
    kept = _NO_TITLE.sub(" ", carried(title)).strip(" '")[:31].strip(" '")
    return kept if kept and kept.lower() != "history" else "Export"
