"""What the window does about the page LMS Extract Statuses: its menu, its words and progress in the status bar."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.status_bar import StatusBar

if TYPE_CHECKING:
    from app.lms.extracts.records_list import ExtractRow
    from ui.main_window import MainWindow
    from ui.pages.extracts import ExtractsPage


class LmsExtracts(QObject):
    """Follows the page once it is made."""

    def __init__(self, stack: PageStack, row: PageRow, status: StatusBar, window: QWidget) -> None:
        super().__init__(window)
        self._stack, self._row, self._status, self._window = stack, row, status, window
        stack.made.connect(self._page_made)
        stack.learners.pane.why_wanted.connect(self._why_of_learner)

    @property
    def page(self) -> "ExtractsPage":
        return cast("ExtractsPage", self._stack.page("extracts"))

    @Slot(QWidget)
    def _page_made(self, page: QWidget) -> None:
        if page.objectName() != "extracts":
            return
        made = cast("ExtractsPage", page)
        made.said.connect(self._status.show_result)
        made.pane_opened.connect(self._pane_opened)
        made.staging.progressed.connect(self._status.show_progress)
        made.staging.ended.connect(self._status.hide_progress)
        self._status.cancelled.connect(made.staging.cancel)
        made.pane.why_wanted.connect(self._why_of_enrolment)
        made.pane.gates_wanted.connect(self._gates_of)

    # Why, and where to

    def why_of_current(self) -> None:
        """*Why Not in the LMS?* of the current record."""
        self.page.read_current(self._why_of_row)

    @Slot(object)
    def _why_of_row(self, row: "ExtractRow | None") -> None:
        if row is not None:
            self._why_of_enrolment(row.enrolment_id)

    @Slot(int)
    def _why_of_enrolment(self, enrolment_id: int) -> None:
        from ui.lms_why import open_why

        open_why(cast("MainWindow", self._window), enrolment_id=enrolment_id)

    @Slot(int)
    def _why_of_learner(self, learner_id: int) -> None:
        from ui.lms_why import open_why

        open_why(cast("MainWindow", self._window), learner_id=learner_id)

    @Slot(int)
    def _gates_of(self, section_id: int) -> None:
        window = cast("MainWindow", self._window)
        window.lms.sections.page.show_section(section_id)
        window.show_page("sections")

    @Slot()
    def _pane_opened(self) -> None:
        self._row.details.setChecked(True)

    def status_menu(self) -> QMenu:
        """*Extract Status*: the four, for the selected records."""
        from ui.pages.extract_details import status_menu

        menu = status_menu(self._window)
        menu.triggered.connect(self._status_chosen)
        return menu

    def show_status_menu(self) -> None:
        menu = self.status_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    @Slot(QAction)
    def _status_chosen(self, action: QAction) -> None:
        self.page.stage_selected(action.data())
