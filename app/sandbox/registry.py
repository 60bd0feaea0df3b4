"""What the sandbox LRS holds of people themselves: names, addresses and ULNs, beside their records.

Most people whose ULN the college does not hold are found by their details. The rest are dealt, in the order of
their numbers, from one pack for every thousand people, so that each outcome is there early and on every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

from app.sandbox import names
from app.sandbox.catalogue import SCHOOLS
from app.sandbox.draw import dice
from app.sandbox.people import Kind, Person, kind_of, uln

TOWNS = ("Osterby", "Marlhaven", "Wrenfold", "Saltmere", "Kirk Anning")
_STRANGERS_FROM = 1_000_000
_CROWD = 11
_NO_PLACE = "ZZ99 9ZZ"


class Case(Enum):
    """How the LRS knows somebody whose ULN the college does not hold."""

    AS_THEY_ARE = "exact"
    TWINS = "possible: two of the same day, at an address the college does not know"
    MERGED = "linked"
    CROWD = "too many of that name and day"
    UNKNOWN = "no match"
    MOVED = "possible: lives elsewhere now"
    FORMER_NAME = "exact, under a surname the college does not know yet"
    NAMESAKE = "possible: somebody of the same name lives where the college thinks they do"


_PACK = (
    *(Case.AS_THEY_ARE, Case.TWINS, Case.MERGED, Case.CROWD, Case.UNKNOWN, Case.MOVED, Case.FORMER_NAME),
    *(Case.AS_THEY_ARE, Case.NAMESAKE, *(Case.AS_THEY_ARE,) * 4, Case.TWINS, *(Case.AS_THEY_ARE,) * 3),
    *(Case.MERGED, *(Case.AS_THEY_ARE,) * 3, Case.UNKNOWN, Case.AS_THEY_ARE, Case.AS_THEY_ARE),
)
"""Of every 24, as many as lack a ULN in a thousand; 14 of them are found as they are."""


@dataclass(frozen=True, slots=True)
class Held:
    """One person as the LRS holds them; `merged` are ULNs that `uln` has replaced. `gender` is the digit."""

    uln: str = field(repr=False)
    given_name: str = field(repr=False)
    middle_names: str | None = field(repr=False)
    family_name: str = field(repr=False)
    preferred_name: str | None = field(repr=False)
    previous_family_name: str | None = field(repr=False)
    family_name_at_16: str | None = field(repr=False)
    school: str | None = field(repr=False)
    postcode: str = field(repr=False)
    town: str = field(repr=False)
    birth_date: date = field(repr=False)
    place_of_birth: str | None = field(repr=False)
    gender: str = field(repr=False)
    email: str | None = field(repr=False)
    merged: tuple[str, ...] = field(default=(), repr=False)
    style: int = 0

    @property
    def given_names(self) -> str:
        return f"{self.given_name} {self.middle_names or ''}".strip()


def case_of(person: Person) -> Case:
    """How the LRS knows the person."""
    if person.kind is Kind.LINKED:
        return Case.MERGED
    if person.kind is not Kind.NO_ULN:
        return Case.AS_THEY_ARE
    return _PACK[_without_uln((person.number - 1) // 1000).index(person.number) % len(_PACK)]


def right_uln(person: Person) -> str:
    """The ULN under which the LRS finds the person today."""
    if person.kind is Kind.ULN_UNKNOWN or case_of(person) is Case.MERGED:
        return person.found_uln or uln(person.number, linked=True)
    return person.lrs_uln


def held_about(person: Person) -> Iterator[Held]:
    """What the LRS holds of the person, and of strangers whom their details fit too."""
    case = case_of(person)
    if case is Case.UNKNOWN:
        return
    own = _own(person, case)
    yield own
    if case is Case.TWINS:
        yield _stranger(own, person, 0, same_address=True)
    elif case is Case.CROWD:
        yield from (_stranger(own, person, place) for place in range(_CROWD))
    elif case is Case.NAMESAKE:
        born = own.birth_date - timedelta(days=389)
        namesake = _stranger(own, person, 0)
        yield replace(namesake, given_name=own.given_name, postcode=person.postcode, birth_date=born)


@lru_cache(maxsize=128)
def _without_uln(block: int) -> tuple[int, ...]:
    numbers = range(block * 1000 + 1, block * 1000 + 1001)
    return tuple(number for number in numbers if kind_of(number) is Kind.NO_ULN)


def _own(person: Person, case: Case) -> Held:
    draw = dice("held", person.record)
    given, middle = _given_and_middle(person)
    other = draw.choice(names.FAMILY_NAMES)
    family, previous = person.lrs_family_name, other if draw.random() < 0.05 else None
    if case is Case.FORMER_NAME:
        family, previous = other, family
    elif person.kind is Kind.NOT_VERIFIED and person.number % 2 == 0:
        previous = person.family_name
    elsewhere = f"NF1{draw.randrange(10)} {draw.randrange(10)}AA"
    moved = case in (Case.MOVED, Case.TWINS, Case.CROWD, Case.NAMESAKE)
    day = date(2006, 9, 1) + timedelta(days=draw.randrange(1095))
    return Held(
        uln=right_uln(person),
        given_name=given[:35],
        middle_names=middle,
        family_name=family[:35],
        preferred_name=person.known_as,
        previous_family_name=previous,
        family_name_at_16=previous or family[:35],
        school=" ".join(draw.choice(SCHOOLS).name.split()) if draw.random() < 0.8 else None,
        postcode=elsewhere if moved or person.postcode == _NO_PLACE else person.postcode,
        town=draw.choice(TOWNS),
        birth_date=person.birth_date or day,
        place_of_birth=draw.choice(TOWNS) if draw.random() < 0.5 else None,
        gender={"M": "1", "F": "2"}.get(person.sex or "", "0"),
        email=None if draw.random() < 0.6 else f"learner{person.record}@post.example",
        merged=(person.lrs_uln,) if case is Case.MERGED else (),
        style=person.record,
    )


def _given_and_middle(person: Person) -> tuple[str, str | None]:
    whole, first = person.lrs_given_names, person.first_name
    if not first or not whole.startswith(first):
        first = whole.split(" ")[0]
    return first, whole[len(first) :].strip() or None


def _stranger(own: Held, person: Person, place: int, *, same_address: bool = False) -> Held:
    """Somebody of the same surname and day, whom the college has never seen."""
    draw = dice("stranger", person.record, place)
    pool = [name for name in (names.GIRLS if own.gender == "2" else names.BOYS) if name != own.given_name]
    stranger = replace(
        own,
        uln=uln(_STRANGERS_FROM + person.record * (_CROWD + 1) + place),
        given_name=draw.choice(pool),
        middle_names=None,
        preferred_name=None,
        previous_family_name=None,
        family_name_at_16=own.family_name,
        email=None,
        style=person.record + place + 1,
    )
    if same_address:
        return stranger
    school = " ".join(draw.choice(SCHOOLS).name.split())
    place_of_birth, town = draw.choice(TOWNS), draw.choice(TOWNS)
    return replace(
        stranger, school=school, place_of_birth=place_of_birth, town=town, postcode=f"NF2{place % 10} {place // 10}AA"
    )
