"""Importing course records: the dry run of a large file."""

import csv
import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app import access
from app.access import User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.imports.columns import Importer
from app.imports.dry_run import DryRun, Options, dry_run
from app.tasks import TaskContext
from tests.bench.measured import ROUNDS, Result, measures, paired, result, seconds, sized
from tests.builders import UKPRN, first_user
from tests.imports.expected import Gives, Person, Subject, World
from tests.imports.worlds import build

ROWS = sized(100_000)
COURSE = "ENG-1"
HEADINGS = (
    "external_user_id", "last_name", "enrollment_start", "credits", "credit_type", "complete", "date_completed",
)  # fmt: skip


@contextmanager
def college(rows: int) -> Iterator[tuple[Database, User, Path]]:
    """A database with a learner for each row, a course that gives credit, and a folder."""
    with TemporaryDirectory() as name, _without_collector():
        db = Database.in_file(Path(name) / "learners.sqlite")
        upgrade(db)
        access.prepare(db)
        subject = Subject(COURSE, "English", required=1, gives=(Gives("ama"), Gives("ancc", variable=True)))
        build(db, World(tuple(Person(f"P{at:07}") for at in range(rows)), (subject,)))
        try:
            yield db, first_user(db), Path(name)
        finally:
            db.close()


@contextmanager
def _without_collector() -> Iterator[None]:
    """On both sides: in the program Python's collector keeps to the window's thread (`ui.collector`)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.collect()


def write_records(path: Path, rows: int) -> None:
    """Of ten rows five complete and are awarded by the course, three bring credit, one enrols, one is of nobody
    known."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for at in range(rows):
            kind = at % 10
            ref = f"N{at:07}" if kind == 9 else f"P{at:07}"
            credit = ("2", "ama") if 5 <= kind < 8 else ("", "")
            done = ("0", "") if kind == 8 else ("1", "2026-06-30")
            writer.writerow((ref, "Example", "2025-09-01", *credit, *done))


def _bare(db: Database, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    ids = json.dumps([row[0].lower() for row in rows])
    query = "select ref_fold, id from learner where ukprn = ? and ref_fold in (select value from json_each(?))"
    with closing(sqlite3.connect(db.file or "")) as connection:
        known = dict(connection.execute(query, (UKPRN, ids)))
    assert len(known) == ROWS * 9 // 10


@measures("import_dry_run", "import_dry_run rate")
def import_dry_run() -> list[Result]:
    """100,000 rows of an import into a course, read, checked, foreseen and kept."""
    with college(ROWS) as (db, user, folder):
        path = folder / "records.csv"
        write_records(path, ROWS)
        made: list[DryRun] = []

        def ours() -> float:
            return seconds(
                lambda: made.append(dry_run(TaskContext(), db, user, path, Options(Importer.COURSE, COURSE)))
            )

        took, bare = paired(ours, lambda: seconds(lambda: _bare(db, path)), ROUNDS)
        assert all(one.rows == ROWS for one in made)
    return [
        result("import_dry_run", took, "s", bare, "bare csv and one bulk look-up", times=15),
        result("import_dry_run rate", took / ROWS * 1e6, "ms for 1,000 rows", at_most=50),
    ]


MEASURES = (import_dry_run,)
