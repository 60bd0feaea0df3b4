"""What the main window remembers: its place, the ribbon's fold, the grids' layouts, and how it looks."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from ui import protecting, window_state
from ui.look.tokens import theme
from ui.page_stack import PageStack
from ui.pages.grid_page import GridPage
from ui.ribbon import Ribbon
from ui.window_place import place_of, put_back

Appearance = dict[str, Any]


class Remembered:
    """What the last run left. A page that is not opened in this run keeps what was remembered of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = window_state.load(folder)
        self.also: dict[str, Callable[[], Any]] = {}
        """Who else has something to remember, asked when it is written down."""
        protecting.LAST.protected = self.kept("protect_exports") is True
        self.also["protect_exports"] = protecting.LAST.told

    def kept(self, name: str) -> Any:
        """What was remembered under a name of `also`; None for nothing."""
        return self._state.get(name)

    @property
    def appearance(self) -> Appearance:
        """Theme and row height, which `dress` applies."""
        appearance = self._state.get("appearance")
        return dict(appearance) if isinstance(appearance, dict) else {}

    def page(self, names: Collection[str]) -> str:
        """The page that was in front, which has its area with it; Learners where there is no such page."""
        name = self._state.get("page")
        return name if isinstance(name, str) and name in names else "learners"

    def restore(self, window: QWidget, ribbon: Ribbon) -> None:
        """Bring back the place of the window and the fold of the ribbon."""
        put_back(window, self._state.get("geometry"))
        ribbon.folded = self._state.get("folded") is True

    def lay_out(self, page: GridPage) -> None:
        """Bring back the layout of a page."""
        layout = self._state.get(page.name)
        if isinstance(layout, dict):
            page.restore_layout_state(layout)

    def save(self, window: QWidget, ribbon: Ribbon, pages: PageStack, appearance: Appearance, page: str) -> None:
        """Write it down for the next run; `page` is in front."""
        unopened = {name: self._state[name] for name in pages.unmade if name in self._state}
        layouts = unopened | {one.name: one.layout_state() for one in pages.grids}
        others = {name: tell() for name, tell in self.also.items()}
        state = {"geometry": place_of(window), "folded": ribbon.folded, "appearance": appearance, "page": page}
        window_state.save(self._folder, {**state, **layouts, **others})


def dress(appearance: Appearance, pages: Iterable[GridPage]) -> None:
    """Use theme and row height; unknown values mean the defaults."""
    mode = appearance.get("theme")
    theme().set_mode(mode if mode in ("light", "dark", "contrast") else "system")
    for page in pages:
        dress_page(appearance, page)


def dress_page(appearance: Appearance, page: GridPage) -> None:
    """The row height of one page."""
    page.grid.set_comfortable(appearance.get("rows") == "comfortable")
