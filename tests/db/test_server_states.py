"""States that a server can be in, each a real one: what is told is a sentence with a next step, nothing is lost or
half written, and when it is over the next command works."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from sqlalchemy import Engine, event, func, make_url, select, text

from app import access, grants, start
from app.db import patience, server_lines
from app.db.database import Database
from app.db.tables import learner
from app.db.upgrade import upgrade
from app.errors import AppError, ConflictError, DatabaseError, OfflineError
from app.folders import DataFolder
from app.learners import edit
from tests.builders import UKPRN, add_learner, add_learners, first_user, learner_values
from tests.certificates import certificates
from tests.db.losing import unchanged
from tests.db.postgresql import Server
from tests.db.small_disk import mounted

FORM = edit.LearnerForm(ref="R1", family_name="Doe", given_names="Jo")


@pytest.fixture
def address(server: Server, postgresql_template: str) -> Iterator[str]:
    with server.database(postgresql_template) as made:
        yield made


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    db = Database(address)
    yield db
    db.close()


def said(error: AppError) -> str:
    assert error.hint, "a failure says what to do next"
    return str(error)


def test_a_server_that_is_read_only(db: Database, server: Server):
    """As a standby is, and a server that its administrator has closed for changes."""
    user = first_user(db)
    key = add_learner(db)
    same = unchanged(db)
    name = db.url.database
    server.run(f"alter database {name} set default_transaction_read_only = on")
    try:
        closed = Database(db.url)
        with pytest.raises(DatabaseError, match="takes no changes just now") as failure:
            edit.add(closed, user, UKPRN, FORM)
        assert "read and exported" in said(failure.value)
        with closed.read() as tx:
            assert edit.read(tx, key).id == key
        with pytest.raises(DatabaseError, match="takes no changes just now"):
            access.sign_in(closed, user.login)
        closed.close()
    finally:
        server.run(f"alter database {name} reset default_transaction_read_only")
    same()
    edit.add(db, user, UKPRN, FORM)


@pytest.mark.expects_log  # the driver says that its pipeline was broken off
def test_a_server_whose_disk_is_full(db: Database, server: Server, tmp_path: Path):
    """The table is on a disk of two megabytes: learner by learner until there is no room. The one that failed is not
    there, all others are; with room again the next one is."""
    place = server.folder / "small"
    with mounted(place) as small:
        if not small:
            pytest.skip("this machine lets nobody mount a disk")
        shutil.chown(place, "postgres", "postgres")
        name = str(db.url.database)
        server.run(f"create tablespace small location '{place}'")
        try:
            server.run("alter table learner set tablespace small", name)
            kept = 0
            with pytest.raises(DatabaseError, match="disk of the database server is full") as failure:  # noqa: PT012
                for first in range(1, 5_000, 20):
                    rows = [learner_values(number, phone=token_hex(900)) for number in range(first, first + 20)]
                    add_learners(db, rows)
                    kept += len(rows)
            assert "untouched" in said(failure.value)
            assert kept > 20
            with db.read() as tx:
                assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == kept
        finally:
            server.run("alter table learner set tablespace pg_default", name)
            server.run("drop tablespace small")
        add_learner(db, 20_000)


def test_a_server_with_no_room_for_another_connection(db: Database, server: Server):
    server.run("create role crowded login connection limit 1")
    first, second = (Database(make_url(server.address("postgres")).set(username="crowded")) for _ in range(2))
    with first.read(), pytest.raises(OfflineError, match="no room for another connection") as failure, second.read():
        pass
    assert "Wait a moment" in said(failure.value)
    first.close()
    with second.read() as tx:
        assert tx.execute(text("select 1")).scalar_one() == 1
    second.close()


def test_a_database_without_tables(server: Server, tmp_path: Path):
    """Not brought up to date yet: a sentence where it is used as it is; the program makes them where it opens it."""
    with server.database() as empty:
        db = Database(empty)
        with pytest.raises(DatabaseError, match="does not have the tables") as failure, db.read() as tx:
            tx.execute(select(learner))
        assert "up to date" in said(failure.value)
        db.close()
        missing = make_url(empty).set(database="nobody_made_it")
        with pytest.raises(DatabaseError, match="no database of this name") as failure:
            start.open_folder(DataFolder(tmp_path / "data"), missing.render_as_string(hide_password=False))
        assert said(failure.value)


def test_two_owners_who_open_an_empty_database_at_once(server: Server, tmp_path: Path):
    """Tables, roles, grants and what a first start writes: once, and all come in. Who was later does none of it over
    again: so nobody waits for more than one of the others."""
    server.run("create role two_owners login createrole")
    installed: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_others: object) -> None:
        if "create or replace function lm_own_name()" in statement:
            installed.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    server.run("create database at_once owner two_owners template template0")
    address = server.address("at_once", "two_owners")

    def opened(number: int) -> access.User:
        _, db = start.open_folder(DataFolder(tmp_path / f"data{number}"), address)
        try:
            return start.sign_in(db)[0]
        finally:
            db.close()

    with ThreadPoolExecutor(3) as pool:
        users = list(pool.map(opened, range(3)))
    event.remove(Engine, "before_cursor_execute", note)
    assert len(installed) == 1
    assert {one.login for one in users} == {"two_owners"}
    assert len({one.id for one in users}) == 1
    db = Database(address)
    with db.read() as tx:
        for table, number in (("role", len(access.Role)), ("licence", 2), ("attainment_type", 3), ("app_user", 1)):
            assert tx.execute(text(f"select count(*) from {table}")).scalar_one() == number, table
    assert not upgrade(db)
    db.close()
    server.run("drop database at_once with (force)")


def test_a_second_owner_waits_for_grants_longer_than_for_a_row(
    db: Database, server: Server, monkeypatch: pytest.MonkeyPatch
):
    """Another program has been at it for three times as long as anybody waits for a row."""
    access.prepare(db)
    assert grants.install(db)
    with db.write() as tx:
        tx.exec_driver_sql("comment on function lm_forget(text, bigint[]) is null")
    name = db.url.database or ""
    wait = "select 1 from pg_stat_activity where wait_event = 'advisory' and datname = '{}' and {}"
    short = str(server_lines.OPTIONS["options"]).replace("lock_timeout=5s", "lock_timeout=100ms")
    monkeypatch.setitem(server_lines.OPTIONS, "options", short)
    with closing(Database(db.url)) as second, ThreadPoolExecutor(1) as pool:
        with server.connected(name) as first, first.transaction():
            first.execute("select pg_advisory_xact_lock(4711147)")
            waiting = pool.submit(grants.install, second)
            while not server.run(wait.format(name, "clock_timestamp() - query_start > interval '300ms'")):
                assert not waiting.done()
        assert waiting.result(30)
        with second.write() as tx:
            second.alone(tx, patiently=True)
            assert tx.execute(text("show lock_timeout")).scalar_one() == "100ms", "others wait for what it does next"


def test_two_who_wait_for_each_other(db: Database):
    """A deadlock: one of them is told that somebody else saved, what the other does is done."""
    user = first_user(db)
    one, two = add_learner(db), add_learner(db)
    meet = threading.Barrier(2)

    def change(first: int, second: int) -> str:
        try:
            with db.write() as tx:
                tx.execute(text("set local deadlock_timeout = '20ms'"))
                tx.execute(learner.update().where(learner.c.id == first).values(phone=str(first)))
                meet.wait(20)
                tx.execute(learner.update().where(learner.c.id == second).values(phone=str(first)))
        except ConflictError as error:
            return said(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(change, (one, two), (two, one)))
    assert sorted(map(bool, told)) == [False, True]
    assert "Somebody else saved" in "".join(told)
    winner = str((one, two)[told.index("")])
    with db.read() as tx:
        assert set(tx.execute(select(learner.c.phone)).scalars()) == {winner}
    assert user


def test_a_statement_that_takes_too_long(db: Database):
    same = unchanged(db)
    with pytest.raises(DatabaseError, match="took too long") as failure, db.write() as tx:  # noqa: PT012
        tx.execute(learner.insert(), learner_values(1))
        tx.execute(text("set local statement_timeout = '50ms'"))
        tx.execute(text("select count(*) from generate_series(1, 1000000000)"))
    assert said(failure.value)
    same()


def test_a_transaction_that_is_silent_for_too_long(db: Database, server: Server):
    """Whatever kept the program: its locks keep nobody else waiting, and it says what became of it."""
    same = unchanged(db)
    with pytest.raises(OfflineError) as failure, db.write() as tx:  # noqa: PT012
        tx.execute(learner.insert(), learner_values(1))
        tx.execute(text("set local idle_in_transaction_session_timeout = '50ms'"))
        pid = tx.execute(text("select pg_backend_pid()")).scalar_one()
        with server.connected("postgres") as admin:
            while admin.execute("select 1 from pg_stat_activity where pid = %s", (pid,)).fetchone():
                pass
        tx.execute(select(learner))
    assert said(failure.value)
    same()


def test_how_soon_a_line_that_is_cut_is_noticed():
    """In use within fifteen seconds: by the program's own question; by the system where nothing is under way."""
    options = server_lines.OPTIONS
    assert patience.ASK_AFTER + patience.ANSWER_WITHIN <= 15
    assert options["connect_timeout"] <= 15
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 15
    assert options["tcp_user_timeout"] <= 15_000


# ------------------------------------------------------------------------------------------------------------- TLS


@contextmanager
def tls(server: Server, certificate: Path) -> Iterator[None]:
    """The server with this certificate, for the length of the block."""
    place = server.folder / "server.pem"
    shutil.copyfile(certificate, place)
    place.chmod(0o600)
    with suppress(LookupError, PermissionError):
        shutil.chown(place, "postgres", "postgres")
    for name in ("ssl_cert_file", "ssl_key_file"):
        server.run(f"alter system set {name} = '{place}'")
    server.run("alter system set ssl = on")
    reloaded(server, "on")
    try:
        yield
    finally:
        server.run("alter system reset all")
        reloaded(server, "off")


def reloaded(server: Server, wanted: str) -> None:
    server.run("select pg_reload_conf()")
    for _ in range(10_000):
        with suppress(psycopg.OperationalError):
            if server.run("show ssl") == [(wanted,)]:
                return
    raise AssertionError("the server did not take its new settings")


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("server", ""),
        ("server_expired", "not one that this computer trusts"),
        ("server_wrong_host", "not one that this computer trusts"),
        ("server_stranger", "not one that this computer trusts"),
    ],
)
def test_the_certificate_of_a_server(server: Server, which: str, words: str):
    made = certificates()
    with tls(server, getattr(made, which)):
        address = make_url(server.address("postgres"))
        db = Database(address.update_query_dict({"sslmode": "verify-full", "sslrootcert": str(made.ca_file)}))
        try:
            if not words:
                with db.read() as tx:
                    query = "select version from pg_stat_ssl where pid = pg_backend_pid() and ssl"
                    assert tx.execute(text(query)).scalar_one().startswith("TLS")
                return
            with pytest.raises(DatabaseError, match=words) as failure, db.read():
                pass
            assert "nothing was sent" in said(failure.value)
        finally:
            db.close()


def test_a_server_without_tls(server: Server):
    db = Database(f"{server.address('postgres')}?sslmode=verify-full&sslrootcert={certificates().ca_file}")
    with pytest.raises(DatabaseError, match="does not offer an encrypted line") as failure, db.read():
        pass
    assert said(failure.value)
    db.close()
