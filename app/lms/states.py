"""What a course of the LMS is here, as a person decides it (lms-sync.md 2)."""

from enum import StrEnum


class CourseState(StrEnum):
    """What people decided about a course (lms-sync.md 2.1). New: nobody decided yet."""

    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"
    HIDDEN = "hidden"


STATE_TITLES = {
    CourseState.NEW: "New",
    CourseState.OPEN: "Open",
    CourseState.CLOSED: "Closed",
    CourseState.HIDDEN: "Hidden",
}
