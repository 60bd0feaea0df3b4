"""Killed during an import of course records (SIGKILL): the rows that were applied are whole and listed, the lock goes
stale and is said so, and importing the file again finishes without doubles.

In the usual run at listed moments; with LM_LONG=1 at a hundred random ones (LM_SEED repeats a run), on each database.
"""

import os
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.tables import award, change, enrolment, file_job, job_lock, operation, outgoing_report
from app.imports import apply, job_list, lock, undo, unlock
from app.imports.dry_run import DryRun
from app.imports.rules import Outcome
from app.tasks import TaskContext
from tests.builders import add_learners, learner_values, snapshot
from tests.db import dying, killed_import_child
from tests.db.dying import Dead
from tests.imports import credit_rows
from tests.imports.importing import EVERYTHING, Importing, credited, done, mail, row

WRITTEN = ("enrolment", "award", "outgoing_report")
SCOPE = "course:ENG-1"
ROWS, BATCH = 30, 10
MOMENTS = (("statement", 9), ("statement", 45), ("statement", 60), ("commit", 2), ("commit", 4))


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    made = Importing(db, user, tmp_path)
    credit_rows.add_body(db, user, "The Board", made.type_id, deadline_days=60)
    return made


def brought(world: Importing, rows: int) -> list[dict[str, object]]:
    """A file in which every third row is an enrolment, a completion, or a completion with credit of its own."""
    add_learners(world.db, [learner_values(n, email=mail(n)) for n in range(1, rows + 1)])
    kinds = (row, done, credited)
    return [kinds[n % 3](n) for n in range(1, rows + 1)]


def child(address: str, seen: DryRun, batch: int, point: str, number: int) -> Dead:
    return dying.child(killed_import_child.main, address, seen.job_id, batch, point, number)


def whole_and_listed(world: Importing, job_id: int) -> int:
    """Exactly the rows with an outcome are applied, each with all that it does and its history. How many they are."""
    rows = world.rows(job_id)
    ended = [one for one in rows if one.outcome is not None]
    assert ended == rows[: len(ended)], "in the order of the file"
    with world.db.read() as tx:
        job = tx.execute(select(file_job).where(file_job.c.id == job_id)).one()
        enrolled = {
            one.file_row_id: one for one in tx.execute(select(enrolment).where(enrolment.c.removed_at.is_(None)))
        }
        awards = {one.file_row_id: one for one in tx.execute(select(award).where(award.c.removed_at.is_(None)))}
        reports = select(outgoing_report.c.award_id).where(outgoing_report.c.removed_at.is_(None))
        due = set(tx.execute(reports).scalars())
        noted = select(change.c.table_name, func.count()).where(change.c.operation_id == (job.operation_id or 0))
        counts = {row[0]: row[1] for row in tx.execute(noted.group_by(change.c.table_name))}
    assert job.reached == (ended[-1].number if ended else 0)
    assert set(enrolled) == {one.id for one in ended}
    by_kind = Counter(one.outcome for one in ended)
    assert {awards[one.id].origin for one in ended if one.outcome == "completed"} <= {"course"}
    assert {awards[one.id].origin for one in ended if one.outcome == "credited"} <= {"import"}
    assert len(awards) == by_kind["completed"] + by_kind["credited"]
    assert due == {awards[one.id].id for one in ended if one.outcome == "completed"}
    assert counts.get("enrolment", 0) == len(ended), "history tells of each"
    return len(ended)


def stale(world: Importing) -> list[lock.ImportLock]:
    """What a start finds a minute later."""
    with world.db.write() as tx:
        old = world.db.now(tx) - locks.STALE_AFTER - timedelta(seconds=5)
        tx.execute(update(job_lock).where(job_lock.c.token.is_not(None)).values(alive_at=old))
    with world.db.read() as tx:
        return lock.standing(tx, world.db)


def dies(world: Importing, address: str, path: Path, moment: tuple[str, int]) -> None:
    """Killed at this moment, looked at, unlocked, imported again, and taken back, so that the next can begin."""
    seen = world.check(path)
    dead = child(address, seen, BATCH, *moment)
    assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
    applied = whole_and_listed(world, seen.job_id)
    assert applied % BATCH == 0, moment
    with world.db.read() as tx:
        state = tx.execute(select(file_job.c.state).where(file_job.c.id == seen.job_id)).scalar_one()
    held = stale(world)
    if held:
        assert [(one.scope, one.job_id, one.stale) for one in held] == [(SCOPE, seen.job_id, True)], moment
        told = unlock.unlock(world.db, world.user, SCOPE)
        assert (told.job_id is None) == (state != "importing")
    else:
        assert state == "checked", (moment, "killed before it began")
    again = world.apply(world.check(path), *EVERYTHING)
    assert again.outcomes.get(Outcome.SKIPPED_EXISTING, 0) == applied, moment
    assert again.surprises == 0, moment
    assert sum(again.outcomes.values()) == ROWS
    assert len(world.enrolled()) == ROWS
    for job_id in (again.job_id, seen.job_id) if state in ("importing", "applied") else (again.job_id,):
        assert undo.undo_job(TaskContext(), world.db, world.user, job_id).left == ()


@pytest.mark.rule("CR-L3", "CR-L8")
def test_killed_during_an_import(world: Importing, address: str):
    path = world.file(brought(world, ROWS))
    before = snapshot(world.db, *WRITTEN)
    for moment in MOMENTS:
        dies(world, address, path, moment)
        assert snapshot(world.db, *WRITTEN) == before, moment
    alive = child(address, world.check(path), BATCH, "never", 0)
    assert alive.returncode == 0, alive.stderr
    statements, commits = map(int, alive.stdout.split())
    assert statements > max(number for point, number in MOMENTS if point == "statement"), "they lie inside the import"
    assert commits >= max(number for point, number in MOMENTS if point == "commit")
    if world.db.embedded:
        with world.db.read() as tx:
            assert tx.execute(text("pragma integrity_check")).scalar() == "ok"


@pytest.mark.skipif(os.environ.get("LM_LONG") != "1", reason="a hundred random kills: set LM_LONG=1")
def test_a_hundred_kills_of_an_import_at_random_moments(world: Importing, address: str):
    seed = int(os.environ.get("LM_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"LM_SEED={seed}")
    dice = random.Random(seed)
    path = world.file(brought(world, ROWS))
    before = snapshot(world.db, *WRITTEN)
    for _ in range(100):
        commits = dice.random() < 0.2
        moment = ("commit", dice.randint(1, 6)) if commits else ("statement", dice.randint(1, 70))
        dies(world, address, path, moment)
        assert snapshot(world.db, *WRITTEN) == before, moment


@pytest.mark.rule("CR-L4", "CR-L6", "CR-L8")
def test_11_killed_at_row_500_of_1000(world: Importing, address: str):
    path = world.file(brought(world, 1_000))
    seen = world.check(path)
    dead = child(address, seen, 100, "commit", 8)  # the lock, the beginning, five batches, and the sixth does not end
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert whole_and_listed(world, seen.job_id) == 500
    [held] = stale(world)
    assert (held.stale, held.reached, held.percent) == (True, 501, 50)
    told = unlock.unlock(world.db, world.user, SCOPE)
    assert sum(told.outcomes.values()) - told.outcomes[Outcome.NOT_REACHED] == 500
    with world.db.read() as tx:
        job = job_list.one_job(tx, seen.job_id)
    assert job is not None
    assert job.state is job_list.JobState.ABORTED
    again = world.apply(world.check(path), *EVERYTHING)
    assert again.outcomes[Outcome.SKIPPED_EXISTING] == 500
    assert again.rows - again.outcomes[Outcome.SKIPPED_EXISTING] == 500
    assert len(world.enrolled()) == 1_000


@pytest.mark.rule("CR-L8")
def test_a_killed_import_is_resumed(world: Importing, address: str):
    path = world.file(brought(world, ROWS))
    seen = world.check(path)
    dead = child(address, seen, BATCH, "commit", 4)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    stale(world)
    unlock.unlock(world.db, world.user, SCOPE)
    told = apply.resume(TaskContext(), world.db, world.user, seen.job_id, batch=BATCH)
    assert (told.state, told.rows, told.surprises) == ("applied", ROWS, 0)
    assert whole_and_listed(world, seen.job_id) == ROWS
    with world.db.read() as tx:
        ended = tx.execute(select(operation.c.state).where(operation.c.id == told.operation_id)).scalar_one()
    assert ended == "done"
