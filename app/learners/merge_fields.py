"""Two learners side by side: which fields there are, what each says, and whose value is the better guess."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from app.dates import shown
from app.folding import fold
from app.ulns import UlnState


class Side(IntEnum):
    """The one of two learners who is kept, or the one who goes into them."""

    STAYS = 0
    GOES = 1


@dataclass(frozen=True, slots=True)
class Line:
    """Something that each of the two may say, and one of them will have said. `settled`: why there is no choice."""

    key: str
    title: str
    values: tuple[str, str] = field(repr=False)
    """In words, of the one who stays and of the one who goes."""
    default: Side = Side.STAYS
    settled: str = ""

    @property
    def differs(self) -> bool:
        return self.values[0] != self.values[1]


@dataclass(frozen=True, slots=True)
class MergeField:
    """A field of a learner, and the columns that go with it."""

    name: str
    title: str
    beside: tuple[str, ...] = ()


FIELDS = (
    MergeField("uln", "ULN"),
    MergeField("family_name", "Surname"),
    MergeField("given_names", "Forename", ("first_name",)),
    MergeField("known_as", "Known As"),
    MergeField("birth_date", "Date of Birth"),
    MergeField("sex", "Sex"),
    MergeField("postcode", "Postcode", ("postcode_is_prior",)),
    MergeField("email", "Email"),
    MergeField("phone", "Phone"),
    MergeField("campus_id", "Campus"),
    MergeField("tutor_group", "Tutor Group"),
    MergeField("prev_ref", "Previous Person Code"),
    MergeField("last_year_seen", "Last Year Seen"),
)
_REF = "The person code of the learner who stays. The other one is found under it from then on."


def stays_first(rows: Sequence[Any]) -> Sequence[Any]:
    """Two learners, the one first whom it is better to keep: seen in a newer year, with a real ULN, with more said of
    them, known for longer."""

    def worth(row: Any) -> tuple[Any, ...]:
        said = sum(getattr(row, one.name) is not None for one in FIELDS)
        return row.last_year_seen or "", row.uln_state == UlnState.OK, said, -row.id

    return sorted(rows, key=worth, reverse=True)


def lines(stays: Any, goes: Any, campuses: Mapping[int, str]) -> list[Line]:
    """Every field of both, those first in which they differ."""
    made = [Line("ref", "Person Code", (stays.ref, goes.ref), settled=_REF)]
    for one in FIELDS:
        said = tuple(_words(getattr(row, one.name), one.name, campuses) for row in (stays, goes))
        made.append(Line(one.name, one.title, (said[0], said[1]), _better(one, stays, goes)))
    return differing_first(made)


def differing_first(made: Iterable[Line]) -> list[Line]:
    return sorted(made, key=lambda one: not one.differs)


def _words(value: Any, name: str, campuses: Mapping[int, str]) -> str:
    if value is None:
        return ""
    if name == "campus_id":
        return campuses.get(value, "")
    return shown(value) if name == "birth_date" else str(value)


def _better(one: MergeField, stays: Any, goes: Any) -> Side:
    """Whose value is the better guess: one that is there, a real ULN, the present postcode, the later year, the
    fuller name; else that of whoever was seen last."""
    mine, other = getattr(stays, one.name), getattr(goes, one.name)
    if other is None or mine == other:
        return Side.STAYS
    if mine is None:
        return Side.GOES
    if one.name in _WORTH:
        worth = _WORTH[one.name](stays), _WORTH[one.name](goes)
        if worth[0] != worth[1]:
            return Side.GOES if worth[1] > worth[0] else Side.STAYS
    if one.name in _NAMES and (fuller := _fuller(str(mine), str(other))) is not None:
        return fuller
    return Side.GOES if (goes.last_year_seen or "") > (stays.last_year_seen or "") else Side.STAYS


_NAMES = frozenset({"family_name", "given_names", "known_as"})
_WORTH: Mapping[str, Callable[[Any], Any]] = {
    "uln": lambda row: row.uln_state == UlnState.OK,
    "postcode": lambda row: not row.postcode_is_prior,
    "last_year_seen": lambda row: row.last_year_seen,
}


def _fuller(mine: str, other: str) -> Side | None:
    """Of "Ann" and "Ann Mary" the second; None where neither begins the other."""
    words, others = (fold(mine) or "").split(), (fold(other) or "").split()
    if words == others[: len(words)] and len(others) > len(words):
        return Side.GOES
    return Side.STAYS if others == words[: len(others)] and len(words) > len(others) else None


def chosen_values(stays: Any, goes: Any, choices: Mapping[str, Side]) -> dict[str, Any]:
    """The columns of the learner who stays, as chosen field by field."""
    values: dict[str, Any] = {"ref": stays.ref}
    for one in FIELDS:
        row = goes if choices.get(one.name, _better(one, stays, goes)) is Side.GOES else stays
        values |= {name: getattr(row, name) for name in (one.name, *one.beside)}
    return values
