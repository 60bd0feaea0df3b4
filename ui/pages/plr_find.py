"""*Find ULN* in the Attainments (PLR) window: for rows whose ULN the service could not be asked with, or did not
accept. Afterwards the corrected learners can be asked about again."""

from PySide6.QtCore import QObject, Slot

from app.access import Permission
from app.changes import APPEARED
from app.context import AppContext
from ui.dialogs.find_uln import FindUlnDialog
from ui.dialogs.questions import ask_again
from ui.hub import Hub
from ui.look.words import tr
from ui.pages.plr import PlrPage
from ui.workers import TaskRunner

NEEDS_A_ULN = frozenset({"WSEC0208", "LOCAL01", "LOCAL04", "LOCAL05"})


class PlrFind(QObject):
    """Knows whose ULN is to be found, opens the dialog, and offers *Refresh Selected* after a correction."""

    def __init__(self, page: PlrPage, context: AppContext, runner: TaskRunner, hub: Hub) -> None:
        super().__init__(page)
        self._page, self._context, self._runner, self._hub = page, context, runner, hub
        self._dialog: FindUlnDialog | None = None

    def learner_ids(self) -> list[int]:
        """The learners of the selected rows whose answer asks for another ULN."""
        session = self._page.session
        ids = session.learner_ids_of(self._page.grid.selected_keys())
        answers = ((one, session.answer_of(one)) for one in ids)
        return [
            one
            for one, answer in answers
            if answer is not None and (answer.error_code or answer.response_code) in NEEDS_A_ULN
        ]

    def why_not(self) -> str:
        """Why *Find ULN* is not possible now; "" if it is."""
        if reason := self._context.rights.why_not(Permission.PLR_DOWNLOAD):
            return reason
        if self._page.busy:
            return tr("Not while a download or an update is running.")
        if not self.learner_ids():
            return tr("Select rows without a usable ULN first: WSEC0208, LOCAL01, LOCAL04 or LOCAL05.")
        return ""

    @Slot()
    def find(self) -> None:
        """Search for the ULNs of the selected rows' learners."""
        ids = self.learner_ids()
        if not ids or self.why_not():
            return
        self._dialog = FindUlnDialog(self._page.window(), self._runner, self._context, ids)
        self._dialog.corrected.connect(self._corrected)
        self._dialog.finished.connect(self._closed)
        self._dialog.open()

    @Slot()
    def _corrected(self) -> None:
        self._hub.announce(APPEARED)

    @Slot()
    def _closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None or not dialog.used:
            return
        corrected = list(dialog.used)
        if ask_again(self._page.window(), len(corrected)):
            self._page.ask_about(corrected)
