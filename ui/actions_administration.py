"""Ribbon tab Administration."""

from ui.actions import ADMINISTRATION, Action
from ui.look.icons import Icon


def administration_actions() -> tuple[Action, ...]:
    """Groups Licences and Program."""
    return (
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
    )
