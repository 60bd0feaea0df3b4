"""A list of learners as a table: its headings found, and its rows without what reports put around them."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.files.csv_rows import CsvForm, csv_form, csv_rows
from app.files.headings import known_count
from app.files.rows import FileFacts, FileKind, Level
from app.files.source import changed, state_of
from app.files.xlsx_rows import SheetName, Workbook
from app.json_text import encoded
from app.sentence import Sentence
from app.tasks import TaskContext

MOST_ROWS = 2_000_000
_LOOKED_AT = 40
_SAMPLE = 20
_MOST_KEPT = 32_000_000
_REPORTED = 1_000
_END_ROW = re.compile(
    r"(grand |sub)?totals?\b|number of |count\b|end of (report|file|data)\b|page \d|printed |"
    r"\d+ (records|rows|learners)\b",
    re.IGNORECASE,
)

Row = tuple[int, list[str]]


class _Kept:
    """The rows of a workbook, where they fit into little memory: reading them again costs twenty times as much."""

    def __init__(self) -> None:
        self.whole = False
        self._lines: list[str] = []

    def keeping(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows, which are kept if all of them were asked for."""
        lines: list[str] = []
        room = _MOST_KEPT
        for row in rows:
            if room > 0:
                lines.append(encoded(row))
                room -= len(lines[-1]) + 60
            else:
                lines.clear()
            yield row
        if room > 0:
            self._lines, self.whole = lines, True

    def rows(self, context: TaskContext, text: str) -> Iterator[Row]:
        """The rows that were kept."""
        total = len(self._lines)
        for done, line in enumerate(self._lines):
            if done % _REPORTED == 0:
                context.report(done, total, text)
            number, cells = json.loads(line)
            yield number, cells


@dataclass(slots=True)
class Table:
    """A table to be read as often as need be."""

    path: Path
    facts: FileFacts
    source: CsvForm | Workbook | None
    headings: list[str]
    first_row: int
    """The rows after this line are data."""
    sheets: list[SheetName] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list, repr=False)
    known: Callable[[Sequence[str]], int] = known_count
    """How many columns of ours a row of headings names."""
    _repeats: frozenset[str] = frozenset()
    _state: tuple[int, int] | None = None
    _kept: "_Kept | None" = field(default=None, repr=False)
    surveys: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was found out by going through all rows, by what was asked."""

    def again(self, sheet: str = "") -> "Table | None":
        """The same table to be read under another mapping, its facts as they were found; None if it is another
        sheet that is wanted, or if the file has changed."""
        if (sheet and sheet != self.facts.sheet) or self._state != state_of(self.path):
            return None
        return replace(self, facts=deepcopy(self.facts))

    def rows(self, context: TaskContext, text: str = "Reading the file") -> Iterator[Row]:
        """The rows of data. Raises InputError for what cannot be read, Cancelled after a cancel."""
        if self._state is not None and self._state != state_of(self.path):
            raise changed(self.path)
        if self._kept is None:
            return self._read(context, text)
        return self._kept.rows(context, text) if self._kept.whole else self._kept.keeping(self._read(context, text))

    def _read(self, context: TaskContext, text: str) -> Iterator[Row]:
        width, few, count = len(self.headings), max(2, len(self.headings) // 2), 0
        for line, cells in _all_rows(context, self, text):
            if line <= self.first_row:
                continue
            missing = width - len(cells)
            if missing > 0:
                cells.extend([""] * missing)
            first = next(filter(None, cells), "").strip()
            if not first and not "".join(cells).strip():
                continue
            if first in self._repeats and all(one.strip() in self._repeats for one in cells if one):
                continue  # the headings once more, at the top of a printed page
            if len(cells) - cells.count("") <= few and _END_ROW.match(first):
                continue
            count += 1
            if count > MOST_ROWS:
                raise InputError(
                    Sentence("The table has more than {most:,} rows.", most=MOST_ROWS),
                    hint="Split it into several files.",
                )
            yield line, cells


def open_table(
    context: TaskContext,
    path: Path,
    kind: FileKind,
    *,
    sheet: str = "",
    known: Callable[[Sequence[str]], int] = known_count,
) -> Table:
    """Look at the head of a CSV file or workbook. Raises InputError for what is no table.

    Without `sheet` the visible one with most headings that are recognised is taken; `known` says how many those are.
    """
    facts, state = FileFacts(kind, path.name), state_of(path)
    if kind is FileKind.CSV:
        form = csv_form(context, path, known)
        facts.encoding, facts.delimiter = form.encoding, form.delimiter
        if form.encoding == "cp1252":
            facts.note(Level.INFO, "western", "The file was read as Windows-1252. Check names with accents.")
        table = Table(path, facts, form, [], 0, known=known, _state=state)
        return _headed(table, _head(table))
    table = Table(path, facts, Workbook(context, path), [], 0, known=known, _state=state, _kept=_Kept())
    return _headed(table, _chosen(table, sheet))


def _chosen(table: Table, sheet: str) -> list[Row]:
    """The first rows of the sheet that is read."""
    assert isinstance(table.source, Workbook)
    table.sheets, facts = table.source.sheets, table.facts
    names = [one.name for one in table.sheets if not one.hidden] or [one.name for one in table.sheets]
    if sheet:
        names = [sheet]
    elif len(names) > 1:
        facts.note(Level.INFO, "several_sheets", "The workbook has several sheets. Check that the right one is read.")
    heads: dict[str, list[Row]] = {}
    for facts.sheet in names[:20]:
        heads[facts.sheet] = _head(table)
    facts.sheet = max(heads, key=lambda name: max((table.known(cells) for _, cells in heads[name]), default=0))
    return heads[facts.sheet]


def _all_rows(context: TaskContext, table: Table, text: str, *, few: bool = False) -> Iterator[Row]:
    if isinstance(table.source, CsvForm):
        return csv_rows(context, table.path, table.source, text)
    assert table.source is not None
    return table.source.rows(context, table.facts.sheet, text, few=few)


def _head(table: Table) -> list[Row]:
    return list(islice(_all_rows(TaskContext(), table, "", few=True), _LOOKED_AT))


def _headed(table: Table, head: list[Row]) -> Table:
    """Put the headings into the table: the row, or two rows as one, that name most columns of ours."""
    if not head:
        raise InputError(Sentence("{file} has no rows.", file=table.path.name), hint="Export it again from your MIS.")
    best, at, used = _best(head, table.known)
    if best == 0:
        # No heading is known: the first row as wide as most is shown for a person to say what is what.
        widths = [len(cells) - cells.count("") for _, cells in head]
        at, used = widths.index(max(widths)), 1
        table.facts.note(Level.ASK, "no_headings", "No heading is recognised. Say what the columns are.")
    top = head[at : at + used]
    table.headings = _joined([cells for _, cells in top])
    end = at + used
    if best and end < len(head) and _is_second(head[end][1], table.known):
        # A report with titles for people, then the names that a program uses.
        top.append(head[end])
    table.first_row = top[-1][0]
    table.facts.header_row = top[0][0]
    table._repeats = frozenset(one.strip() for _, cells in top for one in cells if one.strip())
    if used == 2:
        table.facts.note(Level.INFO, "two_heading_rows", "The headings stand in two rows, which were read as one.")
    table.sample = [cells[:200] for line, cells in head if line > table.first_row][:_SAMPLE]
    return table


def _best(head: list[Row], known: Callable[[Sequence[str]], int]) -> tuple[int, int, int]:
    """How many headings are recognised at most, in which row, and whether with the next one (2) or alone (1)."""
    best, at, used = 0, 0, 1
    for number, (_, cells) in enumerate(head):
        if (score := known(cells)) > best:
            best, at, used = score, number, 1
    for number in (at - 1, at):
        if 0 <= number < len(head) - 1:
            score = known(_joined([head[number][1], head[number + 1][1]]))
            if score > best:
                best, at, used = score, number, 2
    return best, at, used


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    width = max(len(row) for row in rows)
    return [" ".join(row[at].strip() for row in rows if at < len(row) and row[at].strip()) for at in range(width)]


def _is_second(cells: list[str], known: Callable[[Sequence[str]], int]) -> bool:
    filled = sum(1 for one in cells if one.strip())
    return known(cells) >= max(2, filled // 2)
