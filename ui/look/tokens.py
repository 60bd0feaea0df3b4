"""The colours by role, light, dark and high contrast, and the theme that is in force."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication

Mode = Literal["system", "light", "dark", "contrast"]


class Role(Enum):
    """What a colour is for. Nothing in the program is painted with anything else."""

    WINDOW = auto()
    SURFACE = auto()
    SUBTLE = auto()
    HOVER = auto()
    PRESSED = auto()
    LINE = auto()
    LINE2 = auto()
    BORDER = auto()
    TEXT = auto()
    TEXT2 = auto()
    TEXT3 = auto()
    DISABLED = auto()
    ACCENT = auto()
    ACCENT_HOVER = auto()
    ACCENT_PRESS = auto()
    ON_ACCENT = auto()
    ACCENT_TEXT = auto()
    ACCENT_SOFT = auto()
    ACCENT_LINE = auto()
    SEL_OFF = auto()
    GOOD = auto()
    GOOD_SOFT = auto()
    WARN = auto()
    WARN_SOFT = auto()
    BAD = auto()
    BAD_SOFT = auto()
    INFO = auto()
    INFO_SOFT = auto()
    STAGED = auto()
    STAGED_SOFT = auto()
    C1 = auto()
    C2 = auto()
    C3 = auto()
    C4 = auto()
    C5 = auto()


def _palette(colours: str) -> Mapping[Role, str]:
    """The colours in the order of the roles."""
    return MappingProxyType(dict(zip(Role, colours.split(), strict=True)))


LIGHT: Mapping[Role, str] = _palette(
    "#ECEEF2 #FFFFFF #F6F7F9 #F0F2F6 #E4E7ED #E3E6EB #CBD0D9 #8A93A3 "
    "#1A2030 #4A5366 #5D6778 #A0A8B6 #3451C6 #2A44AE #213894 #FFFFFF "
    "#2E49B8 #E6EBFD #CBD5FA #E6E8ED #17703E #E2F3E8 #845400 #FBF0D6 "
    "#B3261E #FCE9E7 #0A6583 #E0F1F6 #6A3D9E #F2ECFA #3451C6 #2A9D8F #B9751C #C2453D #8A93A6"
)
DARK: Mapping[Role, str] = _palette(
    "#14161B #1B1E24 #20242B #272B34 #303540 #2B3038 #3C434F #6A7382 "
    "#E8EBF1 #B6BDCA #98A1B1 #626A78 #4B64DA #546CDF #3F57C8 #FFFFFF "
    "#A3B4FF #283156 #3A4678 #2D323C #6BCB92 #1B3526 #E4B65A #3A2F17 "
    "#FF9188 #43231F #74C7E4 #16343F #C6A8F2 #33294A #7C93F5 #4FBFAF #E2A85A #F0837A #7E8798"
)
HIGH_CONTRAST: Mapping[Role, str] = _palette(
    "#000000 #000000 #0C0C0C #1E1E1E #303030 #7A7A7A #A8A8A8 #FFFFFF "
    "#FFFFFF #F2F2F2 #E2E2E2 #9A9A9A #FFD93B #FFE678 #E0B800 #000000 "
    "#FFE678 #2E2900 #FFD93B #2A2A2A #7DFFAE #002E14 #FFC94A #332300 "
    "#FF9E96 #3D0703 #7FE3FF #002C38 #DDB8FF #2A1240 #8FA8FF #5CE6D2 #FFC069 #FF8F86 #B4BCC9"
)


class Theme(QObject):
    """Which of the three palettes is in force. There is one theme: `theme()`."""

    changed = Signal()
    """The colours, or the sizes of the text, are others now."""

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._generation = 1
        self._colours: dict[Role, QColor] = {}
        self._palette: Mapping[Role, str] = LIGHT
        self._listening = False
        self._use(self._wanted())

    @property
    def mode(self) -> Mode:
        """What was chosen; "system" follows the desktop."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on a dark ground, in the dark palette and in high contrast."""
        return self._palette is not LIGHT

    @property
    def palette(self) -> Mapping[Role, str]:
        return self._palette

    @property
    def generation(self) -> int:
        """Another number after every change: part of the key of whatever was drawn and kept."""
        return self._generation

    def set_mode(self, mode: Mode) -> None:
        """Change to `mode`, and say `changed` if the colours are others then.

        Raises ValueError for a mode that there is not.
        """
        if mode not in {"system", "light", "dark", "contrast"}:
            raise ValueError(mode)
        self._mode = mode
        self._tell_the_desktop()
        self._follow()

    def renew(self) -> None:
        """Let everything be drawn anew, because the sizes of the text have changed."""
        self._generation += 1
        self.changed.emit()

    def colour(self, role: Role) -> QColor:
        return self._colours[role]

    def listen(self) -> None:
        """Follow the desktop from now on; needs an application."""
        if self._listening:
            return
        self._listening = True
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self._palette:
            self._use(wanted)
            self.renew()

    def _use(self, palette: Mapping[Role, str]) -> None:
        self._palette = palette
        self._colours = {role: QColor(value) for role, value in palette.items()}

    def _wanted(self) -> Mapping[Role, str]:
        if QGuiApplication.instance() is None:
            return palette_for(self._mode, Qt.ColorScheme.Unknown, high_contrast=False)
        hints = QGuiApplication.styleHints()
        high = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        return palette_for(self._mode, hints.colorScheme(), high_contrast=high)

    def _tell_the_desktop(self) -> None:
        """So that title bars and the system's own dialogs have the same brightness."""
        if QGuiApplication.instance() is None:
            return
        hints = QGuiApplication.styleHints()
        if self._mode == "system":
            hints.unsetColorScheme()
        else:
            light = self._mode == "light"
            hints.setColorScheme(Qt.ColorScheme.Light if light else Qt.ColorScheme.Dark)


def palette_for(mode: Mode, desktop: Qt.ColorScheme, *, high_contrast: bool) -> Mapping[Role, str]:
    """The palette of `mode`; in "system" what the desktop wants."""
    if mode == "system":
        mode = "contrast" if high_contrast else "dark" if desktop == Qt.ColorScheme.Dark else "light"
    return {"light": LIGHT, "dark": DARK, "contrast": HIGH_CONTRAST}[mode]


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def color(role: Role) -> QColor:
    """The colour of `role` now. It is shared: copy it before you change it."""
    return theme().colour(role)


def apply(app: QApplication) -> None:
    """Give `app` the fonts, the style and the palette, now and after every change."""
    from ui.look.style import install

    install(app)
