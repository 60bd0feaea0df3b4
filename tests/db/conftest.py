"""Every test here runs on SQLite and on a real PostgreSQL server, each on a fresh database.

`db` is up to date and holds what a first start writes; `empty_address` is that of a database with nothing in it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app import access, grants
from app.access import User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.sandbox.lrs import LrsSandbox
from tests.builders import first_user, with_types
from tests.db import postgresql
from tests.db.crowd import Crowd, make
from tests.db.lrs_people import running
from tests.db.postgresql import Server
from tests.db.rights_college import College, new_college
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import Sections

TEMPLATE, SIGNED_IN = "lm_template", "lm_signed_in"
FIRST = "first"
Further = Callable[[Database, User], object]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The tests' own server, started when first asked for."""
    if postgresql.programs() is None:
        words = "PostgreSQL's server programs are not installed: only SQLite was tested"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with postgresql.running_server(*postgresql.FEW_ROWS) as running:
        yield running


def _prepared(address: str) -> None:
    database = Database(address)
    upgrade(database)
    access.prepare(database)
    grants.install(database)
    with_types(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "learners.sqlite"
    _prepared(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(server: Server) -> str:
    server.run(f"create database {TEMPLATE} template template0")
    _prepared(server.address(TEMPLATE))
    return TEMPLATE


def _first_signed_in(address: str) -> None:
    database = Database(address)
    assert first_user(database, FIRST).id == 1
    database.close()


@pytest.fixture(scope="session")
def sqlite_signed_in(sqlite_template: Path) -> Path:
    file = sqlite_template.with_name("signed_in.sqlite")
    shutil.copyfile(sqlite_template, file)
    _first_signed_in(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_signed_in(server: Server, postgresql_template: str) -> str:
    server.run(f"create database {SIGNED_IN} template {postgresql_template}")
    _first_signed_in(server.address(SIGNED_IN))
    return SIGNED_IN


@pytest.fixture(scope="session")
def made_once() -> dict[tuple[str, Further], Any]:
    """Signed-in databases in which a function went on: file or name of each."""
    return {}


@pytest.fixture
def further() -> Further | None:
    """What goes on in the signed-in database before a test gets it, once in each process; a module has its own."""
    return None


def _went_on(kind: str, further: Further, request: pytest.FixtureRequest) -> Any:
    """The template of that kind in which `further` went on."""
    known = request.getfixturevalue("made_once")
    if (kind, further) not in known:
        name = f"lm_{further.__name__}"
        before = request.getfixturevalue(f"{kind}_signed_in")
        if kind == "sqlite":
            known[kind, further] = before.with_name(f"{name}.sqlite")
            shutil.copyfile(before, known[kind, further])
            address = f"sqlite:///{known[kind, further]}"
        else:
            server = request.getfixturevalue("server")
            known[kind, further] = name
            server.run(f"create database {name} template {before}")
            address = server.address(name)
        with closing(Database(address)) as database:
            further(database, User(1, FIRST, FIRST))
    return known[kind, further]


@pytest.fixture
def signed_in() -> None:
    """The database of a test that asks for this has its first user already."""


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases the test runs on."""
    return str(request.param)


@pytest.fixture
def empty_address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'learners.sqlite'}"
        return
    with request.getfixturevalue("server").database() as address:
        yield address


@pytest.fixture
def address(kind: str, further: Further | None, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that is up to date, for tests that open it themselves."""
    if further is None:
        state = "signed_in" if "signed_in" in request.fixturenames else "template"
        template = request.getfixturevalue(f"{kind}_{state}")
    else:
        template = _went_on(kind, further, request)
    if kind == "sqlite":
        file = tmp_path / "learners.sqlite"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    with request.getfixturevalue("server").database(template) as address:
        yield address


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    database = Database(address)
    yield database
    database.close()


@pytest.fixture
def user(signed_in: None, db: Database) -> User:
    """The first user, who holds every role; both licences are on."""
    return User(1, FIRST, FIRST)


@pytest.fixture
def some(db: Database, user: User) -> Sections:
    """Sections of the LMS, with what is put on them and sent of it."""
    return Sections(db, user)


@pytest.fixture
def lms() -> FakeLms:
    """An LMS with one course, 5."""
    made = FakeLms()
    made.course("5")
    return made


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """One database with many learners, for tests that only read."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path_factory.mktemp("crowd") / "learners.sqlite"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            db = Database.in_file(file)
        else:
            template = request.getfixturevalue("postgresql_template")
            db = Database(stack.enter_context(request.getfixturevalue("server").database(template)))
        stack.callback(db.close)
        yield db, make(db)


@pytest.fixture(scope="module")
def college(server: Server) -> Iterator[College]:
    """A college on a real server, for tests of who may do what there; all of a module are of the same one. Modules
    about something else have a college of their own under this name."""
    made = new_college(server)
    yield made
    made.owner.close()


@pytest.fixture(scope="module")
def lrs_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with running(tmp_path_factory.mktemp("lrs")) as sandbox:
        yield sandbox


@pytest.fixture
def lrs(lrs_of_module: LrsSandbox) -> Iterator[LrsSandbox]:
    """A sandbox service that finds and verifies; a test may spoil it."""
    yield lrs_of_module
    lrs_of_module.set_fault()
    lrs_of_module.set_latency(0)
    lrs_of_module.answers.clear()
