"""A column among many values, as one parameter: finds the same on both databases, and keeps to the index."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Select, select

from app.access import User
from app.db.among import among
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.db.types import Unindexed
from app.learners.edit import LearnerForm, add
from tests.builders import UKPRN

PEOPLE = {"A'1": ("Ó Néill", date(2007, 2, 3)), 'b"2': ("Smith", None), "C\\3": ("Jones", date(2008, 2, 29))}


@pytest.fixture
def ids(db: Database, user: User) -> dict[str, int]:
    return {
        ref: add(db, user, UKPRN, LearnerForm(ref=ref, family_name=name, birth_date=born))
        for ref, (name, born) in PEOPLE.items()
    }


def found(db: Database, condition: Any) -> set[str]:
    with db.read() as tx:
        return set(tx.execute(select(learner.c.ref).where(condition)).scalars())


def test_text_days_and_numbers(db: Database, ids: dict[str, int]):
    assert found(db, among(learner.c.ref, [*PEOPLE, "none"])) == set(PEOPLE)
    assert found(db, among(learner.c.family_name, ["Ó Néill", "Jones"])) == {"A'1", "C\\3"}
    assert found(db, among(learner.c.birth_date, [date(2008, 2, 29)])) == {"C\\3"}
    assert found(db, among(learner.c.id, [ids["A'1"], -1])) == {"A'1"}
    assert found(db, among(learner.c.ref, [])) == set()
    assert found(db, ~among(learner.c.ref, ["A'1"]) & SHOWN) == {'b"2', "C\\3"}
    assert found(db, among(learner.c.ref_fold, ["a'1", "c\\3"], (learner.c.ukprn, UKPRN))) == {"A'1", "C\\3"}
    assert found(db, among(learner.c.ref_fold, ["a'1"], (learner.c.ukprn, "another"))) == set()


def test_five_thousand_values_are_one_parameter(db: Database, ids: dict[str, int]):
    assert found(db, among(learner.c.ref, [*map(str, range(5_000)), "C\\3"])) == {"C\\3"}


def plan_of(db: Database, query: Select[Any]) -> str:
    compiled = query.compile(db._engine)
    with db.read() as tx:
        values = tuple(compiled.params[name] for name in compiled.positiontup or ())
        rows = tx.exec_driver_sql(f"explain query plan {compiled}", values).all()
    return " ".join(str(row[3]) for row in rows)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # the server's planner goes by what it counted
def test_the_index_is_used(db: Database):
    """Else a load into a large college would read all of its learners once for every 500 rows."""
    by_code = select(learner).where(among(learner.c.ref_fold, ["a"], (learner.c.ukprn, UKPRN)))
    by_birth = select(learner).where(
        among(learner.c.birth_date, [date(2007, 1, 1)]), Unindexed(learner.c.ukprn) == UKPRN, SHOWN
    )
    assert "(ukprn=? AND ref_fold=?)" in plan_of(db, by_code)
    assert "(birth_date=?)" in plan_of(db, by_birth)
