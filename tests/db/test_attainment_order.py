"""The order of the Attainments page: by one column and by several, the same in both databases."""

import random
from datetime import date
from functools import partial

import pytest

from app.attainments import search
from app.attainments.search import AttainmentRow
from app.db.database import Database
from app.sorting import SortKey
from tests.builders import add_attainment, add_learner

GRADES = ["9", "4", "4", "U", None]
LEVELS = ["Level 2", "Level 3", None]
DAYS = [date(2025, 8, 21), date(2024, 8, 22), None]


@pytest.fixture
def stored(db: Database) -> list[AttainmentRow]:
    chance = random.Random(7)
    for _ in range(12):
        learner = add_learner(db)
        for _ in range(4):
            add_attainment(
                db,
                learner,
                grade=chance.choice(GRADES),
                level=chance.choice(LEVELS),
                award_date=chance.choice(DAYS),
                credits=chance.choice([None, 400, 1250]),
            )
    with db.read() as tx:
        return list(search.rows(tx, db.ids(tx, search.keys_query())).values())


def _place(column: str, row: AttainmentRow) -> tuple[object, ...]:
    value = getattr(row, column)
    return (False,) if value is None else (True, value)


def plainly(rows: list[AttainmentRow], keys: list[SortKey]) -> list[int]:
    """Nothing first; equal ones by learner, and for each the earliest first (the last id, where it descends)."""
    if keys[0].descending:
        rows = sorted(rows, key=lambda row: (row.learner_id, row.id), reverse=True)
    else:
        rows = sorted(rows, key=lambda row: (row.learner_id, row.award_date or date.min, row.id))
    for key in reversed(keys):
        rows = sorted(rows, key=partial(_place, key.column), reverse=key.descending)
    return [row.id for row in rows]


def test_several_columns(db: Database, stored: list[AttainmentRow]):
    columns = ("grade", "level", "award_date", "credits")
    for number in range(40):
        chance = random.Random(number)
        keys = [SortKey(one, chance.random() < 0.5) for one in chance.sample(columns, chance.randint(1, 3))]
        first, *then = keys
        with db.read() as tx:
            query = search.keys_query(sort=first.column, descending=first.descending, then=then)
            assert list(db.ids(tx, query)) == plainly(stored, keys), keys


def test_those_of_some_learners_are_sorted_too(db: Database, stored: list[AttainmentRow]):
    some = sorted({row.learner_id for row in stored})[:5]
    keys = [SortKey("grade", descending=True), SortKey("level")]
    with db.read() as tx, db.ids_as_table(tx, some) as picked:
        query = search.keys_query(sort="grade", descending=True, then=keys[1:], learners=picked)
        assert list(db.ids(tx, query)) == plainly([row for row in stored if row.learner_id in some], keys)
