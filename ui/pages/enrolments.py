"""The Enrolments page: who is on which course, how far, and with what grade."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Topic
from app.conditions import Group, Join, Operator, Test
from app.context import AppContext
from app.lms import details, enrolments_list
from app.lms.details import EnrolmentDetails as LookedAt
from app.lms.enrolments_list import FIELDS
from app.saved import Kind
from app.tasks import TaskContext
from ui.hub import Hub
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.words import tr
from ui.pages.enrolment_details import EnrolmentDetails
from ui.pages.enrolment_source import EnrolmentSource
from ui.pages.grid_page import GridPage
from ui.pages.layouts import Layouts
from ui.pages.searches import Searches
from ui.workers import Lane, TaskRunner

_TOPICS = (Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.SYNC_RUNS, Topic.LEARNERS)


class EnrolmentsPage(GridPage):
    """`attainments_wanted` carries learner ids whose attainments are to be shown."""

    attainments_wanted = Signal(object)
    details_widths = (374, 320)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        fields = [field.info for field in FIELDS.values()]
        source = EnrolmentSource(context.db)
        super().__init__("enrolments", "Enrolments", ("enrolment", "enrolments"), source, fields, runner, parent)
        self.searches = Searches(self, context, Kind.ENROLMENT_SEARCH, parent=self)
        self.layouts = Layouts(self.grid, runner, context, Kind.ENROLMENT_LAYOUT, self)
        self._context = context
        self.watch(hub, *_TOPICS)
        self.pane = EnrolmentDetails(self)
        self.follow(self.pane, details.of_enrolment, self._show)
        self.pane.why_wanted.connect(self._why)
        self._looked_at: LookedAt | None = None
        self._empty = EmptyState(
            tr("No enrolments yet"),
            tr(
                "Select learners and press Enrol Selected, or adopt the participants whom the LMS has on a course: "
                "select it on the Courses page and press Adopt."
            ),
            icon=Icon.STUDENT,
        )
        self.grid.set_empty_widget(self._empty)

    def show_course(self, short_name: str) -> None:
        """Only the enrolments on one LMS course."""
        self.set_conditions(Group(Join.ALL, (Test("lms_short_name", Operator.IS, short_name),)))

    # The pane

    def _show(self, looked: LookedAt | None) -> None:
        self._looked_at = looked
        self.pane.show_row(looked)

    @Slot()
    def _why(self) -> None:
        from ui.dialogs.why_different import WhyDifferentDialog

        if self._looked_at is not None and self._looked_at.counted is not None:
            WhyDifferentDialog(self.window(), self._looked_at.counted).exec()

    # Attainments

    def show_attainments(self) -> None:
        """The attainments of the learners of the selected enrolments."""
        keys = list(self.grid.selected_keys())
        db = self._context.db

        def read(context: TaskContext) -> list[int]:
            with db.read(context) as tx:
                return enrolments_list.learners_of(db, tx, keys)

        self.runner.run(read, lane=Lane.READ, done=self._learners_known)

    @Slot(object)
    def _learners_known(self, learner_ids: list[int]) -> None:
        self.attainments_wanted.emit(learner_ids)
