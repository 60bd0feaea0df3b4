"""Runs and marks say the same as a plain set of rows."""

from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tasks import TaskContext
from ui.grids import row_runs
from ui.grids.row_runs import Chosen, contains, find, inverted, joined, marks_in, marks_of_runs, runs_of_marks

MOST = 40
RUNS = st.lists(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, 6)).map(lambda t: (t[0], min(t[0] + t[1], MOST - 1)))
)


def rows_in(runs: list[tuple[int, int]]) -> set[int]:
    return {row for first, last in runs for row in range(first, last + 1)}


@given(RUNS)
def test_joined_runs_hold_the_same_rows_and_never_touch(runs):
    proper = joined(runs)
    assert rows_in(proper) == rows_in(runs)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(proper))


@given(RUNS)
def test_inverted_runs_are_the_other_rows(runs):
    proper = joined(runs)
    assert rows_in(inverted(proper, MOST)) == set(range(MOST)) - rows_in(proper)


@given(RUNS, st.integers(0, MOST - 1))
def test_contains(runs, row):
    assert contains(joined(runs), row) == (row in rows_in(runs))


@given(RUNS)
def test_marks_and_runs_turn_into_each_other(runs):
    proper = joined(runs)
    marks = marks_of_runs(proper, MOST)
    assert {row for row in range(MOST) if marks[row]} == rows_in(runs)
    assert runs_of_marks(marks) == proper


def test_too_many_runs_are_none():
    assert runs_of_marks(bytes([1, 0, 1, 0, 1]), 2) is None
    assert runs_of_marks(bytes([1, 0, 1, 0, 0]), 2) == [(0, 0), (2, 2)]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=60), st.data())
def test_selected_keys_and_their_marks_in_another_order(keys, data):
    chosen_rows = data.draw(st.sets(st.sampled_from(range(len(keys)))) if keys else st.just(set()))
    runs = joined((row, row) for row in chosen_rows)
    marks = bytes(row in chosen_rows for row in range(len(keys)))
    shown = array("q", keys)
    expected = [keys[row] for row in sorted(chosen_rows)]
    for chosen in (Chosen(shown, runs), Chosen(shown, [], marks)):
        assert list(chosen.selected()) == expected
        assert len(chosen) == len(expected)
        other = array("q", [*data.draw(st.permutations(keys))])
        found = marks_in(other, chosen, TaskContext())
        assert [key for key, mark in zip(other, found, strict=True) if mark] == [
            k for k in other if k in set(expected)
        ]


@given(st.sets(st.integers(-40, 400)), st.sets(st.integers(-40, 400)), st.integers(1, 50), st.integers(0, 40))
def test_marks_of_keys_close_together_or_far_apart(wanted, shown, piece, sparse):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_runs, "_PIECE", piece)
        patch.setattr(row_runs, "_SPARSE", sparse)
        chosen = Chosen(array("q", sorted(wanted)), [(0, len(wanted) - 1)] if wanted else [])
        found = marks_in(array("q", shown), chosen, TaskContext())
    assert found == bytes(key in wanted for key in shown)


def test_find_looks_beyond_the_first_piece(monkeypatch):
    monkeypatch.setattr(row_runs, "_PIECE", 3)
    keys = array("q", range(100, 110))
    assert [find(keys, key) for key in (100, 102, 103, 109)] == [0, 2, 3, 9]
    assert find(keys, 5) == -1
    assert find(keys, None) == -1
