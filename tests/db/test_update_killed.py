"""Killed during Update (SIGKILL, in and between transactions): every learner is wholly updated or untouched, history
tells the truth, and the update can be taken back or done again.

In the usual run at listed moments; with LM_LONG=1 at a hundred random ones (LM_SEED repeats a run), on each database.
"""

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from app.access import User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, change, operation
from app.plr.update import undo_update, update_selected
from app.tasks import TaskContext
from tests.builders import add_attainment, add_learner, all_keys, session_of, snapshot
from tests.db import dying, killed_child
from tests.db.dying import Dead
from tests.db.killed_child import EVENTS, answers_for

LEARNERS = 8
RANDOM_KILLS = 100
LISTED = (("statement", 23, 0), ("statement", 41, 0), ("commit", 3, 0), ("after", 17, 400), ("after", 36, 1_500))
LONG = os.environ.get("LM_LONG") == "1"

Moment = tuple[str, int, int]
"""What is counted, its number, and microseconds after it: see killed_child."""


def child(address: str, moment: Moment, learners: list[int]) -> Dead:
    return dying.child(killed_child.main, address, *moment, *learners)


def new_learners(db: Database) -> list[int]:
    learners = [add_learner(db) for _ in range(LEARNERS)]
    for key in learners:
        add_attainment(db, key, subject_code="OLD", grade="4")
    return learners


def per_learner(db: Database, table) -> Counter:
    with db.read() as tx:
        return Counter(tx.execute(select(table.c.learner_id)).scalars())


def newest_operation(db: Database):
    """The operation of the killed update; None if it died before its first write."""
    with db.read() as tx:
        return tx.execute(select(operation).order_by(operation.c.id.desc()).limit(1)).first()


def kill(db: Database, address: str, user: User, moment: Moment) -> int:
    """Kill an update of eight new learners at `moment` and check everything; returns how many it had finished."""
    learners = new_learners(db)
    before, last = snapshot(db, "attainment", "attainment_event"), newest_operation(db)
    dead = child(address, moment, learners)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    stored, linked, told = (per_learner(db, table) for table in (attainment, attainment_event, change))
    whole = [key for key in learners if stored[key] == 1 + EVENTS]
    untouched = [key for key in learners if stored[key] == 1]
    assert whole + untouched == learners, moment
    assert all(linked[key] == EVENTS and told[key] == 2 * EVENTS for key in whole), moment
    assert all(linked[key] == told[key] == 0 for key in untouched), moment
    about = newest_operation(db)
    if about is None or (last is not None and about.id == last.id):
        assert whole == [], "what was written is told"
    else:
        assert about.kind == "plr_update"
        # It is *stopped* until its last write; a death after that one finds everything done.
        assert about.state == "stopped" or len(whole) == LEARNERS
        assert undo_update(db, user, about.id).left == 0
    assert snapshot(db, "attainment", "attainment_event") == before
    session = session_of(db, answers_for(learners))
    summary = update_selected(TaskContext(), db, user, session, all_keys(session), lower_too=False)
    assert len(summary.new) == summary.processed == len(learners) * EVENTS
    return len(whole)


def check_file(db: Database) -> None:
    """SQLite finds no damage in the file."""
    if db.embedded:
        with db.read() as tx:
            assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
            assert tx.execute(text("pragma foreign_key_check")).all() == []


@pytest.mark.parametrize("moment", LISTED, ids=lambda moment: "-".join(map(str, moment)))
def test_killed_during_update(db: Database, address: str, user: User, moment: Moment):
    finished = kill(db, address, user, moment)
    if moment[0] != "after":  # how far it comes in so many microseconds depends on the machine
        assert 0 < finished < LEARNERS
    check_file(db)


def random_moments(dice: random.Random, statements: int, commits: int) -> Iterator[Moment]:
    """Half of them at a statement or commit, half at any time after one."""
    for number in range(RANDOM_KILLS):
        if number % 2:
            yield ("after", dice.randint(1, statements), dice.randint(0, 3_000))
        elif number % 8:
            yield ("statement", dice.randint(1, statements), 0)
        else:
            yield ("commit", dice.randint(1, commits), 0)


@pytest.mark.skipif(not LONG, reason="a hundred random kills: set LM_LONG=1")
def test_a_hundred_kills_at_random_moments(db: Database, address: str, user: User, kind: str):
    seed = int(os.environ.get("LM_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"LM_SEED={seed}")
    alive = child(address, ("never", 0, 0), new_learners(db))
    statements, commits = map(int, alive.stdout.split())
    assert commits >= LEARNERS
    moments = random_moments(random.Random(seed), statements, commits)
    finished = [kill(db, address, user, moment) for moment in moments]
    check_file(db)
    spread = sorted(Counter(finished).items())
    print(f"{kind}: {len(finished)} kills, {statements} statements, learners finished: {spread}")
    assert len(finished) == RANDOM_KILLS
    assert len(set(finished)) > LEARNERS // 2, "the moments were spread over the update"
