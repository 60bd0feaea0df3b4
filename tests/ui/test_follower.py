"""What is shown beside a grid: read once at rest, the latest wish only, nothing late."""

import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.tasks import TaskContext
from ui.follower import Follower
from ui.workers import Lane, Task


class Rows(QObject):
    """Rows of which one is current; reading one can be held up until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.key: str | None = None
        self.held: dict[str, threading.Event] = {}
        self.begun: list[str] = []
        self.shown: list[str | None] = []

    def ask(self) -> Task | None:
        key = self.key
        if key is None:
            return None

        def read(context: TaskContext) -> str:
            self.begun.append(key)
            if key in self.held:
                assert self.held[key].wait(5)
            return key

        return read

    def show(self, found: str | None) -> None:
        self.shown.append(found)


@pytest.fixture
def rows(qtbot) -> Rows:
    return Rows()


@pytest.fixture
def follower(rows, runner) -> Follower:
    return Follower(runner, rows.ask, rows.show, rows)


def test_an_arrow_key_held_down_is_read_once_where_it_stops(rows, follower, qtbot):
    for key in "abcde":
        rows.key = key
        follower.look_soon()
        assert not follower.settled
    qtbot.waitUntil(lambda: follower.settled)
    assert rows.begun == rows.shown == ["e"]


def test_what_was_on_its_way_when_the_row_changed_is_never_shown(rows, follower, qtbot):
    rows.key, rows.held["a"] = "a", threading.Event()
    follower.look()
    qtbot.waitUntil(lambda: rows.begun == ["a"])
    rows.key = "b"
    follower.look_soon()
    rows.held["a"].set()
    qtbot.waitUntil(lambda: follower.settled)
    assert rows.begun == ["a", "b"]
    assert rows.shown == ["b"]


def test_the_same_row_read_again_is_shown_as_it_is_now(rows, follower, qtbot):
    rows.key, rows.held["a"] = "a", threading.Event()
    follower.look()
    qtbot.waitUntil(lambda: rows.begun == ["a"])
    follower.look()
    rows.held["a"].set()
    qtbot.waitUntil(lambda: follower.settled)
    assert rows.begun == ["a", "a"]
    assert rows.shown == ["a"]


def test_without_a_row_nothing_is_shown_at_once_whatever_was_on_its_way(rows, follower, runner, qtbot):
    rows.key, rows.held["a"] = "a", threading.Event()
    follower.look()
    qtbot.waitUntil(lambda: rows.begun == ["a"])
    rows.key = None
    follower.look()
    assert rows.shown == [None]
    assert follower.settled
    rows.held["a"].set()
    qtbot.waitUntil(lambda: not runner.is_busy(Lane.COUNT))
    QApplication.processEvents()
    assert rows.shown == [None]
