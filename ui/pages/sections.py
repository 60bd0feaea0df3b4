"""The page Sections and Set-up: every section of the user's campuses, and whether its changes reach the LMS."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app import access
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.lms.sections import details
from app.lms.sections.details import SectionDetails as LookedAt
from app.lms.sections.listed import FIELDS
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.gate_report import REMEDIES
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.pages.section_details import SectionDetails
from ui.pages.section_source import SectionSource
from ui.session_undo import SessionUndo
from ui.workers import TaskRunner

_TOPICS = (Topic.SECTIONS, Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.LEARNERS)
_SET_UP = {"EX-P1": "term", "EX-P2": "lms_vendor", "EX-P3": "delivery_method"}
"""The page of the set-up that puts a gate right."""


class SectionsPage(GridPage):
    """`edit_wanted` carries the id of a section, None to add one; `set_up_wanted` the page of the set-up;
    `account_wanted` the id of a learner, or None; `said` a sentence for the status bar."""

    edit_wanted = Signal(object)
    set_up_wanted = Signal(str)
    account_wanted = Signal(object)
    said = Signal(str)
    details_widths = (374, 320)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = SectionSource(context)
        super().__init__("sections", "Sections and Set-up", ("section", "sections"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.SECTION_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.SECTION_LAYOUT, self)
        self._context = context
        self.session = SessionUndo(context, runner, hub, self, Topic.SECTIONS, Topic.LMS_COURSES)
        self.session.changed.connect(self.changed)
        self.session.said.connect(self.said)
        self._wanted: int | None = None
        self.grid.loaded.connect(self._go_there)
        self.watch(hub, *_TOPICS)
        self.pane = SectionDetails(self)
        self.follow(self.pane, self._read, self._show)
        self.pane.edit_wanted.connect(self.edit)
        self.pane.report.remedy_wanted.connect(self._remedy)
        self.pane.report.account_wanted.connect(self.account_wanted)
        empty = EmptyState(
            tr("No sections yet"),
            tr(
                "A section is one run of a course: a term, a campus, a delivery method and a course of the LMS. Add "
                "one, or enrol learners into a course of the LMS, which makes one. You see those of your campuses."
            ),
            icon=Icon.CHALKBOARD_TEACHER,
            primary=(tr("Add Section"), Icon.PLUS),
        )
        empty.primary_pressed.connect(self.add)
        self.grid.set_empty_widget(empty)

    def show_section(self, key: int) -> None:
        """Its row, past every filter, with the gate report beside it."""
        self._wanted = key
        self.pane.show()
        self.conditions = None
        self.set_quick("")
        self.reload()

    @Slot()
    def _go_there(self, *_: object) -> None:
        if self._wanted is None or self._wanted not in self.grid.keys:
            return
        place = self.grid.model().index(list(self.grid.keys).index(self._wanted), 0)
        self._wanted = None
        self.grid.setCurrentIndex(place)
        self.grid.scrollTo(place)

    # The pane

    def _read(self, tx: Connection, key: int) -> LookedAt | None:
        return details.of_section(tx, key, access.campuses(tx, self._context.user))

    def _show(self, looked: LookedAt | None) -> None:
        self.pane.why_not = self._context.rights.why_not(Permission.SET_UP_SECTIONS)
        self.pane.why_not_enrol = self._context.rights.why_not(Permission.ENROL)
        self.pane.show_row(looked)

    @Slot(str)
    def _remedy(self, code: str) -> None:
        """The button of a gate: the section itself, or the page of the set-up that it is about."""
        if REMEDIES[code] == "Edit Section":
            self.edit()
        else:
            self.set_up_wanted.emit(_SET_UP[code])

    # Editing

    @Slot()
    def add(self) -> None:
        """*Add Section*."""
        self.edit_wanted.emit(None)

    @Slot()
    def edit(self) -> None:
        """*Edit Section*: the current one."""
        if self.grid.current_key is not None:
            self.edit_wanted.emit(self.grid.current_key)

    def activated(self, key: int) -> None:
        self.edit_wanted.emit(key)

    @property
    def can_undo(self) -> bool:
        """Whether something that was saved in this session can be taken back."""
        return self.session.possible
