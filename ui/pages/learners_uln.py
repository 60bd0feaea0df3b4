"""*Find ULN* and *Verify* on the Learners page: for the selected learners, or for the current one."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from app.access import Permission
from app.changes import APPEARED
from app.context import AppContext
from app.errors import AccessError
from ui.hub import Hub
from ui.pages.grid_page import GridPage
from ui.workers import TaskRunner


class LearnersUln(QObject):
    """Opens the two dialogs; what a person chose in them is announced."""

    def __init__(self, page: GridPage, context: AppContext, runner: TaskRunner, hub: Hub) -> None:
        super().__init__(page)
        self._page, self._context, self._runner, self._hub = page, context, runner, hub

    def find_selected(self) -> None:
        """*Find ULN* for the selected learners."""
        self.find(list(self._page.grid.selected_keys()))

    @Slot()
    def find_current(self) -> None:
        """*Find ULN* for the learner of the current row."""
        if self._page.grid.current_key is None:
            return
        if reason := self._context.rights.why_not(Permission.PLR_DOWNLOAD):
            self._runner.failed.emit(AccessError("You cannot search for a ULN.", hint=reason))
            return
        self.find([self._page.grid.current_key])

    @Slot(object)
    def find(self, learner_ids: Sequence[int]) -> None:
        """*Find ULN* for these learners."""
        if learner_ids:
            from ui.dialogs.find_uln import FindUlnDialog

            dialog = FindUlnDialog(self._page.window(), self._runner, self._context, learner_ids)
            dialog.corrected.connect(self._corrected)
            dialog.open()

    def verify_selected(self) -> None:
        """*Verify* for the selected learners."""
        if learner_ids := list(self._page.grid.selected_keys()):
            from ui.dialogs.verify import VerifyDialog

            dialog = VerifyDialog(self._page.window(), self._runner, self._context, learner_ids)
            dialog.find_wanted.connect(self.find)
            dialog.open()

    @Slot()
    def _corrected(self) -> None:
        self._hub.announce(APPEARED)
