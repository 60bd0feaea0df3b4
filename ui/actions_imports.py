"""Ribbon tab Imports: course records from files, and the credit that courses give. Each group has a module of its own
or a function here."""

from ui.actions import IMPORTS, Action
from ui.actions_credit import credit_actions, export_for_body
from ui.actions_grid import export_action, find_actions, repeated, view_of_any_grid
from ui.actions_import_jobs import job_actions, refused_action


def imports_actions() -> tuple[Action, ...]:
    """Every group of the tab, in order."""
    find, view = repeated(IMPORTS, find_actions()), repeated(IMPORTS, view_of_any_grid())
    return (*job_actions(), *credit_actions(), *find, *_data(), *view)


def _data() -> tuple[Action, ...]:
    return (
        export_for_body(),
        refused_action(),
        export_action(IMPORTS, "imports"),
    )
