"""Importing in the real window: how late its thread is while a large file is checked, and while it is applied."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measured import Result, measures
from tests.bench.playing import on_folder, play  # before Qt: it says where Qt draws

# isort: split
from app import access
from app.folders import DataFolder
from app.start import open_folder, sign_in
from tests.bench.bench_import import COURSE, ROWS, write_records
from tests.bench.bench_load_window import at_rest
from tests.bench.bench_ui import stalls
from tests.imports.expected import Gives, Person, Subject, World
from tests.imports.worlds import build
from ui.main_window import MainWindow
from ui.tour.player import Act, Step, Until, click, named, type_text
from ui.tour.stalls import StallMeter

_STAGES = ("import dry run", "import apply")


@measures(*(f"ui_stall {stage} {kind}" for stage in _STAGES for kind in ("p99", "longest")))
def ui_stall_import() -> list[Result]:
    """p99 and longest lateness of a 5 ms timer: 100,000 rows from *Check File* to the findings, and from *Apply* to
    the result."""
    found: list[Result] = []
    with TemporaryDirectory() as place:
        folder, path = _college(Path(place))
        play(on_folder(folder), lambda window: _measured(window, path, found))
    return found


def _college(place: Path) -> tuple[DataFolder, Path]:
    """A learner for each row, a course that gives credit, and the file."""
    folder = DataFolder(place / "data")
    _, db = open_folder(folder)
    sign_in(db)
    access.prepare(db)
    subject = Subject(COURSE, "English", required=1, gives=(Gives("ama"), Gives("ancc", variable=True)))
    build(db, World(tuple(Person(f"P{at:07}") for at in range(ROWS)), (subject,)))
    db.close()
    path = place / "records.csv"
    write_records(path, ROWS)
    return folder, path


def _measured(window: MainWindow, path: Path, found: list[Result]) -> Iterator[Step]:
    meters = [StallMeter(window) for _ in _STAGES]
    yield from at_rest(window)
    yield Act(lambda: window.show_page("import_jobs"))
    yield Act(lambda: window.imports.work.new_import(path))
    yield Until(lambda: not window.runner.is_busy(), "the courses")
    yield Act(lambda: click(named("import_course_filter")))
    yield Act(lambda: type_text(COURSE))
    yield Act(meters[0].start)
    yield Act(lambda: click(named("import_check_file")))
    page = window.imports.page
    yield Until(lambda: page.shown_file is not None and page.isVisible(), "the findings", 600)
    yield Until(lambda: not window.runner.is_busy(), "the window at rest", 60)
    meters[0].stop()
    yield Act(window.activateWindow)
    yield Act(meters[1].start)
    yield Act(lambda: click(named("import_apply", window)))
    yield Until(lambda: page.shown_file is not None and page.shown_file.done, "the import", 600)
    yield Until(lambda: not window.runner.is_busy(), "the window at rest", 60)
    meters[1].stop()
    for stage, meter in zip(_STAGES, meters, strict=True):
        found += stalls(stage, meter)


MEASURES = (ui_stall_import,)
