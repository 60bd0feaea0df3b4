"""What the window does about credit: the set-up of courses, types and outside bodies; credit of a record; undo."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.changes import Changes, Topic
from app.context import AppContext
from ui.hub import Hub
from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.session_undo import SessionUndo
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.credit_files import CreditFiles
    from ui.dialogs.working import WorkingDialog
    from ui.pages.course_records import CourseRecordsPage
    from ui.pages.credit_courses import CreditCoursesPage
    from ui.pages.outgoing_reports import OutgoingReportsPage


class CreditPart(QObject):
    """`changed` when there is something to take back that was not there before; `said` a sentence for the status bar.
    The dialogs are imported when a button needs them."""

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, context: AppContext, runner: TaskRunner, hub: Hub, stack: PageStack, row: PageRow, window: QWidget
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._hub, self._window = context, runner, hub, window
        self._stack, self._row = stack, row
        self.undo = SessionUndo(context, runner, hub, self, Topic.CREDIT, Topic.ENROLMENTS, Topic.LEARNERS)
        self.undo.changed.connect(self.changed)
        self.undo.said.connect(self.said)
        self._files: CreditFiles | None = None
        stack.made.connect(self._page_made)

    @property
    def courses(self) -> "CreditCoursesPage":
        return cast("CreditCoursesPage", self._stack.page("credit_courses"))

    @property
    def records(self) -> "CourseRecordsPage":
        return cast("CourseRecordsPage", self._stack.page("course_records"))

    @property
    def reports(self) -> "OutgoingReportsPage":
        return cast("OutgoingReportsPage", self._stack.page("outgoing_reports"))

    @property
    def files(self) -> "CreditFiles":
        """*Load Courses* and *Course Loads*; made when it is first needed."""
        if self._files is None:
            from ui.credit_files import CreditFiles

            self._files = CreditFiles(self._window, self._context, self._runner)
            self._files.changed.connect(self._announce)
        return self._files

    @Slot(QWidget)
    def _page_made(self, made: QWidget) -> None:
        """Do what the buttons of the page ask for."""
        match made.objectName():
            case "credit_courses":
                courses = cast("CreditCoursesPage", made)
                courses.edit_wanted.connect(self.open_course)
                courses.lists_wanted.connect(self.set_up_lists)
                courses.records_wanted.connect(self._show_records)
            case "course_records":
                cast("CourseRecordsPage", made).credit_wanted.connect(self.open_credit)
            case "outgoing_reports":
                reports = cast("OutgoingReportsPage", made)
                reports.saved.connect(self.undo.saved)
                reports.lists_wanted.connect(self._set_up_bodies)

    def add_course(self) -> None:
        """*Add Course*."""
        self.open_course(None)

    @Slot(object)
    def open_course(self, course_id: int | None) -> None:
        """The set-up of a course; None for a new one."""
        from ui.dialogs.credit_course import CreditCourseDialog

        dialog = CreditCourseDialog(self._window, self._runner, self._context, course_id)
        dialog.lists_wanted.connect(self.set_up_lists)
        dialog.saved.connect(self.undo.saved)
        self._open(dialog)

    @Slot()
    def set_up_lists(self) -> None:
        """*Credit Types*, with the outside bodies and the categories."""
        self._open_lists("types")

    @Slot()
    def _set_up_bodies(self) -> None:
        self._open_lists("bodies")

    def _open_lists(self, page: str) -> None:
        from ui.dialogs.credit_lists import CreditListsDialog

        dialog = CreditListsDialog(self._window, self._runner, self._context, page)
        dialog.saved.connect(self.undo.saved)
        dialog.taken_back.connect(self.undo.taken_back)
        self._open(dialog)

    @Slot(int, bool)
    def open_credit(self, enrolment_id: int, replacing: bool) -> None:
        """The credit of a record: edited, or replaced on one that is not complete."""
        from ui.dialogs.edit_credit import EditCreditDialog

        dialog = EditCreditDialog(self._window, self._runner, self._context, enrolment_id, replacing=replacing)
        dialog.saved.connect(self.undo.saved)
        self._open(dialog)

    def _open(self, dialog: "WorkingDialog") -> None:
        dialog.changed.connect(self._announce)
        dialog.open()

    @Slot(object)
    def _announce(self, changes: Changes) -> None:
        self._hub.announce(changes)

    @Slot(str)
    def _show_records(self, code: str) -> None:
        self.records.show_course(code)
        self._row.show_page("course_records")
