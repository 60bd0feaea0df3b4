"""LMS Extract Statuses in the real window with very many records: how late its thread is while they are filtered,
while *Update All Statuses* counts and stages them, and while *Save* writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.playing import play  # before Qt: it says where Qt draws

# isort: split
from PySide6.QtWidgets import QApplication

from app.config import Settings
from app.context import AppContext
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import open_folder, sign_in
from tests.bench.bench_extracts import fill
from tests.bench.bench_load_window import at_rest
from tests.bench.bench_ui import stalls
from tests.bench.measured import Result, measures, sized
from ui.dialogs.extract_lists import SavedStatusesDialog
from ui.dialogs.extract_save import SaveStatusesDialog
from ui.dialogs.update_statuses import UpdateStatusesDialog
from ui.main_window import MainWindow
from ui.pages.extracts import ExtractsPage
from ui.tour.extract_statuses import tick_statuses
from ui.tour.pages import ribbon
from ui.tour.player import Act, Step, Until, click, named, press
from ui.tour.stalls import StallMeter

RECORDS = sized(112_000)
"""A tenth of them is Ready; the other 100,800 are set to Ready."""
_STAGES = ("extracts filter", "extracts update_all", "extracts save")
_CHANGED = ("transmitted", "processed", "rejected")


@measures(*(f"ui_stall {stage} {kind}" for stage in _STAGES for kind in ("p99", "longest")))
def ui_stall_extracts() -> list[Result]:
    """p99 and longest lateness of a 5 ms timer: filters over 112,000 records applied; *Update All Statuses* opened,
    counted and staged for 100,800 of them; saved with progress, until the page has read again."""
    found: list[Result] = []
    with TemporaryDirectory() as place:
        play(_college(Path(place)), lambda window: _measured(window, found))
    return found


@contextmanager
def _college(place: Path) -> Iterator[AppContext]:
    folder = DataFolder(place / "college")
    _, db = open_folder(folder)
    try:
        user, rights = sign_in(db)
        fill(db, RECORDS)
        yield AppContext(folder, Settings(), Secrets(), db, user, rights)
    finally:
        db.close()


def _measured(window: MainWindow, found: list[Result]) -> Iterator[Step]:
    meters = {stage: StallMeter(window) for stage in _STAGES}
    yield from at_rest(window)
    yield Act(window.activateWindow)
    yield Act(lambda: window.show_page("extracts"))
    page = window.extracts.page
    yield from _rest(window, page)
    yield Act(meters["extracts filter"].start)
    for wanted in ({"rejected"}, {"processed", "rejected"}, set(_CHANGED)):
        yield from tick_statuses(window, wanted)
        yield from _rest(window, page)
    meters["extracts filter"].stop()
    yield from _update_all(window, page, meters["extracts update_all"])
    yield from _save(window, page, meters["extracts save"])
    for stage, meter in meters.items():
        found += stalls(stage, meter)


def _rest(window: MainWindow, page: ExtractsPage) -> Iterator[Step]:
    yield Until(lambda: page.shown > 0, "records", 120)
    yield Until(lambda: not window.runner.is_busy() and not page.grid.is_loading, "the page at rest", 120)


def _update_all(window: MainWindow, page: ExtractsPage, meter: StallMeter) -> Iterator[Step]:
    yield Act(meter.start)
    yield from ribbon(window, "lms.extract_all")
    yield Until(lambda: isinstance(QApplication.activeModalWidget(), UpdateStatusesDialog), "the dialog")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, UpdateStatusesDialog)
    yield Until(lambda: dialog.foreseen is not None, "the counts", 120)
    yield Act(lambda: press("Return"))
    yield Until(lambda: page.staging.staged.changing == page.shown, "all of them staged", 120)
    yield from _rest(window, page)
    meter.stop()


def _save(window: MainWindow, page: ExtractsPage, meter: StallMeter) -> Iterator[Step]:
    yield Act(meter.start)
    yield Act(window.activateWindow)
    yield Until(window.isActiveWindow, "the window in front")
    yield Act(lambda: press("Ctrl+S", window))
    yield Until(lambda: isinstance(QApplication.activeModalWidget(), SaveStatusesDialog), "the confirmation")
    yield Act(lambda: click(named("extract_save_ok")))
    yield Until(lambda: isinstance(QApplication.activeModalWidget(), SavedStatusesDialog), "the summary", 300)
    yield Until(lambda: not window.runner.is_busy() and not page.grid.is_loading, "the page to read again", 120)
    meter.stop()
    yield Act(lambda: press("Escape"))
    yield Until(lambda: QApplication.activeModalWidget() is None, "the summary to close")


MEASURES = (ui_stall_extracts,)
