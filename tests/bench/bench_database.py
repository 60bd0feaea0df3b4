"""A million learners on the embedded database: opening and sorting the grid, and the first rows on the screen."""

import os
import sqlite3
import statistics
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from sqlalchemy import insert

from app.db.database import Database
from app.db.tables import campus, learner
from app.db.upgrade import upgrade
from app.learners import search
from app.learners.edit import derived
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.pages.learner_source import LearnerSource
from ui.window import application
from ui.workers import TaskRunner

LEARNERS = 1_000_000
ROUNDS = 3
GOAL, FIRST_GOAL_MS = 1.3, 150.0
_SHOWN = "removed_at is null and merged_into_id is null"


@contextmanager
def million() -> Iterator[Database]:
    """A database of a million invented learners."""
    with TemporaryDirectory() as folder:
        db = Database.in_file(Path(folder) / "learners.db")
        upgrade(db)
        with db.write() as tx:
            tx.execute(insert(campus), [{"code": "C", "name": "City", "name_fold": "city"}])
            for start in range(0, LEARNERS, 20_000):
                tx.execute(insert(learner), [_learner(number) for number in range(start, start + 20_000)])
        yield db
        db.close()


def _learner(number: int) -> dict:
    mixed = number * 7_919 % LEARNERS
    return {
        "ukprn": "19990002",
        "postcode_is_prior": False,
        "campus_id": 1,
        **derived(
            {
                "ref": f"{number:07}",
                "uln": str(1_000_000_000 + mixed),
                "family_name": f"Family{mixed % 50_000:05}",
                "given_names": f"Given{mixed % 3_001}",
                "birth_date": None,
                "tutor_group": f"T{number % 400}",
            }
        ),
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _paired(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of both, taken in turn."""
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def grid_database() -> list[dict]:
    """grid_open and grid_sort against a bare sqlite3 query of the same ids; first rows painted after a sort."""
    with million() as db:
        found = [
            _measure(db, "grid_open", "family_name", "family_fold"),
            _measure(db, "grid_sort", "tutor_group", "tutor_fold"),
        ]
        found.append(_first_rows(db))
        return found


def _measure(db: Database, name: str, sort: str, column: str) -> dict:
    def ours() -> int:
        with db.read() as tx:
            return len(db.ids(tx, search.keys_query(sort=sort)))

    def bare() -> int:
        with closing(sqlite3.connect(db.file)) as connection:
            rows = connection.execute(f"select id from learner where {_SHOWN} order by {column}, id").fetchall()
            return len(array("q", [row[0] for row in rows]))

    assert ours() == bare() == LEARNERS
    figure, reference = _paired(ours, bare)
    return {
        "name": name,
        "figure": figure,
        "unit": "s",
        "reference_name": "bare sqlite3",
        "reference": reference,
        "ratio": figure / reference,
        "goal": f"{GOAL} x",
        "ok": figure / reference <= GOAL,
    }


def _first_rows(db: Database) -> dict:
    """From the sort to the first rows painted, on an indexed column, in a real grid."""
    app = application()
    runner = TaskRunner()
    grid = GridView(LearnerSource(db), runner, "bench")
    grid.resize(1100, 700)
    grid.show()
    times = []
    for sort, descending in (("ref", True), ("uln", False), ("given_names", True), ("family_name", False)):
        before = grid.keys[0] if grid.count else 0
        start = time.perf_counter()
        grid.load(Query(sort=sort, descending=descending))
        _until(lambda before=before: grid.count and grid.keys[0] != before and grid.model().row(0) is not None)
        grid.viewport().repaint()
        times.append((time.perf_counter() - start) * 1000)
        _until(lambda grid=grid: not grid.is_loading)
    runner.cancel_all()
    runner.wait(5_000)
    app.processEvents()
    grid.close()
    figure = statistics.median(times)
    return {
        "name": "grid_sort first rows painted",
        "figure": figure,
        "unit": "ms",
        "reference_name": "",
        "reference": None,
        "ratio": None,
        "goal": f"{FIRST_GOAL_MS:.0f} ms",
        "ok": figure <= FIRST_GOAL_MS,
    }


def _until(true: Callable[[], object]) -> None:
    loop = QEventLoop()
    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(lambda: loop.quit() if true() else None)
    timer.start()
    loop.exec()


MEASURES = (grid_database,)
