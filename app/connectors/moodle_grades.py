"""The gradebook of a course, from Moodle's answer (moodle.md 4.4)."""

from collections.abc import Mapping
from typing import Any

from app.connectors.lms import GradeRow, LearnerGrades, Trouble
from app.connectors.moodle_values import (
    Strange,
    decimal,
    literal,
    moment,
    number_of,
    optional_number,
    part_of,
    rows_of,
    shown,
    shown_text,
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
_WHOLE = frozenset({"graderaw", "grademin", "percentageformatted", "feedback"})
"""A row with all of these lacks no column."""
_TOTALS = ("course", "category")
_NUMBERS = (int, float)
_KINDS = frozenset({"mod", "manual", *_TOTALS})


def read_gradebook(answer: object, course: str) -> list[LearnerGrades]:
    """Everybody in the answer about `course`; Strange if it is about another one, or about somebody twice."""
    reader = _Reader()
    found = [reader.learner(one, course) for one in rows_of(part_of(answer, "usergrades"))]
    if len({one.user for one in found}) != len(found):
        raise Strange
    return found


class _Texts(dict[str, str | None]):
    """What is shown of the texts of one answer: names, ranges and weights are the same for everybody on the course,
    so each is cleaned once."""

    def __missing__(self, text: str) -> str | None:
        found = self[text] = shown_text(text)
        return found


class _Reader:
    """Reads one answer. A row that is as empty as another learner's is read once."""

    def __init__(self) -> None:
        self._texts = _Texts()
        self._empty: dict[Any, tuple[Mapping[str, Any], GradeRow]] = {}

    def learner(self, told: Mapping[str, Any], course: str) -> LearnerGrades:
        if number_of(told, "courseid") != course:
            raise Strange
        user, id_number, name = (
            number_of(told, "userid"),
            literal(told, "useridnumber"),
            shown(told, "userfullname") or "",
        )
        try:
            rows = tuple(map(self._read, rows_of(told.get("gradeitems"))))
        except Strange:
            return LearnerGrades(user, id_number, name, (), failed=Trouble.NOT_AN_ANSWER)
        return LearnerGrades(user, id_number, name, rows)

    def _read(self, told: Mapping[str, Any]) -> GradeRow:
        item = told.get("id")
        if type(item) is not int or told.get("graderaw", 0) is not None:
            return self._row(told)
        same = self._empty.get(item)
        if same is None or same[0] != told:
            same = self._empty[item] = (told, self._row(told))
        return same[1]

    def _row(self, told: Mapping[str, Any]) -> GradeRow:
        kind = told.get("itemtype")
        if not isinstance(kind, str):
            raise Strange
        wrong: list[str] = []
        get, texts, is_total = told.get, self._texts, kind in _TOTALS
        grade = _decimal(told, "graderaw", "grade", wrong)
        grade_text = texts[text] if type(text := get("gradeformatted")) is str else None
        if wrong and grade_text is None:  # there is a grade, whatever it is
            grade_text = shown(told, "graderaw")
        return GradeRow(
            kind=kind if kind in _KINDS else one_line(kind[:40]),
            activity=optional_number(told, "cmid") if kind == "mod" else None,
            name=texts[text] if type(text := get("itemname")) is str else None,
            known="graderaw" in told,
            grade=grade,
            grade_text=grade_text,
            minimum=_decimal(told, "grademin", "range", wrong),
            maximum=_decimal(told, "grademax", "range", wrong),
            range_text=texts[text] if type(text := get("rangeformatted")) is str else None,
            percent=texts[text] if type(text := get("percentageformatted")) is str else None,
            letter=texts[text] if type(text := get("lettergradeformatted")) is str else None,
            weight=texts[text] if type(text := get("weightformatted")) is str else None,
            feedback=_feedback(told) if get("feedback") else None,
            # Of a total it would be the time at which Moodle last worked it out: no event in a learner's life, and
            # another one on every run.
            submitted_at=None if is_total else moment(told, "gradedatesubmitted"),
            graded_at=None if is_total else moment(told, "gradedategraded"),
            hidden=_yes(get("gradeishidden")),
            locked=_yes(get("gradeislocked")) or _yes(get("locked")),
            overridden=_yes(get("gradeisoverridden")),
            missing_columns=() if told.keys() >= _WHOLE else _missing(told),
            not_understood=tuple(dict.fromkeys(wrong)) if wrong else (),
            outcome=get("outcomeid") is not None,
        )


def _missing(told: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, keys in _COLUMNS.items() if not any(key in told for key in keys))


def _yes(found: object) -> bool:
    return found is True or (type(found) is int and found == 1)


def _decimal(told: Mapping[str, Any], key: str, column: str, wrong: list[str]) -> float | None:
    found = told.get(key)
    if found is None or (type(found) in _NUMBERS and -1e15 <= found <= 1e15):  # nearly always
        return found if found is None else float(found)
    try:
        return decimal(told, key)
    except Strange:
        wrong.append(column)
        return None


def _feedback(told: Mapping[str, Any]) -> str | None:
    found = told.get("feedback")
    if not isinstance(found, str) or not found.strip():
        return None
    # Neither a database nor a page can carry these; everything else waits for whoever shows it.
    return found[:LONGEST_FEEDBACK].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
