"""The server ends the connection in the middle of each kind of write, or is stopped altogether: what is told is a
sentence, the data are whole or untouched, and the same command does it once it is asked again, nothing twice.

Programs that are killed themselves: `test_…_killed`. Servers that hang: `test_hung_server`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, update

from app import db_check, purge
from app.db import locks
from app.db.database import Database
from app.db.tables import (
    job_lock,
)
from app.errors import ConflictError
from app.learners import edit
from app.lms.extracts import save as saving
from app.tasks import TaskContext
from tests.builders import add_learner, first_user
from tests.db.each_write import PARTS, WHOLE, an_import, flood_fill_of_many
from tests.db.losing import Loss, World, Write, attempt, unchanged
from tests.db.postgresql import Server

ONE = (("commit", 1), *(("statement", number) for number in (1, 3, 7, 13, 22, 40, 70)))
"""Moments of what has one transaction: the commit, and statements further and further on."""
SEVERAL = (
    ("statement", 1),
    ("commit", 1),
    ("statement", 4),
    ("statement", 7),
    ("commit", 2),
    ("statement", 15),
    ("commit", 3),
    *(("statement", number) for number in (22, 30, 41, 55, 75, 110, 160)),
)


@pytest.fixture
def world(server: Server, postgresql_template: str, tmp_path: Path) -> Iterator[World]:
    with server.database(postgresql_template) as address:
        db = Database(address)
        yield World(db, first_user(db), tmp_path, server)
        db.close()


@pytest.mark.expects_log  # the driver says that the line was lost
@pytest.mark.parametrize("maker", [*WHOLE, *PARTS], ids=lambda maker: maker.__name__)
def test_lost_in_the_middle_of(world: World, maker: Callable[[World], Write], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saving, "BATCH", 2)
    monkeypatch.setattr(purge, "BATCH", 2)
    write = maker(world)
    look = write.parts or unchanged(world.db)
    loss = Loss(world.server, world.db)
    deaths = 0
    try:
        for point, number in ONE if write.parts is None else SEVERAL:
            with loss.at(point, number):
                told = attempt(write)
            if told is None:
                break
            assert re.search("was restarted|cannot be reached|line to the database server broke", told), told
            assert loss.happened, told
            deaths += 1
            look()
            with world.db.read() as tx:
                assert locks.holders(tx, world.db, job_lock.c.name.is_not(None)) == [], "locks are released"
    finally:
        loss.close()
    assert deaths >= 3
    if loss.happened:  # the moment was after all that counts
        assert told is None
    write.end()
    assert db_check.check(TaskContext(), world.db).problems == []


def broken_off(write: Write, world: World) -> str | None:
    """What is told where the server is stopped altogether in the middle, and started again."""
    with ExitStack() as stack:
        gone: list[object] = []

        def stop(*call: object) -> None:
            if not gone:
                gone.append(stack.enter_context(world.server.away()))

        event.listen(world.db._engine, "commit", stop)
        told = attempt(write)
        assert attempt(write) is not None, "it is not there"
    return told


@pytest.mark.expects_log  # the driver says that the line was lost
@pytest.mark.parametrize("maker", [flood_fill_of_many, an_import], ids=lambda maker: maker.__name__)
def test_the_server_is_stopped_in_the_middle_of(world: World, maker: Callable[[World], Write]):
    """And started again: nobody opens anything anew, the next command works by itself."""
    write = maker(world)
    look = write.parts or unchanged(world.db)
    told = broken_off(write, world)
    assert told is not None
    look()
    with world.db.write() as tx:
        if locks.holders(tx, world.db, job_lock.c.name.is_not(None)):  # nobody could release it: a person does
            tx.execute(update(job_lock).values(locks.NOBODY))
    assert attempt(write) is None
    write.end()


def test_a_restart_between_two_commands(world: World):
    """Connections that were kept are dead, and nobody notices; a lock that is held is held."""
    key = add_learner(world.db)
    lock = locks.take(world.db, "lms", world.user.name)
    assert lock is not None
    for _ in range(2):
        with world.server.away():
            pass
        with world.db.read() as tx:
            held = edit.read(tx, key)
        with world.server.away():
            pass
        assert edit.save(world.db, world.user, held, replace(held.form, phone=held.form.phone + "1"))
    with world.server.away():
        pass
    assert lock.sign()
    with pytest.raises(ConflictError, match="being done"), locks.held(world.db, "lms", "Somebody"):
        pass
    lock.release()
    with locks.held(world.db, "lms", "Somebody"):
        pass
