"""The learner of the college beside a learner of the LRS, field by field: what is alike and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from app.connectors.lrs_find import FoundLearner
from app.dates import shown
from app.folding import fold
from app.learners.search import SEXES
from app.learners.subject import Subject


class Mark(Enum):
    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "not compared"  # one of the two holds nothing, or the college never holds it


@dataclass(frozen=True, slots=True)
class Told:
    """What the LRS holds in one field, and how it compares."""

    text: str = field(repr=False)
    mark: Mark


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what the college holds, and what each candidate does."""

    name: str
    title: str
    ours: str = field(repr=False)
    theirs: tuple[Told, ...] = field(repr=False)
    code: bool = False


_TITLES = (
    ("uln", "ULN"),
    ("given", "Forename"),
    ("family_name", "Surname"),
    ("birth_date", "Date of Birth"),
    ("gender", "Sex"),
    ("postcode", "UK Postcode"),
    ("preferred_given_name", "Known As"),
    ("previous_family_name", "Former Surname"),
    ("family_name_at_16", "Surname at 16"),
    ("school_at_16", "School at 16"),
    ("town", "Town"),
    ("place_of_birth", "Place of Birth"),
    ("email", "Email"),
    ("linked_ulns", "Merged ULNs"),
)
_SEXES = dict(SEXES)
_ALWAYS = {"uln", "given", "family_name", "birth_date", "gender", "postcode"}
_CODES = {"uln", "postcode", "linked_ulns"}


def compared(subject: Subject, candidates: Sequence[FoundLearner]) -> list[Line]:
    """The lines of the comparison; a field that nobody holds is left out."""
    ours = _ours(subject)
    theirs = [_theirs(one) for one in candidates]
    lines = []
    for name, title in _TITLES:
        if name not in _ALWAYS and not any(one[name] for one in theirs):
            continue
        told = tuple(Told(text[name], _mark(name, ours[name], text[name])) for text in theirs)
        lines.append(Line(name, title, ours[name], told, name in _CODES))
    return lines


def differing(lines: Sequence[Line], place: int) -> list[str]:
    """The titles of the fields in which a candidate differs, the ULN left out: it is what is looked for."""
    return [line.title for line in lines if line.name != "uln" and line.theirs[place].mark is Mark.DIFFERS]


def _ours(subject: Subject) -> dict[str, str]:
    return {
        **dict.fromkeys((name for name, _ in _TITLES), ""),
        "uln": subject.uln or "",
        "given": subject.given_names or "",
        "family_name": subject.family_name or "",
        "birth_date": shown(subject.birth_date),
        "gender": _SEXES.get(subject.sex or "", subject.sex or ""),
        "postcode": subject.postcode or "",
        "preferred_given_name": subject.known_as or "",
        "email": subject.email or "",
    }


def _theirs(one: FoundLearner) -> dict[str, str]:
    plain = (name for name, _ in _TITLES)
    texts = {name: value if isinstance(value := getattr(one, name, None), str) else "" for name in plain}
    return {
        **texts,
        "given": " ".join(part for part in (one.given_name, one.middle_names) if part),
        "birth_date": shown(one.birth_date),
        "gender": _SEXES.get(one.gender or "", one.gender or ""),
        "linked_ulns": ", ".join(one.linked_ulns),
    }


def _mark(name: str, ours: str, theirs: str) -> Mark:
    if not ours or not theirs:
        return Mark.UNKNOWN
    if name == "postcode":
        ours, theirs = "".join(ours.split()), "".join(theirs.split())
    same = fold(ours) == fold(theirs)
    if name == "given" and not same:
        # The college may hold the first name only, the LRS all of them, or the other way round.
        mine, told = (fold(ours) or "").split(), (fold(theirs) or "").split()
        same = mine[: len(told)] == told or told[: len(mine)] == mine
    return Mark.SAME if same else Mark.DIFFERS
