"""Ribbon tab Administration."""

from typing import Any

from app.access import Permission
from ui import action_reasons as why
from ui.actions import ADMINISTRATION, Action
from ui.actions_database import database_actions
from ui.actions_history import grid_actions, history_actions
from ui.actions_people import people_actions, person_actions
from ui.look.icons import Icon


def administration_actions() -> tuple[Action, ...]:
    """Groups People, Licences, History, Learner, Database, Program, and what works on the grid in front."""
    return (
        *people_actions(),
        Action(
            id="admin.licences",
            text="Licences",
            tip="Switch the licences for the PLR functions on or off",
            icon=Icon.KEY,
            tab=ADMINISTRATION,
            group="Licences",
            key_tip="L",
            trigger=lambda window: window.show_page("licences"),
            large=True,
        ),
        *history_actions(),
        *person_actions(),
        *database_actions(),
        Action(
            id="admin.purge",
            text="Purge",
            tip="Delete what of the history, of sendings and of files is kept no longer, with a reason",
            icon=Icon.TRASH,
            tab=ADMINISTRATION,
            group="Database",
            key_tip="P",
            trigger=_purge,
            large=True,
            permission=Permission.ADMINISTER,
            why_not=why.permitted(Permission.ADMINISTER, lambda state: ""),
            words="history retention delete old months keep",
        ),
        Action(
            id="admin.settings",
            text="Settings",
            tip="Addresses, certificate and passwords of the services; how the window looks",
            icon=Icon.GEAR,
            tab=ADMINISTRATION,
            group="Program",
            key_tip="S",
            trigger=lambda window: window.open_settings(),
            large=True,
            shortcut="Ctrl+,",
        ),
        *grid_actions(),
    )


def _purge(window: Any) -> None:
    from ui.dialogs.purge import PurgeDialog

    dialog = PurgeDialog(window, window.runner, window.context)
    dialog.changed.connect(window.hub.announce)
    dialog.open()
