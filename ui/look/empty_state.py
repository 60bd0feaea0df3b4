"""What stands where a grid has no rows: what it is for, and the next step as a button."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.look.buttons import button
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import text_label
from ui.look.scrolling import scrolling
from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role

_NARROWEST = 120
_TEXT_WIDTH = 460


class _Illustration(QWidget):
    """Three cards behind each other; the first has the icon and lines where words will be."""

    def __init__(self, icon: Icon, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(250, 90 + 16)  # and the space below it

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for inset, top, line in ((28, 0, Role.LINE), (14, 14, Role.LINE2), (0, 28, Role.LINE2)):
            card = QRectF(inset, top, self.width() - 2 * inset, 62)
            box(painter, card, CARD_RADIUS, fill=Role.SURFACE, line=line)
        box(painter, QRectF(14, 41, 36, 36), 18, fill=Role.ACCENT_SOFT)
        draw(painter, self._icon, QRect(14, 41, 36, 36), Role.ACCENT_TEXT, size=20)
        box(painter, QRectF(62, 47, 92, 8), 4, fill=Role.LINE2)
        box(painter, QRectF(62, 63, 138, 8), 4, fill=Role.LINE)
        box(painter, QRectF(206, 47, 28, 8), 4, fill=Role.LINE)
        painter.end()


class EmptyState(QWidget):
    """Title, text, up to two buttons, a remark and a link, in the middle of the place it is given."""

    primary_pressed = Signal()
    secondary_pressed = Signal()
    link_pressed = Signal()

    def __init__(
        self,
        title: str,
        text: str,
        *,
        icon: Icon = Icon.TRAY,
        primary: tuple[str, Icon | None] | None = None,
        secondary: tuple[str, Icon | None] | None = None,
        remark: str = "",
        link: tuple[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(24, 16, 24, 16)
        self._column.setSpacing(8)
        self._links: QBoxLayout | None = None
        self._link_parts: list[QWidget] = []
        self._wrapped: list[QLabel] = []
        self._column.addStretch(5)
        self._illustration = _Illustration(icon, self)
        self._add(self._illustration)
        self.title = text_label(title, Type.PAGE_TITLE, wrap=True)
        self.text = text_label(text, Type.BODY, Role.TEXT2, wrap=True)
        for label in (self.title, self.text):
            self._add_words(label)
        self.primary = self._add_buttons(primary, secondary)
        if remark:
            self._column.addSpacing(4)
            self._add_words(text_label(remark, Type.SECONDARY, Role.TEXT3, wrap=True))
        if link is not None:
            self._add_link(*link)
        self._column.addStretch(6)
        self._scroll(inside)

    def _scroll(self, inside: QWidget) -> None:
        """Large text in a low window: what has no room is scrolled to, never squeezed away."""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inside, sideways=False))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low or narrow place the words come first, and the picture goes."""
        super().resizeEvent(event)
        margins = self._column.contentsMargins()
        room = max(self.width() - margins.left() - margins.right(), _NARROWEST)
        for label in self._wrapped:
            label.setFixedWidth(min(scaled(_TEXT_WIDTH), room))
        if self._links is not None:
            beside = sum(part.sizeHint().width() for part in self._link_parts) + self._links.spacing()
            ways = QBoxLayout.Direction
            self._links.setDirection(ways.LeftToRight if beside <= room else ways.TopToBottom)
        need = self._column.totalHeightForWidth(self.width())
        if self._illustration.isHidden():
            need += self._illustration.sizeHint().height()
        self._illustration.setVisible(need <= self.height())

    def say(self, title: str, text: str) -> None:
        """Other words in the same place."""
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def _add(self, widget: QWidget) -> None:
        # Stretches, not an alignment: aligned, wrapped words would get the height they need in the whole width.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(widget)
        row.addStretch(1)
        self._column.addLayout(row)

    def _add_words(self, label: QLabel) -> None:
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setFixedWidth(scaled(_TEXT_WIDTH))
        self._wrapped.append(label)
        self._add(label)

    def _add_buttons(
        self, primary: tuple[str, Icon | None] | None, secondary: tuple[str, Icon | None] | None
    ) -> QPushButton | None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        first: QPushButton | None = None
        if primary is not None:
            first = button(*primary, kind="primary", name="empty_primary", clicked=self.primary_pressed)
            row.addWidget(first)
        if secondary is not None:
            row.addWidget(button(*secondary, name="empty_secondary", clicked=self.secondary_pressed))
        row.addStretch(1)
        if primary is not None or secondary is not None:
            self._column.addSpacing(8)
            self._column.addLayout(row)
        return first

    def _add_link(self, lead: str, text: str) -> None:
        """Side by side, or below each other where large text leaves no room for that."""
        self._link_parts = [button(text, kind="link", name="empty_link", clicked=self.link_pressed)]
        if lead:
            self._link_parts.insert(0, text_label(lead, Type.SECONDARY, Role.TEXT2))
        self._links = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._links.setSpacing(8)
        for part in self._link_parts:
            self._links.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._links)
        row.addStretch(1)
        self._column.addSpacing(12)
        self._column.addLayout(row)
