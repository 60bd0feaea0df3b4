"""The whole sheet of controls: nothing is clipped, everything has a name, a change of theme reaches all of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton

from tests.ui import token_sheet
from tests.ui.dialog_room import clipped
from ui.look import fonts
from ui.look.tokens import DARK, Role, theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("light")]


@pytest.fixture
def sheet(qtbot, qapp):
    made = token_sheet.sheet()
    qtbot.addWidget(made)
    made.show()
    qapp.processEvents()
    return made


def test_nothing_is_clipped(sheet):
    assert clipped(sheet) == []


@pytest.mark.parametrize("factor", [1.25, 1.5, 2.0])
def test_nothing_is_clipped_with_larger_text(factor, qtbot, qapp):
    fonts.set_scale(factor)
    made = token_sheet.sheet()
    qtbot.addWidget(made)
    made.resize(int(1440 * factor), int(1500 * factor))
    made.show()
    qapp.processEvents()
    assert clipped(made) == []


def test_the_walk_finds_a_clipped_text(sheet):
    victim = next(one for one in sheet.findChildren(QPushButton) if one.text() == "Update Selected")
    victim.setFixedWidth(victim.sizeHint().width() - 1)
    assert len(clipped(sheet)) == 1


def test_text_grows_in_a_window_that_is_open(sheet, qapp):
    update = next(one for one in sheet.findChildren(QPushButton) if one.text() == "Update Selected")
    before = update.sizeHint()
    fonts.set_scale(1.5)
    qapp.processEvents()
    assert update.sizeHint().width() > before.width()
    assert update.sizeHint().height() == 45


def test_buttons_of_one_icon_have_a_name(sheet):
    nameless = [
        one.objectName()
        for one in sheet.findChildren(QToolButton)
        if not one.text()
        and not one.accessibleName()
        and one.parent().metaObject().className() != "SearchField"
        and not isinstance(one.parent(), QLineEdit)
    ]
    assert nameless == []


def test_a_change_of_theme_repaints_everything_that_is_open(sheet, qapp):
    light = sheet.grab().toImage()
    theme().set_mode("dark")
    qapp.processEvents()
    dark = sheet.grab().toImage()
    assert dark.pixelColor(3, 700) == QColor(DARK[Role.WINDOW])
    bright = [
        (x, y)
        for x in range(0, dark.width(), 7)
        for y in range(200, dark.height(), 7)
        if dark.pixelColor(x, y) == light.pixelColor(x, y) == QColor("#FFFFFF")
    ]
    assert len(bright) < 40, "only the swatch of on_accent and letters on filled buttons are white in both"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_picture_at_200_percent_is_drawn_and_not_enlarged(mode, tmp_path, qtbot):
    """A program of its own: the factor of the screen is read when Qt starts."""
    file = tmp_path / "sheet.png"
    subprocess.run(
        [sys.executable, "-m", "tests.ui.token_sheet", str(file), mode],
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        timeout=60,
    )
    image = QImage(str(file))
    assert image.width() == 2880
    pairs = sum(
        image.pixelColor(x, y) != image.pixelColor(x + 1, y) for x in range(0, 1200, 2) for y in range(0, 240, 2)
    )
    assert pairs > 200, "an enlarged picture has the same colour in each pair of pixels"
