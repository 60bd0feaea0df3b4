"""How late the window's thread is while a download, an update and a large export are running."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measured import Result, measures, result, sized
from tests.bench.playing import play  # before Qt: it says where Qt draws

# isort: split
from ui.main_window import MainWindow
from ui.tour.player import Act, Step, Until, click, press
from ui.tour.stalls import StallMeter
from ui.window import demo_context

P99_GOAL_MS, LONGEST_GOAL_MS, FRAME = 16.0, 50.0, 16.7


@measures(*(f"ui_stall {what} {kind}" for what in ("download", "update", "export") for kind in ("p99", "longest")))
def ui_stall() -> list[Result]:
    """p99 and longest lateness of a 5 ms timer: download of 400 learners, its update, a 50,000-row Excel export."""
    found: list[Result] = []
    with TemporaryDirectory() as place:
        play(demo_context(max(40, sized(400)), latency_ms=50), lambda window: _download_and_update(window, found))
        file = Path(place) / "rows.xlsx"
        play(demo_context(sized(50_000), latency_ms=50), lambda window: _export(window, found, file))
    return found


def _download_and_update(window: MainWindow, found: list[Result]) -> Iterator[Step]:
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


def _export(window: MainWindow, found: list[Result], path: Path) -> Iterator[Step]:
    yield from _select_all(window)
    meter = StallMeter(window)
    yield Act(meter.start)
    yield Act(lambda: window.learners.start_export(path))
    yield Until(lambda: path.exists() and not window.exports.busy, "the export", 300)
    meter.stop()
    found += _figures("export", meter)


def _select_all(window: MainWindow) -> Iterator[Step]:
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0 and not window.learners.grid.is_loading, "learners")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.pane.settled, "the counts")


def _figures(what: str, meter: StallMeter) -> list[Result]:
    return [
        result(f"ui_stall {what} p99", meter.p99_ms(), "ms", FRAME, "60 Hz frame", at_most=P99_GOAL_MS),
        result(f"ui_stall {what} longest", meter.longest_ms(), "ms", FRAME, "60 Hz frame", at_most=LONGEST_GOAL_MS),
    ]


MEASURES = (ui_stall,)
