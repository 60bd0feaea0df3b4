"""Killed during a load (SIGKILL, in its transaction): the database is exactly as before, and the preview can still
be loaded, taken back, or discarded with every row of it. Killed during the preview: nothing but rows of its job is
there, the same file can be read again at once, and the rows go away in time.

In the usual run at listed moments; with LM_LONG=1 at sixty random ones (LM_SEED repeats a run), on each database.
"""

import os
import random
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app import jobs
from app.access import User
from app.db.database import Database
from app.db.tables import change, file_job, file_row, learner, operation
from app.learners import load, load_apply
from tests.builders import snapshot
from tests.db import dying, killed_load_child
from tests.db.dying import Dead
from tests.db.loading import Loader, an_aim, counted, record
from tests.files.builders import ilr, made_up

WRITTEN = ("learner", "aim", "campus", "operation", "change", "file_job", "file_row")
PREVIEW_MOMENTS = (
    ("statement", 4),
    ("statement", 16),
    ("statement", 22),
    ("commit", 1),
    ("commit", 2),
    ("commit", 4),
)
MOMENTS = (("statement", 6), ("statement", 16), ("statement", 26), ("commit", 1))


def child(address: str, what: object, point: str, number: int) -> Dead:
    return dying.child(killed_load_child.main, address, what, point, number)


def previewed(loader: Loader) -> load.Preview:
    """A load of 600 learners, two batches: some new, some changed, some with more aims."""
    loader.bring(*(record(n, aims=[an_aim(1)]) for n in range(1, 300)))
    return loader.preview(
        record(n, phone="1", campus_code="SOUTH", aims=[an_aim(1, completion="2"), an_aim(2)]) for n in range(1, 601)
    )


def test_killed_during_the_load(db: Database, address: str, user: User, tmp_path: Path):
    loader = Loader(db, user, tmp_path)
    seen = previewed(loader)
    before = snapshot(db, *WRITTEN)
    for moment in MOMENTS:
        dead = child(address, seen.job_id, *moment)
        assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
        assert snapshot(db, *WRITTEN) == before, moment
    alive = child(address, seen.job_id, "never", 0)
    assert alive.returncode == 0, alive.stderr
    statements, commits = map(int, alive.stdout.split())
    assert statements >= MOMENTS[-2][1], "the moments lie inside the load"
    assert commits == 1, "one transaction"
    with db.read() as tx:
        assert len(tx.execute(select(learner.c.id).where(learner.c.phone == "1")).all()) == 600
        assert jobs.read(tx, seen.job_id).state == "applied"
        if db.embedded:
            assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
    assert load_apply.undo(db, user, seen.job_id).left == 0


@pytest.mark.skipif(os.environ.get("LM_LONG") != "1", reason="sixty random kills: set LM_LONG=1")
def test_sixty_kills_of_a_load_at_random_moments(db: Database, address: str, user: User, tmp_path: Path):
    seed = int(os.environ.get("LM_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"LM_SEED={seed}")
    dice = random.Random(seed)
    loader = Loader(db, user, tmp_path)
    seen = previewed(loader)
    before = snapshot(db, *WRITTEN)
    for _ in range(60):
        moment = ("statement", dice.randint(1, MOMENTS[-2][1]))
        dead = child(address, seen.job_id, *moment)
        assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
        assert snapshot(db, *WRITTEN) == before, moment
    assert child(address, seen.job_id, "never", 0).returncode == 0


def test_killed_between_preview_and_load(db: Database, user: User, tmp_path: Path):
    """What a dead program left behind is rows of its job only; the next start of a load takes them away in time."""
    loader = Loader(db, user, tmp_path)
    seen = loader.preview([record(1)])
    assert counted(seen) == {"new": 1}
    for table in (learner, operation, change):
        assert loader.number_of(table) == 0
    with db.write() as tx:  # of somebody else, on a computer that is gone
        gone = db.now(tx) - 2 * jobs.FORGOTTEN_AFTER
        tx.execute(file_job.update().values(started_at=gone, computer="another"))
    loader.preview([record(2)])
    assert (loader.number_of(file_job), loader.number_of(file_row)) == (1, 1)


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    """Of 2,100 learners, five batches."""
    path = tmp_path / "return.xml"
    path.write_text(ilr(*made_up(2_100)), encoding="utf-8")
    return path


def dies_in_the_preview(db: Database, address: str, path: Path, moments: Iterable[tuple[str, int]]) -> None:
    kept = [name for name in WRITTEN if not name.startswith("file_")]
    before = snapshot(db, *WRITTEN)
    for moment in moments:
        dead = child(address, path, *moment)
        assert dead.returncode == -signal.SIGKILL, (moment, dead.stderr)
        assert snapshot(db, *kept) == {name: before[name] for name in kept}, moment
        with db.read() as tx:
            assert jobs.listed(tx, load.KIND) == [], "it is no load"
    alive = child(address, path, "never", 0)
    assert alive.returncode == 0, alive.stderr
    statements, commits = map(int, alive.stdout.split())
    assert statements >= PREVIEW_MOMENTS[2][1], "the moments lie inside the preview"
    assert commits >= PREVIEW_MOMENTS[-1][1]
    with db.write() as tx:
        tx.execute(file_job.update().values(started_at=db.now(tx) - 2 * jobs.FORGOTTEN_AFTER, computer="another"))


def loads_afterwards(db: Database, user: User, folder: Path) -> None:
    """The first load after it takes away what the dead ones left."""
    loader = Loader(db, user, folder)
    assert loader.bring(record(1)).new == 1
    assert (loader.number_of(file_job), loader.number_of(file_row), loader.number_of(learner)) == (1, 1, 1)


def test_killed_during_the_preview(db: Database, address: str, user: User, tmp_path: Path, big_file: Path):
    dies_in_the_preview(db, address, big_file, PREVIEW_MOMENTS)
    loads_afterwards(db, user, tmp_path)


@pytest.mark.skipif(os.environ.get("LM_LONG") != "1", reason="sixty random kills: set LM_LONG=1")
def test_sixty_kills_of_a_preview_at_random_moments(
    db: Database, address: str, user: User, tmp_path: Path, big_file: Path
):
    seed = int(os.environ.get("LM_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"LM_SEED={seed}")
    dice = random.Random(seed)
    moments = [("statement", dice.randint(1, PREVIEW_MOMENTS[2][1])) for _ in range(60)]
    dies_in_the_preview(db, address, big_file, moments)
    loads_afterwards(db, user, tmp_path)
