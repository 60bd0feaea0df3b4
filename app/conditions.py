"""Conditions as data: a tree of groups and tests that a grid turns into SQL or looks at in memory.

The tree knows no table. A feature gives a `FieldInfo` per column (see `app.learners.search`), and the tree is
either built by the Condition Builder or read from a saved search, where it is hostile until
`app.conditions_stored.parse` has passed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.condition_values import days_of, last_days, numbers_of, words_of
from app.errors import InputError
from app.sentence import Sentence


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
    BETWEEN = "is between"
    IN_LAST = "is in the last"
    NOT_IN_LAST = "is not in the last"
    LONGER_AGO = "is longer ago than"
    LESS = "is less than"
    AT_LEAST = "is at least"
    YES = "is true"
    NO = "is not true"

    @property
    def takes_value(self) -> bool:
        return self not in (Operator.BLANK, Operator.NOT_BLANK, Operator.YES, Operator.NO)

    @property
    def takes_days(self) -> bool:
        """Whether the value is a number of days back from today."""
        return self in (Operator.IN_LAST, Operator.NOT_IN_LAST, Operator.LONGER_AGO)

    @property
    def positive(self) -> "Operator":
        """What must not hold where this does: "is" for "is not"; itself where it denies nothing."""
        return _POSITIVE.get(self, self)

    @property
    def denies(self) -> bool:
        return self in _POSITIVE


_POSITIVE = {
    Operator.IS_NOT: Operator.IS,
    Operator.CONTAINS_NOT: Operator.CONTAINS,
    Operator.BLANK: Operator.NOT_BLANK,
    Operator.NOT_IN_LAST: Operator.IN_LAST,
    Operator.NO: Operator.YES,
}


class FieldKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


_BLANKS = (Operator.BLANK, Operator.NOT_BLANK)
_PARTS = (Operator.CONTAINS, Operator.CONTAINS_NOT)
_EQUAL = (Operator.IS, Operator.IS_NOT)
OPERATORS: Mapping[FieldKind, tuple[Operator, ...]] = {
    FieldKind.TEXT: (*_PARTS, *_EQUAL, Operator.BEGINS, Operator.ENDS, Operator.ANY_OF, *_BLANKS),
    FieldKind.DATE: (
        *_EQUAL,
        Operator.BEFORE,
        Operator.FROM,
        Operator.BETWEEN,
        Operator.IN_LAST,
        Operator.NOT_IN_LAST,
        Operator.LONGER_AGO,
        *_BLANKS,
    ),
    FieldKind.NUMBER: (*_EQUAL, Operator.LESS, Operator.AT_LEAST, Operator.BETWEEN, *_BLANKS),
    FieldKind.CHOICE: (*_EQUAL, Operator.ANY_OF, *_BLANKS),
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
    """Tests and groups joined by And or Or; `negated` is true for what the members are not true of.

    What is blank fails a test like "is x", so it passes the group that negates it. An empty group asks nothing.
    """

    join: Join = Join.ALL
    members: tuple["Test | Group", ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What the Condition Builder needs to know of a field; `choices` are (value, label)."""

    id: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    many: bool = False
    """A field of related things, of which a row has any number: a test asks whether any of them is so, or none."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        if not self.many:
            return OPERATORS[self.kind]
        # With several values "any is not x" and "none is x" are not the same; only the second is offered.
        return tuple(sorted(OPERATORS[self.kind], key=lambda one: (one in _BLANKS, one.denies)))


MOST_WORDS = 5_000
LONGEST_TEXT = 1_000
DEEPEST = 6
MOST_MEMBERS = 200


def every_test(group: Group) -> Iterator[Test]:
    """The tests of a tree, in reading order. An iterator of its own stack: a tree may be hostile."""
    waiting = list(reversed(group.members))
    while waiting:
        member = waiting.pop()
        if isinstance(member, Group):
            waiting.extend(reversed(member.members))
        else:
            yield member


def fields_used(group: Group | None) -> set[str]:
    """The ids of the fields that a search asks about."""
    return set() if group is None else {test.field for test in every_test(group)}


def wanted(test: Test) -> list[str]:
    """The values a test asks for: the entries of a list for "is one of" and "is between", else the one text."""
    if test.operator in (Operator.ANY_OF, Operator.BETWEEN):
        return words_of(test.value)
    return [test.value.strip()] if test.value.strip() else []


def check(group: Group, fields: Mapping[str, FieldInfo]) -> None:
    """Raise InputError for a tree too deep or too large, an empty group within another, and a test that names an
    unknown field or operator, lacks its value, has too much of it or one that cannot be read."""
    waiting, members = [(group, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise InputError(
                Sentence("The groups of the search are more than {most} deep.", most=DEEPEST),
                hint="Use fewer levels.",
            )
        members += len(one.members)
        if members > MOST_MEMBERS:
            raise InputError(
                Sentence("The search has more than {most} conditions.", most=MOST_MEMBERS),
                hint="Use “is one of” with a list instead of many conditions.",
            )
        if depth > 1 and not one.members:
            raise InputError("A group has no conditions.", hint="Add a condition to it, or remove the group.")
        for member in one.members:
            if isinstance(member, Group):
                waiting.append((member, depth + 1))
            else:
                check_test(member, fields)


def check_test(test: Test, fields: Mapping[str, FieldInfo]) -> None:
    """Raise InputError as `check`, for one test."""
    info = fields.get(test.field)
    if info is None:
        raise InputError("The search names a column that does not exist.", hint="Remove that line.")
    words = operator_words(test.operator, info)
    if test.operator not in info.operators:
        raise InputError(
            Sentence(
                "{column} cannot be asked whether it “{words}”.", column=Sentence(info.title), words=Sentence(words)
            ),
            hint="Choose another operator.",
        )
    if not test.operator.takes_value:
        return
    values = wanted(test)
    if not values:
        raise InputError(
            Sentence("{column} {words} …: the value is missing.", column=Sentence(info.title), words=Sentence(words)),
            hint="Type a value.",
        )
    if len(values) > MOST_WORDS:
        raise InputError(
            Sentence(
                "{column} {words} …: the list has {n:,} entries.",
                column=Sentence(info.title),
                words=Sentence(words),
                n=len(values),
            ),
            hint=Sentence("Search for at most {most:,} at once.", most=MOST_WORDS),
        )
    if max(map(len, values)) > LONGEST_TEXT:
        raise InputError(
            Sentence(
                "{column} {words} …: the value is too long.", column=Sentence(info.title), words=Sentence(words)
            ),
            hint="Shorten it.",
        )
    if test.operator.takes_days:
        last_days(info.title, test.value)
    elif info.kind is FieldKind.DATE:
        days_of(info.title, values, 2 if test.operator is Operator.BETWEEN else 1)
    elif info.kind is FieldKind.NUMBER:
        numbers_of(info.title, values, 2 if test.operator is Operator.BETWEEN else 1)


# ------------------------------------------------------------------------------------------------------- in words


def operator_words(operator: Operator, info: FieldInfo) -> str:
    """The operator as a list offers it: "is", or of related things "any is" and "none is"."""
    if not info.many:
        return operator.value
    return Sentence("none {held}" if operator.denies else "any {held}", held=Sentence(held_words(operator)))


def held_words(operator: Operator) -> str:
    """What is asked of each of the related things."""
    positive = operator.positive
    return "is held" if positive is Operator.NOT_BLANK else positive.value


def value_text(test: Test, labels: Mapping[str, str]) -> str:
    """The value as it stands in a sentence; `labels` are those of choices."""
    values = [labels.get(word, word) for word in wanted(test)]
    if test.operator is Operator.BETWEEN:
        return " and ".join(values)
    if test.operator.takes_days and values:
        return f"{values[0]} {'day' if values[0] == '1' else 'days'}"
    return ", ".join(values)


def sentence(group: Group, fields: Mapping[str, FieldInfo]) -> str:
    """The search as a readable sentence. Only of a tree that `check` let through."""
    joint = " and " if group.join is Join.ALL else " or "
    parts = []
    for member in group.members:
        if isinstance(member, Group):
            words = sentence(member, fields)
            parts.append(f"({words})" if len(member.members) > 1 and not member.negated else words)
        else:
            parts.append(_test_sentence(member, fields[member.field]))
    whole = joint.join(parts)
    if not group.negated:
        return whole
    return f"not ({whole})" if len(parts) > 1 else f"not {whole}"


def _test_sentence(test: Test, info: FieldInfo) -> str:
    value = value_text(test, dict(info.choices)) if test.operator.takes_value else ""
    if info.many:
        which = "no" if test.operator.denies else "any"
        return f"{which} {info.title} {held_words(test.operator)} {value}".rstrip()
    return f"{info.title} {test.operator} {value}".rstrip()
