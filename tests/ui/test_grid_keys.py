"""Selecting and moving by real keys and clicks, as in any Windows grid."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from tests.ui.grid_people import CountingGrid, People, click, keys_of, press, selected
from ui.grids.columns import Query
from ui.look.screens import window_behind

Key, Modifier = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
SHIFT, CTRL = Modifier.ShiftModifier, Modifier.ControlModifier


@pytest.fixture
def view(open_grid):
    return open_grid(People(keys_of(100)))


@pytest.fixture(params=[False, True], ids=["ranges", "marks"])
def picked(request, view):
    """Rows 2, 4, 6 and 8 selected, once as Qt's ranges and once as marks."""
    if request.param:
        view.selection.most_runs = 2
    view.select_keys([3, 5, 7, 9])
    assert view.selection.scattered is request.param
    return view


def test_a_click_selects_one_row_and_makes_it_current(view, qtbot):
    click(view, 3)
    assert selected(view) == [4]
    assert view.current_key == 4
    click(view, 5)
    assert selected(view) == [6]


def test_shift_selects_from_the_anchor_and_nothing_else(view):
    click(view, 1)
    click(view, 5, CTRL)
    click(view, 8, SHIFT)
    assert selected(view) == [6, 7, 8, 9]
    click(view, 3, SHIFT)
    assert selected(view) == [4, 5, 6]
    click(view, 10, CTRL | SHIFT)
    assert selected(view) == [6, 7, 8, 9, 10, 11]


def test_shift_with_ctrl_keeps_what_was_selected_before(view):
    click(view, 1)
    click(view, 5, CTRL)
    click(view, 7, CTRL | SHIFT)
    assert selected(view) == [2, 6, 7, 8]


def test_shift_with_ctrl_adds_to_everything_that_was_selected_at_once(picked):
    click(picked, 14, CTRL)
    picked.select_keys([*picked.selected_keys(), 50])
    click(picked, 16, CTRL | SHIFT)
    assert selected(picked) == [3, 5, 7, 9, 15, 16, 17, 50]


def test_ctrl_takes_single_rows_in_and_out(view):
    click(view, 1)
    click(view, 3, CTRL)
    click(view, 5, CTRL)
    click(view, 3, CTRL)
    assert selected(view) == [2, 6]


def test_keys_move_and_stretch_the_selection(view):
    click(view, 2)
    press(view, Key.Key_Down)
    assert selected(view) == [4]
    press(view, Key.Key_Down, SHIFT)
    press(view, Key.Key_Down, SHIFT)
    assert selected(view) == [4, 5, 6]
    press(view, Key.Key_Up, SHIFT)
    assert selected(view) == [4, 5]
    press(view, Key.Key_End, SHIFT)
    assert selected(view) == list(range(4, 101))
    press(view, Key.Key_Home)
    assert selected(view) == [1]
    press(view, Key.Key_PageDown)
    assert view.current_row > 10


def test_ctrl_with_arrows_moves_and_space_toggles(view):
    click(view, 2)
    press(view, Key.Key_Down, CTRL)
    press(view, Key.Key_Down, CTRL)
    assert selected(view) == [3]
    assert view.current_key == 5
    press(view, Key.Key_Space, CTRL)
    assert selected(view) == [3, 5]
    press(view, Key.Key_Space, CTRL)
    assert selected(view) == [3]


def test_sideways_keys_leave_the_selection_alone(view):
    press(view, Key.Key_A, CTRL)
    before = view.currentIndex().column()
    press(view, Key.Key_Right)
    press(view, Key.Key_Right)
    press(view, Key.Key_Left)
    assert view.selected_count == 100
    assert view.currentIndex().column() == before + 1


def test_ctrl_a_is_every_row(view, qtbot):
    with qtbot.waitSignal(view.selection_changed):
        press(view, Key.Key_A, CTRL)
    assert selected(view) == list(range(1, 101))
    assert view.selection.runs == [(0, 99)]


def test_invert_and_clear(picked):
    picked.invert()
    assert selected(picked) == [key for key in range(1, 101) if key not in (3, 5, 7, 9)]
    picked.clear_selection()
    assert selected(picked) == []
    picked.invert()
    assert picked.selected_count == 100


def test_ctrl_click_among_scattered_rows(picked):
    click(picked, 4, CTRL)
    click(picked, 5, CTRL)
    assert selected(picked) == [3, 6, 7, 9]


def test_the_right_button_keeps_a_selection_it_is_pressed_on(picked):
    click(picked, 4, button=Qt.MouseButton.RightButton)
    assert selected(picked) == [3, 5, 7, 9]
    click(picked, 11, button=Qt.MouseButton.RightButton)
    assert selected(picked) == [12]


def test_a_plain_click_ends_a_scattered_selection(picked):
    click(picked, 12)
    assert selected(picked) == [13]
    assert not picked.selection.scattered


def test_space_toggles_among_scattered_rows(picked):
    click(picked, 4, CTRL)
    press(picked, Key.Key_Space, CTRL)
    assert selected(picked) == [3, 5, 7, 9]


@pytest.mark.parametrize("modifiers", [Modifier.NoModifier, CTRL], ids=["plain", "with Ctrl"])
def test_a_drag_selects_its_rows(picked, modifiers):
    window = window_behind(picked)
    at = [QPoint(200, row * 24 + 12) for row in (11, 12, 14, 13)]
    QTest.mousePress(window, LEFT, modifiers, picked.viewport().mapTo(picked.window(), at[0]))
    for each in at[1:]:  # QTest moves the pointer without modifiers
        there = picked.viewport().mapToGlobal(each).toPointF()
        move = QMouseEvent(QEvent.Type.MouseMove, each.toPointF(), there, Qt.MouseButton.NoButton, LEFT, modifiers)
        QApplication.sendEvent(picked.viewport(), move)
    QTest.mouseRelease(window, LEFT, modifiers, picked.viewport().mapTo(picked.window(), at[-1]))
    assert selected(picked) == [*([3, 5, 7, 9] if modifiers == CTRL else []), 12, 13, 14]


def test_enter_and_double_click_say_which_row(view, qtbot):
    click(view, 4)
    for key in (Key.Key_Return, Key.Key_Enter):
        with qtbot.waitSignal(view.activated_key, check_params_cb=lambda found: found == 5):
            press(view, key)
    place = view.viewport().mapTo(view.window(), QPoint(200, 7 * 24 + 12))
    with qtbot.waitSignal(view.activated_key, check_params_cb=lambda found: found == 8):
        QTest.mouseDClick(window_behind(view), Qt.MouseButton.LeftButton, Modifier.NoModifier, place)


def test_letters_do_not_search_through_every_row(view):
    click(view, 0)
    view.model().forget_counts()
    press(view, Key.Key_S)
    assert view.model().data_calls < 10
    assert view.current_key == 1


def test_tab_leaves_the_grid(open_grid, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    view = CountingGrid(People(keys_of(5)), open_grid.runner, "inside", window)
    field = QLineEdit(window)
    column = QVBoxLayout(window)
    column.addWidget(view)
    column.addWidget(field)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(view.loaded):
        view.load(Query())
    view.setFocus()
    press(view, Key.Key_Tab)
    assert field.hasFocus()


def test_the_first_focus_makes_the_first_row_current_without_selecting_it(open_grid, qtbot):
    view = open_grid(People(keys_of(5)))
    press(view, Key.Key_Down)
    assert view.current_key == 1
    assert selected(view) == [1]
