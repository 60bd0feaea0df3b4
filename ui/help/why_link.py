"""The way from a message to what the help says of its code or rule."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.look.buttons import set_kind
from ui.look.help_key import help_wanted
from ui.look.icons import Icon
from ui.look.words import tr


class WhyLink(QPushButton):
    """A link that leads to the entry of a rule in the help; hidden where there is no entry."""

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
        self.setVisible(bool(rule) and _is_known(self._rule))

    @Slot()
    def _open(self) -> None:
        help_wanted().about.emit(self, self._rule)


def _is_known(rule: str) -> bool:
    from app.help.rules import topic_of  # not before a row with a code is shown

    return bool(topic_of(rule))
