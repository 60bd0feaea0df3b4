"""Chips, tiles, segments, tabs, banners, empty pages, round corners and the focus ring, by mouse and by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.cards import Card, RoundedCorners
from ui.look.chips import Chip, Tag
from ui.look.empty_state import EmptyState
from ui.look.focus_ring import FocusRing
from ui.look.icons import Icon
from ui.look.search_field import SearchField
from ui.look.segments import Segments
from ui.look.speech import announce
from ui.look.tabs import TabBar
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role, color

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("light")]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def chip(qtbot):
    made = Chip("Campus", "is one of", "City, Riverside")
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    made.heard = []
    made.clicked.connect(lambda: made.heard.append("clicked"))
    made.removed.connect(lambda: made.heard.append("removed"))
    return made


@pytest.fixture
def tiles(qtbot):
    made = Tiles(
        [
            TileContent("processed", 1412, "Processed"),
            TileContent("updated", 1388, "Updated", Icon.CHECK_CIRCLE, Role.GOOD),
            TileContent("refused", 24, "Not applied", Icon.PROHIBIT, Role.BAD, tip="Why is in the list"),
        ]
    )
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.heard = []
    made.chosen.connect(made.heard.append)
    return made


def test_a_chip_is_opened_or_removed_with_the_mouse(chip):
    QTest.mouseClick(chip, LEFT, pos=QPoint(20, 13))
    QTest.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 10, 13))
    assert chip.heard == ["clicked", "removed"]


def test_a_chip_is_opened_or_removed_with_keys(chip):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        QTest.keyClick(chip, key)
    assert chip.heard == ["clicked", "clicked", "removed", "removed"]


def test_a_chip_reads_as_a_sentence_and_shortens_what_is_long(chip):
    assert chip.accessibleName() == "Campus is one of City, Riverside"
    assert "Delete" in chip.accessibleDescription()
    chip.set_parts("Campus", "is one of", "a very long value " * 30)
    assert chip.sizeHint().width() < 460
    chip.set_parts("Name", "is", "\u202eevil")
    assert chip.accessibleName() == "Name is ‹U+202E›evil"


def test_a_tag_and_a_pill_say_what_they_show(qtbot):
    tag = Tag(Icon.CHECK_CIRCLE, "Ready", Role.GOOD)
    qtbot.addWidget(tag)
    narrow = tag.sizeHint().width()
    tag.resize(tag.sizeHint())
    tag.show()
    assert tag.grab().toImage().pixelColor(4, 11) == color(Role.GOOD_SOFT)
    tag.show_state(Icon.X_CIRCLE, "Fails the check digit", Role.BAD)
    assert tag.sizeHint().width() > narrow
    assert tag.accessibleName() == "Fails the check digit"


def test_a_tile_is_chosen_by_a_click(tiles):
    QTest.mouseClick(tiles.tile("refused"), LEFT)
    assert tiles.heard == ["refused"]
    assert tiles.value == "refused"
    assert tiles.tile("refused").isChecked()
    assert not tiles.tile("updated").isChecked()
    QTest.mouseClick(tiles.tile("refused"), LEFT)
    assert tiles.value == "refused", "a second click leaves it chosen"


def test_tiles_are_walked_with_arrows(tiles):
    tiles.tile("processed").setFocus()
    QTest.keyClick(tiles.tile("processed"), Qt.Key.Key_Right)
    assert tiles.tile("updated").hasFocus()
    QTest.keyClick(tiles.tile("updated"), Qt.Key.Key_Space)
    QTest.keyClick(tiles.tile("updated"), Qt.Key.Key_Left)
    QTest.keyClick(tiles.tile("processed"), Qt.Key.Key_Left)
    QTest.keyClick(tiles.tile("refused"), Qt.Key.Key_Return)
    assert tiles.heard == ["updated", "refused"]


def test_tiles_are_read_as_an_equation(tiles):
    assert tiles.accessibleName() == "1,412 Processed: 1,388 Updated and 24 Not applied"
    assert tiles.tile("refused").accessibleName() == "24 Not applied"
    assert tiles.tile("refused").toolTip() == "Why is in the list"
    tiles.show_numbers({"refused": 25})
    assert tiles.tile("refused").accessibleName() == "25 Not applied"
    tiles.choose("")
    assert tiles.value == ""


def test_the_chosen_tile_looks_chosen(tiles):
    before = tiles.tile("updated").grab().toImage().pixelColor(20, 8)
    tiles.choose("updated")
    after = tiles.tile("updated").grab().toImage().pixelColor(20, 8)
    assert before == color(Role.SURFACE)
    assert after == color(Role.ACCENT_SOFT)


def test_segments_by_mouse_and_keys(qtbot):
    made = Segments([("live", "Live"), ("test", "Test")], "Service")
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    heard = []
    made.chosen.connect(heard.append)
    live, test = (made.findChild(QWidget, key) for key in ("live", "test"))
    assert made.value == "live"
    QTest.mouseClick(test, LEFT)
    QTest.mouseClick(test, LEFT)
    assert heard == ["test"]
    QTest.keyClick(test, Qt.Key.Key_Left)
    assert live.hasFocus()
    assert made.value == "live"
    made.set_value("test")
    assert made.value == "test"
    with pytest.raises(KeyError):
        made.set_value("other")
    assert QAccessible.queryAccessibleInterface(live).role() == QAccessible.Role.RadioButton


def test_segments_tell_of_a_choice_made_with_arrows(qtbot):
    made = Segments([("live", "Live"), ("test", "Test")])
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    live = made.findChild(QWidget, "live")
    live.setFocus()
    with qtbot.waitSignal(made.chosen) as told:
        QTest.keyClick(live, Qt.Key.Key_Right)
    assert told.args == ["test"]


def test_the_search_field_is_emptied_and_left_with_esc(qtbot):
    field = SearchField("Filter all columns", keys="Ctrl F")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.left):
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.accessibleName() == "Filter all columns"


def test_tabs_do_not_move_when_another_is_chosen(qtbot):
    tabs = TabBar()
    qtbot.addWidget(tabs)
    for title in ("Courses", "Enrolments", "Sync Runs"):
        tabs.addTab(title)
    tabs.show()
    before = [tabs.tabRect(at) for at in range(3)]
    QTest.keyClick(tabs, Qt.Key.Key_Right)
    assert tabs.currentIndex() == 1
    assert [tabs.tabRect(at) for at in range(3)] == before


def test_a_count_beside_a_tab(qtbot):
    tabs = TabBar()
    qtbot.addWidget(tabs)
    for title in ("Courses", "Enrolments"):
        tabs.addTab(title)
    tabs.show()
    tabs.setTabData(0, "courses")
    before = tabs.tabRect(0).width()
    tabs.set_count(0, "3 new")
    assert tabs.tabRect(0).width() > before + 20
    assert tabs.accessibleTabName(0) == "Courses, 3 new"
    assert tabs.tabData(0) == "courses"
    tabs.insertTab(0, "Before")
    assert tabs.count_text(1) == "3 new"
    tabs.removeTab(0)
    assert tabs.count_text(0) == "3 new"
    tabs.set_count(0, "")
    assert tabs.tabRect(0).width() == before


def test_tabs_tell_of_presses(qtbot):
    tabs = TabBar()
    qtbot.addWidget(tabs)
    for title in ("Courses", "Enrolments"):
        tabs.addTab(title)
    tabs.show()
    heard = []
    tabs.pressed.connect(lambda at, again: heard.append((at, again)))
    tabs.double_clicked.connect(lambda at: heard.append(at))
    place = tabs.tabRect(1).center()
    QTest.mouseClick(tabs, LEFT, pos=place)
    QTest.mouseClick(tabs, LEFT, pos=place)
    QTest.mouseDClick(tabs, LEFT, pos=place)
    assert heard[:2] == [(1, False), (1, True)]
    assert heard[-1] == 1


def test_a_banner_speaks_and_can_say_something_else(qtbot):
    pressed = []
    banner = Banner(
        Icon.WIFI_SLASH,
        Role.BAD,
        "Down since 09:18.",
        "Ask the administrator.",
        [button("Test Connection", clicked=lambda: pressed.append(1))],
    )
    qtbot.addWidget(banner)
    banner.resize(600, 60)
    banner.show()
    assert banner.accessibleName() == "Down since 09:18."
    assert banner.accessibleDescription() == "Ask the administrator."
    assert banner.grab().toImage().pixelColor(1, 30) == color(Role.BAD)
    QTest.mouseClick(banner.findChild(QPushButton), LEFT)
    assert pressed == [1]
    banner.say("Up again.", role=Role.GOOD, icon=Icon.CHECK_CIRCLE)
    assert banner.grab().toImage().pixelColor(1, 30) == color(Role.GOOD)


def test_an_empty_page_offers_the_next_step(qtbot):
    page = EmptyState(
        "No learners yet",
        "Load an ILR file.",
        icon=Icon.STUDENT,
        primary=("Load Learners", Icon.TRAY),
        secondary=("Add One Learner", None),
        link=("Only looking around?", "Open the demo"),
    )
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    for name, signal in (
        ("empty_primary", page.primary_pressed),
        ("empty_secondary", page.secondary_pressed),
        ("empty_link", page.link_pressed),
    ):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(page.findChild(QPushButton, name), LEFT)
    assert page.accessibleName() == "No learners yet"
    page.say("Nothing found", "Remove a condition.")
    assert page.title.text() == "Nothing found"


def test_the_corners_of_a_table_in_a_card_are_round(qtbot, qapp):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    card = Card()
    column.addWidget(card)
    table = QTableWidget(50, 5)
    table.setFrameShape(QTableWidget.Shape.NoFrame)
    card.column.addWidget(table)
    corners = RoundedCorners(card)
    window.resize(400, 300)
    window.show()
    qapp.processEvents()
    image = window.grab().toImage()
    corner = card.geometry().topLeft()
    assert image.pixelColor(corner) == color(Role.WINDOW)
    assert image.pixelColor(corner + QPoint(12, 12)) != color(Role.WINDOW)
    assert corners.geometry() == card.rect()
    assert not corners.mask().contains(QPoint(100, 100)), "only the corners are painted anew when the table scrolls"
    QTest.mouseClick(table.viewport(), LEFT, pos=QPoint(3, 3))
    assert table.currentRow() == 0


@pytest.fixture
def ringed(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    window.field, window.spin, window.other = QLineEdit(), QSpinBox(), button("Save")
    for part in (window.field, window.spin, window.other):
        column.addWidget(part)
    window.ring = FocusRing(window)
    window.resize(300, 200)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


def test_the_ring_is_round_what_has_the_focus(ringed):
    ringed.field.setFocus()
    assert ringed.ring.target is ringed.field
    assert ringed.ring.geometry() == ringed.field.geometry().adjusted(-4, -4, 4, 4)
    assert ringed.ring.isVisible()
    QTest.keyClick(ringed.field, Qt.Key.Key_Tab)
    assert ringed.ring.target is ringed.spin
    QTest.keyClick(ringed.spin, Qt.Key.Key_Tab)
    assert ringed.ring.target is ringed.other
    shown = ringed.grab().toImage().pixelColor(ringed.ring.geometry().center().x(), ringed.ring.y() + 1)
    assert shown == color(Role.ACCENT)


def test_the_ring_goes_with_the_control(ringed, qapp):
    ringed.other.setFocus()
    before = ringed.ring.geometry()
    ringed.resize(300, 320)
    qapp.processEvents()
    assert ringed.ring.geometry() != before
    assert ringed.ring.geometry() == ringed.other.geometry().adjusted(-4, -4, 4, 4)
    ringed.other.hide()
    assert QApplication.focusWidget() is not ringed.other
    assert ringed.ring.target is QApplication.focusWidget()


def test_no_ring_where_it_is_not_wanted(ringed):
    ringed.field.setProperty("ring", False)
    ringed.spin.setFocus()
    ringed.field.setFocus()
    assert not ringed.ring.isVisible()


def test_the_ring_does_not_cover_what_lies_beside_a_scroll_area(qtbot, qapp):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    area = QScrollArea()
    inside = QWidget()
    fields = QVBoxLayout(inside)
    rows = [QLineEdit() for _ in range(30)]
    for row in rows:
        fields.addWidget(row)
    area.setWidget(inside)
    column.addWidget(area)
    ring = FocusRing(window)
    window.resize(300, 200)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    rows[0].setFocus()
    assert ring.isVisible()
    area.verticalScrollBar().setValue(20)
    qapp.processEvents()
    assert not ring.mask().isEmpty()
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qapp.processEvents()
    assert not ring.isVisible()


def test_announcing_needs_nobody_to_listen(ringed):
    announce(ringed, "1,000 rows selected")
    QAccessible.setActive(True)
    try:
        announce(ringed, "1,000 rows selected")
    finally:
        QAccessible.setActive(False)
