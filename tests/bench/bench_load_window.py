"""Loading in the real window: how late its thread is meanwhile, and what memory the program takes for it."""

import gc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.measured import Result, measures, result, sized
from tests.bench.playing import on_folder, play  # before Qt: it says where Qt draws

# isort: split
from PySide6.QtWidgets import QApplication

from app import config
from app.config import CollegeSettings, Settings
from app.folders import DataFolder
from app.start import open_folder, sign_in
from tests.bench.bench_program import in_a_child
from tests.bench.bench_ui import stalls
from tests.files.builders import write_big_ilr
from ui.main_window import MainWindow
from ui.tour.player import Act, Step, Until, press
from ui.tour.stalls import StallMeter

LEARNERS = sized(30_000)
_STAGES = ("load preview", "load apply")


@measures(*(f"ui_stall {stage} {kind}" for stage in _STAGES for kind in ("p99", "longest")))
def ui_stall_load() -> list[Result]:
    """p99 and longest lateness of a 5 ms timer: a return of 30,000 learners, from its opening to the preview that can
    be read, and from the Return key to the learners in the grid."""
    found: list[Result] = []
    with TemporaryDirectory() as place:
        folder, path = _first_day(Path(place))
        play(on_folder(folder), lambda window: _measured(window, path, found))
    return found


def _first_day(place: Path) -> tuple[DataFolder, Path]:
    """A college that has loaded nothing yet, and its return."""
    folder = DataFolder(place / "data")
    _, db = open_folder(folder)
    sign_in(db)
    db.close()
    config.save(folder.path, Settings(college=CollegeSettings(ukprn="99999999")))
    path = place / "return.xml"
    write_big_ilr(path, LEARNERS)
    return folder, path


def _measured(window: MainWindow, path: Path, found: list[Result]) -> Iterator[Step]:
    meters = [StallMeter(window) for _ in _STAGES]
    yield from at_rest(window)
    yield Act(meters[0].start)
    yield from previewed(window, path)
    meters[0].stop()
    yield Act(meters[1].start)
    yield from loaded(window)
    meters[1].stop()
    yield from left()
    for stage, meter in zip(_STAGES, meters, strict=True):
        found += stalls(stage, meter)


def at_rest(window: MainWindow) -> Iterator[Step]:
    """The window has read what it shows, and what the start made is set aside by the collector."""
    yield Until(lambda: not window.runner.is_busy() and not window.learners.grid.is_loading, "the window at rest")
    yield Until(gc.get_freeze_count, "the collector")


def previewed(window: MainWindow, path: Path) -> Iterator[Step]:
    """Open the file in *Load Learners*, until the preview can be read."""
    yield Act(lambda: window.learners.loading.open(path))
    yield Until(lambda: _in_front("load_learners"), "the dialog")
    dialog: Any = QApplication.activeModalWidget()
    yield Until(lambda: dialog.page is not None and dialog.page.is_read, "the preview", 600)


def loaded(window: MainWindow) -> Iterator[Step]:
    """Load what is previewed, until the learners stand in the grid behind the summary."""
    yield Act(lambda: press("Return"))
    yield Until(lambda: _in_front("load_summary"), "the summary", 600)
    grid = window.learners.grid
    yield Until(lambda: grid.count == LEARNERS and not grid.is_loading, "the learners in the grid", 60)


def _in_front(name: str) -> bool:
    """By its name: what is imported with a dialog is part of what is measured."""
    dialog = QApplication.activeModalWidget()
    return dialog is not None and dialog.objectName() == name


def left() -> Iterator[Step]:
    """Close the summary."""
    yield Act(lambda: press("Escape"))
    yield Until(lambda: QApplication.activeModalWidget() is None, "the summary to close")


@measures("load_ilr memory")
def memory() -> Result:
    """The most memory that the program held until a return of 30,000 learners was previewed and loaded in its window,
    against the empty window of the same process."""
    with TemporaryDirectory() as place:
        folder, path = _first_day(Path(place))
        found = in_a_child("load", str(folder.path), str(path))
    return result("load_ilr memory", float(found["most"]), "MB", float(found["window"]), "empty window", more=200)


MEASURES = (ui_stall_load, memory)
