"""A million learners on the embedded database: opening and sorting the grid, and the first rows on the screen."""

import os
import sqlite3
import statistics
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from sqlalchemy import Select, insert

from app.db.database import Database
from app.db.tables import campus
from app.db.upgrade import upgrade
from app.learners import search
from app.learners.edit import derived
from ui.grids.columns import Query
from ui.grids.grid_view import GridView
from ui.pages.learner_source import LearnerSource
from ui.window import application
from ui.workers import TaskRunner

LEARNERS = 1_000_000
BORN = date(2006, 9, 1)
ROUNDS = 3
GOAL, FIRST_GOAL_MS = 1.3, 150.0
_SHOWN = "removed_at is null and merged_into_id is null"


@contextmanager
def million() -> Iterator[Database]:
    """A database of a million invented learners; built past the program, indexes last."""
    with TemporaryDirectory() as folder:
        db = Database.in_file(Path(folder) / "learners.db")
        upgrade(db)
        with db.write() as tx:
            tx.execute(insert(campus), [{"code": "C", "name": "City", "name_fold": "city"}])
        with closing(sqlite3.connect(str(db.file), isolation_level=None)) as connection:
            _build(connection)
        yield db
        db.close()


def _build(connection: sqlite3.Connection) -> None:
    of_learner = (
        "select name, sql from sqlite_master where tbl_name = 'learner' and type = 'index' and sql is not null"
    )
    indexes = connection.execute(of_learner).fetchall()
    columns = list(_learner(0))
    marks = ", ".join("?" * len(columns))
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    for name, _ in indexes:
        connection.execute(f"drop index {name}")
    rows = (tuple(_learner(number).values()) for number in range(LEARNERS))
    connection.executemany(f"insert into learner ({', '.join(columns)}) values ({marks})", rows)
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("commit")


def _learner(number: int) -> dict:
    mixed = number * 7_919 % LEARNERS
    values = derived(
        {
            "ref": f"{number:07}",
            "uln": str(1_000_000_000 + mixed),
            "family_name": f"Family{mixed % 50_000:05}",
            "given_names": f"Given{mixed % 3_001}",
            "birth_date": BORN + timedelta(days=mixed % 1_500),
            "postcode": "NF1 7BN",
            "email": f"{number:07}@students.example.org",
            "tutor_group": f"T{number % 400}",
        }
    )
    return {"ukprn": "19990002", "campus_id": 1, **values, "birth_date": values["birth_date"].isoformat()}


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _paired(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of both, taken in turn."""
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def grid_database() -> list[dict]:
    """grid_open, grid_sort and quick_filter against a bare sqlite3 query of the same ids; first rows painted after a
    sort."""
    with million() as db:
        found = [
            _measure(db, "grid_open", "family_name", "family_fold"),
            _measure(db, "grid_sort", "tutor_group", "tutor_fold"),
        ]
        found.append(_quick_filter(db))
        found.append(_first_rows(db))
        return found


def _measure(db: Database, name: str, sort: str, column: str) -> dict:
    query = search.keys_query(sort=sort)
    return _against(db, name, query, f"select id from learner where {_SHOWN} order by {column}, id", LEARNERS)


def _quick_filter(db: Database) -> dict:
    """Two words that few learners have; the campus names count too."""
    query = search.keys_query(quick="given77 t123")
    words = " and ".join(f"search_fold like '%{word}%'" for word in ("given77", "t123"))
    bare = f"select id from learner where {_SHOWN} and {words} order by family_fold, id"
    with db.read() as tx:
        count = len(db.ids(tx, query))
    return _against(db, "quick_filter", query, bare, count)


def _against(db: Database, name: str, query: Select, statement: str, count: int) -> dict:
    def ours() -> int:
        with db.read() as tx:
            return len(db.ids(tx, query))

    def bare() -> int:
        with closing(sqlite3.connect(str(db.file))) as connection:
            rows = connection.execute(statement).fetchall()
            return len(array("q", [row[0] for row in rows]))

    assert ours() == bare() == count > 0
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
