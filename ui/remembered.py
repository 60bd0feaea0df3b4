"""What the main window remembers: its place, the ribbon's fold, the grids' layouts, and how it looks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from ui import window_state
from ui.look.tokens import theme
from ui.pages.grid_page import GridPage
from ui.ribbon import Ribbon

Appearance = dict[str, Any]


def restore(folder: Path, window: QWidget, ribbon: Ribbon, pages: Mapping[str, GridPage]) -> Appearance:
    """Bring back what the last run left; returns the appearance, which `dress` applies."""
    state = window_state.load(folder)
    geometry = state.get("geometry")
    if isinstance(geometry, str):
        window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
    ribbon.folded = state.get("folded") is True
    for name, page in pages.items():
        layout = state.get(name)
        if isinstance(layout, dict):
            page.restore_layout_state(layout)
    appearance = state.get("appearance")
    return appearance if isinstance(appearance, dict) else {}


def remember(
    folder: Path, window: QWidget, ribbon: Ribbon, pages: Mapping[str, GridPage], appearance: Appearance, page: str
) -> None:
    """Write it down for the next run."""
    geometry = bytes(window.saveGeometry().toBase64().data()).decode("ascii")
    layouts = {name: page.layout_state() for name, page in pages.items()}
    state = {"geometry": geometry, "folded": ribbon.folded, "appearance": appearance, "page": page, **layouts}
    window_state.save(folder, state)


def page(folder: Path, pages: Mapping[str, QWidget]) -> str:
    """The page that was in front, which has its area with it; Learners where there is no such page."""
    name = window_state.load(folder).get("page")
    return name if isinstance(name, str) and name in pages else "learners"


def dress(appearance: Appearance, pages: Mapping[str, GridPage]) -> None:
    """Use theme and row height; unknown values mean the defaults."""
    mode = appearance.get("theme")
    theme().set_mode(mode if mode in ("light", "dark", "contrast") else "system")
    for page in pages.values():
        page.grid.set_comfortable(appearance.get("rows") == "comfortable")
