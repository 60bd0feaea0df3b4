"""A table of courses for credit: what its columns are called, and its rows as plain values, each with what is wrong
in it. A row says of one course, and of one credit type at most."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from app.errors import InputError
from app.files.columns import Mapping as Columns
from app.files.heading_names import HeadingNames
from app.files.section_rows import FileRow
from app.files.table import Table
from app.files.xlsx_rows import ERROR, UNCALCULATED
from app.folding import cleaned, fold
from app.imports.amounts import amount_of
from app.imports.facts import MAPPED_BY
from app.sentence import Sentence
from app.tasks import TaskContext

FIELD_TITLES: Mapping[str, str] = {
    "course_code": "Course code",
    "title": "Title",
    "objects": "Required objects",
    "type": "Credit type",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "increment": "Step",
    "variable": "Variable",
    "active": "Given",
    **{name: Sentence("For {title}", title=Sentence(title)) for name, title in MAPPED_BY.items()},
}
"""What a column can fill, and its title."""
OF_TYPE = ("maximum", "minimum", "increment", "variable", "active", *MAPPED_BY)
"""What is said of the credit type of the row."""
_LIKELY = """
course_code: External Course ID, Course ID, Programme Code, Offering Code, Module Code
title: Course Title, Course Name, Programme Title
objects: Required Course Objects, Required Steps, Course Objects
type: Type of Credit, Credit Type Code, Credit Name
maximum: Max, Maximum Credit, Maximum Credits, Credits, Credit, Credit Maximum
minimum: Min, Minimum Credit, Minimum Credits, Credit Minimum
increment: Increment, Credit Increment, Steps of
variable: Variable Credit, Is Variable
active: Active, Is Active, Available
campus: Campus, Campus Code, Campuses | tutor_group: Tutor Group, Tutor Groups
last_year_seen: Academic Year, Year | participant_category: Participant Category, Participant Categories
"""
_UNSURE = """
course_code: Course, Code, Programme, Module | title: Name, Description | objects: Objects | type: Type
participant_category: Category
"""
NAMES = HeadingNames(FIELD_TITLES, _LIKELY, _UNSURE)
LONGEST = 300
_FLAGS = {"yes": True, "y": True, "true": True, "1": True, "on": True}
_FLAGS |= {"no": False, "n": False, "false": False, "0": False, "off": False}


def why_not(mapping: Columns) -> str:
    """Why the table cannot be read under this mapping; "" if it can."""
    return "" if mapping.index("course_code") >= 0 else "Say which column holds the course code."


def rows(context: TaskContext, table: Table, mapping: Columns) -> Generator[FileRow]:
    """The rows of a table under a mapping. Raises InputError for what cannot be read, Cancelled."""
    uses = [(one.index, one.field) for one in mapping.uses if one.field in FIELD_TITLES]
    width = len(table.headings)
    for line, cells in table.rows(context):
        row = FileRow(line)
        if len(cells) > width and any(one.strip() for one in cells[width:]):
            row.stop("course_code", "This row has more cells than there are headings. Export the file again.")
        for index, name in uses:
            _read(row, name, cells[index])
        if not row.rejected and "course_code" not in row.values:
            row.stop("course_code", "There is no course code. Give the row one.")
        if "type" not in row.values and any(name in row.values for name in OF_TYPE):
            row.stop("type", "The row says how much, and not of which credit type. Give it one.")
        yield row


def _read(row: FileRow, name: str, cell: str) -> None:
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
        return
    try:
        row.values[name] = _READERS.get(name, _text)(text)
    except InputError as error:
        row.stop(name, f"{error.message} {error.hint}")


def _text(text: str) -> str:
    return text


def _amount(text: str) -> int:
    try:
        return amount_of(text)
    except InputError as error:  # which quotes what the file holds
        raise InputError("This is not an amount of credit.", hint=error.hint) from None


def _count(text: str) -> int:
    whole = text.removesuffix(".0")
    if whole.isascii() and whole.isdecimal() and len(whole) <= 4:
        return int(whole)
    raise InputError("This is not a number of required objects.", hint="Write a whole number.")


def _flag(text: str) -> bool:
    found = _FLAGS.get(fold(text) or "")
    if found is None:
        raise InputError("This is neither yes nor no.", hint="Write yes or no.")
    return found


def _list(text: str) -> list[str]:
    return [one for part in text.replace("|", ";").split(";") if (one := " ".join(part.split()))]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "objects": _count,
    **dict.fromkeys(("maximum", "minimum", "increment"), _amount),
    **dict.fromkeys(("variable", "active"), _flag),
    **dict.fromkeys(MAPPED_BY, _list),
}
