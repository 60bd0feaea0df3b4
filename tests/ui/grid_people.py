"""Sources of invented rows for the tests of the grid, and ways to press and click on it."""

import threading
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.grids.grid_view import GridView
from ui.grids.paged_model import PagedModel
from ui.look.icons import Icon
from ui.look.screens import window_behind
from ui.look.tokens import Role, apply
from ui.workers import TaskRunner

READY = State(Icon.CHECK_CIRCLE, "Ready", Role.GOOD)
COLUMNS = (
    Column("state", "PLR", Kind.STATE, 100),
    Column("ref", "Person Code", Kind.MONO, 92),
    Column("surname", "Surname", Kind.KEY, 100),
    Column("born", "Date of Birth", Kind.DATE, 100),
    Column("marks", "Marks", Kind.NUMBER, 70, absent="none"),
    Column("note", "Note", Kind.TEXT, 120, sortable=False, stretch=True),
)


def person(key: int) -> Row:
    day = date(2007, 1 + key % 12, 1 + key % 28)
    return Row((READY, f"P{key:07}", f"Surname {key}", day, key if key % 5 else None, "short"))


class People:
    """Rows by key, in memory; `order` is what the next load shows, sorting turns it round."""

    columns: Sequence[Column] = COLUMNS
    in_memory = True

    def __init__(self, keys: Sequence[int]) -> None:
        self.order = Keys("q", keys)
        self.gone: set[int] = set()
        self.asked: list[list[int]] = []
        self.everybody = 0

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        context.raise_if_cancelled()
        found = self.order[::-1] if query.descending else self.order[:]
        if query.quick:
            found = Keys("q", [key for key in found if query.quick in str(key)])
        first(found[:50])
        return found

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        self.asked.append(list(keys))
        return {key: person(key) for key in keys if key not in self.gone}

    def total(self) -> int:
        return self.everybody or len(self.order)


class SlowPeople(People):
    """Rows that come from a task, and only while `open` is set; `keys_open` holds back the keys."""

    in_memory = False

    def __init__(self, keys: Sequence[int]) -> None:
        super().__init__(keys)
        self.open = threading.Event()
        self.open.set()
        self.keys_open = threading.Event()
        self.keys_open.set()
        self.loads = 0

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        self.loads += 1
        found = super().keys(context, query, first)
        assert self.keys_open.wait(20)
        return found

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        found = super().rows(keys)
        assert self.open.wait(20)
        return found


class CountingModel(PagedModel):
    """Counts what Qt asks in Python."""

    data_calls = flags_calls = index_calls = row_calls = 0

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        self.data_calls += 1
        return super().data(index, role)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        self.flags_calls += 1
        return super().flags(index)

    def row(self, number: int) -> Row | None:
        self.row_calls += 1
        return super().row(number)

    def forget_counts(self) -> None:
        self.data_calls = self.flags_calls = self.row_calls = 0


class CountingGrid(GridView):
    model_class = CountingModel


class Opener:
    """Opens grids in windows of their own, and ends their tasks when the test is over."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.runner = TaskRunner()
        self.failures: list[Exception] = []
        self.runner.failed.connect(self.failures.append)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply(app)

    def __call__(self, source: People, *, kind: type[GridView] = CountingGrid, load: bool = True) -> GridView:
        """A grid of 19 rows of 24 px and some; loaded, active and with the focus."""
        view = kind(source, self.runner, "test_grid")
        self._qtbot.addWidget(view)
        view.resize(760, 30 + 19 * 24 + 12)
        view.show()
        view.activateWindow()
        view.setFocus()
        self._qtbot.waitUntil(view.isActiveWindow)
        if load:
            with self._qtbot.waitSignal(view.loaded):
                view.load(Query())
        return view

    def settle(self) -> None:
        """Until no task is at work and everything queued has been painted."""
        self._qtbot.waitUntil(lambda: not self.runner.is_busy())
        for _ in range(3):
            QApplication.processEvents()
        self._qtbot.waitUntil(lambda: not self.runner.is_busy())

    def close(self) -> None:
        self.runner.cancel_all()
        assert self.runner.wait(20_000)


def keys_of(count: int) -> Keys:
    return array("q", range(1, count + 1))


def press(view: GridView, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Through the window, as a keyboard does."""
    QTest.keyClick(window_behind(view), key, modifiers)


def place_of(view: GridView, row: int, section: int = 3) -> QPoint:
    return view.visualRect(view.model().index(row, section)).center()


def click(
    view: GridView,
    row: int,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """On a row, through the window, so that whatever covers it would be hit instead."""
    click_at(view, view.viewport().mapTo(view.window(), place_of(view, row)), modifiers, button)


def click_at(
    view: GridView,
    at: QPoint,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    QTest.mouseClick(window_behind(view), button, modifiers, at)


def header_place(view: GridView, column_id: str) -> QPoint:
    header = view.horizontalHeader()
    section = [column.id for column in view.columns].index(column_id) + 1
    middle = header.sectionViewportPosition(section) + header.sectionSize(section) // 2
    return header.viewport().mapTo(view.window(), QPoint(middle, header.height() // 2))


def selected(view: GridView) -> list[int]:
    return list(view.selected_keys())
