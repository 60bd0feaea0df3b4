"""Ribbon tab Administration, groups People (the users) and Learner (two that are one, one who is to be forgotten)."""

from typing import Any

from PySide6.QtWidgets import QWidget

from app.access import Permission
from ui import action_reasons as why
from ui.actions import ADMINISTRATION, Action
from ui.look.icons import Icon


def people_actions() -> tuple[Action, ...]:
    """Group People."""
    administer = Permission.ADMINISTER
    return (
        Action(
            id="admin.users",
            text="Users and Roles",
            tip="Who may open this database, what they may do, and which campuses they see",
            icon=Icon.USERS_THREE,
            tab=ADMINISTRATION,
            group="People",
            key_tip="U",
            trigger=lambda window: window.show_page("users"),
            large=True,
            words="rights permissions access accounts",
        ),
        Action(
            id="admin.add_user",
            text="Add User",
            tip="Let somebody else open this database",
            icon=Icon.USER_PLUS,
            tab=ADMINISTRATION,
            group="People",
            key_tip="A",
            trigger=_add_user,
            permission=administer,
            why_not=why.permitted(administer, lambda state: ""),
            words="new account colleague",
        ),
        Action(
            id="admin.edit_user",
            text="Edit User",
            tip="Roles, campuses and name of the selected user; switch them off or on",
            icon=Icon.USER_GEAR,
            tab=ADMINISTRATION,
            group="People",
            key_tip="E",
            trigger=lambda window: window.row.grid_page.edit(),
            permission=administer,
            why_not=why.permitted(administer, why.user_selected),
            words="roles grant revoke switch off campuses",
        ),
    )


def person_actions() -> tuple[Action, ...]:
    """Group Learner."""
    return (
        Action(
            id="learner.merge",
            text="Merge Learners",
            tip="Make one of two selected learners who are the same person, or of one and who looks like them",
            icon=Icon.GIT_MERGE,
            tab=ADMINISTRATION,
            group="Learner",
            key_tip="M",
            trigger=_merge,
            large=True,
            permission=Permission.MERGE_LEARNERS,
            why_not=why.permitted(Permission.MERGE_LEARNERS, why.one_or_two_learners),
            words="duplicates doubles twice same person join",
        ),
        Action(
            id="learner.erase",
            text="Erase Learner",
            tip="Delete for good what identifies the selected learner, with a reason: the right to be forgotten",
            icon=Icon.ERASER,
            tab=ADMINISTRATION,
            group="Learner",
            key_tip="R",
            trigger=_erase,
            large=True,
            permission=Permission.ERASE_LEARNERS,
            why_not=why.permitted(Permission.ERASE_LEARNERS, why.one_learner),
            words="forget delete remove gdpr data protection subject",
        ),
    )


def _add_user(window: Any) -> None:
    window.show_page("users")
    window.row.grid_page.add()


def _chosen(window: Any) -> list[int]:
    """The learner of the page One Learner, where that is in front; else those selected."""
    if window.state().page == "one_learner":
        page = window.findChild(QWidget, "one_learner")
        return [page.found.id] if page.found is not None else []
    return list(window.learners.grid.selected_keys())


def _merge(window: Any) -> None:
    from ui.dialogs.merge import MergeDialog

    if chosen := _chosen(window)[:2]:
        dialog = MergeDialog(window, window.runner, window.context, chosen)
        dialog.changed.connect(window.hub.announce)
        dialog.open()


def _erase(window: Any) -> None:
    from ui.dialogs.erase import EraseDialog

    if chosen := _chosen(window)[:1]:
        dialog = EraseDialog(window, window.runner, window.context, chosen[0])
        dialog.changed.connect(window.hub.announce)
        dialog.open()
