"""Ribbon tab Imports: course records from files, and the credit that courses give. Each group has a module of its own
or a function here."""

from app.access import Permission
from ui import action_reasons as why
from ui.actions import IMPORTS, Action
from ui.actions_credit import credit_actions, export_for_body
from ui.actions_grid import find_actions, repeated, view_of_any_grid
from ui.actions_import_jobs import job_actions, refused_action
from ui.look.icons import Icon


def imports_actions() -> tuple[Action, ...]:
    """Every group of the tab, in order."""
    find, view = repeated(IMPORTS, find_actions()), repeated(IMPORTS, view_of_any_grid())
    return (*job_actions(), *credit_actions(), *find, *_data(), *view)


def _data() -> tuple[Action, ...]:
    return (
        export_for_body(),
        refused_action(),
        Action(
            id="imports.export",
            text="Export",
            tip="The selected rows, or all rows of the filter, to Excel or CSV",
            icon=Icon.EXPORT,
            tab=IMPORTS,
            group="Data",
            key_tip="X",
            trigger=lambda window: window.show_export_menu(),
            menu=lambda window: window.export_menu(),
            permission=Permission.EXPORT,
            why_not=why.permitted(Permission.EXPORT, why.export),
        ),
    )
