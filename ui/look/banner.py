"""A banner over a page: what happened, what to do, at most two buttons."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.look.chips import SOFT
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.shapes import CONTROL_RADIUS, round_path
from ui.look.tokens import Role, color

_BAR = 4


class Banner(QFrame):
    """Soft ground in the colour of `role` with a bar on its left; stays until it is taken away."""

    def __init__(
        self,
        icon: Icon,
        role: Role,
        title: str,
        text: str = "",
        buttons: Sequence[QPushButton] = (),
        *,
        across: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`across`: it goes from edge to edge of a card, so that its corners are the card's."""
        super().__init__(parent)
        self._role = role
        self._across = across
        row = QHBoxLayout(self)
        row.setContentsMargins(_BAR + 10, 10, 10, 10)
        row.setSpacing(10)
        self._icon = IconLabel(icon, role, 20, parent=self)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = text_label(title, Type.KEY, Role.TEXT, wrap=True, weight=600)
        self._text = text_label(text, Type.SECONDARY, Role.TEXT2, wrap=True)
        # Stretches, not an alignment: aligned, wrapped words would get the height of their shortest form.
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addStretch(1)
        row.addLayout(words, 1)
        for button in buttons[:2]:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.say(title, text)

    def say(self, title: str, text: str = "", role: Role | None = None, icon: Icon | None = None) -> None:
        """Other words, perhaps in another colour, in the same banner."""
        self._role = role or self._role
        self._icon.show_icon(icon or self._icon.icon, self._role)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._across:
            painter.setClipPath(round_path(QRectF(self.rect()), CONTROL_RADIUS))
        painter.fillRect(self.rect(), color(SOFT.get(self._role, Role.SUBTLE)))
        painter.fillRect(0, 0, _BAR, self.height(), color(self._role))
        painter.end()
