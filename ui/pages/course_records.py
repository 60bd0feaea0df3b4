"""The page Course Records: who is enrolled, complete or not, and what credit they have."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.changes import Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.imports import credit_details, edit_credit
from app.imports.course_records import FIELDS
from app.imports.credit_details import RecordLooked
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.course_record_details import CourseRecordDetails
from ui.pages.course_record_source import CourseRecordSource
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import Task, TaskRunner


class CourseRecordsPage(GridPage):
    """`credit_wanted` carries the id of an enrolment, and whether its credit is to be replaced."""

    credit_wanted = Signal(int, bool)
    details_widths = (354, 300)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = CourseRecordSource(context.db)
        super().__init__("course_records", "Course Records", ("record", "records"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.COURSE_RECORD_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.COURSE_RECORD_LAYOUT, self)
        self._context = context
        self._looked: RecordLooked | None = None
        self.watch(hub, Topic.CREDIT, Topic.ENROLMENTS, Topic.LEARNERS, Topic.LMS_COURSES)
        self.pane = CourseRecordDetails(self)
        self.set_details(self.pane)
        # Also while the pane is folded away: what can be done with a record depends on what is read of it.
        self.following = Follower(runner, self._ask, self._show, self)
        self.pane.followers.append(self.following)
        self.pane.edit_wanted.connect(self.edit_credit)
        self.pane.replace_wanted.connect(self.replace_credit)
        self.grid.set_empty_widget(
            EmptyState(
                tr("No course records yet"),
                tr(
                    "Every enrolment is a record: completed or not, with the credit that the learner has of the "
                    "course. An import brings them, or learners are enrolled under LMS."
                ),
                icon=Icon.NOTEBOOK,
            )
        )

    def show_course(self, code: str) -> None:
        """Only the records of one course."""
        self.set_conditions(Group(Join.ALL, (Test("course_code", Operator.IS, code),)))

    # The pane

    def _ask(self) -> Task | None:
        key, db = self.grid.current_key, self._context.db
        if key is None:
            return None

        def task(context: TaskContext) -> RecordLooked | None:
            with db.read(context) as tx:
                return self._read(tx, key)

        return task

    @staticmethod
    def _read(tx: Connection, key: int) -> RecordLooked | None:
        return credit_details.of_record(tx, key)

    def _show(self, looked: RecordLooked | None) -> None:
        self._looked = looked
        self.pane.why_not = self._context.rights.why_not(Permission.EDIT_CREDIT)
        self.pane.why_not_replace = self._context.rights.why_not(Permission.REPLACE_CREDIT)
        self.pane.show_row(looked)
        self.changed.emit()

    # Credit

    def told(self) -> Mapping[str, Any]:
        return {
            "why_not_edit_credit": self.why_not_edit or None,
            "why_not_replace_credit": self.why_not_replace or None,
        }

    @property
    def why_not_edit(self) -> str:
        """Why the credit of the current record cannot be edited; "" if it can."""
        if self._looked is None:
            return tr("Select a record first.")
        return tr(edit_credit.why_not_edit(complete=self._looked.row.complete))

    @property
    def why_not_replace(self) -> str:
        """Why the credit of the current record cannot be replaced; "" if it can."""
        if self._looked is None:
            return tr("Select a record first.")
        row = self._looked.row
        return tr(edit_credit.why_not_replace(complete=row.complete, has_credit=bool(row.awards)))

    @Slot()
    def edit_credit(self) -> None:
        """*Edit Credit* of the current record."""
        if self._looked is not None and not self.why_not_edit:
            self.credit_wanted.emit(self._looked.row.id, False)

    @Slot()
    def replace_credit(self) -> None:
        """*Replace Credit on Incomplete Record*: the current one."""
        if self._looked is not None and not self.why_not_replace:
            self.credit_wanted.emit(self._looked.row.id, True)

    def activated(self, key: int) -> None:
        """Enter does to the record what can be done to it."""
        if self._looked is not None and self._looked.row.id == key:
            self.edit_credit()
            self.replace_credit()
