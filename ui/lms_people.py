"""The dialogs of the LMS area about people and rules: enrolling, adopting, comparing, accounts, what is proposed."""

from collections.abc import Sequence
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.changes import Changes
from app.context import AppContext
from app.errors import AppError, ConflictError, InputError
from app.lms import courses_list, enrol
from app.lms.courses_list import CourseRow
from app.lms.extracts.course_status import Step
from app.tasks import TaskContext
from ui.dialogs.course_status import ICONS, CourseStatusDialog
from ui.dialogs.lms_accounts import AccountsDialog
from ui.dialogs.lms_compare import CompareDialog
from ui.dialogs.lms_enrol import EnrolDialog
from ui.dialogs.lms_rules import RulesDialog
from ui.dialogs.working import WorkingDialog
from ui.hub import Hub
from ui.look.icons import qicon
from ui.look.words import tr
from ui.page_stack import PageStack
from ui.pages.enrolments import EnrolmentsPage
from ui.pages.lms_courses import LmsCoursesPage
from ui.workers import Lane, TaskRunner


class LmsPeople(QObject):
    """`refused` carries the AppError that says why a dialog cannot be opened."""

    refused = Signal(object)

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, stack: PageStack, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._stack, self._window = context, runner, hub, stack, window
        self._reading: TaskContext | None = None

    def enrol_selected(self, learner_ids: Sequence[int]) -> None:
        """*Enrol Selected*: these learners, onto a course that is chosen then."""
        self._open(EnrolDialog(self._window, self._runner, self._context, list(learner_ids)))

    def compare(self) -> None:
        """*Compare with the LMS*: the selected course."""
        self._read_selected(adopting=False)

    def compare_course(self, lms_course_id: int) -> None:
        """The same of a course wherever its id comes from."""
        self._read_course(lms_course_id, adopting=False)

    def adopt(self) -> None:
        """*Adopt*: the same at "only there"; refused with the reason for a New, Hidden or removed course."""
        self._read_selected(adopting=True)

    def accounts(self, learner_id: int | None = None) -> None:
        """*Accounts*: those that a person has to decide about; only those that may be a learner's."""
        self._open(AccountsDialog(self._window, self._runner, self._context, learner_id=learner_id))

    def course_status_menu(self) -> QMenu:
        """*Course Status*: the steps, for the selected enrolments."""
        menu = QMenu(self._window)
        menu.setObjectName("course_status_menu")
        for step in Step:
            menu.addAction(qicon(ICONS[step]), f"{tr(step.value)}…").setData(step.value)
        menu.triggered.connect(self._step_chosen)
        return menu

    def show_course_status_menu(self) -> None:
        menu = self.course_status_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    @Slot(QAction)
    def _step_chosen(self, action: QAction) -> None:
        page = cast("EnrolmentsPage", self._stack.page("enrolments"))
        # From a fresh event: the menu is just closing.
        QTimer.singleShot(0, self, partial(self.course_status, list(page.grid.selected_keys()), Step(action.data())))

    def course_status(self, enrolment_ids: Sequence[int], step: Step) -> None:
        """One step to these enrolments."""
        if enrolment_ids:
            self._open(CourseStatusDialog(self._window, self._runner, self._context, enrolment_ids, step))

    def edit_rules(self) -> None:
        """*Rules*: what is proposed for new courses."""
        dialog = RulesDialog(self._window, self._runner, self._context)
        dialog.accepted_proposals.connect(self._courses.accept_proposals)
        self._open(dialog)

    @property
    def _courses(self) -> LmsCoursesPage:
        return cast("LmsCoursesPage", self._stack.page("lms_courses"))

    def _open(self, dialog: WorkingDialog) -> None:
        dialog.changed.connect(self._changed)
        dialog.open()

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        self._hub.announce(changes)

    def _read_selected(self, *, adopting: bool) -> None:
        keys = self._courses.grid.selected_keys()
        if len(keys) == 1:
            self._read_course(keys[0], adopting=adopting)

    def _read_course(self, key: int, *, adopting: bool) -> None:
        db = self._context.db

        def read(context: TaskContext) -> tuple[CourseRow, bool]:
            with db.read(context) as tx:
                row = courses_list.rows(tx, [key]).get(key)
            if row is None:
                raise ConflictError("This course is no longer there.", hint="Reload the page.")
            reason = enrol.why_not(row.state.value, row.removed_at is not None) if adopting else ""
            if reason:
                raise InputError(f"Nobody can be adopted on {row.short_name}.", hint=reason)
            return row, adopting

        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._runner.run(read, lane=Lane.READ, done=self._course_read, failed=self._failed)

    @Slot(object)
    def _course_read(self, result: tuple[CourseRow, bool]) -> None:
        course, adopting = result
        self._open(CompareDialog(self._window, self._runner, self._context, course, adopting=adopting))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.refused.emit(error)
        else:
            self._runner.failed.emit(error)
