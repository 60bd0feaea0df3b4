"""Saved searches as text: what was saved comes back, and nothing else comes in."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conditions import DEEPEST, MOST_MEMBERS, FieldInfo, FieldKind, Group, Join, Operator, Test, check
from app.conditions_stored import LONGEST_BODY, VERSION, dump, parse
from app.errors import InputError

FIELDS = {
    one.id: one
    for one in (
        FieldInfo("name", "Surname"),
        FieldInfo("day", "Date of Birth", FieldKind.DATE),
        FieldInfo("sex", "Sex", FieldKind.CHOICE, (("F", "Female"), ("M", "Male"))),
        FieldInfo("held", "Has attainments", FieldKind.FLAG),
        FieldInfo("aim", "Aim Code", many=True),
    )
}
ONE = {"field": "name", "operator": "IS", "value": "x"}
tests = st.one_of(
    st.builds(Test, st.sampled_from(["name", "aim"]), st.just(Operator.CONTAINS), st.text(min_size=1, max_size=9)),
    st.builds(Test, st.just("name"), st.just(Operator.ANY_OF), st.sampled_from(["a, b", "a\nb\n", "x"])),
    st.builds(Test, st.just("day"), st.just(Operator.BETWEEN), st.just("2026-01-01, 2026-02-01")),
    st.builds(Test, st.just("day"), st.just(Operator.NOT_IN_LAST), st.just("60")),
    st.builds(Test, st.just("sex"), st.sampled_from([Operator.IS, Operator.IS_NOT]), st.sampled_from(["F", "M"])),
    st.builds(Test, st.just("held"), st.sampled_from([Operator.YES, Operator.NO])),
).filter(lambda test: not test.operator.takes_value or test.value.strip() != "")


def groups_of(members: st.SearchStrategy) -> st.SearchStrategy[Group]:
    lists = st.lists(members, min_size=1, max_size=4).map(tuple)
    return st.builds(Group, st.sampled_from(Join), lists, st.booleans())


@given(group=groups_of(tests | groups_of(tests | groups_of(tests))))
def test_what_was_saved_comes_back(group: Group):
    assert parse(dump(group), FIELDS) == group


def body(**group) -> str:
    return json.dumps({"version": 1, "group": {"join": "ALL", "negated": False, "members": [ONE], **group}})


def nested(depth: int) -> Group:
    group = Group(members=(Test("name", Operator.IS, "x"),))
    for _ in range(depth - 1):
        group = Group(members=(group,))
    return group


def test_the_limits_are_just_allowed():
    assert parse(dump(nested(DEEPEST)), FIELDS) == nested(DEEPEST)
    many = Group(members=(Test("name", Operator.IS, "x"),) * MOST_MEMBERS)
    assert parse(dump(many), FIELDS) == many


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "null",
        "[]",
        "{}",
        "{" * 100_000,
        "[" * 100_000,
        "9" * 10_000,
        '"' + "x" * LONGEST_BODY + '"',
        "\ud800",
        dump(nested(DEEPEST + 1)),
        dump(Group(members=(Test("name", Operator.IS, "x"),) * (MOST_MEMBERS + 1))),
        dump(Group()),
        dump(Group(members=(Group(),))),
        dump(Group(members=(Test("name", Operator.IS, "x"), Group(Join.ANY, (), True)))),
        json.dumps({"version": VERSION + 1, "group": {}}),
        json.dumps({"version": True, "group": json.loads(body())["group"]}),
        json.dumps({"version": 0, "group": json.loads(body())["group"]}),
        json.dumps({"version": 1, "group": json.loads(body())["group"], "more": 1}),
        body()[:-1],
        body().replace('"version": 1', '"version": 1, "version": 1'),
        body(join="all"),
        body(join="__class__"),
        body(join=None),
        body(negated=0),
        body(negated="false"),
        body(members={}),
        body(members=None),
        body(members=[]),
        body(members=[1]),
        body(members=[[ONE]]),
        body(more=1),
        body(members=[{**ONE, "more": 1}]),
        body(members=[{"field": "name", "operator": "IS"}]),
        body(members=[{**ONE, "field": "other"}]),
        body(members=[{**ONE, "field": ["name"]}]),
        body(members=[{**ONE, "operator": "is"}]),
        body(members=[{**ONE, "operator": "BEFORE"}]),
        body(members=[{**ONE, "value": None}]),
        body(members=[{**ONE, "value": 1}]),
        body(members=[{**ONE, "value": " "}]),
        body(members=[{**ONE, "value": "x" * 1_001}]),
        body(members=[{**ONE, "operator": "BLANK"}]),
        body(members=[{**ONE, "value": float("nan")}]),
        body(members=[{"field": "day", "operator": "IS", "value": "tomorrow"}]),
        body(members=[{"field": "day", "operator": "BETWEEN", "value": "2026-01-01"}]),
        body(members=[{"field": "day", "operator": "BETWEEN", "value": "2026-02-01,2026-01-01"}]),
        body(members=[{"field": "day", "operator": "IN_LAST", "value": "-1"}]),
        body(members=[{"field": "day", "operator": "IN_LAST", "value": "36501"}]),
        body(members=[{"field": "sex", "operator": "IS_NOT", "value": "X"}]),
        body(members=[ONE, {"members": []}]),
    ],
)
def test_anything_else_is_refused(stored: str):
    with pytest.raises(InputError) as failure:
        parse(stored, FIELDS)
    assert failure.value.hint
    assert len(str(failure.value)) < 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["ALL", "IS", "name", "F"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "group", "join", "negated", "members", "field", "operator", "value"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.lists(json_values, max_size=4), st.booleans())
def test_whatever_is_read_is_a_search_that_can_be_asked(members: list, negated: bool):
    stored = {"version": 1, "group": {"join": "ANY", "negated": negated, "members": [ONE, *members]}}
    try:
        group = parse(json.dumps(stored), FIELDS)
    except InputError:
        return
    check(group, FIELDS)
    assert len(group.members) == 1 + len(members), "no condition is ever left out"


@given(st.text(max_size=200))
def test_no_text_does_harm(stored: str):
    with pytest.raises(InputError):
        parse(stored, FIELDS)


@given(st.data(), groups_of(tests | groups_of(tests)))
def test_a_damaged_body_is_refused_or_reads_as_it_stands(data: st.DataObject, group: Group):
    whole = dump(group)
    at = data.draw(st.integers(0, len(whole) - 1))
    stored = whole[:at] + data.draw(st.sampled_from(["", "x", '"', "{", "}", ",", "\0", "1"])) + whole[at + 1 :]
    try:
        read = parse(stored, FIELDS)
    except InputError:
        return
    assert len(read.members) == len(group.members)
