"""Answers whoever asks for help: opens the one help window there is, at the topic that fits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from ui.look.help_key import help_wanted
from ui.look.screens import window_behind
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.help.window import HelpWindow


class HelpDesk(QObject):
    """Lives as long as `owner`. `front` names the page in front; `state` is what was remembered of the window."""

    def __init__(
        self, owner: QObject, runner: TaskRunner, front: Callable[[], str] = lambda: "", state: Any = None
    ) -> None:
        super().__init__(owner)
        self._owner, self._runner, self._front = owner, runner, front
        self._state = state
        self.window: HelpWindow | None = None
        help_wanted().here.connect(self.help_for)
        help_wanted().about.connect(self.help_about)

    @Slot(QWidget)
    def help_for(self, window: QWidget) -> None:
        """F1 in that window: about the row with a code that has the keyboard, else about page or dialog."""
        from ui.help.where import rule_under, topic_for

        self._open(window, rule_under(window) or topic_for(window, self._front()))

    @Slot(QWidget, str)
    def help_about(self, asker: QWidget, link: str) -> None:
        """A link to a topic or a rule was pressed in some window."""
        self._open(asker.window(), link)

    def _open(self, window: QWidget, link: str) -> None:
        if self.window is None:
            self.window = self._make()
        shown = self.window
        shown.open(link)
        shown.show()
        modal = QApplication.activeModalWidget()
        if modal is not None and _opened_by(shown, modal):
            return  # it stands behind its own dialog, which keeps the keyboard
        self._let_through(shown, modal)
        shown.raise_()
        shown.activateWindow()
        shown.page.setFocus()

    def _make(self) -> "HelpWindow":
        from ui.help.pages_made import book
        from ui.help.paper import HelpPaper
        from ui.help.window import HelpWindow

        made = HelpWindow(book())
        HelpPaper(made, self._runner)
        self._owner.destroyed.connect(made.deleteLater)
        if isinstance(self._state, str):
            made.restoreGeometry(QByteArray.fromBase64(self._state.encode("ascii", "ignore")))
        return made

    def _let_through(self, shown: "HelpWindow", modal: QWidget | None) -> None:
        """A dialog that must be answered first shuts out every window but those that belong to it. It must not belong
        to the help itself: each belonging to the other, Qt would go round the two for good."""
        ours = window_behind(shown)
        if ours is not None:
            theirs = window_behind(modal) if modal is not None else None
            ours.setTransientParent(theirs)  # type: ignore[arg-type]

    def state(self) -> Any:
        """What is to be remembered of the window; what was, where it was not opened."""
        if self.window is not None:
            self._state = bytes(self.window.saveGeometry().toBase64().data()).decode("ascii")
        return self._state

    @Slot()
    def close(self) -> None:
        """The program ends."""
        if self.window is not None:
            self.state()
            self.window.close()


def _opened_by(shown: QWidget, dialog: QWidget) -> bool:
    """Whether `shown` is among the windows from which `dialog` was opened."""
    above = dialog.parentWidget()
    while above is not None and above.window() is not shown:
        above = above.window().parentWidget()
    return above is not None
