"""What is exported: columns and rows, taken in short steps; and text made safe for spreadsheets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from app.tasks import TaskContext

# Between two steps a cancel is seen, and no step is long enough to be felt in the window.
_STEP = 500

# Tab and line ends may stay, the rest no XML and no grid can carry: other control characters, halves of
# surrogate pairs, and the two that Unicode says are no characters.
_UNCARRIABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# The full-width signs are formulas to a spreadsheet in Japanese; blanks before a sign may be dropped.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_ARMED = re.compile(rf"[\t\r\n]|[\s\ufeff\u200b\u2060]*[{_SIGNS}]")


class ExportKind(StrEnum):
    """What the cells of a column are. ULNs, codes and grades are text, whatever they look like."""

    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    title: str
    kind: ExportKind = ExportKind.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table to export. `rows` is read once, a cell per column; `total` is how many are expected."""

    columns: Sequence[ExportColumn]
    rows: Iterable[Sequence[object]] = field(repr=False)
    total: int
    title: str


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What was written. In a workbook `cut` cells were too long for Excel, `replaced` ones had a character
    that it cannot carry. `note` is a sentence about what was left out."""

    rows: int
    path: Path
    cut: int = 0
    replaced: int = 0
    note: str = ""


def steps(context: TaskContext, sheet: Sheet) -> Iterator[list[Sequence[object]]]:
    """The rows in portions, saying after each how far it is. Raises Cancelled after a cancel."""
    rows = iter(sheet.rows)
    done = 0
    context.report(done, sheet.total)
    while portion := list(islice(rows, _STEP)):
        yield portion
        done += len(portion)
        context.report(done, max(done, sheet.total))


def by_column(sheet: Sheet, portion: Sequence[Sequence[object]]) -> Iterator[tuple[ExportColumn, tuple[object, ...]]]:
    """A portion turned round: each column with its cells. A row of another length is a bug (ValueError)."""
    return zip(sheet.columns, zip(*portion, strict=True), strict=True)


def is_armed(text: str) -> bool:
    """True if a spreadsheet that reads `text` from a file may take it for a formula."""
    return _ARMED.match(text) is not None


def disarmed(text: str) -> str:
    """`text` with an apostrophe before it, if a spreadsheet may take it for a formula otherwise."""
    return f"'{text}" if is_armed(text) else text


def carried(text: str) -> str:
    """`text` with a visible sign in the place of each character that a file for spreadsheets cannot carry."""
    return text if text.isprintable() else _UNCARRIABLE.sub(_visible, text)


def as_text(value: object) -> str:
    """A cell of whatever kind as people read it in a file; dates as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def local(moment: datetime) -> datetime:
    """The moment in this computer's time, as the window shows it."""
    return moment.astimezone() if moment.tzinfo else moment


def _visible(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else "\ufffd"
