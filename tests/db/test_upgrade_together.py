"""Bringing a database up to date: by two programs at once, and of a server that cannot hold every name."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from app.connectors.client_certificate import ClientCertificate
from app.db.database import Database
from app.db.tables import learner
from app.db.upgrade import NEWEST, revision, upgrade
from app.errors import DatabaseError, InputError, StopRunError
from app.files.recognise import recognise
from app.whole_file import whole_file
from tests.db import upgrading_child
from tests.db.dying import child
from tests.db.older import build
from tests.db.postgresql import OWNER, Server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of an older version with people in it."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'shared.sqlite'}"
        with closing(Database(address)) as db:
            build(db, "0003")
        yield address
        return
    with request.getfixturevalue("server").database() as address:
        with closing(Database(address)) as db:
            build(db, "0003")
        yield address


def test_two_processes_that_upgrade_at_once(place: str):
    """One does it, the other waits and finds it done; everybody is there once."""
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: child(upgrading_child.main, place), range(2)))
    assert [one.returncode for one in ended] == [0, 0], [one.stderr for one in ended]
    assert sorted(one.stdout for one in ended) == ["False", "True"]
    with closing(Database(place)) as db, db.read() as tx:
        assert revision(tx) == NEWEST
        assert len(tx.execute(select(learner)).all()) == 3


_LOCKS = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
"""Takes what SQLite keeps shared while a file is open; fails where somebody has it."""


def _open_again(file: Path) -> None:
    with closing(Database.in_file(file)) as other, other.read() as tx:
        assert revision(tx) == NEWEST


def _load(file: Path) -> None:
    link = file.with_name("learners.csv")
    link.symlink_to(file)
    for one in (file, link, file.with_name(f"{file.name}-shm"), file.with_name(f"{file.name}-wal")):
        with pytest.raises(InputError, match="is a database that is in use"):
            recognise(one)


def _write_over(file: Path) -> None:
    with pytest.raises(InputError, match="is a database that is in use"), whole_file(file) as stream:
        stream.write(b"Person Code")


def _take_for_a_certificate(file: Path) -> None:
    with pytest.raises(StopRunError, match="cannot be read"):
        ClientCertificate.read(file, "password")


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
@pytest.mark.parametrize("again", [_open_again, _load, _write_over, _take_for_a_certificate])
def test_a_file_that_is_opened_twice_keeps_its_locks(tmp_path: Path, again: Callable[[Path], None]):
    """Who opens a file beside SQLite and closes it gives up every lock on it: others would remove the log."""
    file = tmp_path / "learners.sqlite"
    with closing(Database.in_file(file)) as db:
        upgrade(db)
        with db.read() as tx:
            revision(tx)
        again(file)
        taken = subprocess.run([sys.executable, "-c", _LOCKS, str(file)], capture_output=True, text=True)
        assert "BlockingIOError" in taken.stderr
        with db.read() as tx:
            assert revision(tx) == NEWEST


def test_a_server_that_cannot_hold_every_name_is_refused(server: Server):
    server.run("create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'")
    try:
        with closing(Database(server.address("latin", OWNER))) as db:
            with pytest.raises(DatabaseError, match="not UTF-8") as told:
                upgrade(db)
            assert "encoding 'UTF8'" in told.value.hint
            with db.read() as tx:
                assert inspect(tx).get_table_names() == []
    finally:
        server.run("drop database latin")
