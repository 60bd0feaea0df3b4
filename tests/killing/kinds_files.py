"""Kinds of writes: exports, settings, logs, copies, moves, the first start, and an upgrade."""

import itertools
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyzipper
from openpyxl import load_workbook

from app import config, copies, export, logs, start
from app.attainments import export_changes
from app.attainments.export_changes import Layout
from app.config import DatabaseSettings, Settings
from app.db import moving
from app.db.database import Database
from app.db.upgrade import upgrade
from app.export_sheet import ExportColumn, ExportKind, Sheet
from app.export_target import Protected
from app.folders import DataFolder
from app.imports import outgoing_export
from app.learners.batch_file import export_batch
from app.move import move
from app.secrets import Secrets
from app.tasks import TaskContext
from tests.builders import UKPRN, add_attainment, add_learner
from tests.db.losing import World, Write
from tests.db.older import make_older
from tests.db.test_course_records import due
from tests.killing.plainly import one
from tests.killing.states import rows_of
from ui import window_state

PASSWORD = "three plain words"
OLD = "What was there before"


def _sheet() -> Sheet:
    columns = [ExportColumn("Code", ExportKind.TEXT), ExportColumn("Day", ExportKind.DATE)]
    rows = ([f"R{number}", date(2026, 9, 1)] for number in range(400))
    return Sheet(columns=columns, rows=rows, total=400, title="Learners")


def _replaced(path: Path, read: Callable[[Path], object], act: Callable[[], object], **more: Any) -> Write:
    """A file that takes the place of an older one."""
    path.write_text(OLD, encoding="utf-8")

    def files() -> object:
        return OLD if path.read_bytes() == OLD.encode() else read(path)

    return one(act, files=files, **more)


def _cells(path: Path) -> object:
    return [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]


def an_export_to_csv(world: World) -> Write:
    path = world.folder / "out.csv"
    return _replaced(path, Path.read_bytes, lambda: export.write_csv(TaskContext(), path, _sheet()))


def an_export_to_a_workbook(world: World) -> Write:
    path = world.folder / "out.xlsx"
    return _replaced(path, _cells, lambda: export.write_xlsx(TaskContext(), path, _sheet()))


def a_protected_export(world: World) -> Write:
    path = world.folder / "out.zip"

    def read(file: Path) -> object:
        with pyzipper.AESZipFile(file) as archive:
            return archive.read("out.csv", pwd=PASSWORD.encode())

    target = Protected(path, "out.csv", PASSWORD)
    return _replaced(path, read, lambda: export.write_csv(TaskContext(), target, _sheet()))


def an_export_to_pdf(world: World) -> Write:
    path = world.folder / "out.pdf"

    def write() -> None:
        from PySide6.QtGui import QGuiApplication, QPainter, QPdfWriter

        from ui.printing.list_pages import layout
        from ui.printing.pdf import write_pages

        app = QGuiApplication.instance() or QGuiApplication(["tests", "-platform", "offscreen"])

        def painting(writer: QPdfWriter) -> None:
            painter = QPainter(writer)
            for number in range(3):
                painter.drawText(1_000, 1_000 + 500 * number, "Ainsworth")
            painter.end()

        write_pages(path, "Learners", layout(), painting)
        del app

    def read(file: Path) -> object:
        body = file.read_bytes()
        assert body.startswith(b"%PDF-")
        assert body.rstrip().endswith(b"%%EOF")
        return len(re.findall(rb"/Type /Page\b", body))

    return _replaced(path, read, write)


def a_batch_file(world: World) -> Write:
    keys = [add_learner(world.db, number, uln=None, uln_state="none") for number in range(1, 4)]
    path = world.folder / "batch.csv"

    def write() -> None:
        export_batch(TaskContext(), world.db, world.user, keys, UKPRN, path)

    return _replaced(path, Path.read_bytes, write)


def an_export_of_changes(world: World) -> Write:
    """The file first, then the marks: whoever was killed between the two exports the same rows once more."""
    for number in range(1, 4):
        add_attainment(world.db, add_learner(world.db, number))
    path = world.folder / "changes.csv"

    def write() -> None:
        export_changes.export_changes(TaskContext(), world.db, world.user, path, Layout(), None)

    return _replaced(path, Path.read_bytes, write)


def an_export_for_an_outside_body(world: World) -> Write:
    """The same."""
    people = [add_learner(world.db, email="ann@example.org") for _ in range(2)]
    keys = due(world.db, world.user, fields=("family_name", "email"), people=people)
    path = world.folder / "body.csv"

    def write() -> None:
        outgoing_export.export_for_body(TaskContext(), world.db, world.user, keys, path)

    return _replaced(path, Path.read_bytes, write)


def the_settings(world: World) -> Write:
    path = world.folder / "settings.toml"
    config.save(world.folder, Settings())
    wanted = replace(Settings(), database=DatabaseSettings(copies_days=5))

    def files() -> object:
        return config.load(world.folder).database.copies_days

    assert path.exists()
    return one(lambda: config.save(world.folder, wanted), files=files)


def the_layout_of_the_window(world: World) -> Write:
    path = world.folder / window_state.FILE_NAME
    wanted = {"page": "learners", "widths": list(range(200))}
    return _replaced(path, _json, lambda: window_state.save(world.folder, wanted))


def _json(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))


def the_log(world: World) -> Write:
    """Lines are there in their order, and only the oldest go, also where the files change their names."""
    folder = world.folder / "logs"

    def lines() -> Iterator[str]:
        for file in sorted(folder.glob(f"{logs.FILE_NAME}*"), reverse=True):
            yield from file.read_text(encoding="utf-8").splitlines()

    def files() -> object:
        numbers = [int(found[1]) for line in lines() if (found := re.search(r" line (\d+)\.$", line))]
        assert all(after in (before + 1, 0) for before, after in itertools.pairwise(numbers)), numbers
        return bool(numbers)

    def write() -> None:
        logs._LARGEST = 4_000
        logs.start(folder)
        for number in range(200):
            logging.getLogger("app").info("line %d.", number)
        logs.stop()

    return one(write, files=files)


# ------------------------------------------------------------------------------------------------------------- copies


def _standing(file: Path) -> object:
    """What a database in a file holds, of its moments only which there are; None where there is none."""
    if not file.exists():
        return None
    try:
        with closing(Database.in_file(file, is_copy=True)) as db, db.read() as tx:
            if moving.is_marked(tx):
                return "unfinished"
            rows = rows_of(tx)
    except Exception:  # what it says depends on how far it came
        return "unfinished"
    return {name: sorted(table) for name, table in rows.items() if table}


def a_copy(world: World) -> Write:
    add_learner(world.db, 1)
    path = world.folder / "copy.db"

    def anew() -> str | None:
        path.unlink(missing_ok=True)  # a copy replaces nothing
        copies.back_up(TaskContext(), world.db, world.user, path)
        return None

    def write() -> None:
        copies.back_up(TaskContext(), world.db, world.user, path)

    return one(write, files=lambda: _standing(path), anew=anew)


def the_copy_of_the_day(world: World) -> Write:
    """Beside an embedded database; a server has its own."""
    add_learner(world.db, 1)
    db = _embedded(world)
    path = (db.file or Path()).parent / "backups" / "daily-2026-11-28.db"
    day = date(2026, 11, 28)
    return one(lambda: copies.daily(TaskContext(), db, day), files=lambda: _standing(path))


def _embedded(world: World) -> Database:
    """The embedded database of the world; with a server another one beside it."""
    if world.db.embedded:
        return world.db
    db = Database.in_file(world.folder / "own.sqlite")
    upgrade(db)
    db._lender.renew()
    return db


def _restored(world: World, file: Path) -> Write:
    add_learner(world.db, 901)
    kept = world.folder / "kept.db"

    def put_back() -> None:
        kept.unlink(missing_ok=True)
        copies.restore(TaskContext(), world.db, world.user, file, kept, "It is needed")

    return one(
        put_back,
        files=lambda: _standing(kept) is not None,
        untold="The history becomes that of the copy",
        apart=("app_user", "user_role", "setting"),
    )


def a_copy_put_back(world: World) -> Write:
    file = world.folder / "old.db"
    add_learner(world.db, 1)
    copies.back_up(TaskContext(), world.db, world.user, file)
    return _restored(world, file)


def a_copy_of_an_older_version_put_back(world: World) -> Write:
    return _restored(world, make_older(world.folder / "old.db", "0003"))


def everything_moved_to_this_computer(world: World) -> Write:
    """Table by table; what was begun is marked, and gone on with. What was left there is put aside."""
    folder = DataFolder(world.folder / "data")
    folder.make()
    make_older(folder.database_file, "0003")
    add_learner(world.db, 1)

    def write() -> None:
        move(TaskContext(), world.db, world.user, folder, DatabaseSettings(), Secrets({}))

    def files() -> object:
        aside = [_learners(each) for each in (folder.path / "backups").glob("before-move-*.db")]
        return _learners(folder.database_file), sorted(each for each in aside if each)

    between = ((None, [3]), ("unfinished", [3]), (0, [3]))
    return one(write, files=files, between=between)


def _learners(file: Path) -> object:
    if not file.exists():
        return None
    with closing(sqlite3.connect(file)) as line:
        try:
            if line.execute("select 1 from job_lock where name = ?", (moving.MARK,)).fetchone():
                return "unfinished"
            return int(line.execute("select count(*) from learner").fetchone()[0])
        except sqlite3.OperationalError:  # no table yet
            return 0


def everything_copied_to_another_database(world: World) -> Write:
    add_learner(world.db, 1)
    file = world.folder / "there.sqlite"

    def write() -> None:
        with closing(Database.in_file(file)) as target:
            copies.move(TaskContext(), world.db, world.user, target)

    return one(write, files=lambda: _learners(file), between=("unfinished", 0))


def a_first_start(world: World) -> Write:
    """A folder that is not there yet."""
    folder = DataFolder(world.folder / "new")

    def write() -> None:
        _, db = start.open_folder(folder)
        db.close()

    return one(write, files=lambda: _standing(folder.database_file), between=_ANYTHING)


def an_upgrade(world: World) -> Write:
    """Of an embedded database; that of a server is one transaction of the server."""
    file = make_older(world.folder / "older.sqlite", "0003")

    def write() -> None:
        with closing(Database.in_file(file)) as db:
            upgrade(db)

    def files() -> object:
        with closing(sqlite3.connect(file)) as line:
            [version] = line.execute("select version_num from alembic_version").fetchone()
            learners = line.execute("select count(*) from learner").fetchone()
            assert line.execute("pragma integrity_check").fetchone() == ("ok",)
        for kept in (world.folder / "backups").glob("*.db"):
            with closing(sqlite3.connect(kept)) as line:
                assert line.execute("select version_num from alembic_version").fetchone() == ("0003",)
        return version, learners

    return one(write, files=files)


class _Anything(tuple[Any, ...]):
    """Every step of a first start may be the last: the next start goes on."""

    def __contains__(self, item: object) -> bool:
        return True


_ANYTHING = _Anything()

FILES = (
    an_export_to_csv, an_export_to_a_workbook, a_protected_export, an_export_to_pdf, a_batch_file,
    an_export_of_changes, an_export_for_an_outside_body, the_settings, the_layout_of_the_window, the_log,
    a_copy, the_copy_of_the_day, a_copy_put_back, a_copy_of_an_older_version_put_back,
    everything_moved_to_this_computer, everything_copied_to_another_database, a_first_start, an_upgrade,
)  # fmt: skip
