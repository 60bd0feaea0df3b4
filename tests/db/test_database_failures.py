"""What can go wrong with a database: each comes as a sentence with a next step, and nothing is lost."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, literal, select, text

from app.copy_files import forget_left
from app.db.database import Database
from app.db.tables import learner, operation
from app.db.upgrade import _copy, upgrade
from app.errors import AppError, ConflictError, DatabaseError
from app.tasks import Cancelled, TaskContext
from tests.builders import add_learner, add_learners, learner_values, snapshot
from tests.db.postgresql import STRANGER, Server
from tests.db.small_disk import mounted, rights_count


def said(error: AppError) -> str:
    assert error.hint, "a failure says what to do next"
    return str(error)


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """An embedded database with one learner in it."""
    place = tmp_path / "data" / "learners.sqlite"
    place.parent.mkdir()
    shutil.copyfile(sqlite_template, place)
    with contextlib.closing(Database.in_file(place)) as db:
        add_learner(db, 1)
    return place


@contextlib.contextmanager
def opened(place: Path, wait: float | None = None) -> Iterator[Database]:
    db = Database(f"sqlite:///{place}" + (f"?timeout={wait}" if wait is not None else ""))
    try:
        yield db
    finally:
        db.close()


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_of_another_program(file: Path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with opened(file, wait=0.1) as db:
            with pytest.raises(DatabaseError, match="in use by another program") as failure:
                add_learner(db, 2)
            assert "try again" in said(failure.value)
            with db.read() as tx:  # reading goes on meanwhile
                assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == 1
            other.communicate("")
            add_learner(db, 2)


def test_a_file_that_is_no_database(tmp_path: Path):
    place = tmp_path / "learners.sqlite"
    place.write_bytes(b"PK\3\4 this was a workbook once" * 200)
    before = place.read_bytes()
    with opened(place) as db, pytest.raises(DatabaseError, match="damaged") as failure:
        upgrade(db)
    assert "backups" in said(failure.value)
    assert place.read_bytes() == before


def test_a_file_with_holes(file: Path):
    with opened(file) as db:
        add_learners(db, [learner_values(number) for number in range(2, 600)])
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(8192)
        damaged.write(b"\xff" * (size - 16384))
    with opened(file) as db, pytest.raises(DatabaseError, match="damaged"):
        snapshot(db, "learner")


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    with rights_count(), pytest.raises(DatabaseError, match="cannot be opened for writing") as failure:
        Database.in_file(folder / "learners.sqlite")
    assert "--data" in said(failure.value)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(DatabaseError, match="cannot be opened for writing"):
        Database.in_file(tmp_path / "data" / "learners.sqlite")


def test_a_folder_that_became_read_only(file: Path):
    """The file may be written, but the log beside it cannot be made."""
    file.parent.chmod(0o500)
    try:
        with rights_count(), opened(file) as db, pytest.raises(DatabaseError, match="cannot be written") as failure:
            add_learner(db, 2)
        assert "data folder" in said(failure.value)
    finally:
        file.parent.chmod(0o700)
    with opened(file) as db:
        assert len(snapshot(db, "learner")["learner"]) == 1


def test_a_read_only_file(file: Path):
    file.chmod(0o400)
    with rights_count(), pytest.raises(DatabaseError, match="cannot be opened for writing"):
        Database.in_file(file)


def test_a_full_disk(sqlite_template: Path, tmp_path: Path):
    """Learner by learner until the disk is full: the one that failed is not there, all others are."""
    with mounted(tmp_path / "disk") as small:
        place = tmp_path / "disk" / "learners.sqlite"
        shutil.copyfile(sqlite_template, place)
        with opened(place) as db:
            if not small:
                with db.read() as tx:  # the one connection of the pool
                    pages = tx.exec_driver_sql("pragma page_count").scalar_one()
                    tx.exec_driver_sql(f"pragma max_page_count = {pages + 20}")
            kept = 0
            with pytest.raises(DatabaseError, match="disk is full") as failure:  # noqa: PT012
                for number in range(1, 100_000):
                    add_learners(db, [learner_values(number, phone="0" * 2_000)])
                    kept = number
            assert "untouched" in said(failure.value)
            assert kept > 3
            assert len(snapshot(db, "learner")["learner"]) == kept


def test_no_room_for_the_copy_before_an_upgrade(file: Path, tmp_path: Path):
    with mounted(tmp_path / "disk") as small:
        if not small:
            (tmp_path / "disk" / "backups").write_text("in the way")
        place = tmp_path / "disk" / "learners.sqlite"
        shutil.copyfile(file, place)
        with (tmp_path / "disk" / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while small:
                filler.write(bytes(4096))
        before = place.read_bytes()
        with pytest.raises(DatabaseError, match="no copy of it could be made") as failure:
            _copy(place)
        assert "Nothing was changed" in said(failure.value)
        assert place.read_bytes() == before
        if small:
            assert list((tmp_path / "disk").glob("backups/*")) == []


def test_the_copy_before_an_upgrade(file: Path):
    old_umask = os.umask(0)
    try:
        _copy(file)
    finally:
        os.umask(old_umask)
    [copy] = (file.parent / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    with opened(copy) as db, opened(file) as original:
        assert snapshot(db, "learner") == snapshot(original, "learner")


def test_copies_before_an_upgrade_that_are_no_longer_kept(file: Path):
    """The newest of this database; one that cannot go is no reason not to start."""
    folder = file.parent / "backups"
    folder.mkdir()
    (folder / "learners-20240101-000000-1.db").mkdir()
    old = [f"learners-2025010{day}-000000-1.db" for day in range(1, 7)]
    others = ["learners-b-20240101-000000-1.db", "daily-2024-01-01.db"]
    for name in (*old, *others):
        (folder / name).touch()
    _copy(file)
    left = {one.name for one in folder.iterdir()}
    assert left >= {*old[2:], *others}
    assert not left & set(old[:2])


def test_what_another_program_tidies_away_at_the_same_time(tmp_path: Path):
    (tmp_path / ".older-copy-1").symlink_to(tmp_path / "gone")
    forget_left(tmp_path)


def test_files_are_the_users_alone(tmp_path: Path):
    old_umask = os.umask(0)
    try:
        with opened(tmp_path / "learners.sqlite") as db:
            upgrade(db)
            with db.write() as tx:
                tx.execute(insert(operation).values(kind="x", computer="x", at=db.now(tx), state="done"))
                names = sorted(one.name for one in tmp_path.iterdir())
                modes = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
            assert names == ["learners.sqlite", "learners.sqlite-shm", "learners.sqlite-wal"]
            assert modes == {0o600}
    finally:
        os.umask(old_umask)
    assert [one.name for one in tmp_path.iterdir()] == ["learners.sqlite"]


def test_the_same_record_a_moment_earlier(db: Database):
    """The unique key says so, and the sentence does not say whose; nor does anything a report would show."""
    add_learner(db, 7, ref="SECRET-REF", family_name="Personal")
    with pytest.raises(ConflictError) as failure:
        add_learner(db, 8, ref="SECRET-REF", family_name="Personal")
    assert "Reload" in said(failure.value)
    shown = "".join(traceback.format_exception(failure.value)).lower()
    frames = [line for line in shown.splitlines() if not line.startswith("    ")]
    assert not any("secret-ref" in line or "personal" in line for line in frames)


def test_a_transaction_that_fails_leaves_nothing(db: Database):
    before = snapshot(db)
    with pytest.raises(ZeroDivisionError), db.write() as tx:  # noqa: PT012
        tx.execute(insert(learner), learner_values(1))
        _ = 1 / 0
    assert snapshot(db) == before


def test_reading_never_writes(db: Database):
    before = snapshot(db)
    with db.read() as tx:
        tx.execute(insert(learner), learner_values(1))
    assert snapshot(db) == before


def test_a_read_sees_one_state(db: Database):
    add_learner(db, 1)
    with db.read() as tx:
        count = select(func.count()).select_from(learner)
        assert tx.execute(count).scalar_one() == 1
        add_learner(db, 2)
        assert tx.execute(count).scalar_one() == 1


def test_a_cancel_ends_the_statement_under_way(db: Database):
    numbers = select(literal(1).label("x")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.x + 1))
    context = TaskContext()
    seen: list[int] = []

    def cancel_after_the_first(found) -> None:
        seen.append(len(found))
        context.cancel()

    with pytest.raises(Cancelled), db.read(context) as tx:
        db.ids(tx, select(numbers.c.x), cancel_after_the_first, early=True)
    assert seen == [200]
    with db.read() as tx:  # the connection serves the next one
        assert tx.execute(select(literal(1))).scalar_one() == 1


# ------------------------------------------------------------------------------------------------ servers only


@pytest.fixture
def served(server: Server, postgresql_template: str) -> Iterator[Database]:
    with server.database(postgresql_template) as address:
        db = Database(address)
        yield db
        db.close()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("42501", "does not allow your account"),
        ("57014", "took too long"),
        ("55P03", "changing the same records"),
        ("53100", "disk of the database server is full"),
        ("42P01", "does not have the tables"),
        ("40001", "Somebody else saved"),
        ("40P01", "Somebody else saved"),
        ("XX000", "could not do this"),
    ],
)
def test_what_a_server_answers(served: Database, state: str, words: str):
    with pytest.raises(AppError, match=words) as failure, served.read() as tx:
        tx.execute(text(f"do $$ begin raise exception using errcode = '{state}'; end $$"))
    assert said(failure.value)


def test_a_lock_on_the_server(served: Database):
    key = add_learner(served, 1)
    change = learner.update().where(learner.c.id == key).values(phone="1")
    with served.write() as tx:
        tx.execute(change)
        waits = text("set local lock_timeout = '50ms'")
        with pytest.raises(DatabaseError, match="changing the same records"), served.write() as second:  # noqa: PT012
            second.execute(waits)
            second.execute(change)


def test_a_server_that_ended_the_connection(served: Database):
    with pytest.raises(DatabaseError) as failure, served.read() as tx:
        tx.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert said(failure.value)
    with served.read() as tx:
        assert tx.execute(select(literal(1))).scalar_one() == 1


def test_nobody_at_the_address(served: Database, tmp_path: Path):
    closed = Database("postgresql+psycopg://somebody@127.0.0.1:9/learners")
    with pytest.raises(DatabaseError, match="cannot be reached") as failure, closed.read():
        pass
    assert "network" in said(failure.value)
    closed.close()


def test_a_missing_and_a_wrong_password(server: Server):
    for user, words in ((STRANGER, "asks for a password"), (f"{STRANGER}:wrong", "does not accept")):
        db = Database(server.address("postgres", user))
        with pytest.raises(DatabaseError, match=words) as failure, db.read():
            pass
        assert "wrong" not in said(failure.value)
        db.close()


def test_a_server_keeps_time_in_utc(served: Database):
    with served.read() as tx:
        assert tx.execute(text("show timezone")).scalar_one() == "UTC"
        now = served.now(tx)
        assert now.utcoffset() is not None
        assert abs((now - tx.execute(text("select now()")).scalar_one()).total_seconds()) < 60
