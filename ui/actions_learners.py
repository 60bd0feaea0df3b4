"""Ribbon tab Learners: the groups PLR and Learner."""

from app.access import Permission
from ui import action_reasons as why
from ui.actions import LEARNERS, Action
from ui.look.icons import Icon


def plr_actions() -> tuple[Action, ...]:
    """Group PLR."""
    return (
        Action(
            id="plr.download",
            text="Attainments (PLR) Download",
            tip="Ask the Learning Records Service for the records of the selected learners",
            icon=Icon.CLOUD_ARROW_DOWN,
            tab=LEARNERS,
            group="PLR",
            key_tip="D",
            trigger=lambda window: window.download_plr(),
            large=True,
            primary=True,
            shortcut="Ctrl+D",
            permission=Permission.PLR_DOWNLOAD,
            why_not=why.permitted(Permission.PLR_DOWNLOAD, why.download),
        ),
    )


def learner_actions() -> tuple[Action, ...]:
    """Group Learner."""
    return (
        Action(
            id="learner.add",
            text="Add Learner",
            tip="Add one learner by hand",
            icon=Icon.USER_PLUS,
            tab=LEARNERS,
            group="Learner",
            key_tip="L",
            trigger=lambda window: window.add_learner(),
            shortcut="Ctrl+N",
            permission=Permission.EDIT_LEARNERS,
            why_not=why.permitted(Permission.EDIT_LEARNERS, lambda state: ""),
        ),
        Action(
            id="learner.edit",
            text="Edit Learner",
            tip="Edit the learner of the current row",
            icon=Icon.PENCIL_SIMPLE,
            tab=LEARNERS,
            group="Learner",
            key_tip="T",
            trigger=lambda window: window.learners.edit_learner(),
            shortcut="F2",
            permission=Permission.EDIT_LEARNERS,
            why_not=why.permitted(Permission.EDIT_LEARNERS, why.edit),
        ),
        *_uln(),
        _fill(),
        _one(),
        Action(
            id="learner.attainments",
            text="Attainments",
            tip="Show the stored attainments of the selected learners",
            icon=Icon.GRADUATION_CAP,
            tab=LEARNERS,
            group="Learner",
            key_tip="M",
            trigger=lambda window: window.show_attainments(),
            why_not=why.edit,
        ),
    )


def _one() -> Action:
    return Action(
        id="learner.one",
        text="One Learner",
        tip="Everything about the learner of the current row on one page: also printed, or saved as a PDF",
        icon=Icon.IDENTIFICATION_CARD,
        tab=LEARNERS,
        group="Learner",
        key_tip="Z",
        trigger=lambda window: window.show_one_learner(),
        why_not=why.edit,
        words="page timeline history print pdf subject access aims enrolments",
    )


def _fill() -> Action:
    return Action(
        id="learner.fill",
        text="Flood Fill",
        tip="Set one field of all selected learners to one value; the changes are shown before they are made",
        icon=Icon.PAINT_BUCKET,
        tab=LEARNERS,
        group="Learner",
        key_tip="W",
        trigger=lambda window: window.learners.filling.fill_selected(),
        permission=Permission.EDIT_LEARNERS,
        why_not=why.permitted(Permission.EDIT_LEARNERS, why.edit),
        words="mass change campus tutor group blank several at once",
    )


def _uln() -> tuple[Action, ...]:
    return (
        Action(
            id="learner.find_uln",
            text="Find ULN",
            tip="Look for the selected learners at the Learning Records Service, by name, birth date and postcode",
            icon=Icon.USER_FOCUS,
            tab=LEARNERS,
            group="Learner",
            key_tip="K",
            trigger=lambda window: window.learners.uln.find_selected(),
            permission=Permission.PLR_DOWNLOAD,
            why_not=why.permitted(Permission.PLR_DOWNLOAD, why.ask_lrs),
            words="search look up correct unique learner number",
        ),
        Action(
            id="learner.verify",
            text="Verify",
            tip="Ask the Learning Records Service whether ULN and person belong together",
            icon=Icon.SHIELD_CHECK,
            tab=LEARNERS,
            group="Learner",
            key_tip="V",
            trigger=lambda window: window.learners.uln.verify_selected(),
            permission=Permission.PLR_DOWNLOAD,
            why_not=why.permitted(Permission.PLR_DOWNLOAD, why.ask_lrs),
            words="check uln",
        ),
    )
