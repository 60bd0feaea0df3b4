"""The row under the ribbon: tabs of the pages of an area, the quick filter, the details button; and which page is in
front."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import parts
from ui.actions import ADMINISTRATION, HOME, IMPORTS, LEARNERS, LMS
from ui.look.buttons import button, icon_button
from ui.look.icons import Icon
from ui.look.search_field import SearchField
from ui.look.tabs import TabBar
from ui.look.words import tr
from ui.page_stack import TITLES, PageStack
from ui.pages.grid_page import GridPage
from ui.ribbon import Ribbon

if TYPE_CHECKING:
    from ui.pages.home import HomePage

_GAP = 8
AREAS: Mapping[str, tuple[str, ...]] = {
    HOME: ("home",),
    LEARNERS: ("learners", "attainments"),
    LMS: ("lms_courses", "enrolments", "extracts", "sections", "sync_errors", "sync_runs"),
    IMPORTS: ("import_jobs", "held_records", "credit_courses", "course_records", "outgoing_reports"),
    ADMINISTRATION: ("licences", "users", "locks", "history"),
}
"""The pages of each area of the ribbon."""
INSIDE: Mapping[str, tuple[str, str]] = {
    "one_learner": ("learners", "All Learners"),
    "import_check": ("import_jobs", "All Jobs"),
}
"""Pages that stand behind the tab of another one, with the words of the way back to that."""
AT_WORK: Mapping[str, tuple[str, ...]] = {
    "lms_courses": ("Courses",),
    "enrolments": ("Enrolments",),
    "extracts": ("Extract Statuses", "Send"),
    "sections": ("Sections",),
    "sync_errors": ("Errors",),
    "credit_courses": ("Credit",),
    "course_records": ("Credit",),
    "import_jobs": ("Job", "Importer"),
    "import_check": ("Job", "Importer"),
    "held_records": ("Held",),
    "history": ("History",),
}
"""The groups of the ribbon that are about one page: where there is no room, those of the other pages fold first."""


class PageRow(QWidget):
    """Switches the pages of `stack`; `switched` when another is in front."""

    switched = Signal()

    def __init__(self, stack: PageStack, ribbon: Ribbon, window: QWidget) -> None:
        super().__init__(window)
        self._stack, self._ribbon = stack, ribbon
        self._counts: dict[str, str] = {}
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 8, 4)
        row.setSpacing(8)
        self.tabs = TabBar(parent=window)
        self.tabs.setObjectName("page_tabs")
        self.tabs.setAccessibleName(tr("Pages"))
        self.search = SearchField(tr("Filter all columns"), name="quick_filter", parent=window)
        self.search.setFixedWidth(240)
        self.search.explain(tr("Words, or a pasted list of person codes or ULNs"))
        self.details = icon_button(Icon.LAYOUT, tr("Details pane"), "details_button", checkable=True)
        self.details.setChecked(True)
        self.back = button("", Icon.CARET_LEFT, "quiet", "page_back", parent=window, clicked=self._go_back)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.search)
        row.addWidget(self.details)
        ribbon.tab_changed.connect(self._show_area)
        ribbon.keyboard_lost.connect(self.to_page)
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.search.textChanged.connect(self._quick_typed)
        self.search.left.connect(self.to_page)
        self.search.takes = self._pasted
        self.details.toggled.connect(self._details_toggled)
        for keys, called in (
            ("Ctrl+F", self.search.setFocus),
            ("Ctrl+Tab", self._next_page),
            ("Ctrl+Shift+Tab", self._previous_page),
        ):
            QShortcut(QKeySequence(keys), window, called)

    def show_page(self, name: str) -> None:
        """Bring a page to the front, with its area of the ribbon; not if the one in front may not be left."""
        current = self._stack.currentWidget()
        if current is not None and current.objectName() != name and not self._stack.may_leave():
            name = current.objectName()
        tab, back = INSIDE.get(name, (name, ""))
        area = next(area for area, names in AREAS.items() if tab in names)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for one in AREAS[area]:
            place = self.tabs.addTab(tr(TITLES[one]))
            self.tabs.setTabData(place, one)
            self.tabs.set_count(place, self._counts.get(one, ""))
        self.tabs.setCurrentIndex(AREAS[area].index(tab))
        self.tabs.blockSignals(False)
        here = AT_WORK.get(name, ())
        self._ribbon.set_tab(area, frozenset(one for some in AT_WORK.values() for one in some if one not in here))
        page = self._stack.open(name)
        is_grid = isinstance(page, GridPage)
        self.back.setText(tr(back))
        self.back.setVisible(bool(back))
        self.search.setVisible(is_grid)
        self.details.setVisible(is_grid)
        self._show_row(is_grid or len(AREAS[area]) > 1)
        if isinstance(page, GridPage):
            self.search.blockSignals(True)
            self.search.setText(page.quick)
            self.search.blockSignals(False)
            self.details.setChecked(page.details is not None and not page.details.isHidden())
        self.switched.emit()

    def _show_row(self, wanted: bool) -> None:
        """The row, or the gap that is left where it would have nothing in it."""
        self.tabs.setVisible(wanted)
        self._row.setContentsMargins(4, 0, 8, 4 if wanted else _GAP)

    def set_count(self, name: str, words: str) -> None:
        """What stands in the pill beside the title of a page ("3 new"); "" for nothing."""
        self._counts[name] = words
        for place in range(self.tabs.count()):
            if self.tabs.tabData(place) == name:
                self.tabs.set_count(place, words)

    def is_in_front(self, name: str) -> bool:
        """Whether that page is the one that is seen."""
        current = self._stack.currentWidget()
        return current is not None and current.objectName() == name

    @property
    def front(self) -> str:
        """The name of the page that is seen."""
        current = self._stack.currentWidget()
        return current.objectName() if current is not None else ""

    @property
    def grid_page(self) -> GridPage | None:
        """The page in front, if it is one around a grid."""
        current = self._stack.currentWidget()
        return current if isinstance(current, GridPage) else None

    @Slot()
    def details_closed(self) -> None:
        """The details pane was closed by its own cross."""
        self.details.setChecked(False)

    @Slot(str)
    def _show_area(self, area: str) -> None:
        names = AREAS.get(area, ())
        current = self._stack.currentWidget()
        here = INSIDE.get(current.objectName(), (current.objectName(),))[0] if current is not None else ""
        if names and here not in names:
            self.show_page(names[0])

    @Slot()
    def _go_back(self) -> None:
        """From a page behind a tab to the one whose tab it is."""
        current = self._stack.currentWidget()
        if current is not None and current.objectName() in INSIDE:
            self.show_page(INSIDE[current.objectName()][0])
            self.to_page()  # the button that was pressed is gone

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        if place >= 0:
            self.show_page(self.tabs.tabData(place))

    @Slot()
    def _next_page(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % max(1, self.tabs.count()))

    @Slot()
    def _previous_page(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() - 1) % max(1, self.tabs.count()))

    @Slot(str)
    def _quick_typed(self, text: str) -> None:
        if (page := self.grid_page) is not None:
            page.set_quick(text)

    def _pasted(self, text: str) -> bool:
        page = self.grid_page
        return page is not None and page.paste(text)

    @Slot()
    def to_page(self) -> None:
        """The keyboard goes to the page in front: to its grid, if it has one."""
        if (page := self.grid_page) is not None:
            page.grid.setFocus()
        elif self.front == "home":
            cast("HomePage", self._stack.currentWidget()).take_focus()
        else:
            parts.move([self._stack], 1)

    @Slot(bool)
    def _details_toggled(self, shown: bool) -> None:
        page = self.grid_page
        if page is not None and page.details is not None:
            page.details.setVisible(shown)
            page.current_changed()
