"""The ten kinds of text, and where their fonts come from."""

import sys
from enum import Enum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics, QGuiApplication

from ui.look.tokens import theme

LARGEST_SCALE = 2.0
_MONO = {"win32": ["Cascadia Mono", "Consolas"], "darwin": ["SF Mono", "Menlo"]}
_SANS = {"win32": ["Segoe UI Variable Text", "Segoe UI"], "darwin": [".AppleSystemUIFont"]}
_USUAL_PIXELS = {"win32": 12.0, "darwin": 13.0}
"""How large the desktop's text is where nobody has asked for larger text."""
_USUAL_PIXELS_ELSEWHERE = 14.7


class Type(Enum):
    """A kind of text: pixels at 100 %, weight, fixed width."""

    COUNT = (24, 600, False)
    PAGE_TITLE = (20, 600, False)
    PANE_TITLE = (16, 600, False)
    HEADING = (14, 600, False)
    BODY = (13, 400, False)
    KEY = (13, 500, False)
    HEADER = (12, 600, False)
    SECONDARY = (12, 400, False)
    CODE = (12, 400, True)
    CAPTION = (11, 500, False)

    @property
    def pixels(self) -> int:
        return self.value[0]

    @property
    def weight(self) -> int:
        return self.value[1]

    @property
    def mono(self) -> bool:
        return self.value[2]


_scale = 1.0
_fonts: dict[tuple[Type, bool, int], QFont] = {}
_metrics: dict[tuple[Type, bool, int], QFontMetrics] = {}


def scale() -> float:
    """How much larger than at 100 % all text is."""
    return _scale


def set_scale(factor: float) -> None:
    """Make all text `factor` times as large, from 1.0 to 2.0; everything is drawn anew."""
    global _scale
    factor = min(max(factor, 1.0), LARGEST_SCALE)
    if factor == _scale:
        return
    _scale = factor
    _fonts.clear()
    _metrics.clear()
    theme().renew()


def scaled(pixels: int) -> int:
    """A height or width that holds text, at the present scale."""
    return round(pixels * _scale)


def desktop_scale() -> float:
    """How much larger than usual the desktop's own text is, in steps of 5 %; at least 1."""
    usual = _USUAL_PIXELS.get(sys.platform, _USUAL_PIXELS_ELSEWHERE)
    wanted = QFontInfo(QGuiApplication.font()).pixelSize() / usual
    return min(max(round(wanted * 20) / 20, 1.0), LARGEST_SCALE)


def font(kind: Type, *, numbers: bool = False, weight: int = 0) -> QFont:
    """The font of `kind`; `numbers` gives all digits one width. Shared: copy it before you change it."""
    key = (kind, numbers, weight)
    found = _fonts.get(key)
    if found is None:
        found = _fonts[key] = _make(kind, numbers=numbers, weight=weight or kind.weight)
    return found


def metrics(kind: Type, *, numbers: bool = False, weight: int = 0) -> QFontMetrics:
    """The measures of `font(kind)`, kept."""
    key = (kind, numbers, weight)
    found = _metrics.get(key)
    if found is None:
        found = _metrics[key] = QFontMetrics(font(kind, numbers=numbers, weight=weight))
    return found


def _make(kind: Type, *, numbers: bool, weight: int) -> QFont:
    made = QFont(_families()[1 if kind.mono else 0])
    made.setPixelSize(round(kind.pixels * _scale))
    made.setWeight(QFont.Weight(weight))
    if sys.platform not in _SANS:
        # Our own fonts are single files with a weight axis, which Qt does not set by itself.
        made.setVariableAxis(QFont.Tag("wght"), weight)
    if kind.mono:
        made.setFixedPitch(True)
        made.setStyleHint(QFont.StyleHint.Monospace)
        made.setFeature(QFont.Tag("calt"), 0)
    elif numbers:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def _families() -> tuple[list[str], list[str]]:
    """The families for text and for codes; registers the fonts that come with the program."""
    if sys.platform in _SANS:
        return _SANS[sys.platform], _MONO[sys.platform]
    sans = _register("fontpkg_inter") or [QGuiApplication.font().family()]
    mono = _register("fontpkg_jetbrains_mono")
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return sans, mono or [fixed]


def _register(package: str) -> list[str]:
    """Register the upright fonts of a font package; its families, none where it is not installed."""
    spec = find_spec(package)
    families: list[str] = []
    for place in spec.submodule_search_locations or () if spec is not None else ():
        for file in sorted(Path(place, "files").glob("*.ttf")):
            if "Italic" in file.name:
                continue
            number = QFontDatabase.addApplicationFont(str(file))
            families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return list(dict.fromkeys(families))
