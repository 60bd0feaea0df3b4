"""A real service on loopback, a database that holds the same people, and a window between the two."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import access as rights
from app.access import User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.demo import fill
from app.sandbox.lrs import LrsSandbox
from tests.builders import first_user, with_types
from tests.plr.window import PEOPLE, Window


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with LrsSandbox(tmp_path_factory.mktemp("lrs"), people=PEOPLE) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: LrsSandbox) -> Iterator[LrsSandbox]:
    """A healthy service that has not been asked anything; what a test switched on is off afterwards."""
    running._calls.clear()
    running._asked.clear()
    running._most_at_once = 0
    yield running
    running.set_fault()
    running.set_latency(0)
    running.answers.clear()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the 120 people, whose ids are their numbers."""
    file = tmp_path_factory.mktemp("filled") / "learners.sqlite"
    db = Database.in_file(file)
    upgrade(db)
    rights.prepare(db)
    with_types(db)
    fill(db, len(PEOPLE))
    first_user(db)
    db.close()
    return file


@pytest.fixture
def db(filled: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "learners.sqlite"
    shutil.copyfile(filled, file)
    database = Database.in_file(file)
    yield database
    database.close()


@pytest.fixture
def user() -> User:
    return User(1, "first", "first")


@pytest.fixture
def window(db: Database, user: User, sandbox: LrsSandbox) -> Window:
    return Window(db, user, sandbox)
