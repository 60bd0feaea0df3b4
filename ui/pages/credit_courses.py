"""The page Courses for Credit: what each course gives, to whom, and what stops a completion."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.imports import credit_details
from app.imports.courses_listed import FIELDS
from app.imports.credit_details import CourseLooked
from app.saved import Kind
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.credit_course_details import CreditCourseDetails
from ui.pages.credit_course_source import CreditCourseSource
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import TaskRunner


class CreditCoursesPage(GridPage):
    """`edit_wanted` carries the id of a course, None to add one; `lists_wanted` asks for credit types and bodies,
    `records_wanted` carries the code of a course."""

    edit_wanted = Signal(object)
    lists_wanted = Signal()
    records_wanted = Signal(str)
    details_widths = (354, 300)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = CreditCourseSource(context.db)
        nouns = ("course", "courses")
        super().__init__("credit_courses", "Courses for Credit", nouns, source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.CREDIT_COURSE_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.CREDIT_COURSE_LAYOUT, self)
        self._context = context
        self._looked: CourseLooked | None = None
        self.watch(hub, Topic.CREDIT, Topic.ENROLMENTS, Topic.LEARNERS, Topic.LMS_COURSES)
        self.pane = CreditCourseDetails(self)
        self.follow(self.pane, credit_details.of_course, self._show)
        self.pane.edit_wanted.connect(self.edit)
        self.pane.records_wanted.connect(self._records)
        empty = EmptyState(
            tr("No courses yet"),
            tr(
                "Courses come with learners who are enrolled, or you add them. Say here how many objects each "
                "requires and what credit it gives: an import checks against it."
            ),
            icon=Icon.MEDAL,
            primary=(tr("Add Course"), Icon.PLUS),
            secondary=(tr("Credit Types"), Icon.LIST_BULLETS),
        )
        empty.primary_pressed.connect(self.add)
        empty.secondary_pressed.connect(self.lists_wanted)
        self.grid.set_empty_widget(empty)

    def _show(self, looked: CourseLooked | None) -> None:
        self._looked = looked
        self.pane.why_not = self._context.rights.why_not(Permission.SET_UP_CREDIT)
        self.pane.show_row(looked)

    @Slot()
    def add(self) -> None:
        """*Add Course*."""
        self.edit_wanted.emit(None)

    @Slot()
    def edit(self) -> None:
        """*Set Up Course*: the current one."""
        if self.grid.current_key is not None:
            self.edit_wanted.emit(self.grid.current_key)

    def activated(self, key: int) -> None:
        self.edit_wanted.emit(key)

    @Slot()
    def _records(self) -> None:
        if self._looked is not None:
            self.records_wanted.emit(self._looked.row.facts.code)
