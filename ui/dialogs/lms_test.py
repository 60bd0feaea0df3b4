"""*Test Connection* of the LMS as a dialog, on the settings that are saved."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.context import AppContext
from ui.dialogs.lms_test_pane import LmsTestPane
from ui.grids.form_dialog import FormDialog
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import TaskRunner

_WIDTH, _HEIGHT = 520, 660


class LmsTestDialog(FormDialog):
    """For whoever may synchronise, also without the right to change settings. The test begins at once."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(parent, title=tr("LMS Connection"), name="lms_test")
        self._context = context
        self._body.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(0)
        self.test = LmsTestPane(runner, context, offers_address=False)
        self.test.wanted.connect(self.test_connection)
        self.content.addWidget(scrolling(self.test, ground=Role.SUBTLE), 1)
        self.add_button(tr("Close"), kind="primary", name="lms_test_close", clicked=self.accept)
        self.finished.connect(self._closed)
        self.open_at(_WIDTH, _HEIGHT)
        self.test.test_button.setFocus()
        self.test_connection()

    @Slot()
    def test_connection(self) -> None:
        """Test what is saved."""
        why_not = self._context.rights.why_not(Permission.SYNCHRONISE)
        if why_not:
            self.test.say(why_not)
            return
        self.test.start(self._context.settings, self._context.secrets)

    @Slot(int)
    def _closed(self, result: int) -> None:
        self.test.stop()
