"""Rows of a table of sections or registrations as plain values, each with what is wrong in it."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.files.cells import DateOrder, Pivot, RoundedError, date_of, proves_month_first, uln_of
from app.files.columns import Mapping
from app.files.rows import Level
from app.files.section_headings import DATE_FIELDS, REGISTRATION_FIELDS, SECTION_FIELDS, is_registrations
from app.files.table import Table
from app.files.xlsx_rows import ERROR, UNCALCULATED
from app.folding import cleaned, fold
from app.tasks import TaskContext
from app.ulns import UlnState

LONGEST = 300
_SEEN_DATES = 100_000
_EARLIEST, _LATEST = 1990, 2100
_STATUSES = {
    "current": "current, active, enrolled, registered, continuing, in learning, studying, live, booked, scheduled, "
    "pending, accepted, starting, 1",
    "on_break": "on break, on a break, break, break in learning, suspended, interrupted, paused, on hold, 6",
    "dropped": "dropped, withdrawn, withdrew, left, leaver, cancelled, removed, drop, 3",
    "completed": "completed, complete, finished, passed, achieved, 2",
}
STATUSES = {word.strip(): status for status, words in _STATUSES.items() for word in words.split(",")}
"""What files call a course status, folded; `current` is whoever is neither away nor done, begun or not."""
_FLAGS = {"yes": True, "y": True, "true": True, "1": True, "open": True, "active": True}
_FLAGS |= {"no": False, "n": False, "false": False, "0": False, "closed": False, "inactive": False}

Note = list[Any]
"""Level, field, and a sentence with what is wrong and one with what to do; never the value itself."""


@dataclass(slots=True)
class FileRow:
    """One row: only what it says something about. Days are days, `open` is a truth, `further` is a list."""

    line: int
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    notes: list[Note] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether it must not be loaded."""
        return any(level >= Level.STOP for level, _, _ in self.notes)

    def stop(self, name: str, reason: str) -> None:
        """Say why it cannot be loaded."""
        self.notes.append([int(Level.STOP), name, reason])


def survey(context: TaskContext, table: Table, mapping: Mapping) -> tuple[int, dict[str, int]]:
    """How many rows there are, and by field of dates the first line with a date that makes sense only with the month
    first. Raises InputError for what cannot be read, Cancelled."""
    dates: list[tuple[int, str, set[str]]] = [
        (one.index, one.field, set()) for one in mapping.uses if one.field in DATE_FIELDS
    ]
    month_first: dict[str, int] = {}
    count = 0
    for line, cells in table.rows(context, "Looking through the rows"):
        count += 1
        for index, name, known in dates:
            text = cells[index]
            if text not in known and len(known) < _SEEN_DATES:
                known.add(text)
                if proves_month_first(text):
                    month_first.setdefault(name, line)
    return count, month_first


def rows(context: TaskContext, table: Table, mapping: Mapping, today: date) -> Generator[FileRow]:
    """The rows of a table under a mapping. Raises InputError for what cannot be read, Cancelled."""
    wanted = REGISTRATION_FIELDS if is_registrations(mapping) else SECTION_FIELDS
    uses = [(one.index, one.field) for one in mapping.uses if one.field in wanted]
    width = len(table.headings)
    for line, cells in table.rows(context):
        row = FileRow(line)
        if len(cells) > width and any(one.strip() for one in cells[width:]):
            row.stop("course_code", "This row has more cells than there are headings. Export the file again.")
        for index, name in uses:
            _read(row, name, cells[index], mapping.orders.get(name, DateOrder.DAY_FIRST), today)
        if not row.rejected and "course_code" not in row.values:
            row.stop("course_code", "There is no course code. Give the row one.")
        yield row


def _read(row: FileRow, name: str, cell: str, order: DateOrder, today: date) -> None:
    if cell == ERROR:
        row.stop(name, "The cell holds an error. Correct it in the workbook.")
        return
    if cell == UNCALCULATED:
        row.stop(name, "The workbook was never calculated. Open it in a spreadsheet, save it, and try again.")
        return
    text = cleaned(cell.strip().removeprefix("'"))
    if not text:
        return
    if len(text) > LONGEST:
        row.stop(name, "This is far too long. Correct it in the file.")
    elif name in DATE_FIELDS:
        _read_date(row, name, text, order, today)
    elif name == "number":
        _read_number(row, text)
    elif name == "uln":
        _read_uln(row, text)
    elif name == "open":
        _read_word(row, name, _FLAGS.get(fold(text) or ""), "This is neither yes nor no. Write yes or no.")
    elif name == "status":
        words = "This course status is not known. Write Current, On break, Withdrawn or Completed."
        _read_word(row, name, STATUSES.get((fold(text) or "").replace("_", " ")), words)
    elif name == "further":
        row.values[name] = [one for part in text.replace("|", ";").split(";") if (one := part.strip())]
    else:
        row.values[name] = text


def _read_word(row: FileRow, name: str, value: object, reason: str) -> None:
    if value is None:
        row.stop(name, reason)
    else:
        row.values[name] = value


def _read_date(row: FileRow, name: str, text: str, order: DateOrder, today: date) -> None:
    day = date_of(text, order, Pivot.COURSE, today)
    if day is None:
        row.stop(name, "This is not a date. Correct it in the file, or say under Columns how dates are written.")
    elif not _EARLIEST <= day.year <= _LATEST:
        row.stop(name, "No course takes place in that year. Correct the date in the file.")
    else:
        row.values[name] = day


def _read_number(row: FileRow, text: str) -> None:
    whole = text.removesuffix(".0")
    if whole.isascii() and whole.isdecimal() and 1 <= int(whole[:9]) <= 9_999 and len(whole) < 9:
        row.values["number"] = int(whole)
    else:
        row.stop("number", "The section number is a whole number from 1 to 9,999. Correct it in the file.")


def _read_uln(row: FileRow, text: str) -> None:
    try:
        uln, state = uln_of(text)
    except RoundedError:
        row.stop("uln", "A spreadsheet has shortened this ULN. Format the column as text and export again.")
        return
    if state is UlnState.OK:
        row.values["uln"] = uln
    elif state is UlnState.BAD:
        row.stop("uln", "This ULN fails its check. Correct it in the file.")
