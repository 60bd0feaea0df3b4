"""The way from Home to where a matter is dealt with."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot

from app.context import AppContext
from ui.pages import home_words

if TYPE_CHECKING:
    from app.attention import Place
    from ui.main_window import MainWindow
    from ui.pages.extracts import ExtractsPage
    from ui.pages.home import HomePage


class HomePart(QObject):
    """Leads to matters, for the tiles of the page and for the buttons of the ribbon."""

    def __init__(self, context: AppContext, window: "MainWindow") -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.page: HomePage | None = None
        """None until somebody has opened it."""

    def follow(self, page: "HomePage") -> None:
        """The page has just been made."""
        self.page = page
        banner = self._window.learners.certificate_banner
        page.matter_wanted.connect(self.lead)
        page.step_wanted.connect(self.lead_step)
        page.plots.next_wanted.connect(self._open)
        page.plots.said.connect(self._window.status.show_result)
        page.changed.connect(self._window.refresh_actions)
        banner.known.connect(page.show_certificate)
        page.show_certificate(banner.ends)
        setting_up = self._window.setting_up
        setting_up.left.connect(page.show_setting_up)
        setting_up.look()

    @Slot(str)
    def lead(self, matter: str) -> None:
        """Bring the list of a matter to the front, narrowed to what was counted."""
        if matter == home_words.CERTIFICATE:
            self._window.open_settings()
            return
        if matter == home_words.SETTING_UP:
            self._window.setting_up.open()
            return
        if matter == home_words.LICENCE:
            self._window.show_page("licences")
            self._window.row.to_page()
            return
        from app.attention import Matter, places

        place = places()[Matter(matter)]
        if matter == Matter.HOLDS:
            self._window.lms.errors.decide()
        else:
            self._show(place)

    @Slot(str)
    def lead_step(self, step: str) -> None:
        """A step of the month: what it counts, or the load itself."""
        from app.month_list import MATTERS, Step

        if step != Step.LOAD:
            self.lead(MATTERS[Step(step)])
            return
        page = self.page
        self._window.show_page("learners")
        loaded = page is not None and page.month.line(step).done
        self._window.actions_.run("data.loads" if loaded else "data.load")

    @Slot(str)
    def _open(self, page: str) -> None:
        self._window.show_page(page)
        self._window.row.to_page()

    def _show(self, place: "Place") -> None:
        window = self._window
        window.show_page(place.page)
        page = window.row.grid_page
        if page is None or page.name != place.page:
            return  # the page in front could not be left
        window.search.clear()
        if page.pasted is not None:
            page.pasted.forget()
        if place.page == "extracts":
            cast("ExtractsPage", page).show_statuses(place.statuses)
        page.set_conditions(place.conditions)
        window.row.to_page()

    def refresh(self) -> None:
        """*Refresh*."""
        self._window.show_page("home")
        if self.page is not None:
            self.page.refresh()
        self._window.setting_up.look()
