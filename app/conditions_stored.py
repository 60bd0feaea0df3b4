"""A search as text, for saved searches: written by `dump`, and read by `parse`, which believes nothing.

What is stored may be old, from a newer program, cut off or made to harm. Whatever is not understood to the last word
is refused: a search that lost a condition would find more than was asked for.
"""

import json
from collections.abc import Mapping
from typing import Any

from app.conditions import (
    DEEPEST,
    LONGEST_TEXT,
    MOST_MEMBERS,
    FieldInfo,
    FieldKind,
    Group,
    Join,
    Operator,
    Test,
    check,
)
from app.conditions import wanted as values_of
from app.errors import InputError
from app.sentence import Sentence

VERSION = 1
LONGEST_BODY = 500_000
_LONGEST_VALUE = 200_000
_HINT = "Build it again in the Condition Builder and save it under the same name."


def dump(group: Group) -> str:
    """The body of a saved search."""
    return json.dumps({"version": VERSION, "group": _plain(group)}, separators=(",", ":"))


def _plain(group: Group) -> dict[str, Any]:
    members = [
        _plain(one)
        if isinstance(one, Group)
        else {"field": one.field, "operator": one.operator.name, "value": one.value}
        for one in group.members
    ]
    return {"join": group.join.name, "negated": group.negated, "members": members}


def parse(body: str, fields: Mapping[str, FieldInfo]) -> Group:
    """The search of a stored body. Raises InputError for anything that is not exactly a search on these fields."""
    if len(body) > LONGEST_BODY:
        raise _unusable("it is too long")
    try:
        stored = json.loads(body, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _unusable("it is damaged") from None
    if not isinstance(stored, dict) or not isinstance(version := stored.get("version"), int):
        raise _unusable("it is damaged")
    if version > VERSION:
        raise InputError(
            "This search was saved by a newer version of the program.", hint="Install that version here too."
        )
    if version != VERSION or isinstance(version, bool) or set(stored) != {"version", "group"}:
        raise _unusable("it is damaged")
    group = _Reader(fields).group(stored["group"], 1)
    if not group.members:
        raise _unusable("it has no conditions")
    check(group, fields)
    return group


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each of whose names stands there once: which of two would count is anybody's guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(text: str) -> None:
    raise ValueError


class _Reader:
    """Turns plain values into a tree, counting as it goes."""

    def __init__(self, fields: Mapping[str, FieldInfo]) -> None:
        self._fields = fields
        self._members = 0

    def group(self, plain: object, depth: int) -> Group:
        if depth > DEEPEST:
            raise _unusable(Sentence("its groups are more than {most} deep", most=DEEPEST))
        if not isinstance(plain, dict) or set(plain) != {"join", "negated", "members"}:
            raise _unusable("a group in it is damaged")
        join, negated, members = plain["join"], plain["negated"], plain["members"]
        if not isinstance(join, str) or join not in Join.__members__ or not isinstance(negated, bool):
            raise _unusable("it joins conditions in an unknown way")
        if not isinstance(members, list):
            raise _unusable("a group in it is damaged")
        self._members += len(members)
        if self._members > MOST_MEMBERS:
            raise _unusable(Sentence("it has more than {most} conditions", most=MOST_MEMBERS))
        return Group(Join[join], tuple(self._member(one, depth) for one in members), negated)

    def _member(self, plain: object, depth: int) -> Test | Group:
        if isinstance(plain, dict) and "members" in plain:
            return self.group(plain, depth + 1)
        if not isinstance(plain, dict) or set(plain) != {"field", "operator", "value"}:
            raise _unusable("a condition in it is damaged")
        field, operator, value = plain["field"], plain["operator"], plain["value"]
        if not isinstance(field, str) or field not in self._fields:
            raise _unusable("it asks about a column that this page does not have")
        if not isinstance(operator, str) or operator not in Operator.__members__:
            raise _unusable("it asks in a way that this version does not know")
        if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
            raise _unusable("a value in it is damaged")
        test = Test(field, Operator[operator], value)
        self._check_value(test)
        return test

    def _check_value(self, test: Test) -> None:
        info = self._fields[test.field]
        if not test.operator.takes_value and test.value:
            raise _unusable("a value in it is damaged")
        if info.kind is not FieldKind.CHOICE or not test.operator.takes_value:
            return
        known = {value for value, _ in info.choices}
        if any(one not in known for one in values_of(test) if len(one) <= LONGEST_TEXT):
            raise _unusable(
                Sentence("it asks for a choice of {column} that there is not", column=Sentence(info.title))
            )


def _unusable(reason: str) -> InputError:
    return InputError(Sentence("This saved search cannot be used: {reason}.", reason=Sentence(reason)), hint=_HINT)
