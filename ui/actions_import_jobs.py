"""Ribbon tab Imports, groups Job, Importer, Templates and Held, and what of group Data is about jobs."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QMenu

from app.access import Permission
from ui import action_reasons as why
from ui.actions import IMPORTS, Action
from ui.look.icons import Icon


def job_actions() -> tuple[Action, ...]:
    """The groups, in order."""
    return (_new(), *_with_job(), _unlock(), _templates(), *_held())


def _new() -> Action:
    return _action(
        "imports.new",
        "New Import",
        "Choose a file of course records, and see what would become of each row before anything is written",
        Icon.FILE_PLUS,
        "Job",
        "JN",
        lambda window: window.imports.new_import(),
        lambda state: "",
        large=True,
        words="csv excel enrolments completions credit dry run check",
    )


def _with_job() -> tuple[Action, ...]:
    return (
        _action(
            "imports.apply",
            "Apply",
            "Write the rows of the file in front that was checked; what is not confirmed is refused",
            Icon.CHECK,
            "Job",
            "JA",
            lambda window: window.imports.apply(),
            why.import_to_apply,
            words="import write",
        ),
        _action(
            "imports.cancel",
            "Cancel",
            "Stop the check, or the import between two rows; what was applied stays",
            Icon.X,
            "Job",
            "JC",
            lambda window: window.imports.cancel(),
            why.import_to_cancel,
            words="stop abort",
        ),
        _action(
            "imports.resume",
            "Resume",
            "Go on with an import that was aborted, at the first row that was not reached",
            Icon.PLAY,
            "Job",
            "JR",
            lambda window: window.imports.resume(),
            why.import_to_resume,
            words="continue",
        ),
        _action(
            "imports.undo",
            "Undo",
            "Take back what an import wrote and nobody changed since; names first what cannot be recalled",
            Icon.ARROW_COUNTER_CLOCKWISE,
            "Job",
            "JU",
            lambda window: window.imports.undo(),
            why.import_to_undo,
            words="withdraw delete take back",
        ),
    )


def _unlock() -> Action:
    return Action(
        id="imports.unlock",
        text="Unlock",
        tip="Release the lock that an import left behind, or still holds",
        icon=Icon.LOCK_SIMPLE_OPEN,
        tab=IMPORTS,
        group="Importer",
        key_tip="U",
        trigger=lambda window: window.imports.unlock(),
        large=True,
        permission=Permission.UNLOCK_IMPORTS,
        why_not=why.permitted(Permission.UNLOCK_IMPORTS, why.import_locked),
        words="locked stale importer",
    )


def _templates() -> Action:
    return _action(
        "imports.templates",
        "Templates",
        "Files with the right headings and a sample row, as CSV or Excel",
        Icon.FILES,
        "Templates",
        "P",
        lambda window: window.imports.files.show_templates_menu(),
        lambda state: "",
        large=True,
        menu=lambda window: window.imports.files.templates_menu(),
        words="example headings columns sample",
        permission=None,
    )


def _held() -> tuple[Action, ...]:
    return (
        _action(
            "imports.match",
            "Match Held Records",
            "Attach the rows whose learner is known by now; first what each would set off",
            Icon.USERS,
            "Held",
            "HM",
            lambda window: window.imports.held.match_selected(),
            lambda state: "",
            large=True,
            words="holding list attach waiting",
        ),
        _action(
            "imports.withdraw",
            "Withdraw or Delete",
            "Take the selected rows of an import back, into the holding list or for good; or delete held records",
            Icon.USER_MINUS,
            "Held",
            "HD",
            lambda window: window.imports.held.delete_selected(),
            why.import_rows_selected,
            words="holding list remove",
        ),
    )


def refused_action() -> Action:
    """Group Data: the rows that are not applied."""
    return _action(
        "imports.refused",
        "Export Refused Rows",
        "The rows that are not applied, with what is wrong, to be corrected and imported again",
        Icon.FILE_X,
        "Data",
        "D",
        lambda window: window.imports.export_refused(),
        why.permitted(Permission.EXPORT, why.import_with_rows),
    )


def _action(
    name: str,
    text: str,
    tip: str,
    icon: Icon,
    group: str,
    key: str,
    trigger: Callable[[Any], Any],
    then: why.Why,
    *,
    large: bool = False,
    menu: Callable[[Any], QMenu] | None = None,
    words: str = "",
    permission: Permission | None = Permission.IMPORT_RECORDS,
) -> Action:
    return Action(
        id=name,
        text=text,
        tip=tip,
        icon=icon,
        tab=IMPORTS,
        group=group,
        key_tip=key,
        trigger=trigger,
        large=large,
        permission=permission,
        why_not=why.permitted(permission, then) if permission is not None else then,
        menu=menu,
        words=words,
    )
