"""Two people load at the same time, on both databases: each learner is there once, nothing that was not shown is
overwritten, and whoever came second reads what was left out."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import Role, User
from app.db.database import Database
from app.db.tables import aim, campus, learner, operation
from app.errors import ConflictError
from app.learners import load_apply, load_look
from app.learners.load_apply import LoadSummary
from app.learners.load_plan import KEEP, TAKE
from app.tasks import TaskContext
from tests.builders import uln_number, user_with
from tests.db.loading import Loader, an_aim, record

PEOPLE = range(1, 701)
"""More than one batch."""


@pytest.fixture
def two(db: Database, address: str, user: User, tmp_path: Path) -> Any:
    """Two programs with a connection of their own each."""
    other = Database(address)
    folder = tmp_path / "other"
    folder.mkdir()
    yield Loader(db, user, tmp_path), Loader(other, user_with(db, Role.ENROLMENT_MANAGER), folder)
    other.close()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gave, or the exception it raised."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait(10)
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def number(db: Database, *columns: Any) -> int:
    with db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(select(*columns).distinct().subquery())).scalar_one())


def test_the_same_new_learners_are_added_once(two: tuple[Loader, Loader]):
    first, second = two
    seen = at_once(*(lambda one=one: one.preview(record(n, aims=[an_aim(1)]) for n in PEOPLE) for one in two))
    done = at_once(
        lambda: load_apply.apply(TaskContext(), first.db, first.user, seen[0].job_id),
        lambda: load_apply.apply(TaskContext(), second.db, second.user, seen[1].job_id),
    )
    assert all(isinstance(one, LoadSummary) for one in done), done
    assert sorted((one.new, one.left) for one in done) == [(0, len(PEOPLE)), (len(PEOPLE), 0)]
    assert first.number_of(learner) == number(first.db, learner.c.ref_fold) == len(PEOPLE)
    assert first.number_of(aim) == len(PEOPLE)
    assert first.number_of(campus) == 1
    with first.db.read() as tx:
        assert set(tx.execute(select(operation.c.state)).scalars()) == {"done"}


def test_of_two_changes_to_one_learner_the_second_is_left_and_told(two: tuple[Loader, Loader]):
    first, second = two
    first.bring(*(record(n) for n in PEOPLE))
    one = first.preview(record(n, phone="one") for n in PEOPLE)
    other = second.preview(record(n, phone="other") for n in PEOPLE)
    done = at_once(lambda: first.apply(one), lambda: second.apply(other))
    assert all(isinstance(summary, LoadSummary) for summary in done), done
    assert sorted((summary.changed, summary.left) for summary in done) == [(0, len(PEOPLE)), (len(PEOPLE), 0)]
    winner = "one" if done[0].changed else "other"
    with first.db.read() as tx:
        assert set(tx.execute(select(learner.c.phone)).scalars()) == {winner}


def test_different_learners_are_all_loaded(two: tuple[Loader, Loader]):
    first, second = two
    one = first.preview(record(n, campus_code="EAST") for n in range(1, 400))
    other = second.preview(record(n, campus_code="EAST") for n in range(400, 800))
    done = at_once(lambda: first.apply(one), lambda: second.apply(other))
    assert [(summary.new, summary.left) for summary in done] == [(399, 0), (400, 0)]
    assert first.number_of(learner) == 799
    assert first.number_of(campus) == 1, "of a campus that both files bring there is one"


def test_what_is_decided_while_the_file_is_loaded_is_refused(two: tuple[Loader, Loader]):
    """It would stand on record, and the load would have done something else."""
    first, second = two
    first.bring(record(1))
    seen = first.preview([record(1, uln=uln_number(501))])
    load_look.decide(first.db, first.user, seen.job_id, {1: TAKE})
    with ThreadPoolExecutor(1) as pool:
        late: list[Future[Any]] = []

        def decide(_: object) -> None:
            late.append(pool.submit(load_look.decide, second.db, second.user, seen.job_id, {1: KEEP}))
            wait(late, timeout=0.3)

        load_apply.apply(TaskContext(decide), first.db, first.user, seen.job_id)
        with pytest.raises(ConflictError, match="meanwhile"):
            late[0].result()
    assert (first.row("R00001").uln, first.db.collisions + second.db.collisions) == (uln_number(501), 0)
