"""Ribbon tab Administration, group Database: where it is, copies of it, whether it is whole."""

from functools import partial

from app.access import Permission
from ui import action_reasons as why
from ui.actions import ADMINISTRATION, Action
from ui.look.icons import Icon

_ADMINISTER = Permission.ADMINISTER
_PERMITTED = why.permitted(_ADMINISTER, lambda state: "")
_action = partial(Action, tab=ADMINISTRATION, group="Database")


def database_actions() -> tuple[Action, ...]:
    """Before *Purge*, which is in the same group."""
    return (
        _action(
            id="admin.database",
            text="Database",
            tip="On this computer or on a shared server; test the connection; how long daily copies are kept",
            icon=Icon.DATABASE,
            key_tip="D",
            trigger=lambda window: window.database.choose_place(),
            large=True,
            words="postgresql server embedded file connection settings",
        ),
        *_copies(),
    )


def _copies() -> tuple[Action, ...]:
    return (
        _action(
            id="admin.back_up",
            text="Back Up",
            tip="Copy everything into one file",
            icon=Icon.ARCHIVE_BOX,
            key_tip="B",
            trigger=lambda window: window.database.back_up(),
            permission=_ADMINISTER,
            why_not=_PERMITTED,
            words="backup copy save export database",
        ),
        _action(
            id="admin.restore",
            text="Restore",
            tip="See how a copy differs, and put it into the place of everything, with a reason",
            icon=Icon.CLOCK_COUNTER_CLOCKWISE,
            key_tip="O",
            trigger=lambda window: window.database.restore(),
            permission=_ADMINISTER,
            why_not=why.permitted(_ADMINISTER, why.at_rest),
            words="backup copy bring back",
        ),
        _action(
            id="admin.check",
            text="Check Database",
            tip="Read everything, and say whether it is whole",
            icon=Icon.HARD_DRIVES,
            key_tip="K",
            trigger=lambda window: window.database.check(),
            permission=_ADMINISTER,
            why_not=_PERMITTED,
            words="integrity damage count rows",
        ),
    )
