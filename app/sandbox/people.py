"""The invented learners of the sandbox: the same people on every run and every computer.

`people(100)` is the beginning of `people(5000)`: who somebody is depends on the person's number alone. Every
kind of person that the LRS treats differently is among the first 100.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from random import Random

from app.sandbox import names
from app.sandbox.draw import dice
from app.sandbox.holdings import StoredAttainment, holdings
from app.sandbox.records import Achievement, Event, achievements

POPULATION = 5000


class Kind(Enum):
    """What becomes of a person in a PLR download."""

    EXACT = "exact"  # WSRC0004 with events
    LINKED = "linked"  # WSRC0022: merged at the LRS, another ULN is found
    EMPTY = "empty"  # WSRC0004 without events
    OPTED_OUT = "opted out"  # WSEC0206
    NOT_VERIFIED = "not verified"  # WSEC0208: the LRS knows the ULN under another name
    ULN_UNKNOWN = "uln unknown"  # WSEC0136: passes the check digit, is not valid at the LRS
    NO_ULN = "no uln"  # the rest is answered without a call
    TEMPORARY = "temporary"
    BAD_CHECK = "bad check"
    NO_FIRST_NAME = "no first name"
    NO_SURNAME = "no surname"

    @property
    def asked(self) -> bool:
        """Whether a call is made at all."""
        return self not in _NEVER_ASKED


_NEVER_ASKED = frozenset(
    {Kind.NO_ULN, Kind.TEMPORARY, Kind.BAD_CHECK, Kind.NO_FIRST_NAME, Kind.NO_SURNAME},
)
_WITH_EVENTS = frozenset({Kind.EXACT, Kind.LINKED})

# Of every thousand people; the rest are EXACT.
PER_THOUSAND = {
    Kind.NO_ULN: 24,
    Kind.EMPTY: 10,
    Kind.BAD_CHECK: 9,
    Kind.NOT_VERIFIED: 9,
    Kind.TEMPORARY: 8,
    Kind.OPTED_OUT: 6,
    Kind.LINKED: 5,
    Kind.NO_FIRST_NAME: 2,
    Kind.NO_SURNAME: 1,
    Kind.ULN_UNKNOWN: 1,
}
# The same person twice at the college: the second number repeats the first.
TWICE = {78: 41}
_FIRST_UNUSUAL = 44


@dataclass(frozen=True, slots=True)
class Person:
    """A learner as the college holds one, with what the LRS knows beside it.

    `record` is the number of the LRS record behind the ULN; `lrs_uln`, `lrs_family_name` and `lrs_given_names`
    are what the LRS holds, so that a corrected learner can be asked for again; `found_uln` is another ULN
    for a linked learner only.
    """

    number: int
    ref: str = field(repr=False)
    kind: Kind
    uln: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    first_name: str | None = field(repr=False)
    known_as: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    postcode: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    campus_code: str = field(repr=False)
    campus_name: str = field(repr=False)
    tutor_group: str = field(repr=False)
    last_plr: date | None = field(repr=False)
    record: int
    lrs_uln: str = field(repr=False)
    lrs_family_name: str = field(repr=False)
    lrs_given_names: str = field(repr=False)
    found_uln: str | None = field(default=None, repr=False)

    @property
    def stored(self) -> tuple[StoredAttainment, ...]:
        """What the college holds before any download. Worked out anew on each access: keep it."""
        known = self.kind in _WITH_EVENTS and self.last_plr is not None
        return holdings(self.number, record_of(self) if known else ())


def people(count: int = POPULATION) -> tuple[Person, ...]:
    """The first `count` people."""
    return tuple(person(number) for number in range(1, count + 1))


def events_of(person: Person) -> tuple[Event, ...]:
    """The events that the LRS answers with when the person is asked for as the college holds them today."""
    return all_events(person) if person.kind in _WITH_EVENTS else ()


def all_events(person: Person) -> tuple[Event, ...]:
    """The events that the LRS holds on the person, also where it would refuse to say so."""
    return tuple(event for achievement in record_of(person) for event in achievement.events)


def record_of(person: Person) -> tuple[Achievement, ...]:
    """What the events of the person tell of."""
    if person.kind is Kind.EMPTY:
        return ()
    return achievements(person.record, person.birth_date, merged=person.kind is Kind.LINKED)


def person(number: int) -> Person:
    """The person of that number, counted from 1."""
    if number in TWICE:
        return _again(number, person(TWICE[number]))
    draw = dice("person", number)
    kind = kind_of(number)
    name = names.name_for(draw)
    unusual = number - _FIRST_UNUSUAL
    if kind in _WITH_EVENTS and 0 <= unusual < len(names.UNUSUAL):
        name = names.UNUSUAL[unusual]
    real = uln(number)
    campus_code, campus_name = draw.choice(names.CAMPUSES)
    family = names.FAMILY_NAMES[number % len(names.FAMILY_NAMES)] if kind is Kind.NOT_VERIFIED else name.family
    return Person(
        number=number,
        ref=_ref(number),
        kind=kind,
        uln=_uln_held(kind, real),
        family_name=None if kind is Kind.NO_SURNAME else name.family,
        given_names=None if kind is Kind.NO_FIRST_NAME else name.given,
        first_name=None if kind is Kind.NO_FIRST_NAME else name.first,
        known_as=name.known_as,
        birth_date=_birth_date(draw),
        sex=name.sex,
        postcode=names.postcode(draw),
        email=f"{_ref(number)}@students.northfleet.example" if draw.random() < 0.93 else None,
        phone=names.phone(draw),
        campus_code=campus_code,
        campus_name=campus_name,
        tutor_group=draw.choice(names.TUTOR_GROUPS[campus_code]),
        last_plr=_last_plr(draw, kind),
        record=number,
        lrs_uln=real,
        lrs_family_name="Merriweather" if family == name.family and kind is Kind.NOT_VERIFIED else family,
        lrs_given_names=name.given,
        found_uln=uln(number, linked=True) if kind is Kind.LINKED else None,
    )


def kind_of(number: int) -> Kind:
    """The kinds of a thousand people are dealt from one shuffled pack, so the shares are exact."""
    return _pack((number - 1) // 1000)[(number - 1) % 1000]


@lru_cache(maxsize=128)
def _pack(block: int) -> tuple[Kind, ...]:
    cards = [kind for kind, count in PER_THOUSAND.items() for _ in range(count)]
    cards += [Kind.EXACT] * (1000 - len(cards))
    draw = dice("kinds", block)
    draw.shuffle(cards)
    if block == 0:
        _bring_forward(cards, draw)
    return tuple(cards)


def _bring_forward(cards: list[Kind], draw: Random) -> None:
    """One of each kind among the first 40; numbers 41 to 100 are EXACT, the pair of `TWICE` among them."""
    rare = list(PER_THOUSAND)
    for kind in rare:
        cards.remove(kind)
    ordinary = [card for card in cards if card is Kind.EXACT]
    others = [card for card in cards if card is not Kind.EXACT]
    first = rare + ordinary[: 40 - len(rare)]
    rest = ordinary[100 - len(rare) :] + others
    draw.shuffle(first)
    draw.shuffle(rest)
    cards[:] = first + [Kind.EXACT] * 60 + rest


def uln(number: int, *, linked: bool = False) -> str:
    """A ULN that passes its check digit and is nobody else's. Sixteen candidates belong to each number,
    spread over all nine-digit beginnings; one in eleven has no check digit and is passed over."""
    found = 0
    for slot in range(number * 16, number * 16 + 16):
        nine = f"{(slot * 7_368_787 + 217_645_199) % 900_000_000 + 100_000_000}"
        rest = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if rest == 0:
            continue
        found += 1
        if found == (2 if linked else 1):
            return f"{nine}{10 - rest}"
    raise AssertionError("no candidate of this number has a check digit")


def _uln_held(kind: Kind, real: str) -> str | None:
    if kind is Kind.NO_ULN:
        return None
    if kind is Kind.TEMPORARY:
        return "9999999999"
    if kind is Kind.BAD_CHECK:
        return f"{real[:9]}{(int(real[9]) + 1) % 10}"
    return real


def _ref(number: int) -> str:
    return str(240_100 + number * 37 + dice("ref", number).randrange(30))


def _birth_date(draw: Random) -> date | None:
    chance = draw.random()
    if chance < 0.004:
        return None
    if chance < 0.1:
        return date(1961, 1, 5) + timedelta(days=draw.randrange(15_000))
    return date(2006, 9, 1) + timedelta(days=draw.randrange(3 * 365))


def _last_plr(draw: Random, kind: Kind) -> date | None:
    day = draw.choice((date(2025, 9, 28), date(2025, 10, 12), date(2025, 11, 3)))
    return day if draw.random() < 0.6 and kind.asked else None


def _again(number: int, first: Person) -> Person:
    return Person(
        number=number,
        ref=_ref(number),
        kind=first.kind,
        uln=first.uln,
        family_name=first.family_name,
        given_names=first.given_names,
        first_name=first.first_name,
        known_as=first.known_as,
        birth_date=first.birth_date,
        sex=first.sex,
        postcode=first.postcode,
        email=None,
        phone=first.phone,
        campus_code="RIVER01" if first.campus_code == "CITY01" else "CITY01",
        campus_name="Riverside" if first.campus_code == "CITY01" else "City",
        tutor_group=names.TUTOR_GROUPS["RIVER01" if first.campus_code == "CITY01" else "CITY01"][0],
        last_plr=None,
        record=first.record,
        lrs_uln=first.lrs_uln,
        lrs_family_name=first.lrs_family_name,
        lrs_given_names=first.lrs_given_names,
    )
