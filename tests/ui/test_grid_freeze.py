"""Frozen columns: they stay while the others scroll; painting, pointer, keys and screen readers agree about where."""

import json

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.grid_people import COLUMNS, People, click_at, header_place, keys_of, press, selected
from tests.ui.test_grid_painting import HEIGHT, Said, ground, has, picture, tip_at
from ui.grids.columns import Row
from ui.grids.grid_view import GridView
from ui.grids.header import GUTTER_WIDTH
from ui.look.screens import screen_behind, window_behind
from ui.look.tokens import Role, color, theme

IDS = [column.id for column in COLUMNS]
WIDE = {"state": 100, "ref": 92, "surname": 100, "born": 300, "marks": 300, "note": 300}
FROZEN = GUTTER_WIDTH + 100 + 92
POPUPS = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(open_grid) -> GridView:
    """Wider than its window, frozen up to Person Code, scrolled by 150 pixels."""
    return frozen(open_grid, People(keys_of(60)))


def frozen(open_grid, source: People) -> GridView:
    found = open_grid(source)
    found.restore_layout({"widths": WIDE, "frozen": 2})
    open_grid.settle()
    found.horizontalScrollBar().setValue(150)
    return found


def section(column_id: str) -> int:
    return IDS.index(column_id) + 1


def title_place(view: GridView, column_id: str) -> QPoint:
    """The middle of what is seen of a title, in the window."""
    header = view.grid_header
    left = header.section_x(section(column_id))
    right = left + header.sectionSize(section(column_id))
    if section(column_id) not in header.frozen_sections():
        left = max(left, header.frozen_width())
    return header.viewport().mapTo(view.window(), QPoint((left + right) // 2, header.height() // 2))


def drag(view: GridView, start: QPoint, end: QPoint) -> None:
    window = window_behind(view)
    QTest.mouseMove(window, start)
    QTest.mousePress(window, LEFT, NONE, start)
    for step in range(1, 21):
        QTest.mouseMove(window, start + (end - start) * step / 20)
    QTest.mouseRelease(window, LEFT, NONE, end)


def order(view: GridView) -> list[str]:
    return [column.id for column in view.column_layout.visible_columns()]


def header_picture(view: GridView):
    for _ in range(3):
        QApplication.processEvents()
    window = view.window()
    viewport = view.grid_header.viewport()
    corner = viewport.mapTo(window, QPoint(0, 0))
    return screen_behind(window).grabWindow(window.winId()).toImage().copy(QRect(corner, viewport.size()))


# Painting


def test_the_frozen_columns_look_as_if_nothing_had_scrolled(view):
    view.select_keys([2, 4])
    press(view, Qt.Key.Key_Down)
    part = QRect(0, 0, FROZEN, view.viewport().height())
    titles = QRect(0, 0, FROZEN, 30)
    view.horizontalScrollBar().setValue(0)
    before, header = picture(view).copy(part), header_picture(view).copy(titles)
    for value in (1, 150, view.horizontalScrollBar().maximum(), 40):
        view.horizontalScrollBar().setValue(value)
        assert picture(view).copy(part) == before, value
        assert header_picture(view).copy(titles) == header, value


def test_the_others_look_as_they_do_without_freezing(view):
    rest = QRect(FROZEN, 0, view.viewport().width() - FROZEN, view.viewport().height())
    titles = QRect(FROZEN, 0, rest.width(), 30)
    now, header = picture(view).copy(rest), header_picture(view).copy(titles)
    view.column_layout.freeze("")
    assert view.horizontalScrollBar().value() == 150
    assert picture(view).copy(rest) == now
    assert header_picture(view).copy(titles) == header


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_a_line_shows_where_they_end(view, mode):
    theme().set_mode(mode)
    assert picture(view).pixelColor(FROZEN - 1, 5 * HEIGHT) == color(Role.BORDER)
    assert header_picture(view).pixelColor(FROZEN - 1, 15) == color(Role.BORDER)
    view.column_layout.freeze("")
    assert picture(view).pixelColor(FROZEN - 1, 5 * HEIGHT + 3) != color(Role.BORDER)


def test_ticks_and_the_frame_of_the_current_row_stay(view):
    view.select_keys([3])
    press(view, Qt.Key.Key_Down)
    image = picture(view)
    assert view.current_row == 0
    assert image.pixelColor(0, HEIGHT // 2) == color(Role.ACCENT)
    assert image.pixelColor(FROZEN + 40, 0) == color(Role.ACCENT)
    view.select_keys([3])
    assert has(picture(view), QRect(6, 2 * HEIGHT + 4, 18, 15), Role.ACCENT_TEXT, 120)
    assert ground(picture(view), 2) == color(Role.ACCENT_SOFT)


def test_scrolling_paints_what_a_fresh_paint_would(view):
    for across, down in ((7, 0), (31, 24), (30, 5), (200, 300), (0, 3), (90, 3)):
        view.horizontalScrollBar().setValue(across)
        view.verticalScrollBar().setValue(down)
        scrolled, header = picture(view), header_picture(view)
        view.viewport().update()
        view.grid_header.viewport().update()
        assert scrolled == picture(view)
        assert header == header_picture(view)


def test_a_sentence_goes_on_beside_the_frozen_columns(open_grid):
    words = "The first name is missing here. Correct the learner, then refresh the row of the grid."
    source = Said(*[Row((None, None, None, None, None, None), sentence=words, sentence_from="state")] * 3)
    view = frozen(open_grid, source)
    image = picture(view)
    assert has(image, QRect(GUTTER_WIDTH, 4, 150, 14), Role.BAD)
    assert has(image, QRect(FROZEN + 2, 4, 150, 14), Role.BAD)


# The pointer


def test_a_click_on_a_frozen_cell_and_beside_it(view):
    at = view.viewport().mapTo(view.window(), QPoint(FROZEN - 20, 4 * HEIGHT + 9))
    click_at(view, at)
    assert (selected(view), view.currentIndex().column()) == ([5], section("ref"))
    assert view.horizontalScrollBar().value() == 150
    click_at(view, at + QPoint(30, HEIGHT), Qt.KeyboardModifier.ControlModifier)
    # Under the frozen ones 150 pixels of Surname and of Date of Birth have gone.
    assert (selected(view), view.currentIndex().column()) == ([5, 6], section("born"))


def test_a_drag_across_the_border_selects_the_rows_between(view):
    corner = view.viewport().mapTo(view.window(), QPoint(0, 0))
    drag(view, corner + QPoint(60, 2 * HEIGHT + 9), corner + QPoint(500, 6 * HEIGHT + 9))
    assert selected(view) == [3, 4, 5, 6, 7]
    drag(view, corner + QPoint(500, 9 * HEIGHT + 9), corner + QPoint(60, 6 * HEIGHT + 9))
    assert selected(view) == [7, 8, 9, 10]


def test_places_and_indexes_agree(view):
    for x in range(0, view.viewport().width(), 7):
        found = view.indexAt(QPoint(x, 3 * HEIGHT + 5))
        assert found.row() == 3
        assert view.visualRect(found).contains(x, 3 * HEIGHT + 5), x
    covered = view.visualRect(view.model().index(3, section("surname")))
    assert covered.isEmpty()
    assert view.indexAt(QPoint(60, view.viewport().height() + 60 * HEIGHT)).row() == -1


@POPUPS
def test_tips_are_those_of_what_is_seen(open_grid, qtbot):
    long = "Anastasia of the very long name that no column of a grid could hold"
    view = frozen(open_grid, Said(Row((COLUMNS[0].title, long, "b", None, None, "short"))))
    assert tip_at(qtbot, view.viewport(), QPoint(FROZEN - 30, 9)) == long
    assert tip_at(qtbot, view.viewport(), QPoint(FROZEN + 30, 9)) == ""
    view.grid_header.resizeSection(section("ref"), 40)
    at = QPoint(view.grid_header.section_x(section("ref")) + 10, 10)
    assert tip_at(qtbot, view.grid_header.viewport(), at) == "Person Code"


def test_a_click_on_a_frozen_title_sorts_by_it(view):
    click_at(view, title_place(view, "ref"))
    assert view.sort == ("ref", False)
    click_at(view, title_place(view, "born"))
    assert view.sort == ("born", False)
    assert view.horizontalScrollBar().value() == 150


def test_the_edge_of_a_frozen_title_makes_it_wider(view):
    header = view.grid_header
    edge = header.viewport().mapTo(view.window(), QPoint(GUTTER_WIDTH + 100 - 1, 12))
    QTest.mouseMove(window_behind(view), edge - QPoint(30, 0))
    assert header.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mouseMove(window_behind(view), edge)
    assert header.cursor().shape() == Qt.CursorShape.SplitHCursor
    drag(view, edge, edge + QPoint(40, 0))
    assert header.sectionSize(section("state")) == 140
    assert header.frozen_width() == FROZEN + 40
    assert (order(view), view.sort) == (IDS, ("", False))
    assert view.horizontalScrollBar().value() == 150
    drag(view, edge + QPoint(40, 0), edge + QPoint(10, 0))
    assert header.sectionSize(section("state")) == 110


def test_a_double_click_on_a_frozen_edge_fits_the_column(view):
    header = view.grid_header
    header.resizeSection(section("ref"), 200)
    edge = header.viewport().mapTo(view.window(), QPoint(header.frozen_width() - 1, 12))
    QTest.mouseDClick(window_behind(view), LEFT, NONE, edge)
    assert 60 <= header.sectionSize(section("ref")) <= 120


def test_a_title_dragged_among_the_frozen_ones_stays_there(view):
    place = view.grid_header.viewport().mapTo(view.window(), QPoint(GUTTER_WIDTH + 130, 12))
    drag(view, title_place(view, "born"), place)
    assert order(view)[:3] in (["state", "born", "ref"], ["state", "ref", "born"])
    drag(view, header_place(view, "born"), QPoint(GUTTER_WIDTH + 20, place.y()))
    assert order(view) == ["born", "state", "ref", "surname", "marks", "note"]
    assert view.column_layout.frozen == 2


def test_a_frozen_title_is_dragged_away(view):
    drag(view, title_place(view, "state"), title_place(view, "born"))
    assert order(view).index("state") >= 1
    assert view.grid_header.visualIndex(0) == 0


@POPUPS
def test_the_menu_of_a_frozen_title_is_about_it(view):
    header = view.grid_header
    header.customContextMenuRequested.emit(QPoint(GUTTER_WIDTH + 20, 10))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Hide PLR" in [action.text() for action in menu.actions()]
    menu.close()


# Keys and menus


def test_the_keys_never_leave_the_current_cell_under_the_frozen_ones(view):
    press(view, Qt.Key.Key_Down)
    for _ in range(len(IDS)):
        press(view, Qt.Key.Key_Right)
    assert view.currentIndex().column() == section("note")
    for column_id in ("marks", "born", "surname"):
        press(view, Qt.Key.Key_Left)
        assert view.currentIndex().column() == section(column_id)
        rect = view.visualRect(view.currentIndex())
        assert rect.left() >= FROZEN
        assert rect.width() >= min(view.grid_header.sectionSize(section(column_id)), 300)
    view.horizontalScrollBar().setValue(150)
    press(view, Qt.Key.Key_Left)
    assert view.currentIndex().column() == section("ref")
    assert view.horizontalScrollBar().value() == 150
    press(view, Qt.Key.Key_End)
    assert (view.current_row, view.horizontalScrollBar().value()) == (59, 150)


def entries(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions()}


def test_freezing_and_unfreezing_by_the_menu(view):
    view.column_layout.freeze("")
    at = view.viewport().mapTo(view.window(), QPoint(FROZEN + 20, 9))
    click_at(view, at)
    assert view.currentIndex().column() == section("born")
    menu = entries(view.columns_menu())
    assert not menu["Unfreeze"].isEnabled()
    menu["Freeze up to Date of Birth"].trigger()
    assert view.column_layout.frozen == 4
    menu = entries(view.columns_menu())
    assert not menu["Freeze up to Date of Birth"].isEnabled()
    menu["Unfreeze"].trigger()
    assert (view.column_layout.frozen, view.grid_header.frozen_width()) == (0, 0)


def test_hidden_and_moved_columns(view):
    view.column_layout.set_hidden("ref", True)
    assert view.grid_header.frozen_width() == GUTTER_WIDTH + 100
    view.column_layout.set_hidden("state", True)
    assert view.grid_header.frozen_width() == 0
    view.column_layout.set_hidden("state", False)
    view.column_layout.move("state", 1)
    assert order(view)[:2] == ["surname", "state"]
    # The place counts: what came into it stays now, what left it scrolls.
    assert view.grid_header.frozen_sections() == [0, section("surname")]
    view.column_layout.reset()
    assert (view.column_layout.frozen, order(view)) == (0, IDS)


def test_a_narrow_window_freezes_fewer(view):
    view.resize(FROZEN + 100, 400)
    assert view.grid_header.frozen_width() == GUTTER_WIDTH + 100
    view.resize(200, 400)
    assert view.grid_header.frozen_width() == 0
    view.resize(760, 400)
    assert view.grid_header.frozen_width() == FROZEN


def test_it_is_remembered_and_nonsense_is_not(open_grid, view):
    stored = json.loads(json.dumps(view.saved_layout()))
    assert stored["frozen"] == 2
    other = open_grid(People(keys_of(3)), load=False)
    other.restore_layout(stored)
    assert other.column_layout.frozen == 2
    for nonsense in (True, -1, 7, 10**30, "2", 1.5, None, [2]):
        other.restore_layout({**stored, "frozen": nonsense})
        assert other.column_layout.frozen == 0


# Screen readers


def test_a_screen_reader_finds_cells_where_they_are_seen(view, qapp):
    QAccessible.setActive(True)
    try:
        seen = QAccessible.queryAccessibleInterface(view)
        for x, text in ((FROZEN - 20, "P0000003"), (FROZEN + 5, None)):
            at = view.viewport().mapToGlobal(QPoint(x, 2 * HEIGHT + 9))
            found = seen.childAt(at.x(), at.y())
            assert found.rect().contains(at)
            if text is not None:
                assert found.text(QAccessible.Text.Name) == text
    finally:
        QAccessible.setActive(False)
