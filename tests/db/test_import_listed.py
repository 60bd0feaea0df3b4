"""What the import pages read: held records with their forecast, a checked file with its examples, rows by outcome."""

from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from app.access import User
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.imports import checked, held_list
from app.imports.rules import Outcome
from tests.builders import add_learner
from tests.imports import credit_rows
from tests.imports.importing import Importing, credited, done, mail, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    made = Importing(db, user, tmp_path)
    credit_rows.add_body(db, user, "The Board", made.type_id, deadline_days=60)
    made.add_course("OPEN", made.gives("ama"))
    return made


def held_ids(world: Importing, quick: str = "", **more: object) -> list[int]:
    with world.db.read() as tx:
        return list(tx.execute(held_list.keys_query(None, quick, **more)).scalars())  # type: ignore[arg-type]


def test_held_records_are_listed_with_their_forecast(world: Importing):
    told = world.bring([done(7), done(8), credited(9)], course="OPEN")
    add_learner(world.db, 8, email=mail(8))
    ids = held_ids(world)
    assert len(ids) == 3
    with world.db.read() as tx:
        rows = held_list.rows(tx, ids)
        found = held_list.summary(tx)
    assert [rows[one].line.who for one in ids] == [mail(7), mail(8), mail(9)]
    assert {rows[one].course_code for one in ids} == {"OPEN"}
    assert {rows[one].job_id for one in ids} == {told.job_id}
    assert [rows[one].forecast.learner_id is not None for one in ids] == [False, True, False]  # type: ignore[union-attr]
    assert (found.waiting, found.looked_at, found.known) == (3, 3, 1)
    assert found.at_once == 3
    assert found.bodies == {"The Board": (2, date(2026, 11, 2) + timedelta(days=60))}


def test_held_records_are_found_and_sorted(world: Importing):
    world.bring([done(7), done(8)], course="OPEN")
    assert held_ids(world, mail(8).upper()) == held_ids(world)[1:]
    assert held_ids(world, "open") == held_ids(world)
    assert held_ids(world, "100%") == []
    assert held_ids(world, sort="who", descending=True) == held_ids(world)[::-1]
    group = Group(Join.ALL, (Test("email", Operator.IS, mail(7)),))
    with world.db.read() as tx:
        assert list(tx.execute(held_list.keys_query(group)).scalars()) == held_ids(world)[:1]
        assert tx.execute(held_list.total_query()).scalar_one() == 2


def test_the_rows_of_an_outcome_are_as_many_as_are_counted(world: Importing):
    """Whatever is acknowledged: two rows of one learner, of which the second finds what the first leaves."""
    world.add_people(1, 2, 3)
    seen = world.check([row(1), credited(1), credited(2), done(3), done(9), row(3)], course="OPEN")
    rules = sorted(seen.to_confirm)
    assert len(rules) > 1
    for size in range(len(rules) + 1):
        for some in combinations(rules, size):
            counts = seen.outcomes(some)
            for outcome in Outcome:
                with world.db.read() as tx:
                    found = checked.ending(tx, seen.job_id, outcome, some)
                assert len(found) == counts.get(outcome, 0), (some, outcome)


def test_a_checked_file_has_an_example_of_each_rule(world: Importing):
    world.add_people(1, 2)
    seen = world.check([done(1), credited(2), row(9)], course="OPEN")
    with world.db.read() as tx:
        found = checked.checked(tx, seen.job_id)
        assert checked.checked(tx, seen.job_id + 99) is None
        lines = checked.some_rows(tx, seen.job_id, "CR-43", 5)
    assert found is not None
    assert set(seen.facts.rules) <= set(found.samples)
    assert found.surprises == 0
    assert found.acknowledged == frozenset()
    assert [one.who for one in lines] == [mail(2)]
