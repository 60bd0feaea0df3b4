"""A million learners on the embedded database: opening, sorting and filtering the grid, first rows on the screen."""

import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.bench.playing import on_folder, play, timed, until  # first: it says where Qt draws

# isort: split

from app.db.database import Database
from app.learners import search
from app.tasks import now
from tests.bench.measured import SMALL, Result, measures, median, paired, result, seconds
from tests.bench.million import LEARNERS, million_folder
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.main_window import MainWindow
from ui.pages.learner_source import LearnerSource
from ui.tour.player import Act, Step, Until, press, type_text
from ui.window import application
from ui.workers import TaskRunner

_SHOWN = "removed_at is null and merged_into_id is null"
WORDS = ("given7" if SMALL else "given77", "t123")
"""Two words that few learners have together."""


@contextmanager
def _million() -> Iterator[Database]:
    db = Database.in_file(million_folder().database_file)
    try:
        yield db
    finally:
        db.close()


@measures("grid_open", "grid_sort", "grid_sort first rows painted")
def grid_database() -> list[Result]:
    """Keys of the grid against a bare sqlite3 query of the same ids; first rows painted after a sort."""
    with _million() as db:
        return [
            _against_bare(db, "grid_open", "family_name", "family_fold"),
            _against_bare(db, "grid_sort", "tutor_group", "tutor_fold"),
            _first_rows(db),
        ]


def _against_bare(db: Database, name: str, sort: str, column: str) -> Result:
    query = search.keys_query(sort=sort)
    statement = f"select id from learner where {_SHOWN} order by {column}, id"

    def ours() -> int:
        with db.read() as tx:
            return len(db.ids(tx, query))

    assert ours() == _bare_ids(db, statement) == LEARNERS
    figure, reference = paired(lambda: seconds(ours), lambda: seconds(lambda: _bare_ids(db, statement)))
    return result(name, figure, "s", reference, "bare sqlite3", times=1.3)


def _bare_ids(db: Database, statement: str) -> int:
    with closing(sqlite3.connect(str(db.file))) as connection:
        rows = connection.execute(statement).fetchall()
        return len(array("q", [row[0] for row in rows]))


def _first_rows(db: Database) -> Result:
    """From the sort to the first rows painted, on an indexed column, in a real grid."""
    app = application()
    runner = TaskRunner()
    grid = GridView(LearnerSource(db), runner, "bench")
    grid.resize(1100, 700)
    grid.show()
    times = []
    for sort, descending in (("ref", True), ("uln", False), ("given_names", True), ("family_name", False)):
        before = grid.keys[0] if grid.count else 0
        start = now()
        grid.load(Query(sort=sort, descending=descending))
        until(lambda before=before: grid.count and grid.keys[0] != before and grid.model().row(0) is not None)
        grid.viewport().repaint()
        times.append((now() - start) * 1000)
        until(lambda grid=grid: not grid.is_loading)
    runner.cancel_all()
    runner.wait(5_000)
    app.processEvents()
    grid.close()
    return result("grid_sort first rows painted", median(times), "ms", at_most=150)


@measures("quick_filter")
def quick_filter() -> Result:
    """From the last key of the quick filter to the painted count, in the real window; against the same SQL."""
    words = " and ".join(f"search_fold like '%{word}%'" for word in WORDS)
    statement = f"select id from learner where {_SHOWN} and {words} order by family_fold, id"
    ours, bare = [], []
    with _million() as db:
        expected = _bare_ids(db, statement)
        bare = [seconds(lambda: _bare_ids(db, statement)) * 1000 for _ in range(5)]
    play(on_folder(million_folder()), lambda window: _typing(window, expected, ours))
    figure, reference = median(ours), median(bare)
    return result("quick_filter", figure, "ms", reference, "the same SQL", times=1.3, at_most=400)


def _typing(window: MainWindow, expected: int, found: list[float]) -> Iterator[Step]:
    """Type all but the last key, wait, then the last key: nothing older is under way when the clock starts."""
    page = window.learners
    text = " ".join(WORDS)
    yield Act(window.activateWindow)
    yield Until(lambda: page.shown == LEARNERS and not page.grid.is_loading, "learners", 60)
    for _ in range(3):
        yield Act(lambda: press("Ctrl+F", window))
        yield Act(lambda: type_text(text[:-1]))
        yield Until(lambda: page.shown not in (expected, LEARNERS) and not window.runner.is_busy(), "the filter", 60)
        # From the last key until what it brings is counted and painted.
        yield from timed(lambda: type_text(text[-1]), lambda: page.shown == expected, page.repaint, found)
        yield Act(window.search.clear)
        yield Until(lambda: page.shown == LEARNERS and not window.runner.is_busy(), "all learners again", 60)


MEASURES = (grid_database, quick_filter)
