"""The search as a sentence on several lines, fields and values told apart by weight; plain text throughout."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.grids.condition_words import Part
from ui.look.fonts import Type, font, metrics
from ui.look.tokens import Role, color

_DRESS = {Part.WORDS: (400, Role.TEXT2), Part.FIELD: (600, Role.TEXT2), Part.VALUE: (600, Role.ACCENT_TEXT)}
_USUAL_WIDTH = 480


class SentenceLabel(QWidget):
    """Paints pieces of text as one wrapped paragraph; nothing in them is taken for markup."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: Sequence[tuple[str, Part]] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self._pieces)

    def show_pieces(self, pieces: Sequence[tuple[str, Part]]) -> None:
        self._pieces = tuple(pieces)
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid_out(width)[1])

    def sizeHint(self) -> QSize:
        return QSize(_USUAL_WIDTH, self.heightForWidth(_USUAL_WIDTH))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, metrics(Type.SECONDARY).height())

    def _laid_out(self, width: int) -> tuple[QTextLayout, float]:
        layout = QTextLayout(self.text, font(Type.SECONDARY))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        ranges, start = [], 0
        for text, part in self._pieces:
            weight, role = _DRESS[part]
            look = QTextCharFormat()
            look.setFont(font(Type.SECONDARY, weight=weight))
            look.setForeground(color(role))
            one = QTextLayout.FormatRange()
            # Qt counts in UTF-16.
            one.start, one.length = start, len(text.encode("utf-16-le")) // 2
            one.format = look
            ranges.append(one)
            start += one.length
        layout.setFormats(ranges)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height() + 1
        layout.endLayout()
        return layout, height

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(color(Role.TEXT2))
        layout, height = self._laid_out(self.width())
        layout.draw(painter, QPointF(0, max(0.0, (self.height() - height) / 2)))
        painter.end()
