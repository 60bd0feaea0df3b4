"""Ribbon tab LMS, group Extract Statuses: what becomes of the records that go to the LMS."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QMenu

from app.access import Permission
from ui import action_reasons as why
from ui.actions import LMS, Action
from ui.look.icons import Icon


def extract_actions() -> tuple[Action, ...]:
    """The group, in order."""
    return (*_staging(), *_saving())


def _staging() -> tuple[Action, ...]:
    return (
        _action(
            "lms.extract_all",
            "Update All Statuses",
            "Every record of the applied filter: first what would become of each, then staged until you save",
            Icon.STACK,
            "U",
            lambda window: window.extracts.page.update_all(),
            why.extracts_shown,
            large=True,
            words="processes academic records bulk batch",
        ),
        _action(
            "lms.extract_status",
            "Extract Status",
            "Another status for the selected records, staged until you save",
            Icon.TAG_SIMPLE,
            "E",
            lambda window: window.extracts.show_status_menu(),
            why.extracts_selected,
            menu=lambda window: window.extracts.status_menu(),
            words="ready transmitted processed rejected",
        ),
        _action(
            "lms.extract_resubmit",
            "Resubmit",
            "Let the selected records be sent again: Ready, staged until you save",
            Icon.ARROW_COUNTER_CLOCKWISE,
            "R",
            lambda window: window.extracts.page.stage_selected("ready"),
            why.extracts_selected,
            words="send again ready",
        ),
    )


def _saving() -> tuple[Action, ...]:
    return (
        _action(
            "lms.extract_save",
            "Save",
            "Write what is staged, as far as nobody changed it meanwhile",
            Icon.FLOPPY_DISK,
            "S",
            lambda window: window.extracts.page.save(),
            why.extracts_staged,
            shortcut="Ctrl+S",
        ),
        _action(
            "lms.extract_discard",
            "Discard",
            "Forget what is staged; nothing of it was written",
            Icon.TRASH_SIMPLE,
            "D",
            lambda window: window.extracts.page.discard(),
            why.extracts_staged,
        ),
        _action(
            "lms.extract_undo",
            "Undo Last Save",
            "Put back the statuses that your last save changed, of records that have not moved on since",
            Icon.ARROW_U_UP_LEFT,
            "Z",
            lambda window: window.extracts.page.undo_last_save(),
            why.extracts_saved,
            words="take back",
        ),
    )


def _action(
    name: str,
    text: str,
    tip: str,
    icon: Icon,
    key: str,
    trigger: Callable[[Any], Any],
    then: why.Why,
    *,
    large: bool = False,
    shortcut: str = "",
    menu: Callable[[Any], QMenu] | None = None,
    words: str = "",
) -> Action:
    """Each needs the right to change statuses, and says so while it is missing (EX-A1)."""
    return Action(
        id=name,
        text=text,
        tip=tip,
        icon=icon,
        tab=LMS,
        group="Extract Statuses",
        key_tip=f"I{key}",
        trigger=trigger,
        large=large,
        shortcut=shortcut,
        permission=Permission.CHANGE_EXTRACTS,
        why_not=why.permitted(Permission.CHANGE_EXTRACTS, then),
        menu=menu,
        words=words,
    )
