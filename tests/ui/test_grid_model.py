"""The paged model: Qt's own checks, bounded pages, rows that are late, removed or changed."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.sorting import SortKey
from tests.ui.grid_people import COLUMNS, People, SlowPeople, keys_of, person
from ui.grids.columns import Column, Kind, Role
from ui.grids.paged_model import GUTTER, MOST_PAGES, PAGE, PagedModel, alignment

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
DISPLAY, ALOUD = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole


def paged(count: int) -> tuple[PagedModel, list[int]]:
    """A model whose pages come only when the test puts them in, and the wishes it uttered."""
    model = PagedModel(SlowPeople([]))
    wishes: list[int] = []
    model.page_needed.connect(wishes.append)
    model.set_keys(keys_of(count))
    return model, wishes


def put(model: PagedModel, page: int) -> None:
    keys = model.page_keys(page)
    model.put_page(page, keys, {key: person(key) for key in keys})


@pytest.mark.parametrize("source", [People([]), SlowPeople([])], ids=["in memory", "by page"])
def test_qt_finds_no_fault_in_the_model(qapp, source):
    model = PagedModel(source)
    tester = QAbstractItemModelTester(model, FATAL)
    model.set_keys(keys_of(250))
    for page in range(3):
        model.put_page(page, model.page_keys(page), {})
    model.append_keys(array("q", [900, 901]))
    model.replace_tail(2, array("q", [903, 901, 904]))
    model.replace_tail(200, array("q", []))
    model.refresh_rows([1, 2])
    model.show_order([SortKey("surname", True)])
    model.set_keys(array("q"))
    del tester


def test_a_page_is_asked_for_once_and_its_rows_are_then_there(qapp):
    model, wishes = paged(1_000)
    assert model.row(205) is None
    assert model.row(206) is None
    assert model.data(model.index(205, 3)) == ""
    assert model.data(model.index(205, 3), ALOUD) == "loading"
    assert wishes == [2]
    put(model, 2)
    assert model.row(205) == person(206)
    assert model.data(model.index(205, 3)) == "Surname 206"
    assert wishes == [2]


def test_no_more_pages_are_kept_than_allowed_and_the_least_used_goes_first(qapp):
    model, wishes = paged((MOST_PAGES + 2) * PAGE)
    for page in range(MOST_PAGES):
        put(model, page)
    assert model.row(0) is not None
    put(model, MOST_PAGES)
    put(model, MOST_PAGES + 1)
    wishes.clear()
    assert model.row(0) is not None
    assert model.row(PAGE) is None
    assert model.row(2 * PAGE) is None
    assert model.row(3 * PAGE) is not None
    assert wishes == [1, 2]


def test_a_forgotten_wish_is_uttered_again(qapp):
    model, wishes = paged(100)
    model.row(0)
    model.forget_page(0)
    model.row(0)
    assert wishes == [0, 0]


def test_a_removed_row_says_so_and_is_not_asked_for_again(qapp):
    model, wishes = paged(10)
    keys = model.page_keys(0)
    model.put_page(0, keys, {key: person(key) for key in keys if key != 4})
    removed = model.row(3)
    assert removed is not None
    assert "Removed" in removed.sentence
    assert removed.sentence_role is Role.TEXT3
    assert model.data(model.index(3, 1), ALOUD) == removed.sentence
    assert wishes == []


def test_refreshed_rows_are_shown_until_they_have_been_read_anew(qapp):
    model, wishes = paged(300)
    put(model, 0)
    put(model, 1)
    changed = []
    model.dataChanged.connect(lambda first, last, roles: changed.append((first.row(), last.row())))
    model.refresh_rows([150])
    assert changed == [(100, 199)]
    assert model.row(0) == person(1)
    assert wishes == []
    assert model.row(120) == person(121)
    assert model.row(121) == person(122)
    assert wishes == [1]


def test_a_page_read_before_a_change_is_read_again(qapp):
    model, wishes = paged(100)
    model.row(0)
    model.refresh_rows([1])
    put(model, 0)
    assert model.row(0) == person(1)
    assert wishes == [0, 0]


def test_refreshed_rows_in_memory_are_asked_again_at_once(qapp):
    source = People([])
    model = PagedModel(source)
    model.set_keys(keys_of(50))
    assert model.row(0) == person(1)
    source.gone = {1}
    assert model.row(0) == person(1)
    model.refresh_rows([1])
    shown = model.row(0)
    assert shown is not None
    assert "Removed" in shown.sentence


def test_known_rows_are_painted_while_their_new_page_is_on_its_way(qapp):
    model, wishes = paged(100)
    put(model, 0)
    model.set_keys(keys_of(100)[::-1])
    assert model.row(99) == person(1)
    assert wishes == [0]


def test_the_same_keys_again_are_no_reset(qapp):
    model, wishes = paged(100)
    put(model, 0)
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    model.set_keys(keys_of(100))
    assert resets == []
    assert model.row(0) == person(1)
    assert wishes == [0]


def test_cells_as_they_are_read_and_spoken(qapp):
    model = PagedModel(People([]))
    model.set_keys(array("q", [5, 12_345_678]))
    assert [model.data(model.index(0, section)) for section in range(7)] == [
        "", "Ready", "P0000005", "Surname 5", "6 Jun 2007", "", "short"
    ]  # fmt: skip
    assert model.data(model.index(1, 5)) == "12,345,678"
    assert model.data(model.index(0, 5), ALOUD) == "none"
    model.is_selected = lambda row: row == 0
    assert [model.data(model.index(row, GUTTER), ALOUD) for row in (0, 1)] == ["selected", ""]


def test_the_header_speaks_of_the_sorting(qapp):
    model = PagedModel(People([]))
    side = Qt.Orientation.Horizontal
    assert [model.headerData(section, side) for section in range(1, 7)] == [column.title for column in COLUMNS]
    model.show_order([SortKey("surname", True)])
    assert model.headerData(3, side, ALOUD) == "Surname, sorted descending"
    assert model.headerData(2, side, ALOUD) == "Person Code"
    model.show_order([SortKey("surname", True), SortKey("born")])
    assert model.headerData(3, side, ALOUD) == "Surname, sorted descending, 1 of 2"
    assert model.headerData(4, side, ALOUD) == "Date of Birth, sorted ascending, 2 of 2"


@given(
    st.lists(st.integers(0, 9), unique=True),
    st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 15), unique=True, max_size=8)), max_size=8),
)
def test_tail_replacements_and_their_signals_equal_those_of_a_list(start, steps):
    model = PagedModel(People([]))
    model.set_keys(array("q", start))
    expected = list(start)
    replayed = list(start)
    model.rowsRemoved.connect(lambda parent, first, last: replayed.__delitem__(slice(first, last + 1)))
    model.rowsInserted.connect(
        lambda parent, first, last: replayed.__setitem__(slice(first, first), model.keys[first : last + 1])
    )
    for count, keys in steps:
        del expected[max(0, len(expected) - count) :]
        expected += keys
        model.replace_tail(count, array("q", keys))
        assert list(model.keys) == expected == replayed


def test_an_unchanged_end_is_neither_removed_nor_inserted(qapp):
    model = PagedModel(People([]))
    model.set_keys(array("q", [1, 2, 3, 4, 5]))
    seen = []
    model.rowsRemoved.connect(lambda parent, first, last: seen.append(("-", first, last)))
    model.rowsInserted.connect(lambda parent, first, last: seen.append(("+", first, last)))
    model.replace_tail(3, array("q", [3, 30, 31, 5]))
    assert list(model.keys) == [1, 2, 3, 30, 31, 5]
    assert seen == [("-", 3, 3), ("+", 3, 4)]


def test_numbers_and_dates_stand_right_and_the_title_of_a_bar_where_it_begins():
    right = {kind for kind in Kind if alignment(Column("a", "A", kind)) & Qt.AlignmentFlag.AlignRight}
    assert right == {Kind.NUMBER, Kind.DATE, Kind.AGE}
    assert alignment(Column("grade", "Grade", at_right=True)) & Qt.AlignmentFlag.AlignRight
