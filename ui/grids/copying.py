"""Selected rows for the clipboard: text with tabs, and a table that a spreadsheet takes as text."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.keys import Keys
from app.tasks import Progress, TaskContext
from ui.grids.cell_text import copied
from ui.grids.columns import Column, GridSource
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

COPY = Lane.COPY
"""A lane of its own: Ctrl-C must not wait until a long export has ended."""
MOST_TO_COPY = 100_000
"""Above it a clipboard of hundreds of megabytes would stall this program and the next: export instead."""
_PIECE = 1_000
# The spreadsheet's own "text" format, else a ULN becomes a number and a grade such as 5-4 a date.
_STYLE = """<style>td, th { mso-number-format: "\\@"; white-space: pre; }</style>"""
_CELL = "<td style='mso-number-format:\"\\@\"'>"


@dataclass(frozen=True, slots=True)
class Copied:
    """The two forms of the same rows."""

    rows: int
    text: str
    table: str


def copy_rows(source: GridSource, columns: Sequence[Column], keys: Keys, context: TaskContext) -> Copied:
    """The task: the rows of `keys` with the titles of `columns` above; removed rows are left out.

    Dates are ISO, cells are single lines, and a cell that would act as a formula begins with an apostrophe
    (see `cell_text.copied`): in the text because spreadsheets would run it, in the table as well because
    not every program keeps to the text format.
    """
    places = [list(source.columns).index(column) for column in columns]
    titles = [copied(column.title) for column in columns]
    lines = ["\t".join(titles)]
    table = [f"<tr>{''.join(f'<th>{html.escape(title)}</th>' for title in titles)}</tr>"]
    for start in range(0, len(keys), _PIECE):
        context.report(start, len(keys), tr("Copying"))
        part = keys[start : start + _PIECE]
        rows = source.rows(part)
        for key in part:
            row = rows.get(key)
            if row is None:
                continue
            cells = [copied(row.cells[place]) for place in places]
            lines.append("\t".join(cells))
            table.append(f"<tr>{''.join(f'{_CELL}{html.escape(cell)}</td>' for cell in cells)}</tr>")
    context.report(len(keys), len(keys), tr("Copying"))
    body = "\n".join(table)
    page = f'<html><head><meta charset="utf-8">{_STYLE}</head><body><table>\n{body}\n</table></body></html>'
    return Copied(len(lines) - 1, "\r\n".join(lines) + "\r\n", page)


class Copier(QObject):
    """Puts rows on the clipboard, by a task however few they are."""

    progressed = Signal(object)
    copied = Signal(int)
    """So many rows are on the clipboard now."""
    ended = Signal()
    """No copying is under way any more, whatever came of it."""

    def __init__(self, source: GridSource, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._runner = runner
        self._context: TaskContext | None = None
        self._under_way = 0

    def copy(self, columns: Sequence[Column], keys: Keys) -> None:
        """Start copying; a copy that is under way is given up."""
        self.cancel()
        self._under_way += 1
        self._context = self._runner.run(
            partial(copy_rows, self._source, columns, keys),
            lane=COPY,
            done=self._arrived,
            progress=self._progressed,
            failed=self._failed,
            cancelled=self._stopped,
        )

    def cancel(self) -> None:
        if self._context is not None:
            self._context.cancel()

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _arrived(self, result: Copied) -> None:
        data = QMimeData()
        data.setText(result.text)
        data.setHtml(result.table)
        QGuiApplication.clipboard().setMimeData(data)
        self.copied.emit(result.rows)
        self._end()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._runner.failed.emit(error)
        self._end()

    @Slot()
    def _stopped(self) -> None:
        self._end()

    def _end(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self.ended.emit()
