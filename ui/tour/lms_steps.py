"""The part of the tour about the LMS: a course opened, a synchronisation, report cards, errors; down, and back."""

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QApplication, QWidget

from app import demo_lms
from app.demo import Orders
from app.tasks import TaskContext
from ui.actions import LMS
from ui.dialogs.lms_compare import CompareDialog
from ui.main_window import MainWindow
from ui.tour.pages import first_row, ribbon, to_page
from ui.tour.player import Act, Step, TourError, Until, click, listening, named, press, type_text
from ui.workers import Lane

_MINUTES = 95
"""Past what makes a failure Down."""
_MOST_STOPS = 12
_WITH_GRADES = "FSE-L1"


class LmsSteps:
    """`orders` go to the demo's LMS; `grab` takes a picture."""

    def __init__(self, window: MainWindow, orders: Orders, grab: Callable[[QWidget, str], None]) -> None:
        self._window, self._orders, self._grab = window, orders, grab

    def steps(self) -> Iterator[Step]:
        """A day with the LMS, in order."""
        yield from self._courses()
        yield from self._sync_now("the synchronisation")
        yield from self._enrolments()
        yield from self._page("sync_errors", "07c-sync-errors")

    def _courses(self) -> Iterator[Step]:
        window = self._window
        tabs = window.ribbon.tab_bar
        place = next(at for at in range(tabs.count()) if tabs.tabText(at) == LMS)
        yield Act(window.activateWindow)
        yield Act(lambda: click(tabs, tabs.tabRect(place).center()))
        page = window.lms.courses
        yield from first_row(page, "the courses")
        yield Until(lambda: page.pane.settled, "the course")
        yield Act(lambda: self._grab(window, "07a-lms-courses"))
        yield Act(lambda: press("F6", window))
        for _ in range(_MOST_STOPS):
            if listening(window).objectName() == "course_open":
                break
            yield Act(lambda: press("Tab", window))
        if listening(window).objectName() != "course_open":
            raise TourError("Tab does not lead to Open.")
        yield Act(lambda: press("Space", window))
        yield Until(lambda: not window.runner.is_busy(Lane.WRITE), "the course to be opened")

    def _sync_now(self, what: str) -> Iterator[Step]:
        window = self._window
        yield Until(lambda: not window.lms.busy and named("lms.sync", window).isEnabled(), "the run before")
        yield Act(lambda: click(named("lms.sync", window)))
        yield Until(lambda: not window.lms.busy, what, 120)

    def _enrolments(self) -> Iterator[Step]:
        """The learners of a course that has grades, and the report card of one who has some."""
        window = self._window
        yield from to_page(window, "enrolments", "Ctrl+Tab")
        page = window.page
        every = page.total
        yield Act(lambda: press("Ctrl+F", window))
        yield Act(lambda: type_text(_WITH_GRADES))
        yield Until(lambda: 0 < page.shown < max(every, page.total), "the enrolments of one course")
        yield from first_row(page, "the enrolments")
        yield Until(lambda: page.details is None or page.details.settled, "the report card")
        yield Act(lambda: self._grab(window, "07b-lms-enrolments"))
        yield Act(window.search.clear)

    def _compare(self) -> Iterator[Step]:
        """Who is on the course that was opened: here, there, in both."""
        window = self._window
        yield from ribbon(window, "lms.compare")
        yield Until(lambda: isinstance(QApplication.activeModalWidget(), CompareDialog), "the comparison")
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CompareDialog)
        yield Until(lambda: dialog.found is not None and not dialog.busy, "the participants", 60)
        yield Act(lambda: self._grab(dialog, "07d-compare"))
        yield Act(lambda: press("Escape"))
        yield Until(lambda: QApplication.activeModalWidget() is None, "the dialog to close")
        yield Act(window.activateWindow)

    def _page(self, name: str, picture: str) -> Iterator[Step]:
        window = self._window
        yield from to_page(window, name, "Ctrl+Tab")
        page = window.page
        yield from first_row(page, name)
        yield Until(lambda: page.details is None or page.details.settled, "the details")
        yield Act(lambda: self._grab(window, picture))

    def down_and_back(self) -> Iterator[Step]:
        """An hour without the LMS, and what the window says of it."""
        window, banners = self._window, self._window.lms_banners
        yield from to_page(window, "lms_courses", "Ctrl+Shift+Tab")
        yield Until(lambda: not window.lms.busy, "the run before", 120)
        yield from self._compare()
        yield Act(lambda: self._orders.tell("revoke-token"))
        yield Act(self._wait_an_hour)
        yield Until(lambda: not window.runner.is_busy(Lane.WRITE), "time to pass")
        yield from self._sync_now("the run that fails")
        yield Until(banners.down.isVisible, "the banner that says the LMS is down")
        yield Act(lambda: self._grab(window, "07a-lms-courses-down"))
        yield Act(lambda: self._orders.tell("restore-token"))
        yield from self._sync_now("the run that succeeds again")
        yield Until(banners.notice.isVisible, "the notice that the LMS is back")
        yield Until(lambda: not banners.down.isVisible(), "the banner to go")
        yield Act(lambda: self._grab(window, "07a-lms-recovered"))

    def _wait_an_hour(self) -> None:
        db = self._window.context.db

        def work(context: TaskContext) -> None:
            demo_lms.let_time_pass(db, _MINUTES)

        self._window.runner.run(work, lane=Lane.WRITE)
