"""How late the window's thread is while a download, an update, a large export and a synchronisation are running."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measured import Result, measures, result, sized
from tests.bench.playing import play  # before Qt: it says where Qt draws

# isort: split
from PySide6.QtWidgets import QApplication

from app import demo_lms
from app.context import AppContext
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import open_folder, sign_in
from tests.bench.lms_college import enrol_everybody, sandbox
from ui.actions import LMS
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.main_window import MainWindow
from ui.page_row import AREAS
from ui.tour.player import Act, Step, Until, click, named, press
from ui.tour.stalls import StallMeter
from ui.window import demo_context

P99_GOAL_MS, LONGEST_GOAL_MS, FRAME = 16.0, 50.0, 16.7


_WHILE = ("download", "update", "export", "sync")


@measures(*(f"ui_stall {what} {kind}" for what in _WHILE for kind in ("p99", "longest")))
def ui_stall() -> list[Result]:
    """p99 and longest lateness of a 5 ms timer: download of 1,000 learners (the most one download takes), its update,
    a 50,000-row Excel export, and a whole synchronisation with an LMS that takes its time, its pages open."""
    found: list[Result] = []
    with TemporaryDirectory() as place:
        play(demo_context(max(40, sized(1_000)), latency_ms=50), lambda window: _download_and_update(window, found))
        file = Path(place) / "rows.xlsx"
        play(demo_context(sized(50_000), latency_ms=50), lambda window: _export(window, found, file))
        play(_college_with_lms(Path(place)), lambda window: _synchronisation(window, found))
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
    found += stalls("download", meter)
    yield Until(lambda: not page.grid.is_loading, "the grid to rest")
    yield Act(lambda: click(page.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", page.window()))
    meter = StallMeter(window)
    yield Act(meter.start)
    run = page.updating
    yield Act(lambda: run.carry_out(page.grid.selected_keys(), lower_too=False))
    yield Until(lambda: not run.busy, "the end of the update", 300)
    yield Until(_summary_is_shown, "its summary")
    yield Until(lambda: not window.runner.is_busy(), "the pages to show it")
    meter.stop()
    found += stalls("update", meter)


def _summary_is_shown() -> bool:
    shown = QApplication.activeModalWidget()
    return isinstance(shown, UpdateSummaryDialog) and shown.isVisible()


def _export(window: MainWindow, found: list[Result], path: Path) -> Iterator[Step]:
    yield from _select_all(window)
    meter = StallMeter(window)
    yield Act(meter.start)
    yield Act(lambda: window.learners.start_export(path))
    yield Until(lambda: path.exists() and not window.exports.busy, "the export", 300)
    meter.stop()
    found += stalls("export", meter)


@contextmanager
def _college_with_lms(place: Path) -> Iterator[AppContext]:
    """60 courses of 60 enrolments that have no data yet, and the LMS with the times of a real one."""
    with sandbox(latencies=True) as info:
        folder = DataFolder(place / "college")
        settings, db = open_folder(folder)
        try:
            user, rights = sign_in(db)
            enrol_everybody(db, user, info)
            secrets = Secrets()
            settings = demo_lms.settings_with(settings, info)
            secrets.set_for_session("lms_token", info["token"], host=settings.lms.host)
            yield AppContext(folder, settings, secrets, db, user, rights)
        finally:
            db.close()


def _synchronisation(window: MainWindow, found: list[Result]) -> Iterator[Step]:
    """*Sync Now* with the Enrolments in front; the other pages of the LMS are open and follow too."""
    tabs = window.ribbon.tab_bar
    place = next(at for at in range(tabs.count()) if tabs.tabText(at) == LMS)
    yield Act(window.activateWindow)
    yield Act(lambda: click(tabs, tabs.tabRect(place).center()))
    first, second, *others = AREAS[LMS]
    yield Until(lambda: window.state().page == first, "the LMS")
    for name in (second, *others, first, second):
        yield Until(lambda: not window.page.grid.is_loading and not window.runner.is_busy(), "the page")
        yield Act(lambda: press("Ctrl+Tab", window))
        yield Until(lambda name=name: window.state().page == name, name)
    yield Until(lambda: window.page.shown > 0 and not window.runner.is_busy(), second)
    yield Until(lambda: not window.lms.busy and named("lms.sync", window).isEnabled(), "the button")
    meter = StallMeter(window)
    yield Act(meter.start)
    yield Act(lambda: click(named("lms.sync", window)))
    yield Until(lambda: window.lms.busy, "the synchronisation to begin")
    yield Until(lambda: not window.lms.busy, "its end", 300)
    yield Until(lambda: not window.runner.is_busy() and not window.page.grid.is_loading, "the pages to show it")
    meter.stop()
    found += stalls("sync", meter)


def _select_all(window: MainWindow) -> Iterator[Step]:
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0 and not window.learners.grid.is_loading, "learners")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.pane.settled, "the counts")


def stalls(what: str, meter: StallMeter) -> list[Result]:
    """The two figures of a meter."""
    return [
        result(f"ui_stall {what} p99", meter.p99_ms(), "ms", FRAME, "60 Hz frame", at_most=P99_GOAL_MS),
        result(f"ui_stall {what} longest", meter.longest_ms(), "ms", FRAME, "60 Hz frame", at_most=LONGEST_GOAL_MS),
    ]


MEASURES = (ui_stall,)
