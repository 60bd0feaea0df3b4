"""*Load Learners* and *Loads* on the Learners page: by the button, by a file dropped on it, and what follows."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.access import Permission
from app.changes import APPEARED
from app.context import AppContext
from app.errors import AccessError, InputError
from ui.exporting import ask_to_open, documents
from ui.hub import Hub
from ui.look.words import tr
from ui.pages.grid_page import GridPage
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from app.learners.load_apply import LoadSummary

_FILTERS = (
    "Files of learners (*.xml *.zip *.csv *.txt *.xlsx *.xlsm)",
    "All files (*)",
)


class LearnersLoad(QObject):
    """Opens the dialogs; what was loaded or undone is announced."""

    def __init__(self, page: GridPage, context: AppContext, runner: TaskRunner, hub: Hub) -> None:
        super().__init__(page)
        self._page, self._context, self._runner, self._hub = page, context, runner, hub
        self.folder = documents()
        """Where the next file is looked for."""
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    @Slot()
    def choose(self) -> None:
        """Ask for a file and open it."""
        if not self._may():
            return
        path = ask_to_open(self._page.window(), tr("Load Learners"), _FILTERS, self.folder)
        if path is not None:
            self.folder = path.parent
            self.open(path)

    def open(self, path: Path) -> None:
        """Read `path` and show what loading it would do."""
        if not self._may():
            return
        from ui.dialogs.load_learners import LoadLearnersDialog

        dialog = LoadLearnersDialog(self._page.window(), self._runner, self._context, path)
        dialog.loaded.connect(self._loaded)
        dialog.other_wanted.connect(self.choose)
        dialog.open()

    def _may(self) -> bool:
        """Whether the user may load; if not, it is said."""
        reason = self._context.rights.why_not(Permission.EDIT_LEARNERS)
        if reason:
            self._runner.failed.emit(AccessError("You cannot load learners.", hint=reason))
        return not reason

    @Slot(object)
    def _loaded(self, summary: "LoadSummary") -> None:
        from ui.dialogs.load_summary import LoadSummaryDialog

        self._changed()
        dialog = LoadSummaryDialog(self._page.window(), self._runner, self._context, summary)
        dialog.undone.connect(self._changed)
        dialog.codes_wanted.connect(self.show_codes)
        dialog.open()

    @Slot()
    def show_codes(self) -> None:
        """The codes of the files, and their titles."""
        from ui.dialogs.codes import CodesDialog

        dialog = CodesDialog(self._page.window(), self._runner, self._context)
        dialog.changed.connect(self._changed)
        dialog.open()

    @Slot()
    def show_loads(self) -> None:
        """The list of past loads."""
        from ui.dialogs.loads import LoadsDialog

        dialog = LoadsDialog(self._page.window(), self._runner, self._context)
        dialog.undone.connect(self._changed)
        dialog.open()

    @Slot()
    def _changed(self) -> None:
        self._hub.announce(APPEARED)

    # A file dropped on the page

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if _files(event):
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent) and (found := _files(event)):
            event.acceptProposedAction()
            if len(found) > 1:
                self._runner.failed.emit(
                    InputError(tr("You dropped {n} files.", n=len(found)), hint="Drop one file at a time.")
                )
            else:
                self.open(found[0])
            return True
        return super().eventFilter(watched, event)


def _files(event: QDropEvent) -> list[Path]:
    """The files of this computer that are being dragged."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
