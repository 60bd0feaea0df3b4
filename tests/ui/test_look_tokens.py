"""The palettes: every text that is painted can be read on every ground it is painted on."""

from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel

from ui.look.shapes import mixed
from ui.look.tips import quiet_colour
from ui.look.tokens import DARK, HIGH_CONTRAST, LIGHT, Role, apply, color, palette_for, theme

pytestmark = pytest.mark.usefixtures("light")

R = Role
PALETTES = {"light": LIGHT, "dark": DARK, "contrast": HIGH_CONTRAST}
STATES = (R.GOOD, R.WARN, R.BAD, R.INFO)
ROW_GROUNDS = (R.SURFACE, R.SUBTLE, R.HOVER, R.ACCENT_SOFT, R.SEL_OFF)
TEXT_PAIRS = [
    *product((R.TEXT, R.TEXT2), (R.WINDOW, R.PRESSED, R.STAGED_SOFT, *ROW_GROUNDS)),
    *product((R.TEXT, R.TEXT2), (R.GOOD_SOFT, R.WARN_SOFT, R.BAD_SOFT, R.INFO_SOFT)),
    *product((R.TEXT3,), (R.WINDOW, *ROW_GROUNDS)),
    *product((R.ACCENT_TEXT,), (R.WINDOW, *ROW_GROUNDS)),
    *product((R.ON_ACCENT,), (R.ACCENT, R.ACCENT_HOVER, R.ACCENT_PRESS)),
    *product(STATES, (R.WINDOW, *ROW_GROUNDS)),
    *((state, soft) for state, soft in zip(STATES, (R.GOOD_SOFT, R.WARN_SOFT, R.BAD_SOFT, R.INFO_SOFT), strict=True)),
    *product((R.STAGED,), (R.SURFACE, R.STAGED_SOFT)),
    (R.SURFACE, R.TEXT),
    (R.SURFACE, R.TEXT3),
    (R.SURFACE, R.BAD),
]
LINE_PAIRS = [
    (R.BORDER, R.SURFACE),
    (R.BAD, R.SURFACE),
    *product((R.C1, R.C2, R.C3, R.C4, R.C5), (R.SURFACE,)),
]


def luminance(colour: QColor) -> float:
    parts = []
    for part in (colour.redF(), colour.greenF(), colour.blueF()):
        parts.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_formula():
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", PALETTES)
def test_every_role_has_a_colour(name):
    palette = PALETTES[name]
    assert set(palette) == set(Role)
    assert all(QColor(value).isValid() and len(value) == 7 for value in palette.values())


@pytest.mark.parametrize("name", PALETTES)
def test_text_can_be_read_on_every_ground_in_use(name):
    palette = PALETTES[name]
    ratios = {
        (text.name, ground.name): round(contrast(QColor(palette[text]), QColor(palette[ground])), 2)
        for text, ground in TEXT_PAIRS
    }
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", PALETTES)
def test_edges_and_plots_can_be_seen(name):
    palette = PALETTES[name]
    ratios = {
        (line.name, ground.name): contrast(QColor(palette[line]), QColor(palette[ground]))
        for line, ground in LINE_PAIRS
    }
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("name", PALETTES)
def test_the_focus_ring_can_be_seen(name):
    palette = PALETTES[name]
    ring = palette[R.ACCENT if name == "light" else R.ACCENT_TEXT]
    for ground in (R.WINDOW, R.SURFACE, R.SUBTLE):
        assert contrast(QColor(ring), QColor(palette[ground])) >= 3


@pytest.mark.parametrize("mode", PALETTES)
def test_a_danger_button_can_be_read_in_every_state(mode):
    theme().set_mode(mode)
    for share in (0.0, 0.12, 0.24):
        assert contrast(color(R.SURFACE), mixed(R.BAD, R.TEXT, share)) >= 4.5


@pytest.mark.parametrize("mode", PALETTES)
def test_the_keys_in_a_tool_tip_can_be_read(mode):
    theme().set_mode(mode)
    assert contrast(quiet_colour(), color(R.TEXT)) >= 4.5


def test_high_contrast_is_higher_than_the_others():
    for text, ground in ((R.TEXT, R.SURFACE), (R.TEXT3, R.SURFACE), (R.BAD, R.BAD_SOFT)):
        ours = contrast(QColor(HIGH_CONTRAST[text]), QColor(HIGH_CONTRAST[ground]))
        assert ours >= 7
        for other in (LIGHT, DARK):
            assert ours > contrast(QColor(other[text]), QColor(other[ground]))


def test_changing_the_mode_changes_colours_generation_and_the_palette_of_the_application(qapp):
    before = theme().generation
    heard = []
    theme().changed.connect(lambda: heard.append(theme().mode))
    theme().set_mode("dark")
    assert heard == ["dark"]
    assert theme().generation > before
    assert theme().is_dark
    assert color(R.WINDOW) == QColor(DARK[R.WINDOW])
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK[R.WINDOW])
    assert qapp.palette().color(QPalette.ColorRole.PlaceholderText) == QColor(DARK[R.TEXT3])
    theme().set_mode("dark")
    assert heard == ["dark"], "nothing changed, so nothing was said"


@pytest.mark.parametrize(
    ("mode", "desktop", "high_contrast", "expected"),
    [
        ("system", Qt.ColorScheme.Dark, False, DARK),
        ("system", Qt.ColorScheme.Light, False, LIGHT),
        ("system", Qt.ColorScheme.Unknown, False, LIGHT),
        ("system", Qt.ColorScheme.Dark, True, HIGH_CONTRAST),
        ("light", Qt.ColorScheme.Dark, True, LIGHT),
        ("dark", Qt.ColorScheme.Light, False, DARK),
        ("contrast", Qt.ColorScheme.Light, False, HIGH_CONTRAST),
    ],
)
def test_system_follows_the_desktop_and_a_choice_does_not(mode, desktop, high_contrast, expected):
    assert palette_for(mode, desktop, high_contrast=high_contrast) is expected


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="purple"):
        theme().set_mode("purple")
    assert theme().mode == "light"


def test_the_same_colour_object_is_given_again():
    assert color(R.TEXT) is color(R.TEXT)


def test_a_second_apply_changes_nothing(qapp):
    style = qapp.style()
    apply(qapp)
    assert qapp.style() is style


def test_a_widget_is_painted_anew_after_a_change(qtbot, qapp):
    label = QLabel("Words")
    label.setAutoFillBackground(True)
    qtbot.addWidget(label)
    label.resize(80, 30)
    label.show()
    assert label.grab().toImage().pixelColor(79, 29) == QColor(LIGHT[R.WINDOW])
    theme().set_mode("dark")
    qapp.processEvents()
    assert label.grab().toImage().pixelColor(79, 29) == QColor(DARK[R.WINDOW])
