"""Whatever is appended, replaced, selected and inverted: the grid says the same as a plain list."""

from array import array

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelection, QItemSelectionRange

from tests.ui.grid_people import Opener, People
from ui.grids.grid_view import GridView
from ui.grids.paged_model import PagedModel
from ui.grids.row_runs import runs_of_marks
from ui.grids.row_selection import Flag, RowSelection

COMMANDS = st.sampled_from(
    [
        Flag.ClearAndSelect,
        Flag.Select,
        Flag.Deselect,
        Flag.Toggle,
        Flag.SelectCurrent,
        Flag.ToggleCurrent,
        Flag.Clear | Flag.SelectCurrent,
        Flag.NoUpdate,
        Flag.Clear,
    ]
)
ROW = st.integers(0, 30)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.integers(0, 60), unique=True, max_size=5)),
        st.tuples(st.just("tail"), st.integers(0, 8), st.lists(st.integers(0, 60), unique=True, max_size=8)),
        st.tuples(st.just("run"), ROW, st.integers(0, 8), COMMANDS),
        st.tuples(st.just("keys"), st.sets(st.integers(0, 60))),
        st.tuples(st.sampled_from(["all", "invert", "clear"])),
    ),
    max_size=25,
)


class PlainGrid:
    """The naive model: a list of keys and a set of selected ones. Keys are unique, as in every grid.

    `before` is what a run that is being stretched starts from, again and again.
    """

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.selected: set[int] = set()
        self.before: set[int] | None = None

    def fresh(self, keys: list[int], without: int = 0) -> list[int]:
        taken = set(self.keys[: len(self.keys) - without])
        return [key for key in keys if key not in taken]

    def tail(self, count: int, keys: list[int]) -> None:
        start = max(0, len(self.keys) - count)
        if self.keys[start:] == keys:
            return  # nothing came or went
        self.keys[start:] = keys
        self.selected &= set(self.keys)
        self.before = None

    def choose(self, keys: set[int]) -> None:
        self.selected = keys & set(self.keys)
        self.before = None

    def run(self, first: int, length: int, command: Flag) -> None:
        rows = set(self.keys[first : first + length + 1])
        if command == Flag.NoUpdate:
            return
        if command & Flag.Clear:
            self.selected = self.before = set()
        if self.before is not None and command & Flag.Current:
            self.selected = set(self.before)
        else:
            self.before = set(self.selected)
        if command & Flag.Toggle:
            self.selected ^= rows
        elif command & Flag.Deselect:
            self.selected -= rows
        elif command & Flag.Select:
            self.selected |= rows


def apply_step(view: GridView, plain: PlainGrid, step: tuple) -> None:
    match step:
        case ("append", keys):
            fresh = plain.fresh(keys)
            view.append_keys(array("q", fresh))
            plain.tail(0, fresh)
        case ("tail", count, keys):
            fresh = plain.fresh(keys, count)
            view.replace_tail(count, array("q", fresh))
            plain.tail(count, fresh)
        case ("run", first, length, command) if first < len(plain.keys):
            last = min(first + length, len(plain.keys) - 1)
            ranges = QItemSelection()
            # Each column its own range, as Qt gives them when columns have been moved.
            for section in (2, 1):
                ranges.append(
                    QItemSelectionRange(view.model().index(first, section), view.model().index(last, section))
                )
            view.selection.select(ranges, command | Flag.Rows)
            plain.run(first, length, command)
        case ("keys", keys):
            view.select_keys(list(keys))
            plain.choose(keys)
        case ("all",):
            view.select_all()
            plain.choose(set(plain.keys))
        case ("invert",):
            view.invert()
            plain.choose(set(plain.keys) - plain.selected)
        case ("clear",):
            view.clear_selection()
            plain.choose(set())


@pytest.mark.parametrize("most_runs", [2_000, 1, 0], ids=["ranges", "few ranges", "marks"])
@example(
    steps=[
        ("append", [0]),
        ("run", 0, 0, Flag.ClearAndSelect),
        ("append", []),
        ("run", 0, 0, Flag.Toggle | Flag.Current),
    ]
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_equals_a_plain_list(qtbot, most_runs, steps):
    opener = Opener(qtbot)
    view = GridView(People([]), opener.runner, "any")
    view.selection.most_runs = most_runs
    plain = PlainGrid()
    for step in steps:
        apply_step(view, plain, step)
        expected = [key for key in plain.keys if key in plain.selected]
        assert list(view.keys) == plain.keys
        assert list(view.selected_keys()) == expected
        assert view.selected_count == len(expected)
        assert [view.selection.is_row_selected(row) for row in range(len(plain.keys))] == [
            key in plain.selected for key in plain.keys
        ]
    view.deleteLater()


@pytest.fixture
def selection(qapp):
    model = PagedModel(People([]))
    model.set_keys(array("q", range(100)))
    found = RowSelection(model)
    yield found
    del model


def test_scattered_rows_are_marks_and_come_back_as_ranges_when_few(selection):
    selection.most_runs = 3
    marks = bytes(row % 10 == 0 for row in range(100))
    selection.select_marks(marks)
    assert selection.scattered
    assert selection.count == 10
    assert selection.selection().count() == 0
    selection.select_marks(bytes(row < 10 for row in range(100)))
    assert not selection.scattered
    assert selection.runs == [(0, 9)]


def test_a_snapshot_does_not_change_with_the_selection(selection):
    selection.most_runs = 3
    for marks in (bytes(row % 10 == 0 for row in range(100)), bytes(row < 5 for row in range(100))):
        selection.select_marks(marks)
        chosen = selection.chosen()
        expected = [row for row in range(100) if marks[row]]
        assert list(chosen.selected()) == expected
        selection.invert()
        selection._rows.replace_tail(50, array("q"))
        assert list(chosen.selected()) == expected
        selection._rows.set_keys(array("q", range(100)))


def test_the_keys_handed_out_are_the_callers_own(selection):
    selection.select_everything()
    selection.selected_keys().pop()
    assert len(selection._rows.keys) == 100


def test_runs_of_marks_is_not_limited_by_default():
    assert runs_of_marks(b"\x01\x00" * 1_000) is not None
