"""How late the window's thread is while a download, an update and a large export are running."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from ui.main_window import MainWindow
from ui.tour.player import Act, Player, Step, Until, click, press
from ui.tour.stalls import StallMeter
from ui.window import application, demo_context, opened

P99_GOAL_MS, LONGEST_GOAL_MS = 16.0, 50.0


def ui_stall() -> list[dict]:
    """p99 and longest lateness of a 5 ms timer: download of 400 learners, its update, a 50,000-row Excel export."""
    found: list[dict] = []
    with TemporaryDirectory() as place:
        _play(400, lambda window: _download_and_update(window, found))
        _play(50_000, lambda window: _export(window, found, Path(place) / "rows.xlsx"))
    return found


def _play(learners: int, steps: Callable[[MainWindow], Iterator[Step]]) -> None:
    app = application()
    with demo_context(learners, latency_ms=50) as context, opened(context) as window:
        player = Player(steps(window), lambda: app.exit(0), window)
        player.start()
        app.exec()
        window.close_for_good()
        if player.problem is not None:
            raise player.problem


def _download_and_update(window: MainWindow, found: list[dict]) -> Iterator[Step]:
    yield from _select_all(window)
    yield Act(lambda: press("Ctrl+D", window))
    yield Until(lambda: window.plr.window is not None and window.plr.busy, "the download to begin")
    page = window.plr.window.page
    meter = StallMeter(window)
    yield Until(lambda: page.session.state()[0] > 20, "the first answers")
    meter.start()
    yield Until(lambda: page.last_download is not None and not page.busy, "the end of the download", 300)
    meter.stop()
    found += _figures("download", meter)
    yield Until(lambda: not page.grid.is_loading, "the grid to rest")
    yield Act(lambda: click(page.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", page.window()))
    meter = StallMeter(window)
    yield Act(meter.start)
    run = page.updating
    yield Act(lambda: run.carry_out(page.grid.selected_keys(), lower_too=False))
    yield Until(lambda: not run.busy, "the end of the update", 300)
    meter.stop()
    found += _figures("update", meter)


def _export(window: MainWindow, found: list[dict], path: Path) -> Iterator[Step]:
    yield from _select_all(window)
    meter = StallMeter(window)
    yield Act(meter.start)
    yield Act(lambda: window.learners.start_export(path))
    yield Until(lambda: path.exists() and not window.exports.busy, "the export", 300)
    meter.stop()
    found += _figures("export of 50,000 rows", meter)


def _select_all(window: MainWindow) -> Iterator[Step]:
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0 and not window.learners.grid.is_loading, "learners")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.pane.settled, "the counts")


def _figures(what: str, meter: StallMeter) -> list[dict]:
    pairs = (("p99", meter.p99_ms(), P99_GOAL_MS), ("longest", meter.longest_ms(), LONGEST_GOAL_MS))
    return [
        {
            "name": f"ui_stall {what} {kind}",
            "figure": figure,
            "unit": "ms",
            "reference_name": "60 Hz frame",
            "reference": 16.7,
            "ratio": figure / 16.7,
            "goal": f"{goal:.0f} ms",
            "ok": figure <= goal,
        }
        for kind, figure, goal in pairs
    ]


MEASURES = (ui_stall,)
