"""What loading one learner of a file would do: the plan that the preview shows and the load carries out.

A blank in a file never clears what is stored. What a person typed since the last load stays unless it is
ticked. A real ULN never gives way to another by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from app.files.aims import is_place
from app.files.rows import AimRecord, Level
from app.folding import fold
from app.jobs import Foreseen
from app.learners.load_cells import AIM_COLUMNS, Cells
from app.learners.load_match import MERGED, Match, reasons
from app.ulns import UlnState

NO_YEAR = "-"


class Question(StrEnum):
    """What only a person can say."""

    ULN = "uln"
    MATCH = "match"


TAKE, KEEP, ANOTHER = "take", "keep", "new"
SAME = "same:"
"""Decisions: about a ULN, take the file's or keep the stored one; about a possible match, add as new or, followed
by the learner's id, the same person."""
TICKED = "ticked:"
"""A decision about fields edited by hand: those to take from the file all the same, separated by commas."""

COMPARED = (
    "ref",
    "uln",
    "family_name",
    "given_names",
    "first_name",
    "known_as",
    "birth_date",
    "sex",
    "postcode",
    "email",
    "phone",
    "campus_code",
    "tutor_group",
    "prev_ref",
    "last_year_seen",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. `by_hand`: typed by a person since the last load, so kept unless `taken`."""

    name: str
    old: Any = field(repr=False)
    new: Any = field(repr=False)
    by_hand: bool = False
    taken: bool = True


@dataclass(frozen=True, slots=True)
class AimPlan:
    """An aim to be added (`row` is None) or changed."""

    row: Row[Any] | None = field(repr=False)
    seq: int
    repeat: int
    values: Mapping[str, Any] = field(repr=False)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(slots=True)
class Plan:
    """What loading one learner does. `row` is the stored learner, None for a new one, of whom all that the file says
    is written: changes and aims are not listed then."""

    foreseen: Foreseen
    row: Row[Any] | None = field(default=None, repr=False)
    changes: list[FieldChange] = field(default_factory=list)
    aims: list[AimPlan] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    """The ids of stored aims that the file lists as well."""
    question: Question | None = None
    candidates: tuple[Row[Any], ...] = field(default=(), repr=False)
    notes: list[tuple[Level, str, str]] = field(default_factory=list)
    """Level, field, sentence."""
    aims_new: int = 0

    @property
    def written(self) -> dict[str, Any]:
        """Field by field what is written of a stored learner."""
        return {one.name: one.new for one in self.changes if one.taken}

    @property
    def shown(self) -> list[list[Any]]:
        """The changes as a preview shows them: plain enough for JSON."""
        return [[one.name, _plain(one.old), _plain(one.new), one.by_hand, one.taken] for one in self.changes]

    @property
    def aims_changed(self) -> int:
        return len(self.aims) - self.aims_new if self.aims else 0


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored about one learner beside the row: the campus code, aims of the file's year, and the fields
    that a person edited since the last load."""

    campus_code: str | None = None
    aims: Sequence[Row[Any]] = field(default=(), repr=False)
    by_hand: frozenset[str] = frozenset()


_NOTHING = Stored()


def plan(cells: Cells, found: Match, stored: Mapping[int, Stored], decision: str | None, year: str) -> Plan:
    """The plan for one learner of a file who is fit to be loaded. Pure."""
    row, decision = found.row, decision or ""
    if row is None and found.candidates:
        chosen = next((one for one in found.candidates if decision == f"{SAME}{one.id}"), None)
        if chosen is None and decision != ANOTHER:
            return Plan(Foreseen.DECISION, question=Question.MATCH, candidates=found.candidates)
        row = chosen
    if row is None and (why := _never_new(cells)):
        return Plan(Foreseen.PROBLEM, notes=[(Level.STOP, "ref", why)])
    if row is None:
        return Plan(Foreseen.NEW, aims_new=len(cells.aims))
    beside = stored.get(row.id, _NOTHING)
    made = Plan(Foreseen.CHANGED, row)
    wanted = told(cells.values, year)
    if found.how == MERGED:
        wanted.pop("ref", None)  # which goes on being that of the one who went
    _plan_fields(made, cells, wanted, beside, decision)
    _plan_aims(made, cells.aims, beside.aims)
    if found.how in _FOUND_BY:
        made.notes.append((Level.INFO, "ref", _FOUND_BY[found.how]))
    if row.removed_at is not None:
        made.notes.append((Level.INFO, "ref", "This learner was removed, and comes back with this file."))
    made.foreseen = Foreseen.DECISION if made.question is not None else _foreseen(made)
    return made


def _never_new(cells: Cells) -> str:
    """Why a learner who was not found cannot be added; "" if they can."""
    if fold(str(cells.values.get("ref") or "")) is None:
        return "Nobody has this ULN and date of birth, and there is no person code. Add it in your MIS."
    return ""


_FOUND_BY = {
    MERGED: "Found by the person code of a learner who was merged into this one. Correct the code in your MIS.",
    "uln": "Found by the ULN and date of birth: the person code is another one.",
    "previous": "Found by the previous person code.",
    "zeros": "Found by adding zeros at the front of the person code: a spreadsheet had removed them.",
}


def _foreseen(made: Plan) -> Foreseen:
    if made.written or made.aims or (made.row is not None and made.row.removed_at is not None):
        return Foreseen.CHANGED
    return Foreseen.BY_HAND if made.changes else Foreseen.UNCHANGED


def _plan_fields(made: Plan, cells: Cells, wanted: dict[str, Any], beside: Stored, decision: str) -> None:
    row = made.row
    ticked = frozenset(decision.removeprefix(TICKED).split(",")) if decision.startswith(TICKED) else frozenset()
    renamed = "given_names" in wanted and ("given_names" not in beside.by_hand or "given_names" in ticked)
    if row is not None and renamed and "first_name" not in wanted and row.first_name:
        given = (fold(wanted["given_names"]) or "").split()
        first = (fold(row.first_name) or "").split()
        if given[: len(first)] != first:
            wanted["first_name"] = None  # else the service would be asked with a name that is no longer there
    for name, value in wanted.items():
        old = beside.campus_code if name == "campus_code" else getattr(row, name, None)
        new = _uln(made, cells, decision) if name == "uln" else value
        if row is not None and _stays(name, row, old, new, cells):
            continue
        if new == old:
            continue
        by_hand = name in beside.by_hand
        taken = not by_hand or name in ticked or (name == "uln" and decision == TAKE)
        made.changes.append(FieldChange(name, old, new, by_hand, taken))
    present = wanted.get("postcode") if not cells.values.get("postcode_is_prior") else None
    if row is not None and row.postcode_is_prior and present is not None and present == row.postcode:
        made.changes.append(FieldChange("postcode_is_prior", True, False))


def _stays(name: str, row: Row[Any], old: Any, new: Any, cells: Cells) -> bool:
    """A year that was seen already does not come back; a postcode of before does not replace the present one, nor the
    place where courses are given a campus that the college has a code for."""
    if name == "last_year_seen":
        return old is not None and old > new
    if name == "campus_code":
        return is_place(new) and old is not None and not is_place(old)
    return name == "postcode" and bool(old and cells.values.get("postcode_is_prior") and not row.postcode_is_prior)


def told(values: Mapping[str, Any], year: str) -> dict[str, Any]:
    """What a file says of a learner (the values of the cells), as it would be stored."""
    wanted = {name: values[name] for name in COMPARED if name in values}
    if year != NO_YEAR:
        wanted["last_year_seen"] = year
    return wanted


def _uln(made: Plan, cells: Cells, decision: str) -> str | None:
    """The ULN to be stored (learner-files.md 3)."""
    new = str(cells.values["uln"])
    if made.row is None:
        return new
    old: str | None = made.row.uln
    if made.row.uln_state != UlnState.OK or new == old:
        return new if cells.values.get("uln_state") != UlnState.TEMPORARY or old is None else old
    if cells.values.get("uln_state") == UlnState.OK:
        if decision == TAKE:
            return new
        if decision != KEEP and not decision.startswith(SAME):
            made.question = Question.ULN
            made.candidates = (made.row,)
        return old if decision == KEEP or decision.startswith(SAME) else new
    if cells.values.get("uln_state") == UlnState.BAD:
        made.notes.append((Level.WARN, "uln", "The ULN in the file fails its check digit. The stored one is kept."))
    return old


def _plan_aims(made: Plan, aims: Sequence[AimRecord], held: Sequence[Row[Any]]) -> None:
    """Aims by number and repeat; those of a table, which has no numbers, by code and start."""
    numbers = [_number(one.seq) for one in aims]
    by_key = {(row.seq, row.repeat): row for row in held}
    by_code: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    for other in held:
        if other.seq not in numbers:
            by_code[other.aim_ref, other.course_code, other.starts].append(other)
    free = max((*(row.seq for row in held), *(seq for seq in numbers if seq is not None)), default=0)
    times: Counter[int] = Counter()
    for one, number in zip(aims, numbers, strict=True):
        row: Row[Any] | None
        if number is None:
            values = one.values
            same = by_code[values.get("aim_ref"), values.get("course_code"), values.get("starts")]
            row = same.pop(0) if same else None
            free += row is None
            seq, repeat = (row.seq, row.repeat) if row is not None else (free, 0)
        else:
            seq, repeat = number, times[number]
            times[number] += 1
            row = by_key.get((seq, repeat))
        if row is None:
            made.aims.append(AimPlan(None, seq, repeat, one.values))
            made.aims_new += 1
            continue
        made.seen.append(row.id)
        differing = {name: one.values.get(name) for name in AIM_COLUMNS if getattr(row, name) != one.values.get(name)}
        if one.seq is None:  # a table tells only what it has columns for
            differing = {name: value for name, value in differing.items() if value is not None}
        if differing:
            made.aims.append(AimPlan(row, seq, repeat, differing))


def _number(seq: str | None) -> int | None:
    return int(seq) if seq and seq.isdecimal() and len(seq) < 9 else None


def new_aims(aims: Sequence[AimRecord]) -> list[AimPlan]:
    """All aims of a learner who has none stored."""
    places = new_places([one.seq for one in aims])
    return [AimPlan(None, *place, one.values) for one, place in zip(aims, places, strict=True)]


def new_places(seqs: Sequence[str | None]) -> list[tuple[int, int]]:
    """Number and repeat of the aims of a learner who has none stored: as written, or the next that is free."""
    numbers = [_number(seq) for seq in seqs]
    free = max((one for one in numbers if one is not None), default=0)
    times: dict[int, int] = {}
    places = []
    for number in numbers:
        if number is None:
            free += 1
            places.append((free, 0))
        else:
            repeat = times.get(number, 0)
            places.append((number, repeat))
            times[number] = repeat + 1
    return places


def question_words(cells: Cells, row: Row[Any]) -> str:
    """Why somebody is asked whether this is the same person."""
    same = set(reasons(cells, row))
    if not same:
        return "The person code points to this learner, but date of birth or name is another"
    if same == {"name", "birth_date", "postcode"}:
        return "Same name, date of birth and postcode"
    if same == {"birth_date", "postcode"}:
        return "Same date of birth and postcode, name spelled otherwise"
    return "Same name and date of birth, postcode differs"
