"""A sentence behind an icon, in a pane; hidden while there is nothing to say."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.tokens import Role


class NoteLine(QWidget):
    """`name` is that of the label with the sentence."""

    def __init__(self, icon: Icon, role: Role, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(IconLabel(icon, role, 15), 0, Qt.AlignmentFlag.AlignTop)
        self._label = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name=name)
        line.addWidget(self._label, 1)
        self.hide()

    def say(self, words: str) -> None:
        """Say this; nothing for ""."""
        self._label.setText(words)
        self.setVisible(bool(words))
