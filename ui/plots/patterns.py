"""How the series of a figure are told apart: each has a colour, and lines of its own for who does not see colours."""

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from ui.look.tokens import Role, color, theme

ROLES = (Role.C1, Role.C2, Role.C3, Role.C4, Role.C5, Role.INFO)
"""The colours of series."""
_SIDE = 8
_LINES: tuple[tuple[QLineF, ...], ...] = (
    (),
    (QLineF(-1, 9, 9, -1), QLineF(-1, 1, 1, -1), QLineF(7, 9, 9, 7)),
    (QLineF(0, 4, 8, 4),),
    (QLineF(-1, -1, 9, 9), QLineF(-1, 7, 1, 9), QLineF(7, -1, 9, 1)),
    (QLineF(4, 0, 4, 8),),
    (QLineF(4, 0, 4, 8), QLineF(0, 4, 8, 4)),
)
"""Plain, rising, level, falling, upright, crossed: by the place of the colour in the palette."""
_made: dict[tuple[Role, int], QBrush] = {}


def brush(role: Role) -> QBrush:
    """The colour of `role` with its lines, as the theme has it now."""
    key = role, theme().generation
    found = _made.get(key)
    if found is None:
        for old in [one for one in _made if one[1] != theme().generation]:
            del _made[old]
        found = _made[key] = _make(role)
    return found


def _make(role: Role) -> QBrush:
    lines = _LINES[ROLES.index(role)]
    if not lines:
        return QBrush(color(role))
    tile = QPixmap(2 * _SIDE, 2 * _SIDE)  # twice as fine as it is shown, for screens that are
    tile.setDevicePixelRatio(2)
    tile.fill(color(role))
    over = QColor(color(Role.SURFACE))
    over.setAlphaF(0.55)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(over, 1.2))
    painter.drawLines(list(lines))
    painter.end()
    return QBrush(tile)


def swatch(painter: QPainter, place: QRectF, role: Role) -> None:
    """A little square as the bars of `role` are painted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    filled = brush(role)
    painter.setBrushOrigin(place.topLeft())
    painter.setBrush(filled)
    painter.drawRoundedRect(place, 2, 2)
