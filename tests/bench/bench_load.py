"""Loading learners: the preview and the load of a large return and of large tables, and the undo."""

import csv
import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import python_calamine
from lxml import etree

from app import access
from app.access import User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.learners import load, load_apply, load_file
from app.tasks import TaskContext
from tests.bench.measured import ROUNDS, Result, measures, median, result, seconds, sized
from tests.builders import first_user
from tests.files.builders import made_up, write_big_ilr

LEARNERS, ROWS = sized(30_000), sized(100_000)
UKPRN = "99999999"
HEADINGS = ("Student Ref", "ULN", "Surname", "Forename", "DOB", "Postcode", "Aim Ref", "Start Date")


@contextmanager
def _fresh() -> Iterator[tuple[Database, User, Path]]:
    with TemporaryDirectory() as name:
        db = Database.in_file(Path(name) / "learners.sqlite")
        upgrade(db)
        access.prepare(db)
        try:
            yield db, first_user(db), Path(name)
        finally:
            db.close()


@contextmanager
def _as_in_a_task() -> Iterator[None]:
    """Without Python's collector, on both sides: in the program it keeps to the window's thread (`ui.collector`).
    What that costs, `ui_stall` sees."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.collect()


def _preview(db: Database, user: User, path: Path) -> load.Preview:
    context = TaskContext()
    kind = load_file.kind_of(path)
    columns = load_file.columns_of(context, db, user, path, kind) if kind in load_file.TABLES else None
    mapping = columns.mapping if columns is not None else None
    reading = load_file.reading(context, path, kind, mapping, columns=columns)
    return load.preview(context, db, user, path, reading, load.LoadOptions(UKPRN))


def _went(path: Path, *, undo: bool = True) -> tuple[float, float, float]:
    """Seconds of preview, load and undo into an empty database."""
    with _fresh() as (db, user, _):
        seen: list[load.Preview] = []
        foreseen = seconds(lambda: seen.append(_preview(db, user, path)))
        loaded = seconds(lambda: load_apply.apply(TaskContext(), db, user, seen[0].job_id))
        undone = seconds(lambda: load_apply.undo(db, user, seen[0].job_id)) if undo else 0.0
    return foreseen, loaded, undone


def _bare_parse(path: Path) -> None:
    for _, element in etree.iterparse(str(path), tag="{*}Learner"):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


@measures("load_ilr preview", "load_ilr written", "undo_load")
def load_ilr() -> list[Result]:
    """30,000 learners with five aims each, about 130 MB, into an empty database; undone again."""
    with TemporaryDirectory() as name, _as_in_a_task():
        path = Path(name) / "return.xml"
        write_big_ilr(path, LEARNERS)
        rounds = [(_went(path), seconds(lambda: _bare_parse(path))) for _ in range(ROUNDS)]
    bare = median([one for _, one in rounds])
    foreseen, loaded, undone = (median([times[which] for times, _ in rounds]) for which in range(3))
    parse = "bare lxml.iterparse"
    return [
        result("load_ilr preview", foreseen, "s", bare, parse, times=4),
        result("load_ilr written", loaded, "s", bare, parse, times=7),
        result("undo_load", undone, "s", loaded, "the load", times=1.5),
    ]


def _table_rows() -> Iterator[tuple[str, ...]]:
    yield HEADINGS
    for one in made_up(ROWS, aims=1):
        born = "/".join(reversed(one.born.split("-")))
        yield one.ref, one.uln, one.family, one.given, born, one.postcode, one.aims[0].ref, "08/09/2025"


def _bare_insert(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as name, closing(sqlite3.connect(Path(name) / "bare.sqlite")) as connection:
        connection.execute("create table learner (a text, b text, c text, d text, e text, f text, g text, h text)")
        connection.executemany("insert into learner values (?, ?, ?, ?, ?, ?, ?, ?)", rows[1:])
        connection.commit()


def _read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _read_xlsx(path: Path) -> list[list[str]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


@measures("load_csv", "load_csv rate", "load_xlsx", "load_xlsx rate")
def load_tables() -> list[Result]:
    """100,000 rows, previewed and loaded; against reading them bare and inserting them in one go."""
    with TemporaryDirectory() as name, _as_in_a_task():
        plain, book = Path(name) / "extract.csv", Path(name) / "extract.xlsx"
        with plain.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(_table_rows())
        sheet = (workbook := openpyxl.Workbook(write_only=True)).create_sheet()
        for row in _table_rows():
            sheet.append(row)
        workbook.save(book)
        return [*_table("load_csv", plain, _read_csv), *_table("load_xlsx", book, _read_xlsx)]


def _table(name: str, path: Path, read: Callable[[Path], list[list[str]]]) -> list[Result]:
    rounds = [(sum(_went(path, undo=False)[:2]), seconds(lambda: _bare_insert(read(path)))) for _ in range(ROUNDS)]
    ours, bare = (median([one[which] for one in rounds]) for which in range(2))
    rate = ROWS / ours
    return [
        result(name, ours, "s", bare, "bare reading and executemany", times=10),
        result(f"{name} rate", 1000 / rate * 1000, "ms for 1,000 rows", at_most=round(1000 / 12, 1)),
    ]


MEASURES = (load_ilr, load_tables)
