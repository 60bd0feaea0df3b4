"""What is on the screen: grounds, ticks, frame, sentences, placeholders, and hostile names as plain text."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from tests.ui.grid_people import COLUMNS, READY, People, SlowPeople, click, keys_of
from ui.grids.cell_text import shown
from ui.grids.columns import Column, Kind, Row
from ui.look import fonts
from ui.look.screens import screen_behind, window_behind
from ui.look.tokens import Role, color, theme

HEIGHT = 24
TIPS = pytest.mark.qt_log_ignore("This plugin does not support")
HOSTILE = "<b>Ann</b>\u202egnp.exe\u200b\u2028x"


@pytest.fixture
def view(open_grid):
    found = open_grid(People(keys_of(40)))
    open_grid.settle()
    return found


class Said(People):
    """Rows of which some say a sentence or go on with the person above."""

    def __init__(self, *rows: Row) -> None:
        super().__init__(range(len(rows)))
        self.made = rows

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        return {key: self.made[key] for key in keys}


def picture(view) -> QImage:
    """The rows as they are on the screen now: a forgotten repaint is seen, which `grab` would do itself."""
    for _ in range(3):
        QApplication.processEvents()
    window = view.window()
    corner = view.viewport().mapTo(window, QPoint(0, 0))
    return screen_behind(window).grabWindow(window.winId()).toImage().copy(QRect(corner, view.viewport().size()))


def cell(view, row: int, column_id: str) -> QRect:
    section = [column.id for column in view.columns].index(column_id) + 1
    return view.visualRect(view.model().index(row, section)).adjusted(1, 2, -1, -3)


def pixels(image: QImage, rect: QRect) -> Iterator[QColor]:
    for y in range(rect.top(), rect.bottom() + 1):
        for x in range(rect.left(), rect.right() + 1):
            yield image.pixelColor(x, y)


def has(image: QImage, rect: QRect, role: Role, within: int = 30) -> bool:
    """Whether something is drawn in the colour of `role`; thin lines never reach it quite."""
    wanted = color(role)
    return any(
        abs(found.red() - wanted.red()) + abs(found.green() - wanted.green()) + abs(found.blue() - wanted.blue())
        < within
        for found in pixels(image, rect)
    )


def is_blank(image: QImage, rect: QRect) -> bool:
    return len({found.rgb() for found in pixels(image, rect)}) == 1


def ground(image: QImage, row: int) -> QColor:
    return image.pixelColor(3, row * HEIGHT + 4)


def tip_at(qtbot, widget: QWidget, at: QPoint) -> str:
    """The tool tip at a place."""
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text() if QToolTip.isVisible() else ""


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
@pytest.mark.parametrize("most_runs", [2_000, 0], ids=["ranges", "marks"])
def test_grounds_lines_and_ticks(view, mode, most_runs):
    theme().set_mode(mode)
    assert ground(picture(view), 2) == color(Role.SURFACE)
    view.selection.most_runs = most_runs
    view.select_keys([3])
    image = picture(view)
    assert ground(image, 2) == color(Role.ACCENT_SOFT)
    assert ground(image, 4) == color(Role.SURFACE)
    assert image.pixelColor(300, 3 * HEIGHT - 1) == color(Role.ACCENT_LINE)
    assert image.pixelColor(300, 5 * HEIGHT - 1) == color(Role.LINE)
    gutter = QRect(6, 2 * HEIGHT + 4, 18, 15)
    assert has(image, gutter, Role.ACCENT_TEXT, 120)
    assert is_blank(image, gutter.translated(0, 2 * HEIGHT))


def test_a_selection_in_a_window_that_is_not_active_is_grey(view, qtbot):
    view.select_keys([3])
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not view.isActiveWindow())
    assert ground(picture(view), 2) == color(Role.SEL_OFF)


def test_the_row_under_the_pointer_has_a_tint_and_loses_it(view):
    at = view.viewport().mapTo(view.window(), QPoint(300, 5 * HEIGHT + 10))
    QTest.mouseMove(window_behind(view), at)
    assert ground(picture(view), 5) == color(Role.HOVER)
    QTest.mouseMove(window_behind(view), at + QPoint(0, 2 * HEIGHT))
    image = picture(view)
    assert (ground(image, 5), ground(image, 7)) == (color(Role.SURFACE), color(Role.HOVER))
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert ground(picture(view), 7) == color(Role.SURFACE)


def test_the_current_row_has_a_frame_that_tells_where_the_keys_go(view):
    click(view, 6)
    image = picture(view)
    for y in (6 * HEIGHT, 6 * HEIGHT + 1, 7 * HEIGHT - 1, 7 * HEIGHT - 2):
        assert image.pixelColor(400, y) == color(Role.ACCENT)
    assert image.pixelColor(1, 6 * HEIGHT + 12) == color(Role.ACCENT)
    view.clearFocus()
    image = picture(view)
    assert image.pixelColor(400, 6 * HEIGHT) == color(Role.BORDER)
    assert image.pixelColor(400, 6 * HEIGHT + 1) == color(Role.ACCENT_SOFT)


def test_the_frame_follows_the_current_row(view):
    click(view, 6)
    click(view, 9)
    image = picture(view)
    assert image.pixelColor(400, 6 * HEIGHT) == color(Role.SURFACE)
    assert image.pixelColor(400, 9 * HEIGHT) == color(Role.ACCENT)


def test_states_have_icon_and_word_in_their_colour(view):
    image = picture(view)
    state = cell(view, 0, "state")
    assert has(image, QRect(state.left() + 7, state.top(), 15, state.height()), Role.GOOD, 120)
    assert has(image, QRect(state.left() + 28, state.top(), 40, state.height()), Role.GOOD, 120)


def test_numbers_and_dates_stand_right_and_absent_words_are_quiet(view):
    image = picture(view)
    for column_id, width in (("born", 70), ("marks", 8)):
        place = cell(view, 0, column_id)
        assert not is_blank(image, QRect(place.right() - 7 - width, place.top(), width, place.height()))
        assert is_blank(image, QRect(place.left(), place.top(), 8, place.height()))
    none = cell(view, 4, "marks")
    assert has(image, none, Role.TEXT3)
    assert not has(image, none, Role.TEXT)


def test_rows_on_their_way_are_bars_and_then_text(open_grid, qtbot):
    source = SlowPeople(keys_of(40))
    source.open.clear()
    view = open_grid(source)
    image = picture(view)
    name = cell(view, 2, "surname")
    assert not has(image, name, Role.TEXT)
    assert has(image, name, Role.HOVER)
    source.open.set()
    open_grid.settle()
    assert has(picture(view), name, Role.TEXT)


@TIPS
def test_a_sentence_stands_across_empty_cells_and_ends_before_a_value(open_grid, qtbot):
    words = "Not verified: the number and the names do not fit together, ask for the right ones."
    view = open_grid(
        Said(
            Row((READY, None, None, None, 7, "x"), sentence=words, sentence_from="ref"),
            Row((READY, None, None, None, None, "x"), sentence=words, sentence_from="ref", sentence_until="surname"),
            Row((READY, None, None, None, 7, "x"), sentence="Short.", sentence_from="ref"),
        )
    )
    open_grid.settle()
    image = picture(view)
    for column_id in ("ref", "surname", "born"):
        assert has(image, cell(view, 0, column_id), Role.BAD), column_id
    assert not has(image, cell(view, 0, "marks"), Role.BAD)
    assert has(image, cell(view, 1, "ref"), Role.BAD)
    assert is_blank(image, cell(view, 1, "surname"))
    assert has(image, cell(view, 1, "marks"), Role.TEXT3)
    assert tip_at(qtbot, view.viewport(), cell(view, 1, "ref").center()) == words
    assert tip_at(qtbot, view.viewport(), cell(view, 2, "ref").center()) == ""
    view.column_layout.set_hidden("ref", True)
    assert has(picture(view), cell(view, 0, "surname"), Role.BAD)


def test_a_row_that_goes_on_is_quiet(open_grid):
    cells = (READY, "P0000001", "Surname", date(2007, 1, 1), 7, "x")
    view = open_grid(Said(Row(cells), Row(cells, continued=True), Row(cells, tints={"ref": Role.BAD})))
    open_grid.settle()
    image = picture(view)
    assert has(image, cell(view, 0, "surname"), Role.TEXT)
    for column_id in ("ref", "surname"):
        assert not has(image, cell(view, 1, column_id), Role.TEXT), column_id
        assert has(image, cell(view, 1, column_id), Role.TEXT3), column_id
    assert has(image, cell(view, 1, "born"), Role.TEXT)
    assert has(image, cell(view, 2, "ref"), Role.BAD)


def test_hostile_names_are_plain_visible_text():
    text = shown(HOSTILE, Kind.TEXT)
    assert text.startswith("<b>Ann</b>")
    assert not set(text) & set("\u202e\u200b\u2028")
    assert "U+202E" in text


@TIPS
def test_only_what_is_cut_short_has_a_tip_and_it_is_never_mark_up(open_grid, qtbot):
    long = "<b>Anastasia</b> of the very long name that no column of a grid could hold"
    view = open_grid(Said(Row((READY, "P1", long, None, None, "short"))))
    open_grid.settle()
    tip = tip_at(qtbot, view.viewport(), cell(view, 0, "surname").center())
    assert "&lt;b&gt;Anastasia&lt;/b&gt;" in tip
    assert tip_at(qtbot, view.viewport(), cell(view, 0, "note").center()) == ""
    assert tip_at(qtbot, view.viewport(), QPoint(300, 10 * HEIGHT)) == ""


@TIPS
def test_a_title_that_is_cut_short_has_a_tip(open_grid, qtbot):
    source = People(keys_of(3))
    source.columns = (Column("state", "PLR", Kind.STATE, tip="Whether a download is possible"), *COLUMNS[1:])
    view = open_grid(source)
    header = view.horizontalHeader()
    header.resizeSection(2, 40)
    tips = []
    for section in (1, 2, 3):
        at = QPoint(header.sectionViewportPosition(section) + 10, 10)
        tips.append(tip_at(qtbot, header.viewport(), at))
    assert tips == ["Whether a download is possible", "Person Code", ""]


def test_the_header_shows_the_arrow_of_the_sorting(view, qtbot):
    header = view.horizontalHeader()
    place = QRect(header.sectionViewportPosition(3), 2, header.sectionSize(3) - 2, 26)
    assert not has(header.viewport().grab().toImage(), place, Role.ACCENT_TEXT)
    with qtbot.waitSignal(view.loaded):
        view.sort_by("surname")
    assert has(header.viewport().grab().toImage(), place, Role.ACCENT_TEXT)


def test_rows_grow_with_the_text_and_by_choice(view):
    assert view.rowHeight(0) == 24
    view.set_comfortable(True)
    assert view.rowHeight(0) == 30
    fonts.set_scale(1.5)
    assert view.rowHeight(0) == 45
    assert view.horizontalHeader().height() == 45
    assert not is_blank(picture(view), view.visualRect(view.model().index(2, 3)))


def test_nothing_below_the_last_row(open_grid):
    view = open_grid(People(keys_of(3)))
    open_grid.settle()
    below = QRect(0, 3 * HEIGHT, view.viewport().width(), view.viewport().height() - 3 * HEIGHT)
    image = picture(view)
    assert is_blank(image, below)
    assert image.pixelColor(below.center()) == color(Role.SURFACE)


def test_scrolling_by_pixels_paints_what_a_fresh_paint_would(view):
    click(view, 3)
    for value in (7, 31, 30, 200, 3):
        view.verticalScrollBar().setValue(value)
        scrolled = picture(view)
        view.viewport().update()
        assert scrolled == picture(view)
