"""Which column of a table fills which of ours: guessed, shown, corrected, remembered (learner-files.md 5)."""

import hashlib
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.files.cells import DateOrder
from app.files.headings import (
    ALONE_FIRST,
    FIRST_NAME,
    LIKELY,
    OFFICIAL,
    UNSURE,
    field_of,
    known_set,
    normal_heading,
    numbered,
)  # fmt: skip
from app.json_text import json_or_none


class Confidence(StrEnum):
    """How sure a guess is."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column of the table: where it stands, its heading, what it fills ("" for nothing), of which aim."""

    index: int
    heading: str
    field: str = ""
    confidence: Confidence = Confidence.SURE
    aim: int = 0
    """The number in a heading such as `Start date (aim 2)`; 0 for none."""
    note: str = ""
    """Why it is not used, where that needs saying."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """All columns of a table, and how their dates are read."""

    uses: tuple[ColumnUse, ...]
    orders: Pairs[str, DateOrder] = field(default_factory=dict)
    """By field; day first where nothing is said."""
    known_as: str = ""

    def index(self, name: str) -> int:
        """Where `name` comes from; -1 for nowhere."""
        return next((one.index for one in self.uses if one.field == name and one.aim == 0), -1)

    def changed(self, index: int, name: str) -> "Mapping":
        """With the column at `index` filling `name`, and no other doing so."""
        uses = []
        for one in self.uses:
            if one.index == index:
                uses.append(replace(one, field=name, confidence=Confidence.SURE, aim=0, note=""))
            elif name and one.field == name and one.aim == 0:
                uses.append(replace(one, field=""))
            else:
                uses.append(one)
        return replace(self, uses=tuple(uses))

    def with_order(self, name: str, order: DateOrder) -> "Mapping":
        """With the dates of `name` read in that order."""
        return replace(self, orders={**self.orders, name: order})

    def body(self) -> dict[str, object]:
        """What is remembered of it, as plain values."""
        uses = [[one.index, one.field, one.aim] for one in self.uses if one.field]
        return {"uses": uses, "orders": {name: order.value for name, order in self.orders.items()}}


def header_key(headings: Sequence[str]) -> str:
    """The same for every table with these headings in this order: what a mapping is remembered under."""
    text = "\n".join(normal_heading(one) for one in headings)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def remembered(headings: Sequence[str], text: str | None) -> Mapping | None:
    """The mapping whose `Mapping.body` is kept as `text`; None if there is none, or it does not fit."""
    body = json_or_none(text)
    uses, orders = (body.get("uses"), body.get("orders")) if isinstance(body, dict) else (None, None)
    if not isinstance(uses, list) or not isinstance(orders, dict):
        return None
    try:
        found = {int(index): (str(name), int(aim)) for index, name, aim in uses}
        dates = {str(name): DateOrder(order) for name, order in orders.items()}
    except (TypeError, ValueError, OverflowError):
        return None
    if any(not 0 <= index < len(headings) for index in found):
        return None
    columns = tuple(ColumnUse(index, heading, *_used(found.get(index))) for index, heading in enumerate(headings))
    return Mapping(columns, dates, known_set(headings))


def _used(found: tuple[str, int] | None) -> tuple[str, Confidence, int]:
    return ("", Confidence.SURE, 0) if found is None else (found[0], Confidence.SURE, found[1])


def guess(headings: Sequence[str]) -> Mapping:
    """The most likely use of every column; every one of ours is filled from one column at most."""
    names = [normal_heading(one) for one in headings]
    uses = [_one(index, heading, name) for index, (heading, name) in enumerate(zip(headings, names, strict=True))]
    _settle_series(uses)
    _settle_names(uses, names)
    _settle_ends(uses)
    _settle_doubles(uses, names)
    return Mapping(tuple(uses), {}, known_set(headings))


def _one(index: int, heading: str, name: str) -> ColumnUse:
    if found := field_of(name):
        sure = Confidence.SURE if name in OFFICIAL else Confidence.LIKELY if name in LIKELY else Confidence.UNSURE
        return ColumnUse(index, heading, found, sure)
    if series := numbered(name):
        return ColumnUse(index, heading, series[0], Confidence.LIKELY, series[1])
    return ColumnUse(index, heading)


def _settle_series(uses: list[ColumnUse]) -> None:
    """`Grade 1` alone is no series: one counts only if some heading has the number 2 as well."""
    if not any(one.aim == 2 for one in uses):
        for at, one in enumerate(uses):
            if one.aim:
                uses[at] = replace(one, field="" if one.aim > 1 else one.field, aim=0)


def _settle_names(uses: list[ColumnUse], names: list[str]) -> None:
    fields = {one.field for one in uses}
    for at, one in enumerate(uses):
        if one.field == "full_name" and "family_name" in fields:
            uses[at] = replace(one, field="", note="The parts of the name stand in columns of their own.")
        single = FIRST_NAME if "middle_names" in fields else ALONE_FIRST
        if one.field == "given_names" and names[at] in single:
            # Where all given names have a column too, this one is only the first of them.
            uses[at] = replace(one, field="first_name")
        if one.field in {"postcode_out", "postcode_in"} and "postcode" in fields:
            uses[at] = replace(one, field="")


def _settle_ends(uses: list[ColumnUse]) -> None:
    """`End Date` is the planned end only if there is no column for the actual one."""
    if any(one.field == "ends" for one in uses):
        for at, one in enumerate(uses):
            if one.field == "planned_end" and one.confidence is Confidence.UNSURE:
                uses[at] = replace(one, field="", note="It is not clear which end this is.")


def _settle_doubles(uses: list[ColumnUse], names: list[str]) -> None:
    """Of two columns for the same, the surer one, then the name that stands first in our list, then the left one."""
    order = list(Confidence)

    def rank(at: int) -> tuple[int, int, int]:
        table = next((one for one in (OFFICIAL, LIKELY, UNSURE) if names[at] in one), {})
        return order.index(uses[at].confidence), table.get(names[at], ("", 0))[1], at

    wanted: dict[tuple[str, int], int] = {}
    for at in sorted((at for at, one in enumerate(uses) if one.field), key=rank):
        key = (uses[at].field, uses[at].aim)
        if key in wanted:
            uses[at] = replace(uses[at], field="", note="Another column says the same; that one is used.")
        else:
            wanted[key] = at
