"""A million rows: what a selection or a scroll asks for is bounded by the screen, never by the rows."""

import random

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from tests.ui.grid_people import COLUMNS, People, SlowPeople, click, keys_of, press
from ui.grids.paged_model import PAGE
from ui.grids.row_selection import Flag

MILLION = 1_000_000
ON_SCREEN = 21
"""Rows that the window shows, cut ones included."""
VERTICAL_HEADER = 1
"""Qt counts it for a screen reader though it is hidden."""
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(params=[False, True], ids=["plain", "screen reader"])
def reader(request, qapp):
    """A screen reader that listens; Qt asks far more then."""
    QAccessible.setActive(request.param)
    yield request.param
    QAccessible.setActive(False)


def test_ctrl_a_asks_for_no_more_than_the_screen(open_grid, reader):
    view = open_grid(People(keys_of(MILLION)))
    open_grid.settle()
    model = view.model()
    for _ in range(3):
        view.clear_selection()
        open_grid.settle()
        model.forget_counts()
        press(view, Qt.Key.Key_A, CTRL)
        view.horizontalHeader().viewport().update()
        QApplication.processEvents()
        assert view.selected_count == MILLION
        assert model.flags_calls <= 60
        assert model.data_calls <= 60
        assert model.row_calls <= 2 * ON_SCREEN


def test_shift_to_the_last_row_and_one_off_by_ctrl(open_grid, reader):
    view = open_grid(People(keys_of(MILLION)))
    click(view, 2)
    model = view.model()
    model.forget_counts()
    press(view, Qt.Key.Key_End, SHIFT)
    open_grid.settle()
    assert view.selected_count == MILLION - 2
    click(view, MILLION - 3, CTRL)
    open_grid.settle()
    assert view.selected_count == MILLION - 3
    assert model.flags_calls <= 400
    assert model.data_calls <= 400
    assert model.row_calls <= 8 * ON_SCREEN


def test_frozen_columns_cost_one_more_look_at_the_rows_on_the_screen(open_grid, reader):
    view = open_grid(People(keys_of(MILLION)))
    view.restore_layout({"widths": {column.id: 300 for column in COLUMNS}, "frozen": 1})
    view.horizontalScrollBar().setValue(200)
    open_grid.settle()
    model = view.model()
    for act in (
        lambda: press(view, Qt.Key.Key_A, CTRL),
        lambda: view.horizontalScrollBar().setValue(300),
        lambda: click(view, 2),
        lambda: press(view, Qt.Key.Key_End, SHIFT),
        lambda: press(view, Qt.Key.Key_Right),
    ):
        model.forget_counts()
        act()
        view.horizontalHeader().viewport().update()
        QApplication.processEvents()
        assert model.flags_calls <= 200
        assert model.data_calls <= 200
        assert model.row_calls <= 6 * ON_SCREEN
    assert view.selected_count == MILLION - 2


def test_a_paint_asks_each_row_once_and_no_cell(open_grid):
    view = open_grid(People(keys_of(MILLION)))
    open_grid.settle()
    view.model().forget_counts()
    view.viewport().repaint()
    assert view.model().row_calls <= ON_SCREEN
    assert view.model().data_calls == 0


def test_ctrl_a_and_a_random_place_loads_that_page_only(open_grid):
    source = SlowPeople(keys_of(MILLION))
    view = open_grid(source)
    open_grid.settle()
    press(view, Qt.Key.Key_A, CTRL)
    source.asked.clear()
    row = random.Random(4).randrange(1_000, MILLION - 1_000) // PAGE * PAGE + 10
    view.verticalScrollBar().setValue(row * 24)
    open_grid.settle()
    page = row // PAGE
    assert [(keys[0], len(keys)) for keys in source.asked] == [(page * PAGE + 1, PAGE)]
    assert view.selected_count == MILLION
    assert view.model().row(row) is not None


def test_the_header_has_an_empty_selection_of_its_own_whatever_the_view_is_given(open_grid):
    view = open_grid(People(keys_of(10)))
    header = view.horizontalHeader()

    def is_its_own() -> bool:
        its = header.selectionModel()
        return its is not view.selectionModel() and its.model() is view.model() and not its.hasSelection()

    press(view, Qt.Key.Key_A, CTRL)
    assert is_its_own()
    view.setModel(view.model())
    assert is_its_own()
    other = QItemSelectionModel(view.model(), view)
    view.setSelectionModel(other)
    other.select(view.model().index(0, 0), Flag.Select | Flag.Rows)
    assert is_its_own()


def test_a_screen_reader_reads_cells_and_titles(open_grid, qapp):
    QAccessible.setActive(True)
    try:
        view = open_grid(People(keys_of(MILLION)))
        view.setAccessibleName("Learners")
        view.select_keys([3])
        seen = QAccessible.queryAccessibleInterface(view)
        assert seen.text(QAccessible.Text.Name) == "Learners"
        across = len(COLUMNS) + 1 + VERTICAL_HEADER

        def child(line: int, section: int) -> QAccessibleInterface:
            """Line 0 is the header."""
            return seen.child(line * across + VERTICAL_HEADER + section)

        assert seen.childCount() == (MILLION + 1) * across
        assert child(0, 3).text(QAccessible.Text.Name) == "Surname"
        assert child(3, 3).text(QAccessible.Text.Name) == "Surname 3"
        assert child(5, 5).text(QAccessible.Text.Name) == "none"
        assert [child(line, 0).text(QAccessible.Text.Name) for line in (3, 4)] == ["selected", ""]
        assert child(3, 3).state().selected
        assert not child(4, 3).state().selected
    finally:
        QAccessible.setActive(False)


def test_half_a_million_scattered_rows_are_marks_not_ranges(open_grid, qtbot):
    view = open_grid(People(keys_of(MILLION)))
    view.select_keys(range(1, MILLION + 1, 2))
    assert view.selected_count == MILLION // 2
    assert view.selection.scattered
    assert view.selectionModel().selection().count() == 0
    view.model().forget_counts()
    with qtbot.waitSignal(view.loaded):
        view.sort_by("surname", descending=True)
    open_grid.settle()
    assert view.selected_count == MILLION // 2
    assert view.selected_keys()[:2].tolist() == [MILLION - 1, MILLION - 3]
    assert view.model().row_calls <= 4 * ON_SCREEN
    assert view.model().data_calls <= 4 * ON_SCREEN * (len(COLUMNS) + 1)
    view.select_all()
    assert view.selectionModel().selection().count() == 1
