"""Answers that look good and are not: where a right is missing, the LMS leaves data out without a word
(moodle.md 3, guards). Pure; what a guard refuses changes nothing of a course."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.connectors.lms import Activity, LearnerGrades, Participant
from app.lms.progress import total
from app.lms.report_card import kinds

_SHRUNK_LEAST, _SHRUNK_SHARE = 5, 4


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the LMS said of one course."""

    activities: Sequence[Activity]
    participants: Sequence[Participant]
    gradebook: Sequence[LearnerGrades]

    @property
    def students(self) -> list[Participant]:
        return [one for one in self.participants if one.student]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing of an answer is taken: the code of the cause, and what exactly."""

    code: str
    detail: str


def refusal(fetched: Fetched, had_data: bool) -> Refusal | None:
    """The guard that an answer about a course with enrolments fails, if any. `had_data`: whether anybody's data of
    this course ever came."""
    if not fetched.students and had_data:
        return Refusal(
            "SE-17",
            "Nobody is listed as a participant. Needed: view user details, view participants, access all groups.",
        )
    if off := _columns_off(fetched.gradebook):
        return Refusal("SE-18", f"Switched off: {', '.join(off)}.")
    if not fetched.gradebook and any(one.active for one in fetched.students):
        return Refusal("SE-17", "The gradebook is empty though there are participants. Needed: view all grades.")
    if _activities_left_out(fetched.gradebook):
        return Refusal(
            "SE-17",
            "There are totals but no activities. Needed: view for every type of activity, view hidden activities, "
            "ignore availability restrictions.",
        )
    return None


def _columns_off(gradebook: Iterable[LearnerGrades]) -> list[str]:
    """The columns that are switched off where the grade itself is among them: a grade that is not told is not "no
    grade"."""
    off: dict[str, None] = {}
    for learner in gradebook:
        for row in learner.rows:
            if not row.known:
                off.update(dict.fromkeys(row.missing_columns or ("grade",)))
    return list(off)


def _activities_left_out(gradebook: Iterable[LearnerGrades]) -> bool:
    has_total = False
    for learner in gradebook:
        if kinds(learner.rows) & {"mod", "manual"}:
            return False
        last = total(learner.rows)
        has_total = has_total or (last is not None and last.graded)
    return has_total


def has_no_activities(gradebook: Iterable[LearnerGrades]) -> bool:
    """Whether nothing in the course can be graded (SE-15)."""
    return not any("mod" in kinds(learner.rows) for learner in gradebook)


def shrank(missing: int, enrolments: int) -> bool:
    """Whether so many of our enrolments are missing at once that a person has to look (SE-16)."""
    return missing >= _SHRUNK_LEAST and _SHRUNK_SHARE * missing > enrolments


def suspect(learner: LearnerGrades, on_course: bool, had_grades: bool) -> bool:
    """Whether an answer about one learner is that about somebody who is not on the course: all empty, without a
    word (moodle.md 4.4)."""
    return not on_course and had_grades and not any(row.graded for row in learner.rows)
