"""What the courses of a learner say about the learner: the main one, and the campus (learner-files.md 4)."""

from collections.abc import Sequence
from datetime import date

from app.files.rows import AimRecord, LearnerRecord
from app.postcodes import UNKNOWN, normal_postcode

CONTINUING = "1"
_PROGRAMME, _ALONE, _CORE = "1", "4", "5"
_ORDER = {_CORE: 0, _PROGRAMME: 1, _ALONE: 2}


def main_aim(aims: Sequence[AimRecord]) -> AimRecord | None:
    """The core aim, else the programme, else the stand-alone aim begun last; continuing before ended."""

    def rank(one: AimRecord) -> tuple[int, int, int]:
        begun = (one.starts or date.min).toordinal()
        return _ORDER.get(one.aim_type or "", 3), one.completion != CONTINUING, -begun

    return min(aims, key=rank, default=None)


def is_active(aims: Sequence[AimRecord]) -> bool:
    """Whether any course goes on."""
    return any(one.completion == CONTINUING for one in aims)


def campus_of(record: LearnerRecord, own_code: str = "") -> str | None:
    """The code of the campus: the file's, else the provider's own code in the field `own_code`, else the postcode
    where the main course is given; None for unknown."""
    for name in ("campus_code", own_code):
        if name and (code := record.values.get(name)):
            return str(code)
    aim = main_aim(record.aims)
    code = normal_postcode(aim.delivery_postcode) if aim is not None else None
    return None if code == UNKNOWN else code
