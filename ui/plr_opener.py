"""*Attainments (PLR) Download*: opens the one PLR window there is, and answers what it asks of the main window."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.errors import AccessError, SecretNeededError
from app.keys import Keys
from ui.export_status import ExportStatus
from ui.hub import Hub
from ui.messages import Messages
from ui.notifying import to_front
from ui.remembered import Remembered
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.plr_window import PlrWindow

_KEPT = "plr_window"
"""The name under which the window is remembered."""


class PlrOpener(QObject):
    """`window` is None until the first download; it is kept and used again."""

    changed = Signal()
    rights_doubted = Signal()
    edit_wanted = Signal(int)
    said = Signal(str)
    """For the status bar of the main window."""

    def __init__(
        self,
        owner: QWidget,
        context: AppContext,
        runner: TaskRunner,
        hub: Hub,
        messages: Messages,
        memory: Remembered,
    ) -> None:
        super().__init__(owner)
        self._owner, self._context, self._runner = owner, context, runner
        self._hub, self._messages = hub, messages
        self.window: PlrWindow | None = None
        self._exports: ExportStatus | None = None
        self._kept = memory.kept(_KEPT)
        memory.also[_KEPT] = self.state

    def state(self) -> Any:
        """What is remembered of the window: as it is, or as it was left in an earlier run."""
        return self._kept if self.window is None else self.window.state()

    @property
    def busy(self) -> bool:
        return self.window is not None and self.window.page.busy

    @property
    def exporting(self) -> bool:
        return self._exports is not None and self._exports.busy

    def download(self, keys: Keys) -> None:
        """Download for these learners. It asks first outside the hours in the settings, and above a thousand, which
        it never cuts silently."""
        if not len(keys):
            return
        from app.connectors.opening_hours import closed_now
        from ui.dialogs.lrs_closed import ask_closed
        from ui.dialogs.questions import ask_over_limit
        from ui.pages.plr import AT_MOST

        closed = closed_now(self._context.settings.lrs)
        if closed and not ask_closed(self._owner, closed):
            return
        if len(keys) > AT_MOST and not ask_over_limit(self._owner, len(keys), AT_MOST):
            return
        if self.window is None:
            self.window = self._make()
        elif self.window.isVisible() and not self.window.close():
            to_front(self.window)
            return
        to_front(self.window)
        self.window.page.grid.setFocus()  # the arrow keys are for its rows
        self.window.download(keys)

    def _make(self) -> "PlrWindow":
        from ui.plr_window import PlrWindow

        window = PlrWindow(self._context, self._runner, self._hub)
        if isinstance(self._kept, dict):
            window.restore(self._kept)
        window.closed.connect(self.changed)
        page = window.page
        page.busy_changed.connect(self.changed)
        page.failed.connect(self._failed)
        page.secret_needed.connect(self._ask_secret)
        page.edit_wanted.connect(self.edit_wanted)
        page.updating.ended_unseen.connect(self.said)
        self._exports = ExportStatus(window.status, self._messages, window)
        page.exporting.connect(self._exports.follow)
        return window

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._messages.show(error)
        if isinstance(error, AccessError):
            self.rights_doubted.emit()

    @Slot(object)
    def _ask_secret(self, error: SecretNeededError) -> None:
        assert self.window is not None
        from ui.dialogs.sign_in import SignInDialog

        dialog = SignInDialog(self.window, self._runner, self._context, error.secret)
        dialog.accepted.connect(self.window.page.again)
        dialog.open()
