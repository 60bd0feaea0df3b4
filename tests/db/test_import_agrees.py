"""The dry run and a second, plain opinion agree on small worlds: what is told of each row, and what becomes of it for
every choice of acknowledgements, however the rows fall into batches. And what was foreseen comes true."""

import os
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access import User
from app.db.database import Database
from app.imports import apply
from app.imports.dry_run import DryRun
from app.imports.rules import GOOD, Outcome
from app.imports.stored import StoredRow
from app.tasks import TaskContext
from tests.builders import uln_number
from tests.imports.expected import CONFIRMATIONS, Gives, Person, Subject, World, expected
from tests.imports.small_worlds import cases
from tests.imports.worlds import build, checked, kept

LONG = bool(os.environ.get("LM_LONG"))
FORESEEN = frozenset(
    f"CR-{number}"
    for number in (10, 14, 15, 16, 20, 23, 24, 25, 26, 27, 30, 31, 32, 33, 34, 35, 37, 38, 42, 43, 44, 45)
)
"""The others are told by the reading, which has tests of its own."""
SETS = [set(some) for size in range(len(CONFIRMATIONS) + 1) for some in combinations(CONFIRMATIONS, size)]


def small(examples: int) -> settings:
    """Few of them, each with a database under it; the long form finds what is rare."""
    return settings(
        max_examples=400 if LONG else examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@small(20)
@given(cases())
def test_what_is_foreseen_is_what_a_plain_second_opinion_says(db: Database, user: User, tmp_path: Path, case: Any):
    world, told, course, assign, batch = case
    build(db, world)
    code = None if course is None else world.subjects[course].code
    made = checked(db, user, tmp_path, told, code, assign=assign, batch=batch)
    stored = kept(db, made.job_id)
    everything = expected(world, told, CONFIRMATIONS, course=course, assign=assign)
    assert [_told(row) for row in stored] == [rules for _, rules in everything]
    for acknowledged in SETS:
        opinion = expected(world, told, acknowledged, course=course, assign=assign)
        foreseen = [row.forecast.under(acknowledged, made.facts.whole).value for row in stored]
        assert foreseen == [outcome for outcome, _ in opinion], acknowledged
        _adds_up(made, acknowledged, foreseen)


def _told(row: StoredRow) -> set[tuple[str, str]]:
    return {(one.rule, one.weight.value) for one in row.findings if one.rule in FORESEEN}


def _adds_up(made: DryRun, acknowledged: set[str], foreseen: list[str]) -> None:
    counted = made.outcomes(acknowledged)
    assert {outcome.value: number for outcome, number in counted.items()} == {
        one: foreseen.count(one) for one in foreseen
    }
    assert sum(counted.values()) == made.rows == len(foreseen)


@pytest.mark.rule("CR-L8")
@small(8)
@given(cases(), st.sampled_from([set(CONFIRMATIONS), *SETS]))
def test_what_is_foreseen_comes_true_and_nothing_is_done_twice(
    db: Database, user: User, tmp_path: Path, case: Any, acknowledged: set[str]
):
    world, told, course, assign, batch = case
    build(db, world)
    code = None if course is None else world.subjects[course].code
    made = checked(db, user, tmp_path, told, code, assign=assign, batch=batch)
    done = apply.apply(TaskContext(), db, user, made.job_id, frozenset(acknowledged), batch=min(batch, 3))
    after = kept(db, made.job_id)
    assert (done.state, done.surprises) == ("applied", 0)
    opinion = expected(world, told, acknowledged, course=course, assign=assign)
    assert [row.outcome and row.outcome.value for row in after] == [outcome for outcome, _ in opinion]
    assert done.outcomes == made.outcomes(acknowledged)
    again = kept(db, checked(db, user, tmp_path, told, code, assign=assign, batch=batch).job_id)
    for first, second in zip(after, again, strict=True):
        if first.outcome in GOOD:
            assert second.forecast.outcome is Outcome.SKIPPED_EXISTING, first.number


@pytest.mark.rule("CR-L8")
def test_a_row_that_enrolled_is_there_already_though_another_one_completed(db: Database, user: User, tmp_path: Path):
    subject = Subject(
        "C0", "Title 0", False, 1, (Gives("ama", most=200, least=0, step=100, active=True, variable=False),)
    )
    build(db, World((Person("p0", uln_number(0), "a0@x.example"),), (subject,), ()))
    credit = {"complete": "1", "credits": "2", "credit_type": "ama"}
    told = [{"external_user_id": "p0", "complete": "0"}, {"external_user_id": "p0", **credit}]
    made = checked(db, user, tmp_path, told, "C0")
    apply.apply(TaskContext(), db, user, made.job_id, frozenset(CONFIRMATIONS))
    assert [row.outcome for row in kept(db, made.job_id)] == [Outcome.ENROLLED, Outcome.COMPLETED]
    again = kept(db, checked(db, user, tmp_path, told, "C0").job_id)
    assert [row.forecast.outcome for row in again] == [Outcome.SKIPPED_EXISTING] * 2
