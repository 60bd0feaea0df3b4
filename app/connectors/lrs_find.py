"""Find ULN: who fits a person's details, as the service judges it (lrs.md 5.3).

Read leniently and believed sparingly. Learners are handed on only under a code that says they were found, an
answer that repeats somebody else's details is thrown away, and nothing is called exact that a person has to
choose from.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.connectors.http import HttpAnswer
from app.connectors.lrs_xml import (
    Element,
    children,
    code_in,
    for_another,
    is_nil,
    local,
    response_in,
    text_of,
    unreadable,
)
from app.ulns import UlnState, state

MOST_FOUND = 10
"""As many learners as the service ever offers to choose from."""

SEXES = {"1": "M", "2": "F", "M": "M", "F": "F"}


@dataclass(frozen=True, slots=True)
class Demographics:
    """What is known of the person to be found. `gender` is M, F or None for "not known"."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    gender: str | None = field(repr=False)
    postcode: str = field(repr=False)
    previous_family_name: str = field(default="", repr=False)
    place_of_birth: str = field(default="", repr=False)
    school_at_16: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


class Outcome(StrEnum):
    """What a find comes to."""

    NO_MATCH = "no match"
    TOO_MANY = "too many"
    POSSIBLE = "possible"  # somebody has to choose, among one or more
    EXACT = "exact"
    LINKED = "linked"  # the person's records were merged, and this is the one that stayed
    OTHER = "other"  # no code, or one that says something else


_OUTCOMES = {
    "WSRC0001": Outcome.NO_MATCH,
    "WSRC0002": Outcome.TOO_MANY,
    "WSRC0003": Outcome.POSSIBLE,
    "WSRC0004": Outcome.EXACT,
    "WSRC0022": Outcome.LINKED,
}
_FOUND = frozenset({Outcome.POSSIBLE, Outcome.EXACT, Outcome.LINKED})


@dataclass(frozen=True, slots=True)
class FoundLearner:
    """One learner as the service holds them, values as they came but trimmed; None where there is none.

    `uln` has passed its check, and so have `linked_ulns`, those that were merged into it.
    """

    uln: str = field(repr=False)
    given_name: str | None = field(default=None, repr=False)
    middle_names: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    preferred_given_name: str | None = field(default=None, repr=False)
    previous_family_name: str | None = field(default=None, repr=False)
    family_name_at_16: str | None = field(default=None, repr=False)
    school_at_16: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    town: str | None = field(default=None, repr=False)
    place_of_birth: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    linked_ulns: tuple[str, ...] = field(default=(), repr=False)
    master_substituted: bool = False


@dataclass(frozen=True, slots=True)
class FindAnswer:
    """What the service said. EXACT and LINKED come with one learner, POSSIBLE with one to ten, all others with
    none; `left_out` more were in the answer, without a usable ULN or beyond the tenth."""

    response_code: str | None
    outcome: Outcome
    learners: tuple[FoundLearner, ...] = field(default=(), repr=False)
    left_out: int = 0


_TEXTS = {
    "GivenName": "given_name",
    "MiddleOtherName": "middle_names",
    "FamilyName": "family_name",
    "PreferredGivenName": "preferred_given_name",
    "PreviousFamilyName": "previous_family_name",
    "FamilyNameAtAge16": "family_name_at_16",
    "SchoolAtAge16": "school_at_16",
    "LastKnownPostCode": "postcode",
    "LastKnownTown": "town",
    "PlaceOfBirth": "place_of_birth",
    "EmailAddress": "email",
}


def read_found(answer: HttpAnswer, asked: Mapping[str, str]) -> FindAnswer:
    """The learners in what came back. `asked` has the details as they were sent, by the service's names.

    Raises ServiceError with the service's code or LOCAL22 to LOCAL29, LOCAL26 if the answer repeats another
    person's name or date of birth; StopRunError and BusyError as `LrsCalls.learning_events` does.
    """
    response = response_in(answer, "FindLearnerResponse")
    parts = children(response, more_of="Learner")
    for name in ("FamilyName", "GivenName", "DateOfBirth"):
        repeated = text_of(parts.get(name))
        if repeated is not None and not _alike(name, repeated, asked[name]):
            raise for_another()
    code = code_in(parts)
    outcome = _OUTCOMES.get(code or "", Outcome.OTHER)
    if outcome not in _FOUND:
        return FindAnswer(code, outcome)
    told = [one for one in response if local(one) == "Learner" and not is_nil(one)]
    found = [learner for one in told if (learner := _learner(one)) is not None]
    if not found:
        raise unreadable("The answer says that somebody was found, and does not say who.")
    if len(found) > 1:
        outcome = Outcome.POSSIBLE
    kept = tuple(found[:MOST_FOUND])
    return FindAnswer(code, outcome, kept, len(told) - len(kept))


def day_in(text: str | None) -> date | None:
    """The day of a date of the service, with or without a time behind it; None if it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _learner(element: Element) -> FoundLearner | None:
    parts: dict[str, Element] = {}
    for one in element:
        parts.setdefault(local(one), one)
    uln = text_of(parts.get("ULN"))
    if uln is None or state(uln) is not UlnState.OK:
        return None
    return FoundLearner(
        uln=uln,
        **{name: text_of(parts.get(wire)) for wire, name in _TEXTS.items()},
        birth_date=day_in(text_of(parts.get("DateOfBirth"))),
        gender=SEXES.get(text_of(parts.get("Gender")) or ""),
        linked_ulns=_linked_ulns(element),
        master_substituted=text_of(parts.get("MasterSubstituted")) == "Y",
    )


def _linked_ulns(learner: Element) -> tuple[str, ...]:
    lists = [one for one in learner if local(one) == "LinkedULNs" and not is_nil(one)]
    told = [text_of(uln) for one in lists for uln in one if local(uln) == "ULN"]
    return tuple(dict.fromkeys(uln for uln in told if uln is not None and state(uln) is UlnState.OK))


def _alike(name: str, repeated: str, sent: str) -> bool:
    """Whether the service means what we sent: it may write names in capitals, or lose an accent."""
    return repeated[:10] == sent if name == "DateOfBirth" else _folded(repeated) == _folded(sent)


def _folded(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text).casefold() if mark.isalnum())
