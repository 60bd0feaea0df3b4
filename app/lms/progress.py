"""How far learners are on a course of the LMS: pure counting (lms-sync.md 3.1, moodle.md 4.5).

An activity counts if it is not hidden and somebody's gradebook has a row of it; it is done by a learner who has a
grade in one of its rows. Activities that can never get a grade (pages, labels) do not count; manual columns and
totals never do, nor what an outcome adds to its activity (LS-E1, LS-E9).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.connectors.lms import Activity, GradeRow, LearnerGrades

FALL = 20
"""Points by which progress has to fall to be marked (LS-E11)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Activities with a grade, of those not hidden."""

    graded: int
    visible: int

    @property
    def percent(self) -> int | None:
        """As it is shown; None where there is nothing to be had."""
        return percent(self.graded, self.visible)


def percent(graded: int | None, visible: int | None) -> int | None:
    """Whole percent, halves up, but 1 to 99 whenever it is neither none nor all (LS-E12); None without a visible
    activity (LS-E10)."""
    if not visible or graded is None:
        return None
    if graded in (0, visible):
        return 100 if graded else 0
    return min(99, max(1, (200 * graded + visible) // (2 * visible)))


def shown(graded: int | None, visible: int | None) -> str:
    """Progress in words: "75 %", or a dash where it is not available."""
    value = percent(graded, visible)
    return "–" if value is None else f"{value} %"


def fell(old: Progress, new: Progress) -> bool:
    """Whether progress fell so far that somebody should look at it (LS-E11)."""
    if not old.visible or not new.visible:
        return False
    # Points are of the true values: rounding makes neither a fall nor hides one.
    return 100 * (old.graded * new.visible - new.graded * old.visible) >= FALL * old.visible * new.visible


def counted(activities: Iterable[Activity], gradebook: Iterable[LearnerGrades]) -> frozenset[str]:
    """The activities of a course that count for everybody: not hidden, and in anybody's gradebook (LS-E1 to E4)."""
    visible = {one.number for one in activities if one.visible}
    rows = (row for learner in gradebook for row in learner.rows)
    graded = {row.activity for row in rows if row.kind == "mod" and not row.outcome}
    return frozenset(visible & graded)


def progress(rows: Iterable[GradeRow], activities: frozenset[str]) -> Progress:
    """One learner's progress; `activities` are those that count. A grade of 0 is a grade, as is one that was
    overridden, locked, hidden from the learner, left out of the total (LS-E5 to E9) or not readable (SE-25)."""
    done = {
        row.activity
        for row in rows
        if (row.grade is not None or row.not_understood) and row.kind == "mod" and row.graded and not row.outcome
    }
    return Progress(len(done & activities), len(activities))


def total(rows: Sequence[GradeRow]) -> GradeRow | None:
    """The row of the course's total, as given: it is never reckoned anew (LS-E14)."""
    return next((row for row in reversed(rows) if row.kind == "course"), None)
