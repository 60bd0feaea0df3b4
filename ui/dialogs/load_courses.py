"""*Load Courses*: a table of courses for credit, shown before anything is written."""

from collections.abc import Sequence
from typing import cast

from app import table_columns
from app.access import Permission
from app.changes import Changes, Topic
from app.files.columns import Mapping
from app.history import UndoSummary
from app.imports import amounts, set_up_file
from app.imports.set_up_file import Preview, SeenRow, Summary
from app.imports.set_up_table import FIELD_TITLES
from app.job_notes import Note
from app.jobs import FileJob, Foreseen
from app.table_columns import TableColumns
from app.tasks import TaskContext, now
from ui.dialogs.load_columns import ColumnsPage
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_rows import NOTES, WEIGHTS, Shown
from ui.dialogs.load_side import SidePane, kind_words, time_words
from ui.dialogs.load_summary import CountLine, LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.grids.columns import Column, Kind, Row
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

CHANGES = Changes.of(Topic.CREDIT, Topic.LEARNERS)
"""What a load may have written."""
_CATEGORIES = (Foreseen.NEW, Foreseen.CHANGED, Foreseen.UNCHANGED, Foreseen.PROBLEM)
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


class LoadCoursesDialog(LoadDialog):
    """`loaded` carries the Summary."""

    title, name = "Load Courses", "load_courses"
    one, many = "Load {n} Row", "Load {n} Rows"
    shown = COURSES

    def look(self, task: TaskContext) -> TableColumns:
        return set_up_file.columns_of(task, self._context.db, self._context.user, self._path)

    def other_sheet(self, task: TaskContext, name: str) -> TableColumns:
        return set_up_file.columns_of(task, self._context.db, self._context.user, self._path, sheet=name)

    def preview(self, task: TaskContext, columns: TableColumns, mapping: Mapping) -> Read:
        run, began = self._context, now()
        table_columns.remember(run.db, run.user, columns.headings, mapping, set_up_file.COLUMNS)
        seen = set_up_file.preview(task, run.db, run.user, self._path, columns, mapping)
        return Read(seen, now() - began)

    def apply(self, task: TaskContext, job_id: int, accepted: frozenset[str]) -> Summary:
        return set_up_file.apply(task, self._context.db, self._context.user, job_id)

    def columns_page(self, found: TableColumns) -> ColumnsPage:
        return ColumnsPage(found, FIELD_TITLES, self._why_not)

    def _why_not(self, columns: TableColumns, mapping: Mapping) -> str:
        return set_up_file.why_not(columns, mapping) or self._context.rights.why_not(Permission.SET_UP_CREDIT)

    def preview_page(self, found: Read) -> PreviewPage:
        seen = cast("Preview", found.preview)
        counts = {one: seen.counts[one] for one in _CATEGORIES}
        lines = [(tr("Rows in the file"), sum(counts.values()))]
        facts = [(tr("Kind"), kind_words(seen.facts)), (tr("Read in"), time_words(found.seconds))]
        return PreviewPage(self._context.db, self._runner, seen, SidePane(counts, lines, facts), self.shown)

    def why_not_load(self, number: int) -> str:
        return "" if number else tr("Nothing in this file is new or changed.")


class CoursesSummaryDialog(LoadSummaryDialog):
    """After a load of courses for credit."""

    title = LoadCoursesDialog.title
    one, many = "{n} row loaded", "{n} rows loaded"

    def lines(self) -> Sequence[CountLine]:
        done = cast("Summary", self.summary)
        return [
            (Icon.PLUS_CIRCLE, Role.GOOD, tr("New"), done.new),
            (Icon.PENCIL_SIMPLE, Role.STAGED, tr("Changed"), done.changed),
            (Icon.EQUALS, Role.TEXT2, tr("Unchanged"), done.unchanged),
            (Icon.WARNING, Role.WARN, tr("Left out: changed by somebody since the preview"), done.left),
            (Icon.X_CIRCLE, Role.BAD, tr("Left out: problems"), done.problems),
        ]

    def take_back(self, job_id: int) -> UndoSummary:
        return set_up_file.undo(self._context.db, self._context.user, job_id)


class CourseLoadsDialog(LoadsDialog):
    """The loads of courses for credit, the latest first."""

    kinds = (set_up_file.JOB,)
    title = "Loads of Courses"

    def why_not_undo(self, job: FileJob | None) -> str:
        return self._context.rights.why_not(Permission.SET_UP_CREDIT) if job is not None else ""

    def take_back(self, job: FileJob) -> UndoSummary:
        return set_up_file.undo(self._context.db, self._context.user, job.id)
