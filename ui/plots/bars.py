"""Stacked bars, upright or lying, drawn with pyqtgraph. Imported when a figure is first drawn: it takes its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.figures import Figure
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.plain import tip_text, visible_text
from ui.look.tokens import Role, color
from ui.look.words import count, tr
from ui.plots import words
from ui.plots.patterns import brush

pyqtgraph.setConfigOptions(antialias=True, exitCleanup=False)
_THICK = 0.62
"""How much of its room a bar takes."""
_LONGEST_NAME = 130
_THIN = 3
_BEYOND = 22
"""So far the words of the last mark may reach over the end of an axis."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of one bar: its place in the figure, and its rectangle in the figure's own units."""

    category: int
    series: int
    value: int
    place: QRectF


def pieces(figure: Figure) -> list[Piece]:
    """The rectangles of a figure, y upwards; lying where it shows shares, the first category on top then."""
    found = []
    for at in range(len(figure.categories)):
        whole = sum(one.values[at] for one in figure.series)
        start = 0.0
        for place, one in enumerate(figure.series):
            value = one.values[at]
            length = 100 * value / whole if figure.shares and whole else float(value)
            if value and figure.shares:
                row = len(figure.categories) - 1 - at
                found.append(Piece(at, place, value, QRectF(start, row - _THICK / 2, length, _THICK)))
            elif value:
                found.append(Piece(at, place, value, QRectF(at - _THICK / 2, start, _THICK, length)))
            start += length
    return found


def steps(most: float) -> list[int]:
    """The numbers along an axis from 0 to at least `most`: 1, 2 or 5 times a power of ten apart, three to six of
    them, none between whole numbers."""
    rough = max(most, 1) / 4
    power = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = max(1, next(one * power for one in (1, 2, 5, 10) if one * power >= rough))
    return [int(step * place) for place in range(ceil(max(most, 1) / step) + 1)]


class _Bars(pyqtgraph.GraphicsObject):  # type: ignore[misc]
    """Bars and the lines behind them, painted in pixels so that patterns and edges keep their size."""

    def __init__(self, figure: Figure, marks: Sequence[int]) -> None:
        super().__init__()
        self._figure, self._marks = figure, marks
        self.parts = pieces(figure)
        self._roles = words.roles(figure)

    def boundingRect(self) -> QRectF:
        number = len(self._figure.categories)
        end = float(self._marks[-1])
        return QRectF(0, -0.5, end, number) if self._figure.shares else QRectF(-0.5, 0, number, end)

    def paint(self, painter: QPainter, *_: object) -> None:
        to_pixels = painter.worldTransform()
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        area = self.boundingRect()
        painter.setPen(QPen(color(Role.LINE), 1))
        for mark in self._marks:
            ends = (
                (QPointF(mark, area.top()), QPointF(mark, area.bottom()))
                if self._figure.shares
                else (QPointF(area.left(), mark), QPointF(area.right(), mark))
            )
            painter.drawLine(to_pixels.map(ends[0]).toPoint(), to_pixels.map(ends[1]).toPoint())
        painter.setPen(QPen(color(Role.SURFACE), 1))
        for one in self.parts:
            box = to_pixels.mapRect(one.place).toAlignedRect()
            painter.setBrushOrigin(box.topLeft())
            if min(box.width(), box.height()) < _THIN:
                # Its edges would be all of it, and wipe out the line below: a few of thousands are seen too.
                painter.fillRect(box, color(self._roles[one.series]))
                continue
            painter.setBrush(brush(self._roles[one.series]))
            painter.drawRect(box)
        painter.restore()


class _Axis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """Words only: no line, and no dots where ticks of no length would be."""

    def drawPicture(self, painter: QPainter, axis: Any, ticks: Any, texts: Any) -> None:
        super().drawPicture(painter, axis, (), texts)


class BarChart(pyqtgraph.GraphicsView):  # type: ignore[misc]
    """A figure with its two axes. The wheel scrolls what the chart stands in; the pointer shows numbers."""

    def __init__(self, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=QColor(color(Role.SURFACE)))
        self.setObjectName(f"plot_{figure.plot}_chart")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the card around it speaks for it
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumHeight(scaled(110))
        self.figure = figure
        self._left, self._bottom = _Axis("left"), _Axis("bottom")
        self._view = pyqtgraph.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        layout = pyqtgraph.GraphicsLayout()
        layout.setContentsMargins(0, scaled(8), scaled(_BEYOND if figure.shares else 8), 0)
        layout.setSpacing(0)
        for item, row, column in ((self._left, 0, 0), (self._view, 0, 1), (self._bottom, 1, 1)):
            layout.addItem(item, row, column)
        self.setCentralItem(layout)
        # A figure has commands of its own beside it.
        for entry in self.scene().contextMenu:
            entry.deleteLater()
        self.scene().contextMenu.clear()
        for axis in (self._left, self._bottom):
            axis.linkToView(self._view)
            axis.setStyle(tickLength=0, tickFont=font(Type.SECONDARY), tickTextOffset=scaled(6))
            axis.setStyle(hideOverlappingLabels=scaled(_BEYOND))
            axis.setPen(None)
            axis.setTextPen(color(Role.TEXT2))
        most = max((piece.place.bottom() for piece in pieces(figure)), default=1)
        self._marks = [0, 25, 50, 75, 100] if figure.shares else steps(most)
        self.bars = _Bars(figure, self._marks)
        self._view.addItem(self.bars)
        area = self.bars.boundingRect()
        self._view.setRange(area, padding=0, disableAutoRange=True)
        self._label()

    def _label(self) -> None:
        """Numbers along one axis, categories along the other: every one, or as many as there is room for."""
        names = [visible_text(one) for one in self.figure.categories]
        values = [(mark, tr("{n} %", n=mark) if self.figure.shares else count(mark)) for mark in self._marks]
        if self.figure.shares:
            measure = metrics(Type.SECONDARY)
            room = scaled(_LONGEST_NAME)
            short = [measure.elidedText(one, Qt.TextElideMode.ElideMiddle, room) for one in names]
            self._left.setTicks([[(len(names) - 1 - place, name) for place, name in enumerate(short)]])
            self._bottom.setTicks([values])
            return
        widest = max((metrics(Type.SECONDARY).horizontalAdvance(one) for one in names), default=0) + 10
        each = max(1.0, (self.width() - scaled(56)) / max(1, len(names)))
        every = max(1, ceil(widest / each))
        last = len(names) - 1
        shown = [(place, name) for place, name in enumerate(names) if (last - place) % every == 0]
        self._left.setTicks([values])
        self._bottom.setTicks([shown])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "bars"):  # the base class calls it before all is made
            self._label()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def piece_at(self, place: QPoint) -> Piece | None:
        """The part of a bar under a point of this widget."""
        point = self.bars.mapFromScene(self.mapToScene(place))
        return next((one for one in self.bars.parts if one.place.contains(point)), None)

    def told(self, piece: Piece) -> str:
        """A part of a bar in words."""
        series, name = self.figure.series[piece.series], visible_text(self.figure.categories[piece.category])
        return f"{name}: {tr(series.name)} {count(piece.value)}"

    def viewportEvent(self, event: QEvent) -> Any:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.piece_at(event.pos())
            QToolTip.showText(event.globalPos(), tip_text(self.told(found)) if found is not None else "", self)
            return True
        return super().viewportEvent(event)
