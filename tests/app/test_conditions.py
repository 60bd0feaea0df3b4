"""Conditions as data: what is refused, and the sentence a search reads as."""

import pytest
from sqlalchemy import column

from app.condition_values import words_of
from app.conditions import (
    DEEPEST,
    LONGEST_TEXT,
    MOST_MEMBERS,
    MOST_WORDS,
    OPERATORS,
    FieldInfo,
    FieldKind,
    Group,
    Join,
    Operator,
    Test,
    check,
    fields_used,
    sentence,
    wanted,
)
from app.conditions_sql import SqlField, where
from app.errors import InputError

FIELDS = {
    "name": FieldInfo("name", "Surname"),
    "day": FieldInfo("day", "Date of Birth", FieldKind.DATE),
    "sex": FieldInfo("sex", "Sex", FieldKind.CHOICE, (("F", "Female"), ("M", "Male"))),
    "held": FieldInfo("held", "Has attainments", FieldKind.FLAG),
}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a, b;c\td\r\ne", ["a", "b", "c", "d", "e"]),
        (" a b , ,, ", ["a b"]),
        ("", []),
        (",;\n", []),
    ],
)
def test_a_list_as_typed_or_pasted(value: str, words: list[str]):
    assert words_of(value) == words


def test_only_a_list_is_taken_apart():
    assert wanted(Test("name", Operator.IS, " Smith, John; ")) == ["Smith, John;"]
    assert wanted(Test("name", Operator.ANY_OF, "Smith, John")) == ["Smith", "John"]
    assert wanted(Test("name", Operator.CONTAINS, "  ")) == []


@pytest.mark.parametrize(
    "test",
    [
        Test("other", Operator.IS, "x"),
        Test("day", Operator.CONTAINS, "x"),
        Test("held", Operator.IS, "x"),
        Test("name", Operator.IS, ""),
        Test("sex", Operator.ANY_OF, ", ,"),
        Test("name", Operator.ANY_OF, "x," * (MOST_WORDS + 1)),
        Test("name", Operator.CONTAINS, "x" * (LONGEST_TEXT + 1)),
    ],
)
def test_what_is_refused(test: Test):
    with pytest.raises(InputError) as failure:
        check(Group(members=(test,)), FIELDS)
    assert failure.value.hint


def test_every_operator_that_is_offered_is_accepted():
    for info in FIELDS.values():
        for operator in OPERATORS[info.kind]:
            check(Group(members=(Test(info.id, operator, typed(info, operator)),)), FIELDS)


def typed(info: FieldInfo, operator: Operator) -> str:
    """A value that the operator takes."""
    if not operator.takes_value:
        return ""
    if operator.takes_days:
        return "60"
    usual = {FieldKind.DATE: "2026-11-23", FieldKind.NUMBER: "7.5"}.get(info.kind, "x")
    return f"{usual}, {usual}" if operator is Operator.BETWEEN else usual


def test_the_sentence():
    tests = (
        Test("name", Operator.CONTAINS, "Smith, J"),
        Test("sex", Operator.ANY_OF, "F,M"),
        Test("name", Operator.BLANK),
    )
    words = ["Surname contains Smith, J", "Sex is one of Female, Male", "Surname is blank"]
    assert sentence(Group(Join.ALL, tests), FIELDS) == " and ".join(words)
    assert sentence(Group(Join.ANY, tests), FIELDS) == " or ".join(words)
    assert sentence(Group(), FIELDS) == ""


def test_the_sentence_of_groups_days_and_related_things():
    fields = {**FIELDS, "aim": FieldInfo("aim", "Aim Code", many=True)}
    a, b = Test("name", Operator.IS, "a"), Test("name", Operator.IS, "b")
    inner = Group(Join.ANY, (a, Group(Join.ALL, (b, a), negated=True)))
    assert sentence(Group(Join.ALL, (a, inner)), fields) == (
        "Surname is a and (Surname is a or not (Surname is b and Surname is a))"
    )
    assert sentence(Group(Join.ANY, (a,), negated=True), fields) == "not Surname is a"
    for test, words in (
        (
            Test("day", Operator.BETWEEN, "2026-01-01, 2026-02-01"),
            "Date of Birth is between 2026-01-01 and 2026-02-01",
        ),
        (Test("day", Operator.IN_LAST, "1"), "Date of Birth is in the last 1 day"),
        (Test("day", Operator.LONGER_AGO, "60"), "Date of Birth is longer ago than 60 days"),
        (Test("aim", Operator.BEGINS, "Z"), "any Aim Code begins with Z"),
        (Test("aim", Operator.IS_NOT, "Z"), "no Aim Code is Z"),
        (Test("aim", Operator.BLANK), "no Aim Code is held"),
    ):
        assert sentence(Group(members=(test,)), fields) == words


def nested(depth: int) -> Group:
    group = Group(members=(Test("name", Operator.IS, "x"),))
    for _ in range(depth - 1):
        group = Group(members=(group,))
    return group


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (nested(DEEPEST + 1), "deep"),
        (nested(5_000), "deep"),
        (Group(members=(Test("name", Operator.IS, "x"),) * (MOST_MEMBERS + 1)), "more than 200"),
        (Group(members=(Group(),)), "no conditions"),
        (Group(members=(Test("day", Operator.BETWEEN, "2026-01-01"),)), "both ends"),
        (Group(members=(Test("day", Operator.BETWEEN, "2026-01-02,2026-01-01"),)), "after the second"),
        (Group(members=(Test("day", Operator.IN_LAST, "1.5"),)), "number of days"),
        (Group(members=(Test("day", Operator.IN_LAST, "٣"),)), "number of days"),
        (Group(members=(Group(members=(Test("other", Operator.IS, "x"),)),)), "does not exist"),
    ],
)
def test_what_is_refused_of_a_tree(group: Group, words: str):
    with pytest.raises(InputError) as failure:
        check(group, FIELDS)
    assert words in str(failure.value)


def test_which_fields_a_tree_asks_about():
    tree = Group(members=(Test("name", Operator.BLANK), Group(members=(Test("day", Operator.BLANK),))))
    assert fields_used(tree) == {"name", "day"}
    assert fields_used(None) == set()


def test_the_days_of_moments_can_be_reckoned_on_every_system():
    """Windows knows no time zone before 1970."""
    fields = {"day": SqlField(FIELDS["day"], column("at"), moment=True)}
    for test in (Test("day", Operator.IN_LAST, "36500"), Test("day", Operator.FROM, "1900-01-01")):
        bounds = where(Group(members=(test,)), fields).compile().params.values()
        assert min(one.year for one in bounds) == 1971
