"""Loading: the latest query wins, what is selected and current stays, nothing is half a selection."""

from array import array

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.errors import DatabaseError
from tests.ui.grid_people import (
    People,
    SlowPeople,
    click,
    click_at,
    header_place,
    keys_of,
    press,
    selected,
)
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.grids.page_reader import MOST_WAITING
from ui.grids.paged_model import PAGE

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(params=[People, SlowPeople], ids=["in memory", "by page"])
def source(request):
    return request.param(keys_of(500))


def load(qtbot, view, **query):
    with qtbot.waitSignal(view.loaded):
        view.load(Query(**query))


class Refusing(SlowPeople):
    """Fails while `broken` is set."""

    broken = True

    def keys(self, context, query, first):
        if self.broken:
            raise DatabaseError("The database is locked.", hint="Try again.")
        return super().keys(context, query, first)

    def rows(self, keys):
        if self.broken:
            raise DatabaseError("The database is locked.", hint="Try again.")
        return super().rows(keys)


def test_counts_are_those_of_the_query_and_of_everything(open_grid, source, qtbot):
    view = open_grid(source)
    with qtbot.waitSignal(view.loaded, check_params_cb=lambda count, total: (count, total) == (15, 500)):
        view.load(Query(quick="49"))
    assert view.count == 15
    assert view.total == 500


def test_a_click_on_the_header_sorts_turns_and_goes_back(open_grid, source, qtbot):
    view = open_grid(source)
    seen = []
    for _ in range(3):
        with qtbot.waitSignal(view.loaded):
            click_at(view, header_place(view, "surname"))
        seen.append((view.sort, view.keys[0]))
    assert seen == [(("surname", False), 1), (("surname", True), 500), (("", False), 1)]


def test_a_column_that_cannot_be_sorted_is_not(open_grid, source):
    view = open_grid(source)
    click_at(view, header_place(view, "note"))
    view.sort_by("nonsense")
    assert view.sort == ("", False)
    assert not view.is_loading


def test_the_grid_keeps_its_sorting_when_the_filter_changes(open_grid, source, qtbot):
    view = open_grid(source)
    with qtbot.waitSignal(view.loaded):
        view.sort_by("surname", descending=True)
    load(qtbot, view, quick="7")
    assert view.keys[0] == 497
    assert view.query == Query(quick="7", sort="surname", descending=True)


def test_sorting_keeps_selection_and_current_row(open_grid, source, qtbot):
    view = open_grid(source)
    click(view, 2)
    click(view, 5, CTRL)
    changes = []
    view.current_changed.connect(lambda: changes.append(view.current_key))
    with qtbot.waitSignal(view.loaded):
        view.sort_by("surname", descending=True)
    assert selected(view) == [6, 3]
    assert view.current_key == 6
    assert view.current_row == 494
    assert changes == []
    assert view.verticalScrollBar().value() == 0


def test_what_the_new_filter_leaves_out_is_no_longer_selected(open_grid, source, qtbot):
    view = open_grid(source)
    view.select_keys([7, 8, 70, 80])
    with qtbot.waitSignal(view.selection_changed):
        load(qtbot, view, quick="7")
    assert selected(view) == [7, 70]
    load(qtbot, view)
    assert selected(view) == [7, 70]


def test_a_reload_keeps_the_topmost_row_where_it_is(open_grid, source, qtbot):
    view = open_grid(source)
    view.verticalScrollBar().setValue(100 * 24 + 7)
    source.order = array("q", [-3, -2, -1]) + source.order
    with qtbot.waitSignal(view.loaded):
        view.reload()
    assert view.verticalScrollBar().value() == 103 * 24 + 7
    assert view.keys[view.rowAt(0)] == 101


def test_a_selection_made_while_loading_is_kept(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    click(view, 1)
    source.keys_open.clear()
    view.sort_by("surname", descending=True)
    click(view, 8)
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    assert selected(view) == [9]
    assert view.current_key == 9


def test_the_first_screenful_is_shown_before_the_rest(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    source.keys_open.clear()
    view.sort_by("surname", descending=True)
    qtbot.waitUntil(lambda: view.keys[0] == 500)
    assert view.count == 50
    click(view, 3)
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    assert view.count == 500
    assert selected(view) == [497]


def test_a_selection_is_never_shown_in_part(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    view.select_all()
    source.keys_open.clear()
    view.sort_by("surname", descending=True)
    qtbot.waitUntil(lambda: source.loads == 2)
    qtbot.wait(20)
    assert view.selected_count == 500
    assert view.keys[0] == 1
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    assert view.selected_count == 500
    assert view.keys[0] == 500


@pytest.mark.parametrize("what", ["select_all", "invert"])
def test_ctrl_a_while_loading_means_every_row_of_the_new_filter(open_grid, qtbot, what):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    source.keys_open.clear()
    view.load(Query(quick="4"))
    getattr(view, what)()
    assert view.selected_count == 0
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    assert view.selected_count == view.count == 176


def test_a_click_after_ctrl_a_while_loading_takes_it_back(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    source.keys_open.clear()
    view.load(Query(quick="4"))
    qtbot.waitUntil(lambda: view.keys[0] == 4)
    press(view, Qt.Key.Key_A, CTRL)
    click(view, 1)
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    assert selected(view) == [14]


def test_only_the_latest_load_is_shown(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    source.keys_open.clear()
    counts = []
    view.loaded.connect(lambda count, total: counts.append(count))
    for quick in ("1", "12", "123"):
        view.load(Query(quick=quick))
    with qtbot.waitSignal(view.loaded):
        source.keys_open.set()
    open_grid.settle()
    assert counts == [1]
    assert list(view.keys) == [123]


def test_nothing_of_an_older_load_is_shown_even_if_it_had_already_ended(open_grid, qtbot):
    source = People(keys_of(500))
    view = open_grid(source)
    shown, counts = [], []
    view.model().modelReset.connect(lambda: shown.append(view.keys[0]))
    view.loaded.connect(lambda count, total: counts.append(count))
    view.load(Query(quick="44"))
    assert open_grid.runner.wait(5_000)  # its answer waits in the event queue now
    with qtbot.waitSignal(view.loaded):
        view.load(Query(quick="9"))
    open_grid.settle()
    assert counts == [95]
    assert set(shown) == {9}


def test_a_failed_load_says_so_and_goes_back_to_what_is_shown(open_grid, qtbot):
    source = Refusing(keys_of(50))
    source.broken = False
    view = open_grid(source)
    open_grid.settle()
    source.broken = True
    with qtbot.waitSignal(view.load_failed):
        view.sort_by("surname")
    assert view.count == 50
    assert view.sort == ("", False)
    assert view.query == Query()
    assert [str(error) for error in open_grid.failures] == ["The database is locked. Try again."]


def test_a_load_that_fails_half_way_leaves_no_half(open_grid, qtbot):
    class FailingHalfWay(People):
        def keys(self, context, query, first):
            first(self.order[:20])
            raise DatabaseError("The line is down.")

    view = open_grid(FailingHalfWay(keys_of(500)), load=False)
    with qtbot.waitSignal(view.load_failed):
        view.load(Query())
    assert view.count == 0
    assert any("could not be loaded" in label.text() for label in view.findChildren(QLabel))


def test_a_failing_line_is_told_once_and_pages_come_when_it_is_back(open_grid, qtbot):
    source = SlowPeople(keys_of(500))
    view = open_grid(source)
    open_grid.settle()
    broken = Refusing(source.order)
    view.model().source = broken
    for row in (150, 250, 350):
        view.verticalScrollBar().setValue(row * 24)
        open_grid.settle()
    assert len(open_grid.failures) == 1
    broken.broken = False
    view.viewport().update()
    open_grid.settle()
    assert view.model().row(360) is not None


def test_pages_are_read_newest_first_and_few_wait(open_grid, qtbot):
    source = SlowPeople(keys_of(3_000))
    view = open_grid(source)
    open_grid.settle()
    source.asked.clear()
    source.open.clear()
    pages = list(range(10, 10 + MOST_WAITING + 3))
    for page in pages:
        view.verticalScrollBar().setValue((page * PAGE + 10) * 24)
        for _ in range(2):
            qtbot.wait(1)
    source.open.set()
    open_grid.settle()
    read = [(keys[0] - 1) // PAGE for keys in source.asked]
    assert read == [pages[0], *reversed(pages[-MOST_WAITING:])]
    view.verticalScrollBar().setValue((pages[1] * PAGE + 10) * 24)
    open_grid.settle()
    assert view.model().row(pages[1] * PAGE + 15) is not None


def test_appending_moves_nothing_on_the_screen(open_grid, source, qtbot):
    view = open_grid(source)
    view.select_keys([3, 4])
    view.verticalScrollBar().setValue(1_234)
    for start in range(1_000, 1_100, 10):
        view.append_keys(array("q", range(start, start + 10)))
        open_grid.settle()
        assert view.verticalScrollBar().value() == 1_234
    assert view.count == 600
    assert selected(view) == [3, 4]


def test_a_grid_may_follow_its_end(open_grid, source):
    view = open_grid(source)
    view.follows_end = True
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    view.append_keys(array("q", [901, 902]))
    open_grid.settle()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    view.append_keys(array("q", [903, 904]))
    open_grid.settle()
    assert bar.value() == 10


def test_the_tail_keeps_selection_and_current_row_by_key(open_grid, source):
    view = open_grid(source)
    view.select_keys([499, 500])
    press(view, Qt.Key.Key_End, CTRL)
    assert view.current_key == 500
    signals = []
    view.selection_changed.connect(lambda: signals.append(selected(view)))
    bar = view.verticalScrollBar()
    bar.setValue(50)
    view.replace_tail(2, array("q", [601, 602, 500, 603]))
    open_grid.settle()
    assert list(view.keys[-5:]) == [498, 601, 602, 500, 603]
    assert selected(view) == [500]
    assert signals == [[500]]
    assert view.current_key == 500
    assert bar.value() == 50


def test_rows_that_come_while_loading_are_not_lost(open_grid, qtbot):
    source = SlowPeople(keys_of(20))
    view = open_grid(source)
    source.keys_open.clear()
    view.sort_by("surname", descending=True)
    qtbot.waitUntil(lambda: source.loads == 2)
    source.order = source.order + array("q", [21])
    view.append_keys(array("q", [21]))
    source.keys_open.set()
    open_grid.settle()
    assert list(view.keys) == list(range(21, 0, -1))


def test_the_empty_state_is_the_pages_own(open_grid, qtbot):
    source = People([])
    view = open_grid(source, load=False)
    label = QLabel("No learners yet")
    view.set_empty_widget(label)
    view.resize(120, 200)
    load(qtbot, view)
    assert label.isVisible()
    assert not view.horizontalScrollBar().isVisible(), "there are no columns to scroll to"
    assert not view.horizontalHeader().isVisible()
    source.order = keys_of(3)
    load(qtbot, view)
    assert not label.isVisible()
    assert view.horizontalHeader().isVisible()
    qtbot.waitUntil(view.horizontalScrollBar().isVisible)


class Late(SlowPeople):
    """Its first screenful is held back too."""

    def keys(self, context, query, first):
        self.loads += 1
        assert self.keys_open.wait(20)
        first(self.order[:50])
        return self.order


@pytest.mark.parametrize("kind", [SlowPeople, Late])
def test_a_grid_that_is_gone_does_not_disturb_its_tasks(open_grid, qtbot, kind):
    source = kind(keys_of(500))
    view = GridView(source, open_grid.runner, "gone")
    view.show()
    source.keys_open.clear()
    view.load(Query())
    qtbot.waitUntil(lambda: source.loads == 1)
    view.deleteLater()
    del view
    qtbot.wait(1)
    source.keys_open.set()
    open_grid.settle()
    assert open_grid.failures == []
