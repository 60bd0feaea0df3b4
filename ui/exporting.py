"""Export to Excel and Export to CSV: the rows of a grid, in its columns and order, to a file the user names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QTreeView,
    QWidget,
)

from app.keys import Keys
from app.tasks import Progress, TaskContext
from ui.activity import Listed, Outcome, Place
from ui.grids.columns import Column, GridSource, Kind, Moved, State, Tags
from ui.look.focus_ring import FocusRing
from ui.look.fonts import scaled
from ui.look.help_key import HelpKey
from ui.look.icons import Icon, qicon
from ui.look.screens import room_on_screen
from ui.look.shapes import WINDOW_GAP
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

if TYPE_CHECKING:
    from app.export import ExportSummary, Target

_PAGE = 500
EXCEL, CSV, PDF, COPY, ZIP = "xlsx", "csv", "pdf", "db", "zip"
FILTERS = {
    EXCEL: "Excel workbook (*.xlsx)",
    CSV: "CSV file (*.csv)",
    PDF: "PDF file (*.pdf)",
    COPY: "Copy of a database (*.db)",
    ZIP: "Protected file (*.zip)",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported: these rows of this source, in these columns."""

    source: GridSource
    keys: Keys
    columns: Sequence[Column]
    title: str


_SIGNS = {
    "backButton": Icon.ARROW_LEFT,
    "forwardButton": Icon.ARROW_RIGHT,
    "toParentButton": Icon.ARROW_UP,
    "newFolderButton": Icon.FOLDER_PLUS,
    "listModeButton": Icon.LIST,
    "detailModeButton": Icon.LIST_BULLETS,
}
"""What stands on the buttons of the file dialog, by Qt's names for them."""


class FileDialog(QFileDialog):
    """Takes a typed path as it stands: Qt also selects the folders on the way, and Return would only open one.

    `start` is a folder, or a file that it proposes; without a folder in front it is in the user's documents.
    """

    def __init__(self, parent: QWidget | None, title: str, start: str, kinds: str) -> None:
        super().__init__(parent, title, str(documents() / start), kinds)
        self.setOption(QFileDialog.Option.DontUseNativeDialog, True)
        for name, icon in _SIGNS.items():  # those of Qt are black, also on black
            if (button := self.findChild(QToolButton, name)) is not None:
                button.setIcon(qicon(icon, Role.TEXT2))
        self._fit_columns()
        FocusRing(self)
        HelpKey(self)

    def _fit_columns(self) -> None:
        """The name takes what the others leave: with Qt's own widths the day stands half outside."""
        files = self.findChild(QTreeView, "treeView")
        if files is not None:
            header = files.header()
            header.setResizeContentsPrecision(0)  # what is seen decides, not the first thousand files
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def to_save(self, kind: str) -> None:
        """It asks for a file of this kind to be written."""
        self.setObjectName("save_file")
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setDefaultSuffix(kind)
        self.setLabelText(QFileDialog.DialogLabel.Accept, tr("Save"))  # Qt's own word has an & for a key in it

    def add_below(self, widget: QWidget) -> None:
        """Something to read or choose, below the name."""
        place = self.layout()
        assert isinstance(place, QGridLayout)
        place.addWidget(widget, place.rowCount(), 0, 1, place.columnCount())
        # Wide enough for large text to need few lines: what is below has to stay on the screen.
        self.setMinimumWidth(min(scaled(640), room_on_screen(self).width() - 2 * WINDOW_GAP))

    def accept(self) -> None:
        edit = self.findChild(QLineEdit, "fileNameEdit")
        typed = edit.text() if isinstance(edit, QLineEdit) else ""
        if isinstance(edit, QLineEdit) and Path(typed).is_absolute() and not Path(typed).is_dir():
            for view in self.findChildren(QAbstractItemView):
                if (selection := view.selectionModel()) is not None:
                    selection.clearSelection()
            edit.setText(typed)
        super().accept()


def ask_for_file(
    parent: QWidget, kind: str, title: str, start: str, below: Callable[[], QWidget] | None = None
) -> Path | None:
    """Ask where to write, `start` as in FileDialog. `below` makes what stands under the name."""
    dialog = FileDialog(parent, tr(title), start, tr(FILTERS[kind]))
    dialog.to_save(kind)
    if below is not None:
        dialog.add_below(below())
    # A copy replaces nothing, so there is nothing to agree to.
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, kind == COPY)
    try:
        chosen = dialog.exec() and dialog.selectedFiles()
        return Path(chosen[0]) if chosen else None
    finally:
        # Else it lives as long as its parent, with a thread that watches the folders it has shown.
        dialog.deleteLater()


def ask_to_open(parent: QWidget, title: str, filters: Sequence[str], folder: Path) -> Path | None:
    """Ask which file to read, looked for in `folder`; a path can be typed at once."""
    dialog = FileDialog(parent, title, str(folder), ";;".join(tr(one) for one in filters))
    dialog.setObjectName("open_file")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    if isinstance(name, QLineEdit):
        name.setFocus()
    try:
        chosen = dialog.exec() and dialog.selectedFiles()
        return Path(chosen[0]) if chosen else None
    finally:
        dialog.deleteLater()


def documents() -> Path:
    """Where a file is looked for first."""
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(found) if Path(found).is_dir() else Path.home()


def export(context: TaskContext, wanted: Wanted, path: "Target") -> "ExportSummary":
    """Write the rows; in a task. Raises InputError, Cancelled: then there is no file."""
    from app.export import ExportColumn, ExportKind, Sheet, write_csv, write_xlsx

    kinds = {
        Kind.DATE: ExportKind.DATE,
        Kind.AGE: ExportKind.DATETIME,
        Kind.NUMBER: ExportKind.NUMBER,
        Kind.PROGRESS: ExportKind.NUMBER,
    }
    places = [wanted.source.columns.index(column) for column in wanted.columns]
    sheet = Sheet(
        columns=[ExportColumn(column.heading, kinds.get(column.kind, ExportKind.TEXT)) for column in wanted.columns],
        rows=_rows(wanted, places),
        total=len(wanted.keys),
        title=wanted.title,
    )
    write = write_csv if path.suffix.lower() == ".csv" else write_xlsx
    return write(context, path, sheet)


def _rows(wanted: Wanted, places: Sequence[int]) -> Iterator[Sequence[object]]:
    for start in range(0, len(wanted.keys), _PAGE):
        keys = wanted.keys[start : start + _PAGE]
        found = wanted.source.rows(keys)
        for key in keys:
            row = found.get(key)
            if row is not None:
                yield [_plain(row.cells[place]) for place in places]


def _plain(cell: object) -> object:
    if isinstance(cell, Moved):
        return str(cell.old)
    return str(cell) if isinstance(cell, State | Tags) else cell


class Exporter(QObject):
    """One export under way: progress for the status bar, and what to say at the end."""

    progressed = Signal(object)
    finished = Signal(str, object)
    """What happened in words, and the file (a Path)."""
    failed = Signal(object)
    ended = Signal()

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._context: TaskContext | None = None

    def start(self, work: Callable[[TaskContext], "ExportSummary"], title: str) -> None:
        """Begin; `title` is what the Activity pane calls it."""
        self._context = self._runner.run(
            work,
            lane=Lane.EXPORT,
            done=self._done,
            progress=self._progress,
            failed=self._failed,
            cancelled=self._cancelled,
            listed=Listed(title, self.outcome),
        )

    @staticmethod
    def outcome(summary: "ExportSummary") -> Outcome:
        """What was exported, in words, and where it is."""
        words = "{n} row exported to {name}" if summary.rows == 1 else "{n} rows exported to {name}"
        said = tr(words, n=count(summary.rows), name=summary.path.name)
        return Outcome(f"{said}. {tr(summary.note)}" if summary.note else said, place=Place(file=summary.path))

    def cancel(self) -> None:
        if self._context is not None:
            self._context.cancel()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _done(self, summary: "ExportSummary") -> None:
        self.finished.emit(self.outcome(summary).words, summary.path)
        self.ended.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(error)
        self.ended.emit()

    @Slot()
    def _cancelled(self) -> None:
        self.finished.emit(tr("Export stopped. No file was written."), None)
        self.ended.emit()
