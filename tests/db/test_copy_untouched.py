"""A copy that is looked at and restored stays as it is, byte for byte, and nothing appears beside it. SQLite only."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app import access, copies
from app.db.database import Database
from app.errors import InputError
from app.tasks import TaskContext
from tests.builders import add_learner, first_user


@pytest.fixture
def here(sqlite_template: Path, tmp_path: Path):
    place = tmp_path / "here.sqlite"
    shutil.copyfile(sqlite_template, place)
    with closing(Database.in_file(place)) as db:
        yield db


def altered(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as line:
        for one in statements:
            line.execute(one).fetchall()


@pytest.mark.parametrize(
    "statements", [(), ("pragma journal_mode = wal",)], ids=["as written", "opened as a database"]
)
def test_a_copy_is_read_and_nothing_else(here: Database, tmp_path: Path, statements):
    user = first_user(here, access.account())
    add_learner(here)
    folder = tmp_path / "kept # 100 % ä?"
    folder.mkdir()
    file = folder / "copy.db"
    copies.back_up(TaskContext(), here, user, file)
    altered(file, *statements)
    before, learners = file.read_bytes(), copies.look(TaskContext(), here, file).differences
    assert learners == []
    file.chmod(0o400)
    folder.chmod(0o500)
    try:
        add_learner(here)
        assert [one.table for one in copies.look(TaskContext(), here, file).differences] == ["learner"]
        copies.restore(TaskContext(), here, user, file, tmp_path / "before.db", "Because")
        assert [one.name for one in folder.iterdir()] == ["copy.db"]
        assert file.read_bytes() == before
    finally:
        folder.chmod(0o700)


def test_orders_are_found_in_a_copy_that_was_opened_as_a_database(here: Database, tmp_path: Path):
    user, file = first_user(here, access.account()), tmp_path / "copy.db"
    copies.back_up(TaskContext(), here, user, file)
    altered(
        file,
        "pragma journal_mode = wal",
        "create trigger harmless after update on app_user begin delete from operation; end",
    )
    with pytest.raises(InputError, match="triggers or views"):
        copies.look(TaskContext(), here, file)


def test_a_copy_of_a_newer_version_says_the_way(here: Database, tmp_path: Path):
    user, file = first_user(here, access.account()), tmp_path / "copy.db"
    copies.back_up(TaskContext(), here, user, file)
    altered(file, "update alembic_version set version_num = '9999'")
    with pytest.raises(InputError, match="newer") as failure:
        copies.look(TaskContext(), here, file)
    assert "that version" in failure.value.hint
