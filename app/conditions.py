"""Conditions as data: a tree of groups and tests that a grid turns into SQL or looks at in memory.

The tree knows no table. A feature gives a `Field` per column (see `app.learners.search`), and the tree is
either built by the Condition Builder or read from a saved search, where it is hostile until `parse` has passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InputError


class Operator(StrEnum):
    """What a test asks. The words are what the user reads."""

    IS = "is"
    IS_NOT = "is not"
    BEGINS = "begins with"
    ENDS = "ends with"
    CONTAINS = "contains"
    CONTAINS_NOT = "does not contain"
    ANY_OF = "is one of"
    BLANK = "is blank"
    NOT_BLANK = "is not blank"
    BEFORE = "is before"
    FROM = "is on or after"
    YES = "is true"
    NO = "is not true"

    @property
    def takes_value(self) -> bool:
        return self not in (Operator.BLANK, Operator.NOT_BLANK, Operator.YES, Operator.NO)


class FieldKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"


OPERATORS: Mapping[FieldKind, tuple[Operator, ...]] = {
    FieldKind.TEXT: (
        Operator.CONTAINS,
        Operator.CONTAINS_NOT,
        Operator.IS,
        Operator.IS_NOT,
        Operator.BEGINS,
        Operator.ENDS,
        Operator.ANY_OF,
        Operator.BLANK,
        Operator.NOT_BLANK,
    ),
    FieldKind.DATE: (
        Operator.IS,
        Operator.IS_NOT,
        Operator.BEFORE,
        Operator.FROM,
        Operator.BLANK,
        Operator.NOT_BLANK,
    ),
    FieldKind.CHOICE: (
        Operator.IS,
        Operator.IS_NOT,
        Operator.ANY_OF,
        Operator.BLANK,
        Operator.NOT_BLANK,
    ),
    FieldKind.FLAG: (Operator.YES, Operator.NO),
}


class Join(StrEnum):
    """How the members of a group are joined. The words are what the user reads."""

    ALL = "All"
    ANY = "Any"


@dataclass(frozen=True, slots=True)
class Test:
    """One test: *field, operator, value*. `value` is text, dates in ISO, lists separated by commas or lines."""

    __test__ = False  # pytest would collect the name

    field: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Tests joined by And or Or. An empty group lets everything through."""

    join: Join = Join.ALL
    members: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What the Condition Builder needs to know of a field; `choices` are (value, label)."""

    id: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.kind]


MOST_WORDS = 5_000
LONGEST_TEXT = 1_000


def words_of(value: str) -> list[str]:
    """The entries of a list typed or pasted into one field: separated by commas, semicolons, tabs or lines."""
    for mark in ("\n", "\r", "\t", ";"):
        value = value.replace(mark, ",")
    return [word.strip() for word in value.split(",") if word.strip()]


def wanted(test: Test) -> list[str]:
    """The values a test asks for: the entries of a list for "is one of", else the one text as typed."""
    if test.operator is Operator.ANY_OF:
        return words_of(test.value)
    return [test.value.strip()] if test.value.strip() else []


def check(group: Group, fields: Mapping[str, FieldInfo]) -> None:
    """Raise InputError for a test that names an unknown field or operator, lacks its value or has too much of it."""
    for test in group.members:
        info = fields.get(test.field)
        if info is None:
            raise InputError("The search names a column that does not exist.", hint="Remove that line.")
        if test.operator not in info.operators:
            raise InputError(
                f"{info.title} cannot be asked whether it “{test.operator}”.", hint="Choose another operator."
            )
        if not test.operator.takes_value:
            continue
        words = wanted(test)
        if not words:
            raise InputError(f"{info.title} {test.operator} …: the value is missing.", hint="Type a value.")
        if len(words) > MOST_WORDS:
            raise InputError(
                f"{info.title} {test.operator} …: the list has {len(words):,} entries.",
                hint=f"Search for at most {MOST_WORDS:,} at once.",
            )
        if max(map(len, words)) > LONGEST_TEXT:
            raise InputError(f"{info.title} {test.operator} …: the value is too long.", hint="Shorten it.")


def sentence(group: Group, fields: Mapping[str, FieldInfo]) -> str:
    """The search as a readable sentence."""
    joint = " and " if group.join is Join.ALL else " or "
    parts = []
    for test in group.members:
        info = fields[test.field]
        labels = dict(info.choices)
        value = ", ".join(labels.get(word, word) for word in wanted(test))
        parts.append(f"{info.title} {test.operator} {value}".rstrip())
    return joint.join(parts)
