"""Single lines of text, elided and laid out once."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QStaticText, QTransform

_FULL = 6_000


class Style:
    """A font with what painting asks of it again and again."""

    def __init__(self, font: QFont, metrics: QFontMetrics) -> None:
        self.font = font
        self.metrics = metrics
        self.ascent = metrics.ascent()


@dataclass(slots=True)
class Line:
    """A laid-out line, at most as wide as it was asked for."""

    text: QStaticText
    width: int
    elided: bool


class TextLines:
    """Lines by text, style and width. Emptied when full: what is on the screen is back in one paint."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, Style, int, bool], Line] = {}

    def line(self, text: str, style: Style, width: int, middle: bool = False) -> Line:
        key = (text, style, width, middle)
        found = self._lines.get(key)
        if found is None:
            if len(self._lines) >= _FULL:
                self._lines.clear()
            found = self._lines[key] = _lay_out(text, style, width, middle)
        return found


def _lay_out(text: str, style: Style, width: int, middle: bool) -> Line:
    where = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    shown = style.metrics.elidedText(text, where, width)
    laid_out = QStaticText(shown)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    laid_out.prepare(QTransform(), style.font)
    return Line(laid_out, style.metrics.horizontalAdvance(shown), shown != text)
