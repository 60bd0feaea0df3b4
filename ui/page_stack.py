"""The pages of the main window, one in front: Learners at once, the others when they are first asked for."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.context import AppContext
from ui.hub import Hub
from ui.pages.grid_page import GridPage
from ui.pages.learners import LearnersPage
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from ui.pages.home import HomePage

TITLES = {
    "home": "Home",
    "learners": "Learners",
    "one_learner": "One Learner",
    "attainments": "Attainments",
    "lms_courses": "Courses",
    "enrolments": "Enrolments",
    "extracts": "LMS Extract Statuses",
    "sections": "Sections and Set-up",
    "sync_errors": "Sync Errors",
    "sync_runs": "Sync Runs",
    "credit_courses": "Courses for Credit",
    "course_records": "Course Records",
    "outgoing_reports": "Outgoing Reports",
    "import_jobs": "Import Jobs",
    "import_check": "Checked File",
    "held_records": "Held Records",
    "licences": "Licences",
    "users": "Users and Roles",
    "locks": "Locks",
    "history": "History",
}
"""By their names."""


class PageStack(QStackedWidget):
    """Nobody waits at the start for a page that is not seen."""

    made = Signal(QWidget)
    """A page has just been made, and put in the stack."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = context, runner, hub
        self.learners = LearnersPage(context, runner, hub, self)
        self._pages: dict[str, QWidget] = {"learners": self.learners}
        self.addWidget(self.learners)

    def page(self, name: str) -> QWidget:
        """The page of that name, made if need be. Raises KeyError."""
        if name not in self._pages:
            self._pages[name] = page = self._make(name)
            self.addWidget(page)
            self.made.emit(page)
        return self._pages[name]

    def is_made(self, name: str) -> bool:
        """Whether somebody has asked for that page."""
        return name in self._pages

    def open(self, name: str) -> QWidget:
        """Bring the page of that name to the front; returns it. The focus, if the page before had it, goes to where
        it was last; the first time to the grid."""
        page = self.page(name)
        focus = self.window().focusWidget()
        to_grid = page.focusWidget() is None and focus is not None and self.isAncestorOf(focus)
        self.setCurrentWidget(page)
        if to_grid and isinstance(page, GridPage):
            page.grid.setFocus()
        elif to_grid and name == "home":
            cast("HomePage", page).take_focus()
        return page

    def _make(self, name: str) -> QWidget:
        if name == "home":
            from ui.pages.home import HomePage

            return HomePage(*self._parts)
        if name == "attainments":
            from ui.pages.attainments import AttainmentsPage

            return AttainmentsPage(*self._parts)
        if name == "one_learner":
            from ui.pages.one_learner import OneLearnerPage

            return OneLearnerPage(*self._parts)
        if name == "lms_courses":
            from ui.pages.lms_courses import LmsCoursesPage

            return LmsCoursesPage(*self._parts)
        if name == "enrolments":
            from ui.pages.enrolments import EnrolmentsPage

            return EnrolmentsPage(*self._parts)
        if name == "extracts":
            from ui.pages.extracts import ExtractsPage

            return ExtractsPage(*self._parts)
        if name == "sections":
            from ui.pages.sections import SectionsPage

            return SectionsPage(*self._parts)
        if name == "sync_errors":
            from ui.pages.sync_errors import SyncErrorsPage

            return SyncErrorsPage(*self._parts)
        if name == "sync_runs":
            from ui.pages.sync_runs import SyncRunsPage

            return SyncRunsPage(*self._parts)
        return self._make_of_administration(name)

    def _make_of_administration(self, name: str) -> QWidget:
        if name == "licences":
            from ui.pages.licences import LicencesPage

            return LicencesPage(*self._parts)
        if name == "users":
            from ui.pages.users import UsersPage

            return UsersPage(*self._parts)
        if name == "locks":
            from ui.pages.locks import LocksPage

            return LocksPage(*self._parts)
        if name == "history":
            from ui.pages.history import HistoryPage

            return HistoryPage(*self._parts)
        return self._make_of_imports(name)

    def _make_of_imports(self, name: str) -> QWidget:
        if name == "credit_courses":
            from ui.pages.credit_courses import CreditCoursesPage

            return CreditCoursesPage(*self._parts)
        if name == "course_records":
            from ui.pages.course_records import CourseRecordsPage

            return CourseRecordsPage(*self._parts)
        if name == "outgoing_reports":
            from ui.pages.outgoing_reports import OutgoingReportsPage

            return OutgoingReportsPage(*self._parts)
        if name == "import_jobs":
            from ui.pages.import_jobs import ImportJobsPage

            return ImportJobsPage(*self._parts)
        if name == "held_records":
            from ui.pages.held_records import HeldRecordsPage

            return HeldRecordsPage(*self._parts)
        if name == "import_check":
            from ui.pages.import_check import ImportCheckPage

            return ImportCheckPage(*self._parts)
        raise KeyError(name)

    def may_leave(self) -> bool:
        """Whether the page in front may be left: it asks where something of it is not saved."""
        page = self.currentWidget()
        return page.may_leave() if isinstance(page, GridPage) else True

    @property
    def grids(self) -> list[GridPage]:
        """The pages with a grid, of those made so far."""
        return [page for page in self._pages.values() if isinstance(page, GridPage)]

    @property
    def unmade(self) -> list[str]:
        """The names of the pages that nobody has asked for so far."""
        return [name for name in TITLES if name not in self._pages]
