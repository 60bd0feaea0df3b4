"""The names of a figure's series beside squares painted as the bars are."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.tokens import Role, color
from ui.plots.patterns import swatch

_GAP, _SQUARE, _LINE = 12, 11, 18


class Legend(QWidget):
    """In as many lines as the width asks for. The figure's words say the same, so a screen reader passes it by."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, Role]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Sequence[tuple[str, Role]]) -> None:
        """One series has no need of a legend."""
        self._entries = list(entries) if len(entries) > 1 else []
        self.setVisible(bool(self._entries))
        self.fit()

    def fit(self) -> None:
        """As high as its lines, at the present width and size of the text."""
        self.setFixedHeight(scaled(_LINE) * max(1, 1 + max((line for line, _ in self._places()), default=0)))
        self.update()

    def _places(self) -> list[tuple[int, float]]:
        """Line and left edge of each entry."""
        measure, places, line, left = metrics(Type.SECONDARY), [], 0, 0.0
        for name, _ in self._entries:
            width = scaled(_SQUARE) + 5 + measure.horizontalAdvance(name)
            if left and left + width > self.width():
                line, left = line + 1, 0.0
            places.append((line, left))
            left += width + scaled(_GAP)
        return places

    def sizeHint(self) -> QSize:
        return QSize(scaled(200), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side, high = scaled(_SQUARE), scaled(_LINE)
        for (name, role), (line, left) in zip(self._entries, self._places(), strict=True):
            top = line * high
            swatch(painter, QRectF(QPointF(left, top + (high - side) // 2), QSize(side, side)), role)
            painter.setFont(font(Type.SECONDARY))
            painter.setPen(color(Role.TEXT2))
            words = QRectF(left + side + 5, top, self.width() - left - side - 5, high)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.end()
