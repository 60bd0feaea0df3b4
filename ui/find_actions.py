"""The actions of the group Find: what is searched for, and under which name."""

from collections.abc import Callable
from typing import Any

from ui.actions import Action
from ui.look.icons import Icon

LEARNERS = "Learners"
Why = Callable[[Any], str]


def find_actions(rows: Why, has_conditions: Why) -> tuple[Action, ...]:
    """In the order of the ribbon; `rows` and `has_conditions` say why there is nothing to search, or to clear."""
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
            why_not=rows,
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
            why_not=rows,
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
            why_not=has_conditions,
        ),
    )
