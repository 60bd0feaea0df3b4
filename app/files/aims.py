"""What the courses of a learner say about the learner, and what the college's own fields of the ILR hold
(learner-files.md 1 and 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from app.files.rows import LearnerRecord
from app.postcodes import UNKNOWN, is_postcode, normal_postcode

CONTINUING = "1"
PROGRAMME_WRAPPER = "ZPROG001"
"""Stands for a whole programme: no course of its own."""
_PROGRAMME, _ALONE, _CORE = "1", "4", "5"
_ORDER = {_CORE: 0, _PROGRAMME: 1, _ALONE: 2}
LEARNER_SLOTS, AIM_SLOTS = ("A", "B"), ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class OwnFields:
    """In which of the fields that the ILR leaves to providers (A, B of a learner, A to D of an aim) this college
    keeps something; "" for in none."""

    campus: str = ""
    tutor_group: str = ""
    course: str = ""


class Delivery(Protocol):
    """What tells the main aim: an aim of a file, or one that is stored."""

    @property
    def aim_type(self) -> str | None: ...
    @property
    def starts(self) -> date | None: ...
    @property
    def completion(self) -> str | None: ...


One = TypeVar("One", bound=Delivery)


def main_aim(aims: Iterable[One]) -> One | None:
    """The core aim, else the programme, else the stand-alone aim begun last; continuing before ended."""

    def rank(one: Delivery) -> tuple[int, int, int]:
        begun = (one.starts or date.min).toordinal()
        return _ORDER.get(one.aim_type or "", 3), one.completion != CONTINUING, -begun

    return min(aims, key=rank, default=None)


def is_active(aims: Iterable[Delivery]) -> bool:
    """Whether any course goes on."""
    return any(one.completion == CONTINUING for one in aims)


def is_place(campus_code: str | None) -> bool:
    """Whether a campus is known by no code of the college's, only by the postcode where its courses are given."""
    return campus_code is not None and " " in campus_code and is_postcode(campus_code)


def campus_of(record: LearnerRecord, own: OwnFields = OwnFields()) -> str | None:
    """The code of the campus: the file's, else the one in the college's own field, else the postcode where the main
    course is given; None for unknown."""
    for name in ("campus_code", f"provider_code_{own.campus.lower()}"):
        if code := record.values.get(name):
            return str(code)
    if not any("delivery_postcode" in one.values for one in record.aims):
        return None
    aim = main_aim(record.aims)
    code = normal_postcode(aim.delivery_postcode) if aim is not None else None
    return None if code == UNKNOWN else code


def settle(record: LearnerRecord, own: OwnFields) -> None:
    """Fill campus, tutor group and course codes from where else the file holds them."""
    values = record.values
    if not values.get("campus_code") and (code := campus_of(record, own)):
        values["campus_code"] = code
    if own.tutor_group and not values.get("tutor_group"):
        values["tutor_group"] = values.get(f"provider_code_{own.tutor_group.lower()}")
    if own.course:
        slot = f"code_{own.course.lower()}"
        for aim in record.aims:
            if not aim.course_code and (code := aim.values.get(slot)):
                aim.values["course_code"] = code
