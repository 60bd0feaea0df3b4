"""A condition means the same in memory (PLR window) and in SQL (Learners page), on both databases."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, exists, insert, select

from app.conditions import DEEPEST, FieldInfo, FieldKind, Group, Join, Operator, Test
from app.conditions_memory import passes
from app.conditions_sql import SqlField, Where, where
from app.db.database import Database
from app.folding import fold

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("name_fold", Text),
    Column("day", Date),
    Column("credit", Integer),  # hundredths
    Column("origin", Text),
)
marks = Table(
    "marks",
    things.metadata,
    Column("id", Integer, primary_key=True),
    Column("thing_id", Integer, nullable=False),
    Column("tag_fold", Text),
    Column("day", Date),
    Column("mood", Text),
)
NAMES = (None, "Zoë", "zoe", "O'Dowd", "100%", "a_b", "back\\slash", "Ng", "Łukasz", "A B")
DAYS = (None, date(2024, 2, 29), date(2025, 1, 1), date(2026, 12, 31))
CREDITS = (None, 700, 750, 0, 1200)
CHOICES = (("lrs", "LRS"), ("hand", "By hand"), ("%", "Per cent"), ("a; b", "Both"))
ORIGINS = (None, "lrs", "hand", "%", "gone")
"""Keys of choices are the program's own, each written in one way. Also one no longer offered, and nothing."""


def has_mark(condition: Where) -> Where:
    return exists().where(marks.c.thing_id == things.c.id, condition)


FIELDS = {
    "name": SqlField(FieldInfo("name", "Name"), things.c.name_fold, folded=True),
    "day": SqlField(FieldInfo("day", "Day", FieldKind.DATE), things.c.day),
    "credit": SqlField(FieldInfo("credit", "Credit", FieldKind.NUMBER), things.c.credit, scale=100),
    "origin": SqlField(FieldInfo("origin", "Origin", FieldKind.CHOICE, CHOICES), things.c.origin),
    "moods": SqlField(
        FieldInfo("moods", "Mood", FieldKind.CHOICE, CHOICES, many=True), marks.c.mood, related=has_mark
    ),
    "held": SqlField(FieldInfo("held", "Held", FieldKind.FLAG), flag=lambda: things.c.credit > 700),
    "tags": SqlField(FieldInfo("tags", "Tag", many=True), marks.c.tag_fold, folded=True, related=has_mark),
    "days": SqlField(FieldInfo("days", "Marked", FieldKind.DATE, many=True), marks.c.day, related=has_mark),
}
ROWS = [
    {
        "id": number,
        "name": name,
        "name_fold": fold(name),
        "day": DAYS[number % len(DAYS)],
        "credit": CREDITS[number % len(CREDITS)],
        "origin": ORIGINS[number % len(ORIGINS)],
    }
    for number, name in enumerate(NAMES * 2)
]
# Of every other thing none at all; of some a mark with nothing in it.
MARKS = [
    {
        "thing_id": number,
        "tag_fold": fold(NAMES[(number + place) % len(NAMES)]),
        "day": DAYS[(number + place) % 4],
        "mood": ORIGINS[(number + place) % len(ORIGINS)],
    }
    for number in range(0, len(ROWS), 2)
    for place in range(number % 3)
]


def value_of(row: dict) -> Callable[[str], object]:
    """As a grid in memory gives the values: credit as people write it, related things as a tuple."""
    own = [one for one in MARKS if one["thing_id"] == row["id"]]
    credit = row["credit"]
    values = {
        **row,
        "credit": None if credit is None else Decimal(credit) / 100,
        "held": credit is not None and credit > 700,
        "tags": tuple(one["tag_fold"] for one in own),
        "days": tuple(one["day"] for one in own),
        "moods": tuple(one["mood"] for one in own),
    }
    return values.__getitem__


words = st.sampled_from(("zoe", "ZOË", "o", "%", "_", "\\", "ng", "l", "a b", "ng, zoe", "'"))
days = st.sampled_from(("2024-02-29", "2025-01-01", "1999-01-01", "0001-01-01", "9999-12-31"))
numbers = st.sampled_from(("0", "7", "7.5", "7.25", "-1", "12.005"))


def texts(field: str) -> st.SearchStrategy[Test]:
    return st.builds(Test, st.just(field), st.sampled_from(FIELDS[field].info.operators), words)


@st.composite
def spans(draw, field: str, one: st.SearchStrategy[str]) -> Test:
    """A test of days or numbers, with one value, two in their order, or a number of days."""
    operator = draw(st.sampled_from(FIELDS[field].info.operators))
    if operator.takes_days:
        return Test(field, operator, str(draw(st.integers(0, 1_200))))
    value = draw(one)
    if operator is Operator.BETWEEN:
        lower, upper = sorted((value, draw(one)), key=lambda text: float(text) if one is numbers else text)
        value = f"{lower}; {upper}"
    return Test(field, operator, value)


def picks(field: str) -> st.SearchStrategy[Test]:
    return st.builds(Test, st.just(field), st.sampled_from(FIELDS[field].info.operators), st.sampled_from(KEYS))


KEYS = tuple(key for key, _ in CHOICES)
tests = (
    picks("origin")
    | picks("moods")
    | texts("name")
    | texts("tags")
    | spans("day", days)
    | spans("days", days)
    | spans("credit", numbers)
)
flags = st.builds(Test, st.just("held"), st.sampled_from((Operator.YES, Operator.NO)))


def groups_of(members: st.SearchStrategy, fewest: int) -> st.SearchStrategy[Group]:
    lists = st.lists(members, min_size=fewest, max_size=4).map(tuple)
    return st.builds(Group, st.sampled_from(Join), lists, st.booleans())


trees = groups_of(st.recursive(tests | flags, lambda inner: groups_of(inner, 1), max_leaves=12), 0)


def deep(group: Group) -> int:
    return 1 + max((deep(one) for one in group.members if isinstance(one, Group)), default=0)


@pytest.fixture
def filled(db: Database) -> Database:
    with db.write() as tx:
        things.create(tx)
        tx.execute(insert(things), ROWS)
        marks.create(tx)
        tx.execute(insert(marks), MARKS)
    return db


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees.filter(lambda tree: deep(tree) <= DEEPEST))
def test_memory_and_sql_agree(filled: Database, tree: Group):
    with filled.read() as tx:
        found = set(tx.execute(select(things.c.id).where(where(tree, FIELDS))).scalars())
    assert found == {row["id"] for row in ROWS if passes(tree, value_of(row))}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees.filter(lambda tree: tree.members and deep(tree) < DEEPEST))
def test_what_is_not_found_is_found_by_the_opposite(filled: Database, tree: Group):
    """Nothing is unknown: a search and its Not share the rows between them, blanks too."""
    opposite = Group(Join.ALL, (tree,), negated=True)
    with filled.read() as tx:
        one, other = (
            set(tx.execute(select(things.c.id).where(where(asked, FIELDS))).scalars()) for asked in (tree, opposite)
        )
    assert one.isdisjoint(other)
    assert one | other == {row["id"] for row in ROWS}


def test_blank_is_neither_like_nor_unlike(filled: Database):
    for operator, expected in ((Operator.BLANK, True), (Operator.IS_NOT, True), (Operator.CONTAINS, False)):
        assert passes(Group(members=(Test("name", operator, "x"),)), lambda name: None) is expected
