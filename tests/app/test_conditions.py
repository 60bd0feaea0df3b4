"""Conditions as data: what is refused, and the sentence a search reads as."""

import pytest

from app.conditions import (
    LONGEST_TEXT,
    MOST_WORDS,
    OPERATORS,
    FieldInfo,
    FieldKind,
    Group,
    Join,
    Operator,
    Test,
    check,
    sentence,
    wanted,
    words_of,
)
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
            check(Group(members=(Test(info.id, operator, "x" if operator.takes_value else ""),)), FIELDS)


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
