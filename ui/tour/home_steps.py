"""The part of the tour about Home: what needs attention at the end of the day, light and dark, and a way on."""

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from ui.look.tokens import theme
from ui.main_window import MainWindow
from ui.pages.home import HomePage
from ui.tour.player import Act, Step, TourError, Until, click, named, press


class HomeSteps:
    """`grab` takes a picture."""

    def __init__(self, window: MainWindow, grab: Callable[[QWidget, str], None]) -> None:
        self._window, self._grab = window, grab

    def steps(self) -> Iterator[Step]:
        """Look at Home, then at the extracts that were rejected, as its tile leads there."""
        window, before = self._window, theme().mode
        yield Act(window.activateWindow)
        yield Act(lambda: press("Ctrl+1", window))
        yield Until(lambda: window.home.page is not None and window.home.page.isVisible(), "Home")
        yield Until(lambda: self._page.settled, "counts and figures", 120)
        yield Act(lambda: self._grab(window, "10-home"))
        yield Act(lambda: theme().set_mode("dark"))
        yield Until(lambda: self._page.settled, "the figures in the dark")
        yield Act(lambda: self._grab(window, "10-home-dark"))
        yield Act(lambda: theme().set_mode(before))
        rejected = self._page.tiles.tile("rejected").shown.number
        yield Act(lambda: click(named("home_rejected", window)))
        yield Until(lambda: window.page.name == "extracts" and window.page.isVisible(), "the rejected extracts")
        yield Until(lambda: window.page.shown == rejected, "as many as were counted", 60)

    @property
    def _page(self) -> HomePage:
        page = self._window.home.page
        if page is None:
            raise TourError("Home was not made.")
        return page
