"""The six templates: headings exactly as an import wants them, and a sample of what goes below
(course-record-import.md 10). All cells are text, dates too, so that a spreadsheet leaves them as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.export import ExportColumn, ExportSummary, Sheet, Target, write_csv, write_xlsx
from app.imports.columns import Column, Importer
from app.tasks import TaskContext

_DONE = {Column.COMPLETE: "1", Column.COMPLETED_ON: "2025-06-27"}
_WHO = {Column.EMAIL: "learner@college.example"}
_TYPE, _OTHER_TYPE = "credit-a", "credit-b"
"""Stand in the samples for the types that are set up, where fewer are."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template: for which importer, what it is for, and its sample rows."""

    key: str
    """Names it in a file name and on the command line."""
    title: str
    importer: Importer
    rows: tuple[dict[Column, str], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self.rows[0])


def _credit(amount: str, credit_type: str) -> dict[Column, str]:
    return {Column.CREDITS: amount, Column.CREDIT_TYPE: credit_type}


TEMPLATES = (
    Template("enrolment", "Enrolment only", Importer.COURSE, (_WHO,)),
    Template("completion", "Completion", Importer.COURSE, ({**_WHO, **_DONE},)),
    Template("credit", "Completion with credit", Importer.COURSE, ({**_WHO, **_DONE, **_credit("2.00", _TYPE)},)),
    Template(
        "two-types",
        "Two credit types, a row each",
        Importer.COURSE,
        ({**_WHO, **_DONE, **_credit("2.00", _TYPE)}, {**_WHO, **_DONE, **_credit("1.50", _OTHER_TYPE)}),
    ),
    Template(
        "global",
        "Legacy data of several courses",
        Importer.GLOBAL,
        ({Column.COURSE: "OLD-101", Column.TITLE: "First aid (until 2019)", Column.USER: "S000123", **_DONE},),
    ),
    Template(
        "reporting",
        "Counted in participation reports",
        Importer.COURSE,
        ({**_WHO, Column.STARTS: "2025-01-13", Column.CATEGORY: "physician"},),
    ),
)


def write_template(
    context: TaskContext, path: Target, template: Template, types: Sequence[str] = (), categories: Sequence[str] = ()
) -> ExportSummary:
    """Write the template, as a workbook where `path` ends in .xlsx, else as CSV: it is there whole or not at all.

    The samples name the first of the college's own credit `types` and participant `categories`, where there are some.
    Raises InputError if the file cannot be written, Cancelled after a cancel.
    """
    own = {_TYPE: types[:1], _OTHER_TYPE: types[1:2], "physician": categories[:1]}
    rows = [[next(iter(own.get(cell, ())), cell) for cell in row.values()] for row in template.rows]
    sheet = Sheet([ExportColumn(one.value) for one in template.columns], rows, len(rows), template.title)
    write = write_xlsx if path.suffix.lower() == ".xlsx" else write_csv
    return write(context, path, sheet)
