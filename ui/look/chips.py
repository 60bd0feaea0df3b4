"""Chips of the condition bar, tags that name a state, and pills with a count."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, Weight, draw
from ui.look.plain import tip_text, visible_text
from ui.look.shapes import CONTROL_RADIUS, TAG_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import tr

CHIP_HEIGHT = 26
TAG_HEIGHT = 22
PILL_HEIGHT = 16
_PADDING = 8
_GAP = 5
_CLOSE = 10
_LONGEST_VALUE = 320

SOFT: dict[Role, Role] = {
    Role.GOOD: Role.GOOD_SOFT,
    Role.WARN: Role.WARN_SOFT,
    Role.BAD: Role.BAD_SOFT,
    Role.INFO: Role.INFO_SOFT,
    Role.STAGED: Role.STAGED_SOFT,
    Role.ACCENT_TEXT: Role.ACCENT_SOFT,
    Role.ACCENT: Role.ACCENT_SOFT,
    Role.TEXT2: Role.PRESSED,
    Role.TEXT3: Role.PRESSED,
}
"""The ground that a tag of this colour stands on."""


class Chip(QAbstractButton):
    """A condition in three parts; a click opens it (`clicked`), its cross takes it away (`removed`)."""

    removed = Signal()

    def __init__(self, field: str, operator: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[str, str, str] = ("", "", "")
        self._over_cross = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_parts(field, operator, value)

    def set_parts(self, field: str, operator: str, value: str = "") -> None:
        self._parts = (visible_text(field), visible_text(operator), visible_text(value))
        whole = " ".join(part for part in self._parts if part)
        self.setAccessibleName(whole)
        self.setAccessibleDescription(tr("Enter changes this condition, Delete removes it."))
        self.setToolTip(tip_text(whole))
        self.updateGeometry()
        self.update()

    def _pieces(self) -> list[tuple[str, int, Role, int]]:
        """Text, weight, colour and width of the parts that there are."""
        dresses = ((500, Role.TEXT), (400, Role.TEXT3), (600, Role.ACCENT_TEXT))
        pieces = []
        for part, (weight, role) in zip(self._parts, dresses, strict=True):
            if part:
                measure = metrics(Type.SECONDARY, weight=weight)
                text = measure.elidedText(part, Qt.TextElideMode.ElideRight, scaled(_LONGEST_VALUE))
                pieces.append((text, weight, role, measure.horizontalAdvance(text) + 1))
        return pieces

    def sizeHint(self) -> QSize:
        words = sum(width + _GAP for *_, width in self._pieces())
        return QSize(_PADDING + words + _CLOSE + _PADDING - 1, scaled(CHIP_HEIGHT))

    def _cross(self) -> QRect:
        return QRect(self.width() - _CLOSE - _PADDING - 2, 0, _CLOSE + _PADDING + 2, self.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._cross().contains(event.position().toPoint())
        if over != self._over_cross:
            self._over_cross = over
            self.update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._over_cross = False
        self.update()
        super().leaveEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isDown() and self._cross().contains(event.position().toPoint()):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        over = self.underMouse() and not self._over_cross
        fill = Role.PRESSED if self.isDown() else Role.HOVER if over else Role.SUBTLE
        box(painter, self.rect(), CONTROL_RADIUS, fill=fill, line=Role.LINE2)
        left = _PADDING
        for text, weight, role, width in self._pieces():
            painter.setFont(font(Type.SECONDARY, weight=weight))
            painter.setPen(color(role))
            painter.drawText(QRect(left, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            left += width + _GAP
        corner = QPoint(self.width() - _CLOSE - _PADDING + 1, (self.height() - _CLOSE) // 2)
        role = Role.TEXT if self._over_cross else Role.TEXT3
        draw(painter, Icon.X, QRect(corner, QSize(_CLOSE, _CLOSE)), role, weight=Weight.REGULAR)
        painter.end()


class Tag(QWidget):
    """An icon and a word on a soft ground: the state of something."""

    def __init__(self, icon: Icon | None, text: str, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._text = ""
        self._role = role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(icon, text, role)

    @property
    def text(self) -> str:
        return self._text

    def show_state(self, icon: Icon | None, text: str, role: Role) -> None:
        self._icon = icon
        self._text = visible_text(text)
        self._role = role
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(tag_width(self._text, self._icon), scaled(TAG_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_tag(painter, self.rect(), self._text, self._icon, self._role)
        painter.end()


def tag_width(text: str, icon: Icon | None = None) -> int:
    words = metrics(Type.SECONDARY, weight=500).horizontalAdvance(text) + 1
    return words + 2 * _PADDING + (14 + _GAP if icon is not None else 0)


def paint_tag(painter: QPainter, rect: QRect, text: str, icon: Icon | None, role: Role) -> None:
    """A tag filling `rect`; the text is shortened where it does not fit."""
    box(painter, rect, TAG_RADIUS, fill=SOFT.get(role, Role.PRESSED))
    inside = rect.adjusted(_PADDING, 0, -_PADDING, 0)
    if icon is not None:
        place = QRect(inside.left(), inside.top(), 14, inside.height())
        draw(painter, icon, place, role, size=14)
        inside.setLeft(inside.left() + 14 + _GAP)
    measure = metrics(Type.SECONDARY, weight=500)
    painter.setFont(font(Type.SECONDARY, weight=500))
    painter.setPen(color(role))
    shown = measure.elidedText(text, Qt.TextElideMode.ElideRight, inside.width() + 1)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, shown)


def pill_width(text: str) -> int:
    return metrics(Type.CAPTION, numbers=True).horizontalAdvance(text) + 13


def paint_pill(painter: QPainter, rect: QRect, text: str, *, chosen: bool = False) -> None:
    """A count on a round ground, as beside the title of a tab."""
    box(painter, rect, rect.height() / 2, fill=Role.ACCENT_SOFT if chosen else Role.PRESSED)
    painter.setFont(font(Type.CAPTION, numbers=True))
    painter.setPen(color(Role.ACCENT_TEXT if chosen else Role.TEXT2))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
