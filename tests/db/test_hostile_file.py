"""A file that somebody put in the place of the database, or gave as a copy to restore: refused with a sentence, left
as it was, and nothing in it is carried out. SQLite only."""

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app import copies, db_check, start
from app.access import User
from app.db.database import Database
from app.db.tables import learner, metadata
from app.db.upgrade import upgrade
from app.errors import AppError, DatabaseError, InputError
from app.folders import DataFolder
from app.learners import search
from app.tasks import TaskContext
from tests.builders import add_learners, first_user, learner_values


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    place = tmp_path / "given" / "learners.sqlite"
    place.parent.mkdir()
    shutil.copyfile(sqlite_template, place)
    return place


def with_trigger(connection: sqlite3.Connection) -> None:
    connection.execute("create trigger harmless after update on app_user begin delete from operation; end")


def with_view(connection: sqlite3.Connection) -> None:
    connection.execute("alter table learner rename to hidden")
    connection.execute("create view learner as select * from hidden where (select count(*) from app_user) >= 0")


def with_a_module(connection: sqlite3.Connection) -> None:
    connection.execute("create virtual table notes using fts5(body)")


def with_a_trigger_in_other_words(connection: sqlite3.Connection) -> None:
    """SQLite carries out what stands in `sql`."""
    with_trigger(connection)
    connection.execute("pragma writable_schema = on")
    connection.execute(
        "update sqlite_master set sql = 'CREATE/* table */TRIGGER harmless after update on app_user begin"
        " delete from operation; end' where name = 'harmless'"
    )


MAKERS = (with_trigger, with_view, with_a_module, with_a_trigger_in_other_words)


@pytest.mark.parametrize("maker", MAKERS)
def test_orders_in_a_file_are_not_carried_out(file: Path, tmp_path: Path, maker: Callable):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma journal_mode = delete")
        maker(connection)
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match="triggers or views") as failure:
        Database.in_file(file)
    assert failure.value.hint
    folder = DataFolder(tmp_path / "data")
    folder.make()
    shutil.copyfile(file, folder.database_file)
    with pytest.raises(DatabaseError, match="triggers or views"):
        start.open_folder(folder)
    assert file.read_bytes() == folder.database_file.read_bytes() == before
    assert sorted(one.name for one in file.parent.iterdir()) == ["learners.sqlite"]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_copy_with_orders_in_it_is_not_restored(file: Path, sqlite_template: Path, tmp_path: Path, maker: Callable):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        maker(connection)
        connection.commit()
    here = tmp_path / "here.sqlite"
    shutil.copyfile(sqlite_template, here)
    db = Database.in_file(here)
    user = first_user(db)
    for act in (
        lambda: copies.look(TaskContext(), db, file),
        lambda: copies.restore(TaskContext(), db, user, file, tmp_path / "kept.db", "Because"),
    ):
        with pytest.raises(InputError, match="triggers or views"):
            act()
    assert db_check.check(TaskContext(), db).ok
    db.close()


def test_a_file_that_is_replaced_while_it_is_open(file: Path, sqlite_template: Path, tmp_path: Path):
    db = Database.in_file(file)
    with db.read() as tx:
        assert tx.execute(select(learner.c.id)).all() == []
    other = tmp_path / "other.sqlite"
    shutil.copyfile(sqlite_template, other)
    with contextlib.closing(sqlite3.connect(other)) as connection:
        with_trigger(connection)
        connection.commit()
    os.replace(other, file)
    with pytest.raises(DatabaseError, match="triggers or views"), db.read():
        pass
    db.close()


def test_the_file_of_another_program(tmp_path: Path):
    """Not even made ready for us: its way of keeping a journal stays."""
    file = tmp_path / "invoices.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("create table learner (id integer primary key, invoice text)")
        connection.commit()
    before = file.read_bytes()
    db = Database.in_file(file)
    with pytest.raises(DatabaseError, match="another program"):
        upgrade(db)
    db.close()
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["invoices.sqlite"]


# --------------------------------------------------------------------------------------------------- what is no file


def as_link(place: Path, target: Path) -> None:
    place.symlink_to(target)


def as_pipe(place: Path, target: Path) -> None:
    os.mkfifo(place)


def as_folder(place: Path, target: Path) -> None:
    place.mkdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes of Unix")
@pytest.mark.parametrize(
    ("maker", "words"),
    [(as_link, "is a link"), (as_pipe, "is no file"), (as_folder, "is no file")],
)
def test_what_stands_there_is_no_file(file: Path, tmp_path: Path, maker: Callable, words: str):
    folder = DataFolder(tmp_path / "data")
    folder.make()
    maker(folder.database_file, file)
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match=words) as failure:
        start.open_folder(folder)
    assert failure.value.hint
    assert file.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of Unix")
def test_a_link_to_nowhere_makes_nothing_there(tmp_path: Path):
    (tmp_path / "learners.sqlite").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatabaseError, match="is a link"):
        Database.in_file(tmp_path / "learners.sqlite")
    assert not (tmp_path / "elsewhere").exists()


# ------------------------------------------------------------------------------------------------------- malformed


def used(file: Path) -> None:
    """What a start, a search and a check ask of it."""
    db = Database.in_file(file)
    try:
        upgrade(db)
        user: User = first_user(db)
        with db.read() as tx:
            list(db.ids(tx, search.keys_query(None, "Example1")))
            for table in metadata.sorted_tables:
                tx.execute(select(table)).all()
        assert user
        db_check.check(TaskContext(), db)
    finally:
        db.close()


def test_bytes_that_are_not_what_they_should_be(file: Path):
    """At places drawn by lot, in the pages of the schema too: it works, or there is a sentence."""
    with contextlib.closing(Database.in_file(file)) as db:
        add_learners(db, [learner_values(number) for number in range(1, 60)])
    whole = file.read_bytes()
    draw = random.Random(4)
    hints = []
    for number in range(30):
        damaged = bytearray(whole)
        end = 4096 if number % 2 else len(whole)
        for _ in range(draw.choice((1, 8, 200))):
            damaged[draw.randrange(16, end)] = draw.randrange(256)
        for beside in file.parent.glob("learners.sqlite-*"):
            beside.unlink()
        file.write_bytes(bytes(damaged))
        try:
            used(file)
        except AppError as error:
            hints.append(error.hint)
    assert len(hints) > 6
    assert all(hints)


@pytest.mark.parametrize(
    "words",
    [
        "sql = 'CREATE TABLE learner ('",
        # Says that it is the table, and is a trigger.
        "sql = 'CREATE TRIGGER learner after update on app_user begin delete from operation; end'",
    ],
)
def test_a_schema_that_lies(file: Path, words: str):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma writable_schema = on")
        connection.execute(f"update sqlite_master set {words} where name = 'learner'")
        connection.commit()
    with pytest.raises(DatabaseError, match="damaged") as failure:
        used(file)
    assert "backups" in failure.value.hint


def test_large_pages_are_read_and_impossible_ones_are_damage(file: Path):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for pragma in ("journal_mode = delete", "page_size = 65536"):
            connection.execute(f"pragma {pragma}")
        connection.execute("vacuum")
    assert file.stat().st_size % 65536 == 0
    used(file)
    with file.open("r+b") as stream:
        stream.seek(16)
        stream.write(b"\x03\x00")
    with pytest.raises(DatabaseError, match="damaged"):
        used(file)
