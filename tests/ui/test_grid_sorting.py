"""Sorting by several columns: clicks with and without Shift, the menu by keyboard, the numbers in the header."""

import json

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.sorting import SortKey
from tests.ui.conftest import Room
from tests.ui.dialog_room import click as click_on
from tests.ui.grid_people import People, click, click_at, header_place, keys_of
from tests.ui.test_grid_painting import has, pixels
from ui.look.tokens import Role
from ui.pages.plr_source import value_of

SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
POPUPS = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def view(open_grid):
    found = open_grid(People(keys_of(30)))
    open_grid.settle()
    return found


def sort(view, column_id, modifiers=NONE):
    """A click on the title, and the rows are there."""
    click_at(view, header_place(view, column_id), modifiers)


def order(view):
    return [(key.column, key.descending) for key in view.order]


def test_shift_adds_columns_and_a_plain_click_starts_anew(view, open_grid):
    sort(view, "surname")
    sort(view, "born", SHIFT)
    sort(view, "marks", SHIFT)
    assert order(view) == [("surname", False), ("born", False), ("marks", False)]
    sort(view, "born", SHIFT)
    assert order(view) == [("surname", False), ("born", True), ("marks", False)]
    sort(view, "surname", SHIFT)
    assert order(view)[0] == ("surname", True)
    sort(view, "born", SHIFT)
    assert order(view) == [("surname", True), ("marks", False)]
    open_grid.settle()
    assert view.query.order == view.order
    sort(view, "marks")
    assert order(view) == [("marks", False)]
    sort(view, "marks")
    sort(view, "marks")
    assert order(view) == []


def test_shift_on_the_first_title_of_all_sorts_by_it(view):
    sort(view, "ref", SHIFT)
    assert (order(view), view.sort) == ([("ref", False)], ("ref", False))


def test_a_column_that_cannot_be_sorted_changes_nothing(view):
    sort(view, "surname")
    sort(view, "note", SHIFT)
    assert order(view) == [("surname", False)]


def test_a_click_with_shift_leaves_the_selection(view):
    click(view, 3)
    chosen = list(view.selected_keys())
    sort(view, "surname")
    sort(view, "born", SHIFT)
    assert list(view.selected_keys()) == chosen


def test_the_header_numbers_the_columns_once_there_are_several(view):
    header = view.horizontalHeader()

    def mark(column_id: str) -> int:
        """How much is drawn in the colour of arrows."""
        section = [column.id for column in view.columns].index(column_id) + 1
        place = QRect(header.sectionViewportPosition(section), 2, header.sectionSize(section) - 2, 26)
        image = header.viewport().grab().toImage()
        assert has(image, place, Role.ACCENT_TEXT)
        return sum(1 for one in pixels(image, place) if one.blue() > one.red() + 40)

    sort(view, "surname")
    alone = mark("surname")
    sort(view, "born", SHIFT)
    assert mark("surname") > alone + 3
    assert mark("born") > alone + 3
    assert view.model().headerData(4, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) == (
        "Date of Birth, sorted ascending, 2 of 2"
    )


def test_the_sorting_survives_as_json(open_grid, view):
    for column_id in ("surname", "born", "born"):
        sort(view, column_id, SHIFT)
    stored = json.loads(json.dumps(view.saved_layout()))
    other = open_grid(People(keys_of(3)), load=False)
    other.restore_layout(stored)
    assert other.order == (SortKey("surname"), SortKey("born", descending=True))
    other.restore_layout({"sort": "ref", "descending": True})  # as an older version wrote it
    assert other.order == (SortKey("ref", descending=True),)


@pytest.mark.parametrize(
    "then", [None, 7, "born", [["born"]], [[1, True]], [["note", False]], [["surname", True]], [None], {"born": 1}]
)
def test_nonsense_behind_the_first_column_is_left_out(view, then):
    view.restore_layout({"sort": "surname", "descending": 1, "then": then})
    assert view.order == (SortKey("surname"),)


def choose(menu: QMenu, *texts: str) -> None:
    """Walk there with the arrow keys and press Return; a submenu opens by the right arrow."""
    for place, text in enumerate(texts):
        for _ in range(len(menu.actions()) + 1):
            if menu.activeAction() is not None and menu.activeAction().text() == text:
                break
            QTest.keyClick(menu, Qt.Key.Key_Down)
        assert menu.activeAction().text() == text
        if place < len(texts) - 1:
            QTest.keyClick(menu, Qt.Key.Key_Right)
            menu = QApplication.activePopupWidget()
    QTest.keyClick(menu, Qt.Key.Key_Return)


@POPUPS
def test_the_menu_sorts_by_several_columns_with_keys_alone(view):
    def open_menu() -> QMenu:
        view.columns_menu().popup(view.mapToGlobal(QPoint(5, 5)))
        return QApplication.activePopupWidget()

    click(view, 2)  # on a surname
    choose(open_menu(), "Sort Surname Descending")
    QTest.keyClick(view, Qt.Key.Key_Right)
    choose(open_menu(), "Then Sort by Date of Birth")
    choose(open_menu(), "Then Sort By", "Marks")
    choose(open_menu(), "Then Sort By", "Marks Descending")
    assert order(view) == [("surname", True), ("born", False), ("marks", True)]
    choose(open_menu(), "Do Not Sort by Date of Birth")
    choose(open_menu(), "Sort By", "Descending")
    assert order(view) == [("surname", False), ("marks", True)]
    choose(open_menu(), "Then Sort By", "Marks")
    assert order(view) == [("surname", False)]


@POPUPS
def test_the_header_menu_adds_its_column(view):
    sort(view, "surname")
    header = view.horizontalHeader()
    header.customContextMenuRequested.emit(header.viewport().mapFrom(view.window(), header_place(view, "born")))
    choose(QApplication.activePopupWidget(), "Then Sort by Date of Birth")
    assert order(view) == [("surname", False), ("born", False)]


# On real rows


def test_learners_are_sorted_by_the_database(room: Room):
    grid = room.window.learners.grid
    click_at(grid, header_place(grid, "sex"))
    click_at(grid, header_place(grid, "birth_date"), SHIFT)
    click_at(grid, header_place(grid, "birth_date"), SHIFT)
    room.at_rest()
    rows = room.window.learners.source.rows(list(grid.keys))
    names = [column.id for column in grid.columns]
    cells = [rows[key].cells for key in grid.keys]
    shown = [(row[names.index("sex")] or "", row[names.index("birth_date")]) for row in cells]
    wanted = sorted(shown, key=lambda one: (one[1] is not None, one[1]), reverse=True)
    assert shown == sorted(wanted, key=lambda one: one[0])
    assert len({sex for sex, _ in shown}) > 1


def test_the_plr_window_is_sorted_in_memory(room: Room):
    page = room.download(30)
    grid = page.grid
    room.in_front(room.plr_window)
    click_at(grid, header_place(grid, "change"))
    click_at(grid, header_place(grid, "subject"), SHIFT)
    click_at(grid, header_place(grid, "subject"), SHIFT)
    room.at_rest()
    assert order(grid) == [("change", False), ("subject", True)]
    rows = [page.session.row(key) for key in grid.keys]
    shown = [(str(value_of(row, "change")).lower(), str(value_of(row, "subject") or "").lower()) for row in rows]
    assert shown == sorted(sorted(shown, key=lambda one: one[1], reverse=True), key=lambda one: one[0])
    assert len(set(shown)) > 3
    room.close_plr()


def test_a_sorting_by_several_columns_is_remembered(rooms):
    first = rooms(20)
    grid = first.window.learners.grid
    click_at(grid, header_place(grid, "sex"))
    click_at(grid, header_place(grid, "postcode"), SHIFT)
    first.at_rest()
    keys = list(grid.keys)
    first.window.close()
    rooms.close(first)
    again = rooms(20).window.learners.grid
    assert again.order == (SortKey("sex"), SortKey("postcode"))
    assert list(again.keys) == keys


@POPUPS
def test_the_plr_window_has_the_menu_by_keyboard(room: Room):
    room.download(3)
    button = room.plr_window.columns
    assert button.accessibleName() == "Columns"
    click_on(button)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    choose(menu, "Freeze up To", "Name")
    assert room.plr.grid.column_layout.frozen == 3
    room.close_plr()
