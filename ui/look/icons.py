"""Icons drawn from the outlines of the Phosphor font, in colours of the theme.

The font that qtawesome 1.4 brings holds all weights, so one file of the
dependency gives every icon at every size and scale; nothing is copied into the project.
"""

import json
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
    QTransform,
)

from ui.look.icon_names import Icon
from ui.look.tokens import Role, color, theme

__all__ = ["Icon", "Weight", "draw", "glyph_names", "has_glyph", "paint", "pixmap", "qicon"]

_EM = 256.0
_TINT = 0.13
_TINT_OF_THE_MAIN_BUTTON = 0.16
_FULL = 2000


class Weight(StrEnum):
    """How heavy the lines are. LARGE is light lines over a tint of the filled shape, for 32 px."""

    LIGHT = "light"
    REGULAR = "regular"
    BOLD = "bold"
    FILL = "fill"
    LARGE = "large"


_pixmaps: dict[tuple[Icon, int, Role, float, str], QPixmap] = {}
_pixmaps_of: int = 0


@cache
def _folder() -> Path:
    spec = find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("qtawesome")
    return Path(spec.submodule_search_locations[0], "fonts")


@cache
def glyph_names() -> dict[str, int]:
    """Glyph name to code point, weights as endings ("tray", "tray-light")."""
    file = next(_folder().glob("phosphor-charmap-*.json"))
    codes: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return {name: int(code, 16) for name, code in codes.items()}


@cache
def _outlines() -> QRawFont:
    file = next(_folder().glob("phosphor-*.ttf"))
    return QRawFont(str(file), _EM, QFont.HintingPreference.PreferNoHinting)


def _glyph(icon: Icon, weight: str) -> int:
    name = icon.value if weight == Weight.REGULAR else f"{icon.value}-{weight}"
    code = glyph_names().get(name)
    found = _outlines().glyphIndexesForString(chr(code)) if code is not None else []
    return found[0] if found else 0


def has_glyph(icon: Icon, weight: str = Weight.REGULAR) -> bool:
    """Whether the font really draws `icon` in `weight`."""
    return _glyph(icon, weight) != 0


@cache
def _path(icon: Icon, weight: str) -> QPainterPath:
    """The outline in a box of 256 x 256, top left at the origin."""
    path = _outlines().pathForGlyph(_glyph(icon, weight))
    path.translate(0, _EM)
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


def paint(
    painter: QPainter,
    icon: Icon,
    rect: QRectF,
    colour: QColor,
    *,
    weight: str = Weight.REGULAR,
    tint: float = _TINT,
) -> None:
    """Draw the outline into `rect`; `tint` is the share of the filled shape under Weight.LARGE."""
    place = QTransform.fromTranslate(rect.x(), rect.y()).scale(rect.width() / _EM, rect.height() / _EM)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    lines = weight
    if weight == Weight.LARGE:
        ground = QColor(colour)
        ground.setAlphaF(tint)
        painter.fillPath(place.map(_path(icon, Weight.FILL)), ground)
        lines = Weight.LIGHT
    painter.fillPath(place.map(_path(icon, lines)), colour)


def _tint_of(role: Role) -> float:
    return _TINT_OF_THE_MAIN_BUTTON if role in {Role.ACCENT, Role.ACCENT_TEXT} else _TINT


def pixmap(icon: Icon, size: int, role: Role, dpr: float, weight: str = Weight.REGULAR) -> QPixmap:
    """`icon` at `size` px in the colour of `role`, kept until the theme changes."""
    global _pixmaps_of
    if _pixmaps_of != theme().generation or len(_pixmaps) > _FULL:
        _pixmaps.clear()
        _pixmaps_of = theme().generation
    key = (icon, size, role, dpr, weight)
    found = _pixmaps.get(key)
    if found is None:
        found = _pixmaps[key] = _render(icon, QSize(size, size), role, dpr=dpr, weight=weight)
    return found


def _render(icon: Icon, size: QSize, role: Role, *, dpr: float, weight: str) -> QPixmap:
    made = QPixmap(size * dpr)
    made.fill(Qt.GlobalColor.transparent)
    side = float(min(made.width(), made.height()))
    painter = QPainter(made)
    box = QRectF((made.width() - side) / 2, (made.height() - side) / 2, side, side)
    paint(painter, icon, box, color(role), weight=weight, tint=_tint_of(role))
    painter.end()
    made.setDevicePixelRatio(dpr)
    return made


def draw(
    painter: QPainter, icon: Icon, rect: QRect, role: Role, *, weight: str = Weight.REGULAR, size: int = 0
) -> None:
    """Draw `icon` in the middle of `rect`, `size` px large or as large as fits, on whole pixels."""
    side = size or min(rect.width(), rect.height())
    device = painter.device()
    drawn = pixmap(icon, side, role, device.devicePixelRatioF() if device is not None else 1.0, weight)
    corner = QPoint(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2)
    painter.drawPixmap(corner, drawn)


class _LiveEngine(QIconEngine):
    """Takes its colour from the theme each time it is painted."""

    def __init__(self, icon: Icon, role: Role, on_role: Role, weight: str) -> None:
        super().__init__()
        self._icon = icon
        self._role = role
        self._on_role = on_role
        self._weight = weight

    def _role_for(self, mode: QIcon.Mode, state: QIcon.State) -> Role:
        if mode == QIcon.Mode.Disabled:
            return Role.DISABLED
        return self._on_role if state == QIcon.State.On else self._role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        draw(painter, self._icon, rect, self._role_for(mode, state), weight=self._weight)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """Since Qt 6.8 the size is asked for in device-independent pixels."""
        return _render(self._icon, size, self._role_for(mode, state), dpr=scale, weight=self._weight)

    def isNull(self) -> bool:
        return False

    def key(self) -> str:
        return "phosphor"

    def clone(self) -> QIconEngine:
        return _kept(_LiveEngine(self._icon, self._role, self._on_role, self._weight))


_clones: Final[list[QIconEngine]] = []


def _kept(engine: QIconEngine) -> QIconEngine:
    """Qt asks for clones but Python would collect them; there are few."""
    _clones.append(engine)
    return engine


def qicon(
    icon: Icon,
    role: Role = Role.TEXT2,
    *,
    on_role: Role | None = None,
    weight: str = Weight.REGULAR,
) -> QIcon:
    """An icon whose colour follows the theme; `on_role` is that of a checked button."""
    return QIcon(_LiveEngine(icon, role, on_role or role, weight))
