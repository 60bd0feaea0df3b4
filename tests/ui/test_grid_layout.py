"""Columns: their saved arrangement, the one that stretches, the menu that does all of it by keyboard."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.grid_people import COLUMNS, People, click, header_place, keys_of
from ui.grids.columns import Column
from ui.grids.header import GUTTER_WIDTH
from ui.look.fonts import set_scale
from ui.look.screens import window_behind

IDS = [column.id for column in COLUMNS]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(IDS),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.sampled_from(IDS), inner, max_size=6),
    max_leaves=12,
)
KEYS = ("order", "widths", "text_size", "hidden", "sort", "descending")


@pytest.fixture
def view(open_grid):
    return open_grid(People(keys_of(30)))


def order(view):
    return [column.id for column in view.column_layout.visible_columns()]


def width(view, column_id):
    return view.horizontalHeader().sectionSize(IDS.index(column_id) + 1)


def entry(menu: QMenu, text: str):
    found = [action for action in menu.actions() if action.text() == text]
    for sub in menu.findChildren(QMenu):
        found += [action for action in sub.actions() if action.text() == text]
    assert len(found) >= 1, [action.text() for action in menu.actions()]
    return found[0]


def test_one_column_takes_the_spare_width(view):
    assert view.horizontalHeader().length() == view.viewport().width()
    before = width(view, "note")
    view.resize(view.width() + 100, view.height())
    assert width(view, "note") == before + 100
    view.horizontalHeader().resizeSection(3, 160)
    assert view.horizontalHeader().length() == view.viewport().width()
    view.resize(300, view.height())
    assert width(view, "note") == 120
    assert view.horizontalScrollBar().maximum() > 0


def test_the_layout_survives_as_json(open_grid, view):
    layout = view.column_layout
    layout.set_hidden("born", True)
    layout.move("surname", -1)
    view.horizontalHeader().resizeSection(IDS.index("ref") + 1, 141)
    view.sort_by("surname", descending=True)
    stored = json.loads(json.dumps(view.saved_layout()))
    other = open_grid(People(keys_of(30)), load=False)
    other.restore_layout(stored)
    assert order(other) == ["state", "surname", "ref", "marks", "note"]
    assert width(other, "ref") == 141
    assert other.sort == ("surname", True)
    assert other.saved_layout() == stored
    layout.reset()
    assert order(view) == IDS


def test_a_hidden_column_comes_back_as_wide_as_it_was(view):
    view.horizontalHeader().resizeSection(IDS.index("born") + 1, 133)
    view.column_layout.set_hidden("born", True)
    stored = view.saved_layout()
    view.restore_layout(stored)
    view.column_layout.set_hidden("born", False)
    assert width(view, "born") == 133


def test_a_column_that_is_new_stands_behind_its_neighbour(view):
    view.restore_layout({"order": ["note", "surname", "state"], "widths": {}, "hidden": []})
    assert order(view) == ["note", "surname", "born", "marks", "state", "ref"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.dictionaries(st.sampled_from(KEYS), JSON))
def test_nonsense_is_left_out(view, stored):
    view.restore_layout(stored)
    assert 1 <= len(order(view)) <= len(IDS)
    assert len(set(order(view))) == len(order(view))
    assert all(20 <= width(view, each) <= 4_000 for each in order(view))
    assert view.horizontalHeader().visualIndex(0) == 0
    assert view.horizontalHeader().sectionSize(0) == GUTTER_WIDTH
    json.dumps(view.saved_layout())


def test_the_last_visible_column_stays(view):
    for column_id in IDS:
        view.column_layout.set_hidden(column_id, True)
    assert order(view) == ["note"]
    menu = view.columns_menu()
    assert not entry(menu, "Note").isEnabled()
    view.restore_layout({"hidden": IDS})
    assert order(view) == ["state"]


def test_a_column_is_dragged_to_another_place_but_never_before_the_ticks(view):
    window = window_behind(view)
    start, end = header_place(view, "surname"), header_place(view, "state")
    QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for x in range(start.x(), 4, -20):
        QTest.mouseMove(window, QPoint(x, end.y()))
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(4, end.y()))
    assert view.horizontalHeader().visualIndex(0) == 0
    assert order(view) == ["surname", "state", "ref", "born", "marks", "note"]


def test_the_menu_sorts_moves_hides_and_resets(view, qtbot):
    click(view, 2)
    with qtbot.waitSignal(view.loaded):
        entry(view.columns_menu(), "Sort Surname Descending").trigger()
    assert view.sort == ("surname", True)
    with qtbot.waitSignal(view.loaded):
        entry(view.columns_menu(), "Original Order").trigger()
    assert view.sort == ("", False)
    entry(view.columns_menu(), "Move Surname Left").trigger()
    assert order(view)[1] == "surname"
    entry(view.columns_menu(), "Hide Surname").trigger()
    assert "surname" not in order(view)
    shown = entry(view.columns_menu(), "Surname")
    assert not shown.isChecked()
    shown.trigger()
    assert "surname" in order(view)
    entry(view.columns_menu(), "Standard Layout").trigger()
    assert order(view) == IDS


def test_a_title_with_an_ampersand_is_no_mnemonic(open_grid):
    source = People(keys_of(3))
    source.columns = (*COLUMNS[:5], Column("note", "Name & Note", stretch=True))
    view = open_grid(source)
    assert entry(view.columns_menu(), "Name && Note") is not None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_header_has_the_menu_of_its_column(view, qtbot):
    header = view.horizontalHeader()
    at = header.viewport().mapFrom(view.window(), header_place(view, "born"))
    header.customContextMenuRequested.emit(at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Hide Date of Birth" in [action.text() for action in menu.actions()]
    menu.close()


def test_a_double_click_on_the_separator_fits_the_column(view):
    header = view.horizontalHeader()
    section = IDS.index("surname") + 1
    header.resizeSection(section, 30)
    view.resizeColumnToContents(section)
    assert 70 <= header.sectionSize(section) <= 120


@pytest.mark.parametrize("size", [1.25, 2.0])
def test_widths_follow_the_size_of_the_text_and_come_back(view, size):
    header = view.horizontalHeader()
    fixed = next(each for each in IDS if each != "note" and not view.column_layout.is_hidden(each))
    header.resizeSection(IDS.index(fixed) + 1, 120)
    before = view.column_layout.as_dict()
    try:
        set_scale(size)
        assert width(view, fixed) == round(120 * size)
        larger = view.column_layout.as_dict()
        assert larger["text_size"] == size
        now = {"widths": None, "text_size": None}
        assert {**larger, **now} == {**before, **now}, "order, hidden and frozen ones stay"
        assert header.sectionSize(0) == GUTTER_WIDTH
    finally:
        set_scale(1.0)
    assert all(abs(one - before["widths"][key]) <= 1 for key, one in view.column_layout.as_dict()["widths"].items())
    assert header.length() == view.viewport().width()


@pytest.mark.parametrize(("saved_at", "used_at", "expected"), [(1.0, 2.0, 240), (2.0, 1.0, 60), (1.25, 1.5, 144)])
def test_a_layout_fits_the_size_of_the_text_it_is_used_at(open_grid, view, saved_at, used_at, expected):
    try:
        set_scale(saved_at)
        view.horizontalHeader().resizeSection(IDS.index("ref") + 1, 120)
        stored = json.loads(json.dumps(view.saved_layout()))
        set_scale(used_at)
        other = open_grid(People(keys_of(30)), load=False)
        other.restore_layout(stored)
        assert width(other, "ref") == expected
        again = other.saved_layout()
        other.restore_layout(again)
        assert other.saved_layout() == again, "used at its own size it stays as it is"
    finally:
        set_scale(1.0)


@pytest.mark.parametrize(
    "text_size", [None, 0, 0.5, 2.5, -1, True, "1.0", [1.0], {}, float("nan"), float("inf"), 10**400]
)
def test_widths_stored_without_a_size_of_the_text_are_taken_as_they_are(open_grid, text_size):
    widths = {"widths": {"ref": 141}}
    try:
        set_scale(2.0)
        view = open_grid(People(keys_of(30)), load=False)
        view.restore_layout(widths if text_size is None else {**widths, "text_size": text_size})
        assert width(view, "ref") == 141
    finally:
        set_scale(1.0)
