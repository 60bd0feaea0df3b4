"""Applied to small worlds, rows end as a second, plain opinion says, in batches of whatever size; the same file again
does nothing more; and undo gives back what was there."""

import os
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access import User
from app.db.database import Database
from app.imports import apply, undo
from app.imports.rules import GOOD, Outcome
from app.tasks import TaskContext
from tests.builders import snapshot
from tests.db.test_import_agrees import cases
from tests.imports.expected import CONFIRMATIONS, expected
from tests.imports.worlds import build, checked, kept

EXAMPLES = 300 if os.environ.get("LM_LONG") else 20
STANDING = ("enrolment", "award", "outgoing_report", "course")
given_rules = st.sets(st.sampled_from(CONFIRMATIONS)).map(frozenset)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases(), st.one_of(st.just(frozenset(CONFIRMATIONS)), given_rules), st.sampled_from([1, 2, 3, 2_000]))
def test_rows_end_as_a_plain_second_opinion_says(
    db: Database, user: User, tmp_path: Path, case: Any, acknowledged: frozenset[str], batch: int
):
    world, told, course, assign, _ = case
    build(db, world)
    code = None if course is None else world.subjects[course].code
    before = snapshot(db, *STANDING)
    seen = checked(db, user, tmp_path, told, code, assign=assign)
    given = acknowledged | {"CR-09"}
    done = apply.apply(TaskContext(), db, user, seen.job_id, given, batch=batch)
    opinion = [outcome for outcome, _ in expected(world, told, acknowledged, course=course, assign=assign)]
    assert [row.outcome.value for row in kept(db, seen.job_id) if row.outcome is not None] == opinion
    assert (done.surprises, sum(done.outcomes.values())) == (0, len(told))
    _again_nothing_more(db, user, tmp_path, case, given)
    assert undo.undo_job(TaskContext(), db, user, seen.job_id).left == ()
    assert snapshot(db, *STANDING) == before


def _again_nothing_more(db: Database, user: User, folder: Path, case: Any, acknowledged: frozenset[str]) -> None:
    """Importing the same file again makes no enrolment, completion or credit."""
    world, told, course, assign, _ = case
    standing = snapshot(db, *STANDING)
    code = None if course is None else world.subjects[course].code
    seen = checked(db, user, folder, told, code, assign=assign)
    done = apply.apply(TaskContext(), db, user, seen.job_id, acknowledged)
    assert done.surprises == 0
    assert not {Outcome.ENROLLED, Outcome.COMPLETED, Outcome.CREDITED} & done.outcomes.keys()
    assert snapshot(db, *STANDING) == standing
    if any(done.outcomes.get(one) for one in GOOD):
        assert undo.undo_job(TaskContext(), db, user, seen.job_id).left == ()
