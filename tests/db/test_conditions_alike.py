"""A condition means the same in memory (PLR window) and in SQL (Learners page), on both databases."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, insert, select

from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test
from app.conditions_memory import passes
from app.conditions_sql import SqlField, where
from app.db.database import Database
from app.folding import fold

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("name_fold", Text),
    Column("day", Date),
)
NAMES = (None, "Zoë", "zoe", "O'Dowd", "100%", "a_b", "back\\slash", "Ng", "Łukasz", "A B")
DAYS = (None, date(2024, 2, 29), date(2025, 1, 1), date(2026, 12, 31))
FIELDS = {
    "name": SqlField(FieldInfo("name", "Name"), things.c.name_fold, folded=True),
    "day": SqlField(FieldInfo("day", "Day", FieldKind.DATE), things.c.day),
}
ROWS = [
    {"id": number, "name": name, "name_fold": fold(name), "day": DAYS[number % len(DAYS)]}
    for number, name in enumerate(NAMES * 2)
]

words = st.sampled_from(("zoe", "ZOË", "o", "%", "_", "\\", "ng", "l", "a b", "ng, zoe", "'"))
texts = st.builds(Test, st.just("name"), st.sampled_from(FIELDS["name"].info.operators), words)
dates = st.builds(
    Test,
    st.just("day"),
    st.sampled_from(FIELDS["day"].info.operators),
    st.sampled_from(("2024-02-29", "2025-01-01", "1999-01-01")),
)
groups = st.builds(Group, st.sampled_from(Join), st.lists(texts | dates, max_size=4).map(tuple))


@pytest.fixture
def filled(db: Database) -> Database:
    with db.write() as tx:
        things.create(tx)
        tx.execute(insert(things), ROWS)
    return db


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(group=groups)
def test_memory_and_sql_agree(filled: Database, group: Group):
    with filled.read() as tx:
        found = set(tx.execute(select(things.c.id).where(where(group, FIELDS))).scalars())
    assert found == {row["id"] for row in ROWS if passes(group, row.__getitem__)}


def test_blank_is_neither_like_nor_unlike(filled: Database):
    for operator, expected in ((Operator.BLANK, True), (Operator.IS_NOT, True), (Operator.CONTAINS, False)):
        assert passes(Group(members=(Test("name", operator, "x"),)), lambda name: None) is expected
