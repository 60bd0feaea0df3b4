"""A switch of a few words side by side, of which one is chosen: Live or Test."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.shapes import BUTTON_HEIGHT, CONTROL_RADIUS, box
from ui.look.tokens import Role, color

_PADDING = 18
_SMALLEST = 62


class _Segment(QRadioButton):
    """A radio button to keys and screen readers, painted as a part of the switch."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        words = metrics(Type.KEY, weight=600).horizontalAdvance(self.text())
        return QSize(max(words + 2 * _PADDING, _SMALLEST), scaled(BUTTON_HEIGHT))

    def hitButton(self, position: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        if chosen and self.isEnabled():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.ACCENT_SOFT, line=Role.ACCENT, width=1.5)
        elif self.underMouse() and self.isEnabled():
            box(painter, self.rect().adjusted(1, 1, -1, -1), CONTROL_RADIUS - 1, fill=Role.HOVER)
        role = Role.ACCENT_TEXT if chosen else Role.TEXT2
        painter.setFont(font(Type.KEY, weight=600 if chosen else 500))
        painter.setPen(color(role if self.isEnabled() else Role.DISABLED))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class Segments(QWidget):
    """Choices as (key, word); `chosen` carries the key when the user takes another one."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._segments: dict[str, _Segment] = {}
        for key, word in choices:
            segment = _Segment(word, self)
            segment.setObjectName(key)
            segment.clicked.connect(self._tell)
            self._segments[key] = segment
            row.addWidget(segment)
        if choices:
            self._segments[choices[0][0]].setChecked(True)
        self._told = self.value

    @property
    def value(self) -> str:
        """The key of the choice that is on."""
        return next((key for key, segment in self._segments.items() if segment.isChecked()), "")

    def set_value(self, key: str) -> None:
        """Choose `key` without telling; KeyError if there is no such choice."""
        self._segments[key].setChecked(True)
        self._told = key

    def _tell(self) -> None:
        if self.value != self._told:
            self._told = self.value
            self.chosen.emit(self._told)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, self.rect(), CONTROL_RADIUS, fill=Role.SUBTLE, line=Role.LINE2)
        painter.end()
