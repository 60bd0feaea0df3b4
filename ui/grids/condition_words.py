"""A search in words: the parts of one condition, and the whole sentence with its parts told apart."""

from collections.abc import Mapping
from datetime import date
from enum import Enum, auto

from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test, held_words, operator_words, wanted
from app.dates import shown
from ui.look.plain import visible_text
from ui.look.words import count, tr

_MOST_OF_A_LIST = 8


class Part(Enum):
    """What a piece of the sentence is: the three look different."""

    WORDS = auto()
    FIELD = auto()
    VALUE = auto()


Pieces = list[tuple[str, Part]]


def value_words(test: Test, info: FieldInfo) -> str:
    """The value as people read it: labels for choices, days as `1 Aug 2026`, the beginning of a long list."""
    if not test.operator.takes_value:
        return ""
    values = wanted(test)
    if test.operator.takes_days:
        return tr("1 day") if values == ["1"] else tr("{n} days", n=visible_text(values[0])) if values else ""
    labels = dict(info.choices)
    words = [_one_word(word, info, labels) for word in values[:_MOST_OF_A_LIST]]
    if test.operator is Operator.BETWEEN:
        return tr(" and ").join(words)
    if len(values) > _MOST_OF_A_LIST:
        words.append(tr("and {n} more", n=count(len(values) - _MOST_OF_A_LIST)))
    return ", ".join(words)


def _one_word(word: str, info: FieldInfo, labels: Mapping[str, str]) -> str:
    if info.kind is FieldKind.DATE:
        try:
            return shown(date.fromisoformat(word))
        except ValueError:
            return visible_text(word)
    return visible_text(tr(labels[word]) if word in labels else word)


def joint(group: Group) -> str:
    """What stands between two conditions."""
    return tr("and") if group.join is Join.ALL else tr("or")


def known_part(group: Group, fields: Mapping[str, FieldInfo]) -> Group:
    """The search without conditions on columns that are gone, and groups in which nothing is left."""
    members: list[Test | Group] = []
    for one in group.members:
        if isinstance(one, Group):
            inner = known_part(one, fields)
            members += [inner] if inner.members else []
        elif one.field in fields:
            members.append(one)
    return Group(group.join, tuple(members), group.negated)


def test_parts(test: Test, info: FieldInfo) -> tuple[str, str, str]:
    """Field, operator and value of one condition, as a chip shows them."""
    return tr(info.title), tr(operator_words(test.operator, info)), value_words(test, info)


def group_words(group: Group, fields: Mapping[str, FieldInfo]) -> str:
    """What a group asks, as one text."""
    return "".join(text for text, _ in _of_group(group, fields))


def pieces(group: Group, fields: Mapping[str, FieldInfo], nouns: tuple[str, str]) -> Pieces:
    """`Learners where Status is Current and (… or …)` in pieces; a condition whose value is missing shows "…"."""
    many = tr(nouns[1])
    known = known_part(group, fields)
    if not known.members:
        return [(tr("All {many}", many=many), Part.WORDS)]
    return [(tr("{Many} where ", Many=many[:1].upper() + many[1:]), Part.WORDS), *_of_group(known, fields)]


def _of_group(group: Group, fields: Mapping[str, FieldInfo]) -> Pieces:
    found: Pieces = []
    for number, one in enumerate(group.members):
        if number:
            found.append((f" {joint(group)} ", Part.WORDS))
        if isinstance(one, Test):
            found += _of_test(one, fields[one.field])
        elif one.negated or len(one.members) == 1:
            found += _of_group(one, fields)
        else:
            found += [("(", Part.WORDS), *_of_group(one, fields), (")", Part.WORDS)]
    if not group.negated:
        return found
    if len(group.members) == 1:
        return [(tr("not "), Part.WORDS), *found]
    return [(tr("not ("), Part.WORDS), *found, (")", Part.WORDS)]


def _of_test(test: Test, info: FieldInfo) -> Pieces:
    found: Pieces = []
    operator: str = test.operator.value
    if info.many:
        found.append((tr("no ") if test.operator.denies else tr("any "), Part.WORDS))
        operator = held_words(test.operator)
    found += [(tr(info.title), Part.FIELD), (f" {tr(operator)}", Part.WORDS)]
    if test.operator.takes_value:
        found.append((f" {value_words(test, info) or '…'}", Part.VALUE))
    return found


def spoken(group: Group, fields: Mapping[str, FieldInfo], nouns: tuple[str, str]) -> str:
    """The same sentence as one text."""
    return "".join(text for text, _ in pieces(group, fields, nouns))
