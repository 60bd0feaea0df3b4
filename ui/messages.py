"""The one place that shows a failure: expected ones in a sentence, anything else as the bug it is."""

import logging
import traceback

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.errors import AppError
from app.reports import report_of
from app.tasks import now
from ui.dialogs.message import MessageDialog
from ui.dialogs.unexpected_error import LastTimeDialog, UnexpectedErrorDialog

logger = logging.getLogger(__name__)

_ONCE_A_MINUTE = 60.0


class Messages(QObject):
    """Shows failures over `window`. `unexpected` may be emitted from any thread."""

    unexpected = Signal(str, str)
    """(place, report): a bug, handed over to the window's thread."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._told: dict[str, float] = {}
        self.unexpected.connect(self._show_unexpected)

    @Slot(object)
    def show(self, error: Exception) -> None:
        """Show any failure of a task."""
        if isinstance(error, AppError):
            logger.info("Told the user: %s", type(error).__name__)
            MessageDialog(self._top(), error).open()
        else:
            self.report(error)

    def report(self, error: BaseException) -> None:
        """A bug: one dialog per place and minute (a broken paint would ask for thirty)."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
        self.unexpected.emit(place, report_of(error))

    @Slot(str, str)
    def _show_unexpected(self, place: str, report: str) -> None:
        if now() - self._told.get(place, -_ONCE_A_MINUTE) < _ONCE_A_MINUTE:
            return
        self._told[place] = now()
        UnexpectedErrorDialog(self._top(), report).open()

    def show_report(self, report: str) -> None:
        """Show what was reported of a bug once more."""
        UnexpectedErrorDialog(self._top(), report).open()

    def tell_of_last_time(self, notes: str) -> None:
        """What `app.crash_notes.take` found, said once, when the window is there."""
        LastTimeDialog(self._top(), notes).open()

    def _top(self) -> QWidget:
        from PySide6.QtWidgets import QApplication

        return QApplication.activeModalWidget() or QApplication.activeWindow() or self._window
