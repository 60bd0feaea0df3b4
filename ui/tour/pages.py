"""Steps from page to page, to the first row of one, and to a button of the ribbon."""

from collections.abc import Iterator

from PySide6.QtWidgets import QApplication, QMenu, QWidget

from ui.main_window import MainWindow
from ui.pages.grid_page import GridPage
from ui.tour.player import Act, Step, TourError, Until, click, named, press


def to_page(window: MainWindow, name: str, keys: str) -> Iterator[Step]:
    """From page to page, however many there are in between."""
    for _ in range(window.tabs.count()):
        yield Act(lambda: press(keys, window))
        if window.state().page == name:
            break
    yield Until(lambda: window.state().page == name, name)


def first_row(page: GridPage, what: str) -> Iterator[Step]:
    """Click the first row, once there are any."""
    grid = page.grid
    yield Until(lambda: page.isVisible() and page.shown > 0 and not grid.is_loading, what, 120)
    yield Act(lambda: click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center()))
    yield Until(lambda: grid.current_key is not None and (page.details is None or page.details.settled), "a row")


def ribbon(window: MainWindow, action_id: str) -> Iterator[Step]:
    """Click a button of the ribbon, once it can be used; where there is no room for it, in the menu of its group."""
    action = window.actions_.action(action_id)
    yield Until(action.isEnabled, action.text(), 120)
    button = window.findChild(QWidget, action_id)
    if button is not None and button.isVisible():
        yield Act(lambda: click(button))
        return
    group = next(one.group for one in window.actions_ if one.id == action_id)
    yield Act(lambda: click(named(f"group:{group}", window)))
    yield Until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), f"the menu of {group}")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    for _ in menu.actions():
        yield Act(lambda: press("Down"))
        if menu.activeAction() is action:
            break
    if menu.activeAction() is not action:
        raise TourError(f"“{action.text()}” is not in the menu of {group}.")
    yield Act(lambda: press("Return"))
