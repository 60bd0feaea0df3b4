"""The gradebook of a course, from Moodle's answer (moodle.md 4.4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.connectors.lms import GradeRow, LearnerGrades, Trouble
from app.connectors.moodle_values import (
    Strange,
    decimal,
    flag,
    literal,
    moment,
    number_of,
    optional_number,
    part_of,
    rows_of,
    shown,
)
from app.connectors.plain_text import one_line

LONGEST_FEEDBACK = 50_000
_COLUMNS = {
    "grade": ("graderaw",),
    "range": ("grademin", "grademax", "rangeformatted"),
    "percentage": ("percentageformatted",),
    "feedback": ("feedback",),
}
"""Those a course can switch off, which every row has otherwise. Weights and letters are absent for other reasons."""
_TOTALS = ("course", "category")


def read_gradebook(answer: object, course: str) -> list[LearnerGrades]:
    """Everybody in the answer about `course`; Strange if it is about another one, or about somebody twice."""
    found = [_learner(one, course) for one in rows_of(part_of(answer, "usergrades"))]
    if len({one.user for one in found}) != len(found):
        raise Strange
    return found


def _learner(told: Mapping[str, Any], course: str) -> LearnerGrades:
    if number_of(told, "courseid") != course:
        raise Strange
    user, id_number, name = (
        number_of(told, "userid"),
        literal(told, "useridnumber"),
        shown(told, "userfullname") or "",
    )
    try:
        rows = tuple(_row(one) for one in rows_of(told.get("gradeitems")))
    except Strange:
        return LearnerGrades(user, id_number, name, (), failed=Trouble.NOT_AN_ANSWER)
    return LearnerGrades(user, id_number, name, rows)


def _row(told: Mapping[str, Any]) -> GradeRow:
    kind = told.get("itemtype")
    if not isinstance(kind, str):
        raise Strange
    wrong: list[str] = []
    is_total = kind in _TOTALS
    return GradeRow(
        kind=one_line(kind[:40]),
        activity=optional_number(told, "cmid") if kind == "mod" else None,
        name=shown(told, "itemname"),
        known="graderaw" in told,
        grade=_decimal(told, "graderaw", "grade", wrong),
        grade_text=shown(told, "gradeformatted"),
        minimum=_decimal(told, "grademin", "range", wrong),
        maximum=_decimal(told, "grademax", "range", wrong),
        range_text=shown(told, "rangeformatted"),
        percent=shown(told, "percentageformatted"),
        letter=shown(told, "lettergradeformatted"),
        weight=shown(told, "weightformatted"),
        feedback=_feedback(told),
        submitted_at=_moment(told, "gradedatesubmitted", is_total),
        graded_at=_moment(told, "gradedategraded", is_total),
        hidden=flag(told, "gradeishidden") is True,
        locked=flag(told, "gradeislocked") is True or flag(told, "locked") is True,
        overridden=flag(told, "gradeisoverridden") is True,
        missing_columns=tuple(name for name, keys in _COLUMNS.items() if not any(key in told for key in keys)),
        not_understood=tuple(dict.fromkeys(wrong)),
        outcome=told.get("outcomeid") is not None,
    )


def _decimal(told: Mapping[str, Any], key: str, column: str, wrong: list[str]) -> float | None:
    try:
        return decimal(told, key)
    except Strange:
        wrong.append(column)
        return None


def _moment(told: Mapping[str, Any], key: str, is_total: bool) -> datetime | None:
    """Of a total it would be the time at which Moodle last worked it out: no event in a learner's life, and another
    one on every run."""
    return None if is_total else moment(told, key)


def _feedback(told: Mapping[str, Any]) -> str | None:
    found = told.get("feedback")
    if not isinstance(found, str) or not found.strip():
        return None
    # Neither a database nor a page can carry these; everything else waits for whoever shows it.
    return found[:LONGEST_FEEDBACK].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
