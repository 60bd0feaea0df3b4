"""The grid with a million rows: what a repaint costs, and what Ctrl-A costs beside it. Real events, offscreen."""

import os
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.keys import Keys
from app.tasks import TaskContext
from tests.bench.measured import Result, measures, median, result, sized
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.grids.grid_view import GridView
from ui.look.icons import Icon
from ui.look.screens import window_behind
from ui.look.tokens import Role, apply
from ui.workers import TaskRunner

ROWS = sized(1_000_000)
ROUNDS = 15
SIZE = QSize(1_100, 30 + 26 * 24)
"""26 rows of 12 columns."""
READY = State(Icon.CHECK_CIRCLE, "Ready", Role.GOOD)
NAMES = ("Abernethy", "Adeyemi", "Ahmed", "Ainsworth", "Akhtar", "Bainbridge", "Banerjee", "Barraclough")
COLUMNS = (
    Column("plr", "PLR", Kind.STATE, 100),
    Column("ref", "Person Code", Kind.MONO, 92),
    Column("surname", "Surname", Kind.KEY, 100),
    Column("forename", "Forename", Kind.TEXT, 92),
    Column("known_as", "Known As", Kind.TEXT, 80),
    Column("born", "Date of Birth", Kind.DATE, 100),
    Column("sex", "Sex", Kind.TEXT, 40),
    Column("uln", "ULN", Kind.MONO, 92, absent="not held"),
    Column("postcode", "UK Postcode", Kind.MONO, 86),
    Column("campus", "Campus", Kind.TEXT, 80),
    Column("attainments", "Attainments", Kind.NUMBER, 84),
    Column("last", "Last PLR", Kind.DATE, 100, absent="never", stretch=True),
)


class ManyLearners:
    """Invented learners, made when they are asked for."""

    columns: Sequence[Column] = COLUMNS
    in_memory = True

    def __init__(self, count: int) -> None:
        self._count = count

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        return array("q", range(self._count))

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        return {key: _learner(key) for key in keys}

    def total(self) -> int:
        return self._count


def _learner(key: int) -> Row:
    name = NAMES[key % len(NAMES)]
    day = date(2005 + key % 5, 1 + key % 12, 1 + key % 28)
    seen = day.replace(year=2026) if key % 3 else None
    place = "City" if key % 2 else "Riverside"
    code, uln = f"{240_000 + key}", f"{1_000_000_000 + key * 7}"
    return Row((READY, code, name, NAMES[-key % 8], "", day, "F", uln, "NF1 7BN", place, key % 40, seen))


@measures("select_all")
def select_all(rows: int = ROWS) -> Result:
    """Ctrl-A with all that follows until the screen shows it, against a repaint with nothing selected."""
    view = _open(rows)
    plain, chosen = [], []
    for _ in range(ROUNDS):
        view.clear_selection()
        _process()
        plain.append(_milliseconds(lambda: _repaint(view)))
        chosen.append(_milliseconds(lambda: _press_ctrl_a(view)))
        assert view.selected_count == rows
    figure, reference = median(chosen), median(plain)
    _close(view)
    return result("select_all", figure, "ms", reference, "repaint, nothing selected", times=3, at_most=50)


@measures("grid_repaint")
def grid_repaint(rows: int = ROWS) -> Result:
    """A repaint of 26 x 12 cells, all selected; the reference is the same window with nothing selected."""
    view = _open(rows)
    plain = [_milliseconds(lambda: _repaint(view)) for _ in range(ROUNDS)]
    _press_ctrl_a(view)
    chosen = [_milliseconds(lambda: _repaint(view)) for _ in range(ROUNDS)]
    figure, reference = median(chosen), median(plain)
    _close(view)
    return result("grid_repaint", figure, "ms", reference, "nothing selected", at_most=10)


MEASURES = (select_all, grid_repaint)


def _open(rows: int) -> GridView:
    app = QApplication.instance() or QApplication([])
    apply(app)
    view = GridView(ManyLearners(rows), TaskRunner(app), "bench")
    view.resize(SIZE)
    view.show()
    view.activateWindow()
    view.setFocus()
    waiting = QEventLoop()
    view.loaded.connect(waiting.quit)
    QTimer.singleShot(0, waiting, lambda: view.load(Query()))
    waiting.exec()
    _process()
    assert view.count == rows
    return view


def _close(view: GridView) -> None:
    view.close()
    view.deleteLater()
    _process()


def _process() -> None:
    for _ in range(3):
        QApplication.processEvents()


def _repaint(view: GridView) -> None:
    """Header and rows, as an expose of the window paints them."""
    view.viewport().update()
    view.horizontalHeader().viewport().update()
    QApplication.processEvents()


def _press_ctrl_a(view: GridView) -> None:
    """The key, the selection, and the one repaint of header and rows that shows it."""
    view.horizontalHeader().viewport().update()
    QTest.keyClick(window_behind(view), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()


def _milliseconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000
