"""A server that accepts and says nothing: every wait for it ends, with a sentence or as the user wished."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

import pytest
from sqlalchemy import literal, make_url, select, text

from app.db import patience, server_lines
from app.db.database import Database
from app.errors import DatabaseError
from app.tasks import Cancelled, TaskContext
from tests.db.postgresql import Server


class Line:
    """A relay in front of a server, which can fall silent as a hung one would: it still accepts, and what it was sent
    meanwhile it passes on when it speaks again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.silent = threading.Event()
        self._closed = threading.Event()
        self.breaks = threading.Event()
        """Set: the next answer of the server is lost, and the line with it."""
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._door.accept()
                theirs = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [ours, theirs]
                for pair in ((ours, theirs), (theirs, ours)):
                    self._threads.append(threading.Thread(target=self._carry, args=pair))
                    self._threads[-1].start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(65_536):
                if self.breaks.is_set() and source.getpeername()[1] == self._target:
                    break
                while self.silent.is_set() and not self._closed.wait(0.01):
                    pass
                target.sendall(some)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closed.set()
        for one in (self._door, *self._ends):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._door, *self._ends):
            one.close()


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    made = Line(server.port)
    yield made
    made.close()


@pytest.fixture
def db(line: Line, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database behind the line, asked after its server sooner than in life."""
    monkeypatch.setattr(patience, "ASK_AFTER", 0.3)
    monkeypatch.setattr(patience, "ANSWER_WITHIN", 0.5)
    db = Database(make_url(server.address("postgres")).set(port=line.port))
    yield db
    line.silent.clear()
    db.close()


def test_a_socket_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("psycopg")
    monkeypatch.setitem(server_lines.OPTIONS, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        db = Database(f"postgresql+psycopg://somebody@127.0.0.1:{silent.getsockname()[1]}/learners")
        started = monotonic()
        with pytest.raises(DatabaseError, match="cannot be reached") as failure, db.read():
            pass
        assert failure.value.hint
        assert monotonic() - started < 10
        db.close()


def test_a_server_that_falls_silent_in_the_middle(db: Database, line: Line):
    started = monotonic()
    with pytest.raises(DatabaseError, match="does not answer any more") as failure, db.read() as tx:  # noqa: PT012
        assert tx.execute(select(literal(1))).scalar_one() == 1
        line.silent.set()
        tx.execute(select(literal(2)))
    assert failure.value.hint
    assert monotonic() - started < 10
    line.silent.clear()
    with db.read() as tx:  # on a line of its own
        assert tx.execute(select(literal(3))).scalar_one() == 3


def test_a_server_that_falls_silent_before_the_commit(db: Database, line: Line):
    with pytest.raises(DatabaseError, match="does not answer any more"), db.write() as tx:  # noqa: PT012
        tx.execute(select(literal(1)))
        line.silent.set()


def test_a_line_that_breaks_after_the_commit_was_asked_for(db: Database, line: Line):
    """It was done, and nobody was told: so nobody is told to simply do it again."""
    with pytest.raises(DatabaseError, match="while the last step was being saved") as failure, db.write() as tx:  # noqa: PT012
        tx.execute(text("create table broke (id int)"))
        line.breaks.set()
    assert "Look whether" in failure.value.hint
    line.breaks.clear()
    with db.write() as tx:
        tx.execute(text("drop table broke"))


def test_a_server_that_thinks_for_long_is_not_given_up(db: Database):
    with db.read() as tx:
        assert tx.execute(text("select 7 from pg_sleep(1.5)")).scalar_one() == 7


def test_a_server_that_never_ends_its_answer_is_given_up_in_the_end(db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "GIVE_UP_AFTER", 1.0)
    with pytest.raises(DatabaseError, match="does not answer any more"), db.read() as tx:
        tx.execute(text("select pg_sleep(60)"))


def test_a_cancel_does_not_wait_for_a_silent_server(db: Database, line: Line, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "ASK_AFTER", 60.0)
    context = TaskContext()
    started = monotonic()
    timer = threading.Timer(0.3, context.cancel)
    with pytest.raises(Cancelled), db.read(context) as tx:  # noqa: PT012
        line.silent.set()
        timer.start()
        tx.execute(select(literal(1)))
    timer.join()
    assert monotonic() - started < 10
