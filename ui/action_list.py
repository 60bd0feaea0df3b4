"""The one list of actions: ribbon, menus, shortcuts, key tips, tool tips and the list test follow from it.

To add an action: write the service function in `app` (with `require`), then one entry in the module of its ribbon
tab and group (`ui/actions_*.py`). `why_not` is asked with a `WindowState` and answers "" or the sentence that says
why the button is disabled: see `ui/action_reasons.py`.
"""

from ui.actions import Action
from ui.actions_administration import administration_actions
from ui.actions_data import data_actions
from ui.actions_grid import find_actions, selection_actions, view_actions
from ui.actions_imports import imports_actions
from ui.actions_learners import learner_actions, plr_actions
from ui.actions_lms import lms_actions
from ui.actions_pages import page_actions


def action_list() -> tuple[Action, ...]:
    """Every action of the ribbon, in the order of its groups; and the pages."""
    return (
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
