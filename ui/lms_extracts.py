"""What the window does about the page LMS Extract Statuses: its menu, its words and progress in the status bar."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from ui.page_row import PageRow
from ui.page_stack import PageStack
from ui.status_bar import StatusBar

if TYPE_CHECKING:
    from ui.pages.extracts import ExtractsPage


class LmsExtracts(QObject):
    """Follows the page once it is made."""

    def __init__(self, stack: PageStack, row: PageRow, status: StatusBar, window: QWidget) -> None:
        super().__init__(window)
        self._stack, self._row, self._status, self._window = stack, row, status, window
        stack.made.connect(self._page_made)

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
