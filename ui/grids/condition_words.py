"""A search in words: the parts of one condition, and the whole sentence with its parts told apart."""

from collections.abc import Mapping
from datetime import date
from enum import Enum, auto

from app.conditions import FieldInfo, FieldKind, Group, Join, Test, words_of
from app.dates import shown
from ui.look.plain import visible_text
from ui.look.words import tr


class Part(Enum):
    """What a piece of the sentence is: the three look different."""

    WORDS = auto()
    FIELD = auto()
    VALUE = auto()


def value_words(test: Test, info: FieldInfo) -> str:
    """The value as people read it: labels for choices, days as `1 Aug 2026`, a list with commas."""
    if not test.operator.takes_value:
        return ""
    if info.kind is FieldKind.DATE:
        try:
            return shown(date.fromisoformat(test.value.strip()))
        except ValueError:
            return visible_text(test.value.strip())
    labels = dict(info.choices)
    return ", ".join(visible_text(tr(labels[word]) if word in labels else word) for word in words_of(test.value))


def joint(group: Group) -> str:
    """What stands between two conditions."""
    return tr("and") if group.join is Join.ALL else tr("or")


def pieces(group: Group, fields: Mapping[str, FieldInfo], nouns: tuple[str, str]) -> list[tuple[str, Part]]:
    """`Learners where Status is Current and …` in pieces; a condition whose value is missing shows "…"."""
    many = tr(nouns[1])
    known = [test for test in group.members if test.field in fields]
    if not known:
        return [(tr("All {many}", many=many), Part.WORDS)]
    found = [(tr("{Many} where ", Many=many[:1].upper() + many[1:]), Part.WORDS)]
    for number, test in enumerate(known):
        info = fields[test.field]
        if number:
            found.append((f" {joint(group)} ", Part.WORDS))
        found.append((tr(info.title), Part.FIELD))
        found.append((f" {tr(test.operator.value)}", Part.WORDS))
        if test.operator.takes_value:
            found.append((f" {value_words(test, info) or '…'}", Part.VALUE))
    return found


def spoken(group: Group, fields: Mapping[str, FieldInfo], nouns: tuple[str, str]) -> str:
    """The same sentence as one text."""
    return "".join(text for text, _ in pieces(group, fields, nouns))
