"""Locks between computers: one run at a time, signs of life, and taking over what fell silent."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.tables import job_lock
from app.errors import ConflictError
from app.lms import enrolments
from app.tasks import TaskContext
from tests.db.test_lms_standing import run_courses
from tests.lms.fake_lms import FakeLms


@pytest.mark.rule("LS-S3")
def test_never_two_runs_at_once(db: Database, user: User):
    lms = FakeLms()
    lms.course("5")
    met: list[ConflictError] = []

    def another(call: str, course: str) -> None:
        if call == "courses":
            try:
                enrolments.run(TaskContext(), db, user, FakeLms())
            except ConflictError as error:
                met.append(error)

    lms.on_call = another
    assert run_courses(db, user, lms).state == "finished"
    assert len(met) == 1
    assert "by first on " in met[0].message
    lms.on_call = lambda call, course: None
    assert run_courses(db, user, lms).state == "finished", "and it is free again"


def test_a_silent_lock_is_taken_over_and_its_holder_notices(db: Database):
    first = locks.take(db, "x", "Ann")
    assert first is not None
    assert locks.take(db, "x", "Ben") is None
    with db.read() as tx:
        held = locks.holder(tx, db, "x")
    assert held is not None
    assert held.owner == "Ann"
    with db.write() as tx:
        tx.execute(update(job_lock).values(alive_at=db.now(tx) - timedelta(seconds=61)))
    with db.read() as tx:
        assert locks.holder(tx, db, "x") is None
    second = locks.take(db, "x", "Ben")
    assert second is not None
    assert first.sign() is False
    with db.write() as tx, pytest.raises(ConflictError):
        first.require(tx)
    first.release()
    assert second.sign() is True, "it was not ours any more to give back"


def test_a_lock_gives_signs_of_life(db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(locks, "ALIVE_EVERY", 0.02)
    signed = threading.Event()
    sign = locks.Lock.sign

    def seen(lock: locks.Lock) -> bool:
        done = sign(lock)
        signed.set()
        return done

    monkeypatch.setattr(locks.Lock, "sign", seen)
    with locks.held(db, "x", "Ann"):
        with db.read() as tx:
            since = tx.execute(select(job_lock.c.alive_at)).scalar_one()
        assert signed.wait(20)
        with db.read() as tx:
            assert tx.execute(select(job_lock.c.alive_at)).scalar_one() > since
    with db.read() as tx:
        assert locks.holder(tx, db, "x") is None


def test_of_many_who_want_a_new_lock_one_gets_it(address: str):
    got, together = [], threading.Barrier(4, timeout=20)

    def computer(number: int) -> None:
        db = Database(address)
        together.wait()
        got.append(locks.take(db, "new", str(number)))
        db.close()

    threads = [threading.Thread(target=computer, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in got) == 1
