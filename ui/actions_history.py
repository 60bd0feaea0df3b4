"""Ribbon tab Administration, group History; and what its grids can do as those of other tabs."""

from ui import action_reasons as why
from ui.actions import ADMINISTRATION, Action
from ui.actions_grid import export_action, find_actions, repeated, view_of_any_grid
from ui.look.icons import Icon


def history_actions() -> tuple[Action, ...]:
    """Group History."""
    return (
        Action(
            id="history.show",
            text="Show",
            tip="Every operation: who, when, on which computer, and what was changed",
            icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            tab=ADMINISTRATION,
            group="History",
            key_tip="H",
            trigger=lambda window: window.show_page("history"),
            large=True,
            words="history audit who changed before after",
        ),
        Action(
            id="history.changes",
            text="All Changes",
            tip="Every row that the selected operation changed, before and after",
            icon=Icon.LIST_BULLETS,
            tab=ADMINISTRATION,
            group="History",
            key_tip="C",
            trigger=lambda window: window.page.show_changes(),
            why_not=why.one_operation,
        ),
        Action(
            id="history.undo",
            text="Undo",
            tip="Take the selected operation back as far as nothing changed since",
            icon=Icon.ARROW_U_UP_LEFT,
            tab=ADMINISTRATION,
            group="History",
            key_tip="Z",
            trigger=lambda window: window.page.undo(),
            why_not=why.one_operation,
            words="take back restore before",
        ),
    )


def grid_actions() -> tuple[Action, ...]:
    """Groups Find, Data and View."""
    export = export_action(ADMINISTRATION, "admin")
    find, view = repeated(ADMINISTRATION, find_actions()), repeated(ADMINISTRATION, view_of_any_grid())
    return (*find, export, *view)
