"""White cards with round corners, also over a table, which does not clip its own."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.look.shapes import CARD_RADIUS, box, corner_region, hair_line, outside_corners, round_path
from ui.look.tokens import Role, color


class Card(QFrame):
    """A surface with round corners. What it holds lies inside its line, in `column`."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        padding: int = 0,
        fill: Role = Role.SURFACE,
        line: Role | None = Role.LINE,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self._fill = fill
        self._line = line
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inset = max(padding, 1 if line is not None else 0)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(inset, inset, inset, inset)
        self.column.setSpacing(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, self.rect(), CARD_RADIUS, fill=self._fill, line=self._line)
        painter.end()


class RoundedCorners(QWidget):
    """Lies over `target`, lets the mouse through and paints what is outside its round corners.

    Only the four corner squares belong to it, so that scrolling the table below costs next to nothing.
    """

    def __init__(
        self,
        target: QWidget,
        *,
        radius: int = CARD_RADIUS,
        ground: Role = Role.WINDOW,
        line: Role | None = Role.LINE,
    ) -> None:
        super().__init__(target)
        self._target = target
        self._radius = radius
        self._ground = ground
        self._line = line
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        target.installEventFilter(self)
        self._cover()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._target and event.type() in {
            QEvent.Type.Resize,
            QEvent.Type.Show,
            QEvent.Type.ChildAdded,
            QEvent.Type.LayoutRequest,
        }:
            self._cover()
        return False

    def _cover(self) -> None:
        self.setGeometry(self._target.rect())
        self.setMask(corner_region(self.rect(), self._radius))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        painter.fillPath(outside_corners(whole, self._radius), color(self._ground))
        if self._line is not None:
            painter.setPen(color(self._line))
            painter.drawPath(round_path(whole.adjusted(0.5, 0.5, -0.5, -0.5), self._radius - 0.5))
        painter.end()


def in_card(inside: QWidget) -> Card:
    """A list of a dialog, in a card with round corners."""
    card = Card(line=Role.LINE2)
    card.column.addWidget(inside)
    RoundedCorners(card, ground=Role.SURFACE, line=Role.LINE2)
    return card


class HairLine(QWidget):
    """A line between two parts of a card."""

    def __init__(
        self,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        role: Role = Role.LINE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._across = orientation == Qt.Orientation.Horizontal
        if self._across:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        end = QPointF(self.width(), 0) if self._across else QPointF(0, self.height())
        hair_line(painter, QPointF(0, 0), end, self._role)
        painter.end()
