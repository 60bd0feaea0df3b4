"""How the main window is left: with at most one question, or without any when nobody is there to answer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from ui.dialogs.questions import confirm_quitting
from ui.hang_watch import HangWatch
from ui.look.words import tr

if TYPE_CHECKING:
    from ui.main_window import MainWindow

_LEAVE_MS = 5_000


class Leaving(QObject):
    """Ends what runs; what is finished stays, and nothing is left half done."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._decided = False
        self._asking = False

    def may_close(self) -> bool:
        """Ask what has to be asked, once, then end every task; False if the user stays."""
        if self._asking:  # the cross was pressed again while the question is there
            return self._decided
        if not self._decided:
            self._asking = True
            try:
                goes = self._ask()
            finally:
                self._asking = False
            if not goes and not self._decided:
                return False
            self._decide()
        self.end_tasks()
        return True

    def _ask(self) -> bool:
        window = self._window
        if not window.may_leave():
            return False
        busy = window.plr.busy or window.exports.busy or window.plr.exporting or window.imports.busy
        if busy and not confirm_quitting(window):
            return False
        plr = window.plr.window
        if plr is not None and plr.isVisible():
            if not busy:
                return plr.close()
            plr.page.cancel()
            plr.close_unasked()
        return True

    def settled(self) -> bool:
        """Ask what leaving asks, and stay; False if the user keeps what is there."""
        return self._ask()

    def unasked(self) -> None:
        """Leave without a question: what is open here is of nobody any more."""
        self._decide()
        self.for_good()

    def _decide(self) -> None:
        if not self._decided:
            self._decided = True
            self._window.remember()

    def end_tasks(self) -> None:
        """Stop every task and wait: a killed write is worse than a slow exit, so after 5 s we go on waiting."""
        for watch in self._window.findChildren(HangWatch):
            watch.stop()  # waiting here is no hang that the next start should tell of
        runner = self._window.runner
        runner.cancel_all()
        if not runner.wait(_LEAVE_MS):
            self._window.status.show_result(tr("Waiting for work under way to end…"))
            while not runner.wait(_LEAVE_MS):
                pass

    def for_good(self) -> None:
        """Close everything without a question."""
        self._decided = True
        plr = self._window.plr.window
        if plr is not None:
            plr.page.cancel()
            plr.close_unasked()
        self._window.close()

    @Slot()
    def now(self) -> None:
        """The session ends, or the system asks the program to: no question may stand in the way.

        Dialogs that wait in a loop of their own are left with the loop of the program.
        """
        self._decide()
        self.for_good()
        QApplication.exit(0)
