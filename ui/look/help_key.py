"""F1 in every window, and links to the help: whoever wants help says so here, and the help listens."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.look.buttons import set_kind
from ui.look.icons import Icon
from ui.look.words import tr

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


class WhyLink(QPushButton):
    """A link that leads to the entry of a rule in the help; hidden where there is none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        set_kind(self, "link", Icon.QUESTION)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.clicked.connect(self._open)
        self._rule = ""
        self.hide()

    def show_rule(self, rule: str | None) -> None:
        """Lead to this rule from now on; nothing for nothing."""
        self._rule = rule or ""
        self.setText(tr("Why? {rule}", rule=self._rule))
        self.setAccessibleDescription(tr("Opens the help about {rule}.", rule=self._rule))
        self.setVisible(bool(rule))

    @Slot()
    def _open(self) -> None:
        help_wanted().about.emit(self, self._rule)
