"""Killed during Update (SIGKILL, at fixed points in and between transactions): every learner is wholly updated or
untouched, history tells the truth, and the update can be taken back or done again."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import attainment, attainment_event, change, operation
from app.plr.update import undo_update, update_selected
from app.tasks import TaskContext
from tests.builders import add_attainment, add_learner, all_keys, session_with, snapshot
from tests.db.killed_child import EVENTS, answers_for

ROOT = Path(__file__).resolve().parents[2]


def per_learner(db: Database, table) -> Counter:
    with db.read() as tx:
        return Counter(tx.execute(select(table.c.learner_id)).scalars())


@pytest.mark.parametrize(("point", "number"), [("statement", 23), ("statement", 41), ("commit", 3)])
def test_killed_during_update(db: Database, address: str, user: User, point: str, number: int):
    learners = [add_learner(db) for _ in range(8)]
    for key in learners:
        add_attainment(db, key, subject_code="OLD", grade="4")
    before = snapshot(db, "attainment", "attainment_event")
    done = subprocess.run(
        [sys.executable, "-m", "tests.db.killed_child", address, point, str(number), *map(str, learners)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    stored, linked, told = (per_learner(db, table) for table in (attainment, attainment_event, change))
    whole = [key for key in learners if stored[key] == 1 + EVENTS]
    untouched = [key for key in learners if stored[key] == 1]
    assert whole + untouched == learners
    assert 0 < len(whole) < len(learners)
    assert all(linked[key] == EVENTS and told[key] == 2 * EVENTS for key in whole)
    assert all(linked[key] == told[key] == 0 for key in untouched)
    with db.read() as tx:
        about = tx.execute(select(operation)).one()
    assert (about.kind, about.state) == ("plr_update", "stopped")
    assert undo_update(db, user, about.id).left == 0
    assert snapshot(db, "attainment", "attainment_event") == before
    session = session_with(answers_for(learners))
    summary = update_selected(TaskContext(), db, user, session, all_keys(session), lower_too=False)
    assert len(summary.new) == summary.processed == len(learners) * EVENTS
