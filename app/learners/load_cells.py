"""A learner of a file as kept in `file_row.cells`, between the preview and the load."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.files.rows import AimRecord, LearnerRecord
from app.json_text import decoded, encoded

AIM_COLUMNS = (
    "aim_ref",
    "aim_type",
    "starts",
    "planned_end",
    "ends",
    "fund_model",
    "prog_type",
    "std_code",
    "completion",
    "outcome",
    "grade",
    "delivery_postcode",
    "supplier_id",
    "code_a",
    "code_b",
    "code_c",
    "code_d",
    "course_code",
    "course_title",
)
"""What a file tells of an aim: the same names in `AimRecord` and in the table `aim`."""
_DATES = frozenset({"starts", "planned_end", "ends"})
_LEARNER_DATES = frozenset({"birth_date"})


@dataclass(frozen=True, slots=True)
class Cells:
    """One learner as the file tells it: only what it says something about."""

    values: dict[str, Any] = field(repr=False)
    aims: Sequence[AimRecord] = field(repr=False)
    line: int = 0


def of(record: LearnerRecord) -> Cells:
    """The cells of a record just read."""
    values = {name: value for name, value in record.values.items() if value is not None and value != ""}
    return Cells(values, record.aims, record.place.line)


def packed(cells: Cells) -> str:
    """The cells as text; `unpacked` gives them back."""
    aims = [[one.seq, one.values] for one in cells.aims]
    return encoded({"v": cells.values, "a": aims, "l": cells.line})


def unpacked(body: str | None) -> Cells:
    """The cells of a stored row; none for a row that was purged."""
    stored: dict[str, Any] = decoded(body) if body else {"v": {}, "a": [], "l": 0}
    aims = tuple(AimRecord(seq, _dated(values, _DATES)) for seq, values in stored["a"])
    return Cells(_dated(stored["v"], _LEARNER_DATES), aims, stored["l"])


def _dated(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    for name in names & values.keys():
        values[name] = date.fromisoformat(values[name])
    return values
