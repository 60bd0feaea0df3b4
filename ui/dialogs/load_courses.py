"""*Load Courses*: a table of courses for credit, shown before anything is written."""

from app.access import Permission
from app.changes import Changes, Topic
from app.files.columns import Mapping
from app.imports import amounts, set_up_file
from app.imports.set_up_file import SeenRow
from app.imports.set_up_table import FIELD_TITLES
from app.job_notes import Note
from app.jobs import FileJob, Foreseen
from ui.dialogs.load_planned import LoadPlannedDialog, PlannedLoadsDialog, PlannedSummaryDialog
from ui.dialogs.load_rows import NOTES, WEIGHTS, Shown
from ui.grids.columns import Column, Kind, Row
from ui.look.words import tr

CHANGES = Changes.of(Topic.CREDIT, Topic.LEARNERS)
"""What a load may have written."""
_LINE = Column("line", "Row", Kind.NUMBER, 64, tip="The row of the table", sortable=False)
_COURSE = Column("course", "Course and Type", Kind.KEY, 180, sortable=False, stretch=True)
_WEIGHT, _, _, *_TOLD = NOTES


def _row(one: SeenRow, place: int) -> Row:
    told = one.values
    variable = (tr("yes") if told["variable"] else tr("no")) if "variable" in told else ""
    maximum = amounts.shown(told["maximum"]) if "maximum" in told else ""
    return Row((place, one.name, told.get("title", ""), told.get("objects", ""), maximum, variable))


def _differing(one: SeenRow, place: int) -> Row:
    return Row((place, one.name, ", ".join(tr(FIELD_TITLES.get(change[0], change[0])) for change in one.changes)))


def _note(one: Note, place: int) -> Row:
    return Row((WEIGHTS[one.weight], place, one.name, one.field, one.reason, one.advice))


COURSES = Shown(
    (
        _LINE,
        _COURSE,
        Column("title", "Title", Kind.TEXT, 220, sortable=False),
        Column("objects", "Required", Kind.NUMBER, 80, sortable=False),
        Column("maximum", "Maximum", Kind.NUMBER, 84, sortable=False),
        Column("variable", "Variable", Kind.TEXT, 80, sortable=False),
    ),
    (_LINE, _COURSE, Column("changes", "What Changes", Kind.TEXT, 260, sortable=False)),
    (_WEIGHT, _LINE, _COURSE, *_TOLD),
    set_up_file.seen_rows,
    _row,
    _differing,
    set_up_file.notes,
    set_up_file.all_notes,
    FIELD_TITLES,
    frozenset(),
    {
        Foreseen.NEW: "The file has no course or type that is new.",
        Foreseen.CHANGED: "No course changes.",
        Foreseen.UNCHANGED: "No course is as stored.",
    },
    _note,
    "Course",
)


class LoadCoursesDialog(LoadPlannedDialog):
    """`loaded` carries the Summary."""

    title, name = "Load Courses", "load_courses"
    shown = COURSES
    files, titles = set_up_file, FIELD_TITLES

    def permission(self, mapping: Mapping) -> Permission:
        return Permission.SET_UP_CREDIT


class CoursesSummaryDialog(PlannedSummaryDialog):
    """After a load of courses for credit."""

    title = LoadCoursesDialog.title


class CourseLoadsDialog(PlannedLoadsDialog):
    """The loads of courses for credit, the latest first."""

    kinds = (set_up_file.JOB,)
    title = "Loads of Courses"

    def permission(self, job: FileJob) -> Permission:
        return Permission.SET_UP_CREDIT
