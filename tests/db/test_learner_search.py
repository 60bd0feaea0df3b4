"""Finding learners: every field and operator against a plain filter in Python, the order, and the quick filter."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.attainments.at_a_glance import Measure
from app.condition_values import words_of
from app.conditions import OPERATORS, FieldKind, Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import learner as learner_table
from app.folding import fold
from app.learners.search import FIELDS, Ready, ready_counts, rows, total_query
from app.sorting import SortKey
from tests.builders import add_learner, uln_number
from tests.db.crowd import TYPED, Crowd, a_date_value, found, plain

DAYS = ["2026-11-22", "2026-11-23", "2026-11-24", "2008-03-04", "2007-09-01", "1900-01-01", "9999-12-31"]


@st.composite
def asked_tests(draw) -> Test:
    field = draw(st.sampled_from(sorted(FIELDS)))
    info = FIELDS[field].info
    operator = draw(st.sampled_from(OPERATORS[info.kind]))
    typed = st.sampled_from(TYPED) | st.text(min_size=1, max_size=6).filter(lambda text: bool(text.strip()))
    if info.kind is FieldKind.DATE:
        days = draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2))
        return Test(field, operator, a_date_value(operator, days, draw(st.sampled_from([0, 1, 60, 36_500]))))
    if info.kind is FieldKind.CHOICE:
        typed = st.sampled_from([value for value, _ in info.choices])
    if operator is Operator.ANY_OF:
        words = draw(st.lists(typed, min_size=1, max_size=4))
        text = draw(st.sampled_from([",", "; ", "\n", "\t"])).join(words)
        return Test(field, operator, text if words_of(text) else "x")
    return Test(field, operator, draw(typed) if operator.takes_value else "")


def groups(inner: st.SearchStrategy | None = None) -> st.SearchStrategy[Group]:
    members = st.lists(asked_tests() if inner is None else asked_tests() | inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Group, st.sampled_from(Join), members, st.booleans())


def test_every_field_and_operator_finds_what_a_plain_filter_finds(crowd: Crowd):
    db, people = crowd

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(asked_tests() | groups() | groups(groups()), max_size=3), st.sampled_from(Join))
    def agrees(members: list[Test | Group], join: Join) -> None:
        group = Group(join, tuple(members))
        wanted = {one["id"] for one in people if not members or plain(group, one)}
        ids = found(db, group)
        assert len(ids) == len(set(ids))
        assert set(ids) == wanted

    agrees()


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_each_operator_of_each_field_at_least_once(crowd: Crowd, field: str):
    db, people = crowd
    info = FIELDS[field].info
    values = {"text": "o", "date": "2026-11-23", "choice": info.choices[0][0] if info.choices else "", "flag": ""}
    for operator in info.operators:
        value = values[info.kind.value] if operator.takes_value else ""
        if info.kind is FieldKind.DATE:
            value = a_date_value(operator, ["2026-11-23", "2008-01-01"], 60)
        test = Test(field, operator, value)
        wanted = {one["id"] for one in people if plain(test, one)}
        assert set(found(db, Group(members=(test,)))) == wanted, operator


@pytest.mark.parametrize("mark", ["%", "_", "/", "\\", "'", '"', "[x]", "a_b"])
def test_marks_that_mean_something_to_sql_mean_themselves(crowd: Crowd, mark: str):
    db, people = crowd
    for operator in (Operator.CONTAINS, Operator.BEGINS, Operator.ENDS):
        test = Test("family_name", operator, mark)
        wanted = {one["id"] for one in people if plain(test, one)}
        assert set(found(db, Group(members=(test,)))) == wanted
    assert set(found(db, quick=mark)) == {one["id"] for one in people if quick(one, mark)}


def quick(one: dict, text: str) -> bool:
    day = one["birth_date"]
    told = [one[name] for name in ("ref", "family_name", "given_names", "known_as", "uln", "postcode", "email")]
    told += [one["tutor_group"], one["campus"], f"{day.day} {day:%b} {day.year}" if day else None]
    words = (fold(text) or "").split()
    return all(any(word in (fold(value) or "") for value in told) for word in words)


def test_the_quick_filter_finds_every_word_somewhere(crowd: Crowd):
    db, people = crowd
    day = "4 Mar 2008"

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from([*TYPED, day, "city", "ZURICH", "2008", "a.b@"]), max_size=3).map(" ".join))
    def agrees(text: str) -> None:
        assert set(found(db, quick=text)) == {one["id"] for one in people if quick(one, text)}

    agrees()


SORTS = ("ready", "ref", "family_name", "given_names", "known_as", "birth_date", "sex", "uln", "postcode", "campus")
SORTS += ("tutor_group", "email", "last_plr", *(measure.value for measure in Measure))


_ORDER = [Ready.READY, Ready.NO_ULN, Ready.TEMPORARY, Ready.BAD, Ready.NO_FIRST_NAME, Ready.NO_SURNAME]
_AS_TYPED = {"uln", "postcode", "sex"}


def place(one: dict, sort: str):
    """Nothing first, then as bytes or days."""
    value = one[sort]
    if sort in list(Measure):
        value = one["glance"][Measure(sort)].rank if value is not None else None
    elif sort == "ready":
        value = _ORDER.index(value)
    elif isinstance(value, str):
        value = value.encode() if sort in _AS_TYPED else (fold(value) or "").encode()
    return (True, value) if value is not None else (False, 0)


def sorted_plainly(people: list[dict], *keys: SortKey) -> list[int]:
    """By each of the keys, the first one first; equal ones in the order of their ids, as the first one goes."""
    people = sorted(people, key=lambda one: one["id"], reverse=keys[0].descending)
    for key in reversed(keys):
        people.sort(key=lambda one: place(one, key.column), reverse=key.descending)
    return [one["id"] for one in people]


@pytest.mark.parametrize("sort", SORTS)
def test_the_order_is_the_same_everywhere(crowd: Crowd, sort: str):
    db, people = crowd
    wanted = sorted_plainly(people, SortKey(sort))
    assert found(db, sort=sort) == wanted
    assert found(db, sort=sort, descending=True) == wanted[::-1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.builds(SortKey, st.sampled_from(SORTS), st.booleans()), min_size=2, max_size=4))
def test_several_columns_sort_the_same_everywhere(crowd: Crowd, keys: list[SortKey]):
    db, people = crowd
    first, *then = keys
    once = [key for number, key in enumerate(keys) if key.column not in {one.column for one in keys[:number]}]
    wanted = sorted_plainly(people, *once)
    assert found(db, sort=first.column, descending=first.descending, then=then) == wanted
    nonsense = [SortKey("nonsense"), *then, SortKey("'; drop table learner")]
    assert found(db, sort=first.column, descending=first.descending, then=nonsense) == wanted


def test_every_column_of_the_grid_can_be_sorted(db: Database):
    add_learner(db)
    for sort in (*SORTS, "", "nonsense"):
        assert len(found(db, sort=sort)) == 1


def test_removed_and_merged_learners_are_nowhere(crowd: Crowd):
    db, people = crowd
    hidden = set()
    with db.read() as tx:
        everybody = set(tx.execute(select(learner_table.c.id)).scalars())
        hidden = everybody - {one["id"] for one in people}
        assert len(hidden) == 2
        assert rows(tx, list(hidden)) == {}
        assert tx.execute(total_query()).scalar_one() == len(people)
    assert hidden.isdisjoint(found(db))
    blank = Group(Join.ANY, (Test("family_name", Operator.BLANK), Test("family_name", Operator.NOT_BLANK)))
    assert hidden.isdisjoint(found(db, blank))


def test_rows_show_what_is_stored(crowd: Crowd):
    db, people = crowd
    with db.read() as tx:
        got = rows(tx, [one["id"] for one in people])
    for one in people:
        row = got[one["id"]]
        for name in (
            "ready",
            "ref",
            "family_name",
            "given_names",
            "known_as",
            "birth_date",
            "sex",
            "uln",
            "postcode",
        ):
            assert getattr(row, name) == one[name], name
        assert (row.campus, row.tutor_group, row.email) == (one["campus"], one["tutor_group"], one["email"])
        assert row.last_plr == one["last_plr"]
        for measure in Measure:
            best = one["glance"].get(measure)
            assert getattr(row, measure.value) == (best.shown if best is not None else None)
        if row.last_plr is not None:
            assert row.last_plr.utcoffset() == row.last_plr.astimezone().utcoffset()


def test_a_row_shows_nobody_in_a_log(db: Database):
    key = add_learner(db, 1, family_name="Personal", given_names="Personal", email="personal@example.org")
    with db.read() as tx:
        words = repr(rows(tx, [key])[key])
    assert "ersonal" not in words
    assert uln_number(1) not in words


def test_how_many_can_be_asked(crowd: Crowd):
    db, people = crowd
    chosen = [one for one in people if one["sex"] != "M"]
    with db.read() as tx, db.ids_as_table(tx, [one["id"] for one in chosen]) as picked:
        counts = ready_counts(tx, picked)
    assert counts == {state: number for state in Ready if (number := sum(one["ready"] == state for one in chosen))}
