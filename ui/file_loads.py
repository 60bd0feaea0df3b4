"""A kind of files in the window: one is chosen, shown, loaded; what was loaded is undone."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes
from app.context import AppContext
from ui.exporting import ask_to_open, documents
from ui.look.words import tr
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.dialogs.load_dialog import LoadDialog
    from ui.dialogs.load_summary import AnySummary, LoadSummaryDialog
    from ui.dialogs.loads import LoadsDialog


class Dialogs(NamedTuple):
    """The three of a kind of files, and what a load of it may have written."""

    load: "type[LoadDialog]"
    summary: "type[LoadSummaryDialog]"
    loads: "type[LoadsDialog]"
    changes: Changes


class FileLoads(QObject):
    """`changed` carries Changes after a load or an undo. Subclasses say what the files are of."""

    changed = Signal(object)
    title: ClassVar[str]
    filters: ClassVar[tuple[str, ...]]

    def __init__(self, window: QWidget, context: AppContext, runner: TaskRunner) -> None:
        super().__init__(window)
        self._window, self._context, self._runner = window, context, runner
        self.folder = documents()
        """Where the next file is looked for."""

    def dialogs(self) -> Dialogs:
        """Imported when they are first needed."""
        raise NotImplementedError

    @Slot()
    def choose(self) -> None:
        """Ask for a file and open it."""
        path = ask_to_open(self._window, tr(self.title), self.filters, self.folder)
        if path is not None:
            self.folder = path.parent
            self.open(path)

    def open(self, path: Path) -> None:
        """Read `path` and show what loading it would do."""
        dialog = self.dialogs().load(self._window, self._runner, self._context, path)
        dialog.loaded.connect(self._loaded)
        dialog.other_wanted.connect(self.choose)
        dialog.open()

    @Slot(object)
    def _loaded(self, summary: "AnySummary") -> None:
        self._announce()
        dialog = self.dialogs().summary(self._window, self._runner, self._context, summary)
        dialog.undone.connect(self._announce)
        dialog.open()

    def show_loads(self) -> None:
        """The list of past loads."""
        dialog = self.dialogs().loads(self._window, self._runner, self._context)
        dialog.undone.connect(self._announce)
        dialog.open()

    @Slot()
    def _announce(self) -> None:
        self.changed.emit(self.dialogs().changes)
