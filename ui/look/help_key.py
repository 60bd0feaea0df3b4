"""F1 in every window, and links to the help: whoever wants help says so here, and the help listens."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

RULE = "help_rule"
"""The property by which a widget says which rule or code it is about: F1 with the keyboard in it leads there."""


class HelpWanted(QObject):
    """There is one: `help_wanted()`."""

    here = Signal(QWidget)
    """F1 was pressed in this window."""
    about = Signal(QWidget, str)
    """A topic, or a rule by its id, is wanted from this window."""


_wanted: HelpWanted | None = None


def help_wanted() -> HelpWanted:
    """The one object through which help is asked for."""
    global _wanted
    if _wanted is None:
        _wanted = HelpWanted()
    return _wanted


class HelpKey(QShortcut):
    """F1 in one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(QKeySequence("F1"), window)
        self._window = window
        self.activated.connect(self._ask)

    @Slot()
    def _ask(self) -> None:
        help_wanted().here.emit(self._window)
