"""The standard controls: no clipped text, one height, and every state can be told from the others."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QMenu,
    QProgressBar,
    QRadioButton,
    QScrollBar,
    QSpinBox,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from ui.look.buttons import button, enable, explain, icon_button, set_kind
from ui.look.icons import Icon
from ui.look.style_buttons import dress, font_of
from ui.look.tokens import Role, color, theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("light")]
KINDS = ("normal", "primary", "danger", "quiet", "link")


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def differs(one: QImage, other: QImage) -> bool:
    return one.convertToFormat(QImage.Format.Format_RGB32) != other.convertToFormat(QImage.Format.Format_RGB32)


def test_fields_and_buttons_have_one_height(qtbot):
    for made in (QLineEdit(), QComboBox(), QSpinBox(), QDateEdit(), button("Save"), icon_button(Icon.X, "Close")):
        qtbot.addWidget(made)
        assert made.sizeHint().height() == 30, type(made).__name__
    small = button("Save", small=True)
    qtbot.addWidget(small)
    assert small.sizeHint().height() == 24


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_a_button_shows_its_states(kind, mode, qtbot, qapp):
    theme().set_mode(mode)
    made = button("Delete", Icon.TRASH_SIMPLE, kind)
    qtbot.addWidget(made)
    made.show()
    normal = picture(made)
    QTest.mouseMove(made, QPoint(5, 5))
    QTest.mousePress(made, Qt.MouseButton.LeftButton)
    pressed = picture(made)
    QTest.mouseRelease(made, Qt.MouseButton.LeftButton)
    made.setEnabled(False)
    disabled = picture(made)
    if kind != "link":
        assert differs(normal, pressed)
    assert differs(normal, disabled)


def test_each_kind_of_button_has_its_own_ground(qtbot):
    grounds = set()
    for kind in ("normal", "primary", "danger"):
        made = button("Words", kind=kind)
        qtbot.addWidget(made)
        made.show()
        grounds.add(picture(made).pixelColor(6, 15).name())
    assert grounds == {color(role).name() for role in (Role.SURFACE, Role.ACCENT, Role.BAD)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["Show all 14", "OK", "Update Selected", "Keep Open", "Test Connection"])
def test_no_button_shortens_its_text(kind, text, qtbot):
    """Seen in the pixels: they are those of the whole text."""
    made = button(text, kind=kind)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    shown = picture(made)
    words = QFontMetrics(font_of(kind)).horizontalAdvance(text)
    place = QRect((made.width() - words - 1) // 2, 0, words + 1, made.height())
    expected = QImage(shown)
    painter = QPainter(expected)
    painter.fillRect(place.adjusted(0, 4, 0, -4), shown.pixelColor(place.left(), 5))
    painter.setFont(font_of(kind))
    painter.setPen(color(dress(kind, QStyle.StateFlag.State_Enabled).text))
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    assert not differs(shown.copy(place), expected.copy(place))


def test_set_kind_changes_a_button_that_is_shown(qtbot):
    made = button("OK")
    qtbot.addWidget(made)
    made.show()
    assert picture(made).pixelColor(6, 15) == color(Role.SURFACE)
    set_kind(made, "primary")
    assert picture(made).pixelColor(6, 15) == color(Role.ACCENT)


def test_an_ampersand_is_a_letter_and_no_shortcut(qtbot):
    made = button("Loss & Gain")
    qtbot.addWidget(made)
    assert made.shortcut().isEmpty()
    plain = button("Loss X Gain")
    qtbot.addWidget(plain)
    assert abs(made.sizeHint().width() - plain.sizeHint().width()) < 4


def test_a_button_says_why_it_cannot_be_pressed(qtbot):
    made = button("Save", tip="Writes all changes")
    qtbot.addWidget(made)
    enable(made, "Change something first.")
    assert not made.isEnabled()
    assert made.toolTip() == made.accessibleDescription() == "Change something first."
    enable(made, "", "Writes all changes")
    assert made.isEnabled()
    assert made.toolTip() == "Writes all changes"
    explain(made, "Another sentence.")
    assert made.accessibleDescription() == "Another sentence."


def test_clicked_is_called_once(qtbot):
    heard = []
    made = button("Save", clicked=lambda: heard.append("clicked"))
    qtbot.addWidget(made)
    made.show()
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    QTest.keyClick(made, Qt.Key.Key_Space)
    assert heard == ["clicked", "clicked"]


def test_a_check_box_and_a_radio_button_show_whether_they_are_on(qtbot):
    for made in (QCheckBox("Words"), QRadioButton("Words")):
        qtbot.addWidget(made)
        made.show()
        off = picture(made)
        made.setChecked(True)
        on = picture(made)
        assert differs(off, on)
        assert color(Role.ACCENT).name() in {on.pixelColor(x, on.height() // 2).name() for x in range(18)}
        made.setEnabled(False)
        assert differs(on, picture(made))


def test_a_wrong_field_has_a_red_edge(qtbot):
    field = QLineEdit("31/02/2026")
    qtbot.addWidget(field)
    field.resize(120, 30)
    field.show()
    assert picture(field).pixelColor(60, 0) == color(Role.BORDER)
    field.setProperty("invalid", True)
    field.update()
    assert picture(field).pixelColor(60, 0) == color(Role.BAD)


def test_a_placeholder_has_its_own_colour(qtbot):
    field = QLineEdit()
    qtbot.addWidget(field)
    assert field.palette().placeholderText().color() == color(Role.TEXT3)


def test_the_parts_of_a_spin_box_can_be_clicked(qtbot):
    spin = QSpinBox()
    qtbot.addWidget(spin)
    spin.setValue(5)
    spin.resize(100, 30)
    spin.show()
    QTest.mouseClick(spin, Qt.MouseButton.LeftButton, pos=QPoint(90, 8))
    assert spin.value() == 6
    QTest.mouseClick(spin, Qt.MouseButton.LeftButton, pos=QPoint(90, 22))
    QTest.mouseClick(spin, Qt.MouseButton.LeftButton, pos=QPoint(90, 22))
    assert spin.value() == 4
    spin.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    QTest.mouseClick(spin, Qt.MouseButton.LeftButton, pos=QPoint(90, 8))
    assert spin.value() == 4


def test_a_combo_box_opens_below_and_takes_a_choice(qtbot, qapp):
    combo = QComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["One", "Two", "Three"])
    combo.show()
    QTest.mouseClick(combo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: combo.view().isVisible())
    assert combo.view().window().y() >= combo.mapToGlobal(QPoint(0, 0)).y()
    QTest.keyClick(combo.view(), Qt.Key.Key_Down)
    QTest.keyClick(combo.view(), Qt.Key.Key_Return)
    assert combo.currentText() == "Two"


@pytest.mark.parametrize("orientation", list(Qt.Orientation))
def test_a_scroll_bar_can_be_dragged_and_paged(orientation, qtbot):
    bar = QScrollBar(orientation)
    qtbot.addWidget(bar)
    bar.setRange(0, 1000)
    bar.setPageStep(100)
    upright = orientation == Qt.Orientation.Vertical
    bar.resize(12, 300) if upright else bar.resize(300, 12)
    bar.show()

    def at(along: int) -> QPoint:
        return QPoint(6, along) if upright else QPoint(along, 6)

    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at(290))
    assert bar.value() == 100
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=at(35))
    QTest.mouseMove(bar, at(400))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=at(400))
    assert bar.value() == 1000


def test_a_scroll_bar_leaves_the_header_beside_it_alone(qtbot):
    bar = QScrollBar(Qt.Orientation.Vertical)
    bar.setProperty("headerHeight", 30)
    qtbot.addWidget(bar)
    bar.setRange(0, 1000)
    bar.setPageStep(100)
    bar.resize(12, 300)
    bar.show()
    image = picture(bar)
    assert image.pixelColor(6, 10) == color(Role.SUBTLE)
    assert image.pixelColor(6, 45) == color(Role.LINE2)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(6, 10))
    assert bar.value() == 0


def test_a_progress_bar_is_as_long_as_it_says(qtbot):
    bar = QProgressBar()
    qtbot.addWidget(bar)
    bar.setTextVisible(False)
    bar.setRange(0, 100)
    bar.setValue(50)
    bar.resize(100, 6)
    bar.show()
    image = picture(bar)
    assert image.pixelColor(40, 3) == color(Role.ACCENT)
    assert image.pixelColor(60, 3) == color(Role.LINE2)
    bar.setRange(0, 0)
    assert picture(bar).pixelColor(50, 3) == color(Role.ACCENT)


def test_a_menu_shows_icons_ticks_keys_and_what_cannot_be_done(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    first = menu.addAction("Export to Excel")
    first.setShortcut("Ctrl+E")
    menu.popup(QPoint(0, 0))
    assert menu.actionGeometry(first).height() == 30
    before = picture(menu)
    menu.setActiveAction(first)
    assert differs(before, picture(menu))
    first.setEnabled(False)
    assert differs(before, picture(menu))


def test_the_selection_of_a_list_has_the_soft_accent(qtbot, qapp):
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.addItems(["One", "Two"])
    rows.resize(200, 100)
    with qtbot.waitActive(rows):
        rows.show()
        rows.activateWindow()
    rows.setCurrentRow(0)
    middle = rows.visualItemRect(rows.item(0)).center() + rows.viewport().pos()
    assert picture(rows).pixelColor(170, middle.y()) == color(Role.ACCENT_SOFT)


def test_layouts_use_the_styles_measures(qtbot):
    outer = QWidget()
    qtbot.addWidget(outer)
    column = QVBoxLayout(outer)
    row = QHBoxLayout()
    column.addLayout(row)
    assert column.contentsMargins().left() == 16
    assert row.spacing() == 8
