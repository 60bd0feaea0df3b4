"""*Load Sections*: a table of sections or of registrations; what it is of is told by its columns."""

from collections.abc import Sequence
from typing import Any

from app.access import Permission
from app.changes import Changes, Topic
from app.files import section_headings
from app.files.columns import Mapping
from app.files.section_headings import FIELD_TITLES
from app.jobs import FileJob
from app.lms.sections import from_file
from app.lms.sections.from_file import Summary, What
from ui.dialogs.load_planned import LoadPlannedDialog, PlannedLoadsDialog, PlannedSummaryDialog
from ui.dialogs.load_preview import PreviewPage, Read
from ui.dialogs.load_section_rows import REGISTRATIONS, SECTIONS
from ui.dialogs.load_summary import CountLine
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

CHANGES = Changes.of(Topic.ENROLMENTS, Topic.SECTIONS, Topic.EXTRACTS)
"""What a load may have written."""


class LoadSectionsDialog(LoadPlannedDialog):
    """`loaded` carries the Summary."""

    title, name = "Load Sections and Registrations", "load_sections"
    shown = SECTIONS
    files, titles = from_file, FIELD_TITLES

    def permission(self, mapping: Mapping) -> Permission:
        return from_file.what_of(mapping).permission

    def columns_words(self, mapping: Mapping) -> str:
        if section_headings.is_registrations(mapping):
            return tr("A list of registrations, since it says who. Check what each column fills; it is remembered.")
        return tr("A list of sections, since it says no learner. Check what each column fills; it is remembered.")

    def preview_page(self, found: Read) -> PreviewPage:
        seen: Any = found.preview
        self.shown = SECTIONS if seen.what is What.SECTIONS else REGISTRATIONS
        return super().preview_page(found)

    def facts(self, preview: Any) -> Sequence[tuple[str, str]]:
        return [(tr("List of"), tr("sections") if preview.what is What.SECTIONS else tr("registrations"))]


class SectionsSummaryDialog(PlannedSummaryDialog):
    """After a load of sections or registrations."""

    title = LoadSectionsDialog.title

    def further(self, summary: Summary) -> Sequence[CountLine]:
        return [
            (Icon.CLOUD_ARROW_UP, Role.ACCENT_TEXT, tr("Records that wait to be sent"), summary.queued.total),
        ]


class SectionLoadsDialog(PlannedLoadsDialog):
    """The loads of sections and registrations, the latest first."""

    kinds = (What.SECTIONS.value, What.REGISTRATIONS.value)
    title = "Loads of Sections"

    def permission(self, job: FileJob) -> Permission:
        return What(job.kind).permission
