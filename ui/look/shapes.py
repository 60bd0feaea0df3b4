"""The few shapes that everything is painted from: boxes with round corners, hair lines, corners left out."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QRegion

from ui.look.tokens import Role, color

CARD_RADIUS = 8
CONTROL_RADIUS = 6
TAG_RADIUS = 5
CHECK_RADIUS = 4

DIALOG_PADDING = 20
WINDOW_GAP = 8

BUTTON_HEIGHT = 30
SMALL_HEIGHT = 24
DIALOG_FOOT_HEIGHT = 54
PAGE_TABS_HEIGHT = 40
CONDITION_BAR_HEIGHT = 42
HEADER_HEIGHT = 30


def box(
    painter: QPainter,
    rect: QRect | QRectF,
    radius: float,
    *,
    fill: Role | QColor | None = None,
    line: Role | QColor | None = None,
    width: float = 1.0,
) -> None:
    """A box with round corners whose line lies wholly inside `rect`, on whole pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inset = width / 2 if line is not None else 0.0
    place = QRectF(rect).adjusted(inset, inset, -inset, -inset)
    painter.setPen(QPen(_colour(line), width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(_colour(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, radius - inset, radius - inset)


def hair_line(painter: QPainter, start: QPointF, end: QPointF, role: Role = Role.LINE) -> None:
    """A straight line one pixel wide, horizontal or vertical, on whole pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    across = QRectF(start, end)
    across.setWidth(max(across.width(), 1.0))
    across.setHeight(max(across.height(), 1.0))
    painter.fillRect(across, color(role))


def round_path(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def outside_corners(rect: QRectF, radius: float) -> QPainterPath:
    """What lies between `rect` and the same rectangle with round corners."""
    whole = QPainterPath()
    whole.addRect(rect)
    return whole - round_path(rect, radius)


def corner_region(rect: QRect, radius: int) -> QRegion:
    """The four squares that hold the corners of `rect`; nothing else needs to be painted anew."""
    region = QRegion(rect)
    region -= QRegion(rect.adjusted(radius, 0, -radius, 0))
    return region - QRegion(rect.adjusted(0, radius, 0, -radius))


def mixed(ground: Role, over: Role, share: float) -> QColor:
    """The colour of `ground` with `share` (0 to 1) of `over` in it."""
    low, high = color(ground), color(over)
    return QColor(
        round(low.red() + (high.red() - low.red()) * share),
        round(low.green() + (high.green() - low.green()) * share),
        round(low.blue() + (high.blue() - low.blue()) * share),
    )


def _colour(wanted: Role | QColor) -> QColor:
    return color(wanted) if isinstance(wanted, Role) else wanted
