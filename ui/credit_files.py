"""*Load Courses* and *Course Loads* in the window: a file is chosen, shown, loaded; what was loaded is undone."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.imports.set_up_file import Summary
from ui.dialogs.load_courses import CHANGES, CourseLoadsDialog, CoursesSummaryDialog, LoadCoursesDialog
from ui.exporting import ask_to_open, documents
from ui.look.words import tr
from ui.workers import TaskRunner

_FILTERS = ("Tables of courses (*.csv *.txt *.xlsx *.xlsm *.zip)", "All files (*)")


class CreditFiles(QObject):
    """`changed` carries Changes after a load or an undo."""

    changed = Signal(object)

    def __init__(self, window: QWidget, context: AppContext, runner: TaskRunner) -> None:
        super().__init__(window)
        self._window, self._context, self._runner = window, context, runner
        self.folder = documents()
        """Where the next file is looked for."""

    @Slot()
    def choose(self) -> None:
        """Ask for a file and open it."""
        path = ask_to_open(self._window, tr("Load Courses"), _FILTERS, self.folder)
        if path is not None:
            self.folder = path.parent
            self.open(path)

    def open(self, path: Path) -> None:
        """Read `path` and show what loading it would do."""
        dialog = LoadCoursesDialog(self._window, self._runner, self._context, path)
        dialog.loaded.connect(self._loaded)
        dialog.other_wanted.connect(self.choose)
        dialog.open()

    @Slot(object)
    def _loaded(self, summary: Summary) -> None:
        self._announce()
        dialog = CoursesSummaryDialog(self._window, self._runner, self._context, summary)
        dialog.undone.connect(self._announce)
        dialog.open()

    def show_loads(self) -> None:
        """The list of past loads."""
        dialog = CourseLoadsDialog(self._window, self._runner, self._context)
        dialog.undone.connect(self._announce)
        dialog.open()

    @Slot()
    def _announce(self) -> None:
        self.changed.emit(CHANGES)
