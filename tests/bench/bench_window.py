"""The PLR window with many rows held: choosing a code from its menu, to the rows painted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.playing import on_folder, play, timed  # before Qt: it says where Qt draws

# isort: split
from PySide6.QtWidgets import QPushButton

from app.folders import DataFolder
from app.tasks import now
from tests.bench.measured import ROUNDS, Result, measures, median, result, sized
from tests.builders import answer, asked, event
from ui.main_window import MainWindow
from ui.plr_window import PlrWindow
from ui.tour.player import Act, Step, Until, click, press

EVENTS = 20
CODES = ("WSRC0004", "WSRC0003")
HELD = ((sized(20_000), 50.0), (sized(100_000), 150.0))


def _name(rows: int) -> str:
    return f"plr_window {rows:,} rows"


@measures(*(_name(rows) for rows, _ in HELD))
def plr_window() -> list[Result]:
    """From the Return key in the menu of codes to the painted rows; against one repaint of the window's grid."""
    return [_held(rows, goal) for rows, goal in HELD]


def _held(rows: int, goal: float) -> Result:
    filtered: list[float] = []
    painted: list[float] = []
    with TemporaryDirectory() as place:
        folder = DataFolder(Path(place) / "data")
        play(on_folder(folder), lambda window: _choosing(window, rows, filtered, painted))
    return result(_name(rows), median(filtered), "ms", median(painted), "one repaint", at_most=goal)


def _choosing(window: MainWindow, rows: int, filtered: list[float], painted: list[float]) -> Iterator[Step]:
    with _filled(window, rows) as plr:
        page = plr.page
        yield Until(lambda: page.grid.count == rows and not window.runner.is_busy(), "the rows", 60)
        yield Act(plr.activateWindow)
        codes = plr.findChild(QPushButton, "plr_codes")
        for code in ("", *CODES) * (ROUNDS + 1):
            yield Act(lambda: painted.append(_repainted(page.grid)))
            yield Act(lambda: click(codes))
            yield Until(codes.menu().isVisible, "the menu")
            action = next(one for one in codes.menu().actions() if (one.data() or "") == code)
            while codes.menu().activeAction() is not action:
                yield Act(lambda: press("Down", codes.menu()))
            expected = rows // 2 if code else rows
            yield from _chosen(plr, expected, filtered if code else [])


@contextmanager
def _filled(window: MainWindow, rows: int) -> Iterator[PlrWindow]:
    """A PLR window whose session holds `rows`, half of them of either code, as a download leaves it."""
    session = window.context.plr
    learners = rows // EVENTS
    session.expect(asked(key) for key in range(1, learners + 1))
    for key in range(1, learners + 1):
        events = (event(key * EVENTS + n, subject_code=f"603/44{n:02}/2", grade="Pass") for n in range(EVENTS))
        session.hold(key, answer(*events, response_code=CODES[key % 2]))
    plr = PlrWindow(window.context, window.runner, window.hub)
    plr.show()
    plr.page.reload()
    plr.page.strip.show_counts(rows, {}, dict.fromkeys(CODES, learners // 2))
    try:
        yield plr
    finally:
        plr.close_unasked()
        plr.deleteLater()


def _chosen(plr: PlrWindow, expected: int, into: list[float]) -> Iterator[Step]:
    """Press Return on the code; milliseconds until its rows are painted."""
    grid = plr.page.grid
    reached = lambda: grid.count == expected and not grid.is_loading  # noqa: E731 - two words, used once
    return timed(lambda: press("Return"), reached, grid.viewport().repaint, into)


def _repainted(grid) -> float:
    started = now()
    grid.viewport().repaint()
    return (now() - started) * 1000


MEASURES = (plr_window,)
