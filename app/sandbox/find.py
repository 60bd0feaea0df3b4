"""Who fits: how the sandbox LRS finds people by their details and judges whether a ULN and a person belong
together (lrs.md 5.3 and 5.4)."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from app.sandbox.people import Kind, Person
from app.sandbox.registry import Case, Held, case_of, held_about, right_uln

MOST_OFFERED = 10
_SIMILAR = 0.75


@dataclass(frozen=True, slots=True)
class Wanted:
    """The details of a find as they came; what was left out is empty."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    gender: str = field(repr=False)
    postcode: str = field(repr=False)
    previous_family_name: str = field(default="", repr=False)
    place_of_birth: str = field(default="", repr=False)
    school: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom a ULN is said to belong to; date and gender may be empty."""

    uln: str = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    gender: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification comes to; `held` only where the person is the one."""

    code: str
    uln: str | None = field(default=None, repr=False)
    held: Held | None = field(default=None, repr=False)
    flags: tuple[str, ...] = ()


class Registry:
    """All that the LRS holds of these people."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_uln: dict[str, Held] = {}
        self._by_family: dict[str, list[Held]] = {}
        known = set()
        for person in people:
            if person.record in known:
                continue
            known.add(person.record)
            for held in held_about(person):
                self._enter(held)

    def _enter(self, held: Held) -> None:
        for uln in (held.uln, *held.merged):
            self._by_uln[uln] = held
        for family in {fold(held.family_name), fold(held.previous_family_name or held.family_name)}:
            self._by_family.setdefault(family, []).append(held)

    def find(self, wanted: Wanted) -> tuple[str, Sequence[Held]]:
        """The response code and whom it offers. Everything fits one: exact. Else the surname and the birth date,
        or the surname and the postcode, make a possible match; what is optional only narrows the choice."""
        families = {fold(name) for name in (wanted.family_name, wanted.previous_family_name) if name}
        of_that_name = {held.uln: held for family in families for held in self._by_family.get(family, ())}
        exact = _narrowed([held for held in of_that_name.values() if _fits(held, wanted)], wanted)
        if len(exact) == 1:
            return ("WSRC0022" if exact[0].merged else "WSRC0004"), exact
        fits = exact or _narrowed(
            [
                held
                for held in of_that_name.values()
                if held.birth_date.isoformat() == wanted.birth_date or _same_place(held, wanted)
            ],
            wanted,
        )
        if len(fits) > MOST_OFFERED:
            return "WSRC0002", ()
        return ("WSRC0003" if fits else "WSRC0001"), sorted(fits, key=lambda held: held.uln)

    def verify(self, claimed: Claimed) -> Verdict:
        """Whether the ULN is the person's. Names count swapped and former ones too, but not as the same."""
        held = self._by_uln.get(claimed.uln)
        if held is None:
            return Verdict("WSVRC006")
        flags = (*_name_flags(held, claimed), *_other_flags(held, claimed))
        linked = held.uln != claimed.uln
        if not flags:
            return Verdict("WSVRC002" if linked else "WSVRC001", held.uln, held)
        if _similar(held, claimed):
            return Verdict("WSVRC004" if linked else "WSVRC003", held.uln, held, flags)
        return Verdict("WSVRC005", held.uln, None, flags)


def corrected(people: Iterable[Person]) -> dict[str, Person]:
    """The people whose ULN the college may yet learn, by that ULN, as the record behind it belongs to them."""
    found: dict[str, Person] = {}
    for person in people:
        if person.kind is Kind.ULN_UNKNOWN:
            found[right_uln(person)] = replace(person, kind=Kind.EXACT, lrs_uln=right_uln(person))
        elif person.kind is Kind.NO_ULN and case_of(person) is Case.MERGED:
            merged = replace(person, found_uln=right_uln(person))
            found |= {person.lrs_uln: merged, right_uln(person): merged}
    return found


def fold(text: str, length: int | None = 35) -> str:
    """As the LRS compares: without case and accents, and what stands behind 35 characters is not seen."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())[:length].strip()


def beginnings(names: str) -> set[str]:
    """Of several given names the first ones are enough."""
    words = fold(names, length=None).split(" ")
    return {" ".join(words[: count + 1])[:35].strip() for count in range(len(words))}


def _given(held: Held) -> set[str]:
    preferred = {fold(held.preferred_name)} if held.preferred_name else set()
    return beginnings(held.given_names) | {fold(held.given_name)} | preferred


def _fits(held: Held, wanted: Wanted) -> bool:
    return (
        fold(wanted.given_name) in _given(held)
        and held.birth_date.isoformat() == wanted.birth_date
        and _same_gender(held, wanted.gender)
        and _same_place(held, wanted)
    )


def _same_place(held: Held, wanted: Wanted) -> bool:
    return _bare(held.postcode) == _bare(wanted.postcode)


def _bare(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def _same_gender(held: Held, gender: str) -> bool:
    return gender == held.gender or not {gender, held.gender} <= {"1", "2"}


def _narrowed(fits: list[Held], wanted: Wanted) -> list[Held]:
    """Those of several with whom something optional agrees; all of them if that is nobody."""
    if len(fits) < 2:
        return fits
    agreeing = [
        held
        for held in fits
        for told, known in (
            (wanted.school, held.school),
            (wanted.place_of_birth, held.place_of_birth),
            (wanted.email, held.email),
        )
        if told and known and fold(told, None) == fold(known, None)
    ]
    return list({held.uln: held for held in agreeing}.values()) or fits


def _name_flags(held: Held, claimed: Claimed) -> list[str]:
    """VRF1 to VRF6: each name is compared with the first name, the surname and the former surname."""
    given, family = fold(claimed.given_name), fold(claimed.family_name)
    surname, former = fold(held.family_name), fold(held.previous_family_name or "")
    flags: list[str] = []
    if given not in _given(held):
        flags += ["VRF1", *(["VRF2"] if given != surname else []), *(["VRF3"] if given != former else [])]
    if family != surname:
        flags += [*(["VRF4"] if family not in _given(held) else []), "VRF5"]
        flags += ["VRF6"] if family != former else []
    return flags


def _other_flags(held: Held, claimed: Claimed) -> list[str]:
    """What was not said is not held against anybody."""
    day = claimed.birth_date in ("", held.birth_date.isoformat())
    return [*([] if day else ["VRF7"]), *([] if _same_gender(held, claimed.gender or "0") else ["VRF8"])]


def _similar(held: Held, claimed: Claimed) -> bool:
    given, family = fold(claimed.given_name), fold(claimed.family_name)
    surnames = {fold(held.family_name), fold(held.previous_family_name or held.family_name)}
    as_held = _near(given, _given(held)) and _near(family, surnames)
    return as_held or (_near(family, _given(held)) and _near(given, surnames))


def _near(text: str, others: Iterable[str]) -> bool:
    return any(SequenceMatcher(None, text, other).ratio() >= _SIMILAR for other in others)
