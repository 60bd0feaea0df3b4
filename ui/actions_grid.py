"""What works on the grid in front: ribbon tab Learners, groups Find, Selection and View; other tabs repeat of it what
their pages need."""

from collections.abc import Iterable
from dataclasses import replace

from app.access import Permission
from ui import action_reasons as why
from ui.actions import LEARNERS, Action
from ui.look.icons import Icon


def repeated(tab: str, actions: Iterable[Action]) -> tuple[Action, ...]:
    """The same buttons on another tab. Their key tips are the letter of the group and the one known from Learners;
    the shortcut stays with the first, since it works on every page."""
    return tuple(
        replace(
            one,
            id=f"{tab.lower()}.{one.id}",
            tab=tab,
            key_tip=one.group[0] + one.key_tip,
            shortcut="",
            repeats=one.id,
        )
        for one in actions
    )


def find_actions() -> tuple[Action, ...]:
    """Group Find."""
    return (
        Action(
            id="find.conditions",
            text="Condition Builder",
            tip="Find rows by one or several conditions",
            icon=Icon.FUNNEL,
            tab=LEARNERS,
            group="Find",
            key_tip="F",
            trigger=lambda window: window.page.open_condition_builder(),
            large=True,
            shortcut="Ctrl+Shift+F",
            why_not=why.searchable,
        ),
        Action(
            id="find.saved",
            text="Saved Searches",
            tip="Searches that you or others saved, and those that come with the program",
            icon=Icon.BOOKMARK_SIMPLE,
            tab=LEARNERS,
            group="Find",
            key_tip="S",
            trigger=lambda window: window.page.show_searches_menu(),
            menu=lambda window: window.page.searches_menu(),
            why_not=why.searchable,
            words="ready shared duplicates temporary uln",
        ),
        Action(
            id="find.clear",
            text="Clear",
            tip="Remove every condition",
            icon=Icon.X,
            tab=LEARNERS,
            group="Find",
            key_tip="X",
            trigger=lambda window: window.page.clear_conditions(),
            why_not=why.conditions,
        ),
    )


def selection_actions() -> tuple[Action, ...]:
    """Group Selection."""
    return (
        Action(
            id="select.all",
            text="Select All",
            tip="Select every row of the filter",
            icon=Icon.SELECTION_ALL,
            tab=LEARNERS,
            group="Selection",
            key_tip="A",
            trigger=lambda window: window.page.grid.select_all(),
            why_not=why.rows,
        ),
        Action(
            id="select.invert",
            text="Invert",
            tip="Select what is not selected, and the other way round",
            icon=Icon.SELECTION_INVERSE,
            tab=LEARNERS,
            group="Selection",
            key_tip="I",
            trigger=lambda window: window.page.grid.invert(),
            why_not=why.rows,
        ),
        Action(
            id="select.clear",
            text="Clear",
            tip="Select nothing",
            icon=Icon.SELECTION_SLASH,
            tab=LEARNERS,
            group="Selection",
            key_tip="N",
            trigger=lambda window: window.page.grid.clear_selection(),
            why_not=why.selected,
        ),
    )


def view_actions() -> tuple[Action, ...]:
    """Group View."""
    columns, refresh = view_of_any_grid()
    return columns, _export_layout(), refresh, _activity()


def view_of_any_grid() -> tuple[Action, Action]:
    """What of group View every grid can do: *Columns* and *Refresh*."""
    return (
        Action(
            id="view.columns",
            text="Columns",
            tip="Choose which columns the grid shows",
            icon=Icon.COLUMNS,
            tab=LEARNERS,
            group="View",
            key_tip="U",
            trigger=lambda window: window.show_columns_menu(),
            menu=lambda window: window.page.columns_menu(),
            why_not=why.on_grid,
        ),
        Action(
            id="view.refresh",
            text="Refresh",
            tip="Read the page anew",
            icon=Icon.ARROWS_CLOCKWISE,
            tab=LEARNERS,
            group="View",
            key_tip="R",
            trigger=lambda window: window.page.reload(),
            shortcut="F5",
            why_not=why.on_grid,
        ),
    )


def export_action(tab: str, prefix: str) -> Action:
    """*Export* of a tab whose pages are written as they are seen; its id is `prefix`.export."""
    return Action(
        id=f"{prefix}.export",
        text="Export",
        tip="The selected rows, or all rows of the filter, to Excel or CSV",
        icon=Icon.EXPORT,
        tab=tab,
        group="Data",
        key_tip="X",
        trigger=lambda window: window.show_export_menu(),
        menu=lambda window: window.export_menu(),
        permission=Permission.EXPORT,
        why_not=why.permitted(Permission.EXPORT, why.export),
    )


def _activity() -> Action:
    return Action(
        id="view.activity",
        text="Activity",
        tip="Show what runs and what ran in this sitting, or fold it away",
        icon=Icon.ACTIVITY,
        tab=LEARNERS,
        group="View",
        key_tip="",
        trigger=lambda window: window.activity.toggle(),
        shortcut="Ctrl+Shift+A",
        on_ribbon=False,  # there the whole group would fold on an office screen; the status bar has a button
        words="running work progress cancel tasks background notifications",
    )


def _export_layout() -> Action:
    return Action(
        id="view.layout",
        text="Export Layout",
        tip="Choose the columns that Export Changes writes",
        icon=Icon.LIST_BULLETS,
        tab=LEARNERS,
        group="View",
        key_tip="Y",
        trigger=lambda window: window.attainments.choose_layout(),
        permission=Permission.EXPORT,
        why_not=why.permitted(Permission.EXPORT, why.attainments_page),
    )
