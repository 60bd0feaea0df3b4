"""*Load Sections*: a table of sections or of registrations; what it is of is told by its columns."""

from collections.abc import Sequence
from typing import cast

from app import table_columns
from app.changes import Changes, Topic
from app.files import section_headings
from app.files.columns import Mapping
from app.files.section_headings import FIELD_TITLES
from app.history import UndoSummary
from app.jobs import FileJob, Foreseen
from app.lms.sections import from_file
from app.lms.sections.from_file import Preview, Summary, What
from app.table_columns import TableColumns
from app.tasks import TaskContext, now
from ui.dialogs.load_columns import ColumnsPage
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_section_rows import REGISTRATIONS, SECTIONS
from ui.dialogs.load_side import SidePane, kind_words, time_words
from ui.dialogs.load_summary import CountLine, LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

CHANGES = Changes.of(Topic.ENROLMENTS, Topic.SECTIONS, Topic.EXTRACTS)
"""What a load may have written."""
_CATEGORIES = (Foreseen.NEW, Foreseen.CHANGED, Foreseen.UNCHANGED, Foreseen.PROBLEM)


class LoadSectionsDialog(LoadDialog):
    """`loaded` carries the Summary."""

    title, name = "Load Sections and Registrations", "load_sections"
    one, many = "Load {n} Row", "Load {n} Rows"
    shown = SECTIONS

    def look(self, task: TaskContext) -> TableColumns:
        return from_file.columns_of(task, self._context.db, self._context.user, self._path)

    def other_sheet(self, task: TaskContext, name: str) -> TableColumns:
        return from_file.columns_of(task, self._context.db, self._context.user, self._path, sheet=name)

    def preview(self, task: TaskContext, columns: TableColumns, mapping: Mapping) -> Read:
        run, began = self._context, now()
        table_columns.remember(run.db, run.user, columns.headings, mapping, from_file.COLUMNS)
        seen = from_file.preview(task, run.db, run.user, self._path, columns, mapping)
        return Read(seen, now() - began)

    def apply(self, task: TaskContext, job_id: int, accepted: frozenset[str]) -> Summary:
        return from_file.apply(task, self._context.db, self._context.user, job_id)

    def columns_page(self, found: TableColumns) -> ColumnsPage:
        return ColumnsPage(found, FIELD_TITLES, self._why_not)

    def _why_not(self, columns: TableColumns, mapping: Mapping) -> str:
        may = self._context.rights.why_not(from_file.what_of(mapping).permission)
        return from_file.why_not(columns, mapping) or may

    def columns_words(self, mapping: Mapping) -> str:
        if section_headings.is_registrations(mapping):
            return tr("A list of registrations, since it says who. Check what each column fills; it is remembered.")
        return tr("A list of sections, since it says no learner. Check what each column fills; it is remembered.")

    def preview_page(self, found: Read) -> PreviewPage:
        seen = cast("Preview", found.preview)
        of_sections = seen.what is What.SECTIONS
        self.shown = SECTIONS if of_sections else REGISTRATIONS
        counts = {one: seen.counts[one] for one in _CATEGORIES}
        lines = [(tr("Rows in the file"), sum(counts.values()))]
        facts = [
            (tr("Kind"), kind_words(seen.facts)),
            (tr("List of"), tr("sections") if of_sections else tr("registrations")),
            (tr("Read in"), time_words(found.seconds)),
        ]
        return PreviewPage(self._context.db, self._runner, seen, SidePane(counts, lines, facts), self.shown)

    def why_not_load(self, number: int) -> str:
        return "" if number else tr("Nothing in this file is new or changed.")


class SectionsSummaryDialog(LoadSummaryDialog):
    """After a load of sections or registrations."""

    title = LoadSectionsDialog.title
    one, many = "{n} row loaded", "{n} rows loaded"

    def lines(self) -> Sequence[CountLine]:
        done = cast("Summary", self.summary)
        return [
            (Icon.PLUS_CIRCLE, Role.GOOD, tr("New"), done.new),
            (Icon.PENCIL_SIMPLE, Role.STAGED, tr("Changed"), done.changed),
            (Icon.EQUALS, Role.TEXT2, tr("Unchanged"), done.unchanged),
            (Icon.CLOUD_ARROW_UP, Role.ACCENT_TEXT, tr("Records that wait to be sent"), done.queued.total),
            (Icon.WARNING, Role.WARN, tr("Left out: changed by somebody since the preview"), done.left),
            (Icon.X_CIRCLE, Role.BAD, tr("Left out: problems"), done.problems),
        ]

    def take_back(self, job_id: int) -> UndoSummary:
        return from_file.undo(self._context.db, self._context.user, job_id)


class SectionLoadsDialog(LoadsDialog):
    """The loads of sections and registrations, the latest first."""

    kinds = (What.SECTIONS.value, What.REGISTRATIONS.value)
    title = "Loads of Sections"

    def why_not_undo(self, job: FileJob | None) -> str:
        return self._context.rights.why_not(What(job.kind).permission) if job is not None else ""

    def take_back(self, job: FileJob) -> UndoSummary:
        return from_file.undo(self._context.db, self._context.user, job.id)
