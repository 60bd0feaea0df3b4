"""The one list of actions: ribbon, menus, shortcuts, key tips, tool tips and the list test follow from it.

To add an action: write the service function in `app` (with `require`), then one entry in the module of its ribbon
tab and group (`ui/actions_*.py`). `why_not` is asked with a `WindowState` and answers "" or the sentence that says
why the button is disabled: see `ui/action_reasons.py`.
"""

from dataclasses import replace

from ui.actions import Action
from ui.actions_administration import administration_actions
from ui.actions_data import data_actions
from ui.actions_grid import find_actions, selection_actions, view_actions
from ui.actions_home import home_actions
from ui.actions_imports import imports_actions
from ui.actions_learners import learner_actions, plr_actions
from ui.actions_lms import lms_actions
from ui.actions_pages import page_actions


def action_list() -> tuple[Action, ...]:
    """Every action of the ribbon, in the order of its groups; and the pages."""
    every = (
        *home_actions(),
        *plr_actions(),
        *find_actions(),
        *selection_actions(),
        *learner_actions(),
        *data_actions(),
        *view_actions(),
        *lms_actions(),
        *imports_actions(),
        *administration_actions(),
        *page_actions(),
    )
    return tuple(_with_database(one) for one in every)


_ASK_THE_DATABASE = frozenset(
    {
        "administration.find.saved", "data.codes", "data.loads", "find.saved", "history.changes", "history.undo",
        "home.refresh", "imports.find.saved", "imports.undo_credit", "lms.find.saved", "lms.load_sections",
        "lms.report", "lms.section_loads", "lms.why_not_there",
    }
)  # fmt: skip
"""Beside those that need a permission: what else cannot be done while the database does not answer."""
_ALWAYS = frozenset({"imports.cancel"})
"""And of those, what can."""


def _with_database(one: Action) -> Action:
    """The action, with the reason that the database does not answer before all others."""
    if one.id in _ALWAYS or (one.permission is None and one.id not in _ASK_THE_DATABASE):
        return one
    why_not = one.why_not
    return replace(one, why_not=lambda state: state.offline or why_not(state))
