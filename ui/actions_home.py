"""Ribbon tab Home: the page read anew, and the ways to what needs attention."""

from functools import partial
from typing import Any

from app.access import Permission
from app.sentence import Sentence
from ui import action_reasons as why
from ui.actions import HOME, Action
from ui.look.icons import Icon
from ui.pages.home_words import MATTERS

_BUTTONS = (
    ("no_uln", "U", "Learners who have no ULN", ()),
    ("new_starters", "P", "Learners who began this year and whose PLR was never downloaded", ("PLR_DOWNLOAD",)),
    ("failed", "D", "Learners whose last download failed", ("PLR_DOWNLOAD",)),
    ("rejected", "E", "Records that the LMS did not take", ("PROCESSES", "EXTRACTS")),
    ("overdue", "O", "Records that were sent and have no answer for too long", ("PROCESSES", "EXTRACTS")),
    ("sync_errors", "S", "Errors of the LMS that need somebody", ("SYNCHRONISE",)),
    ("holds", "H", "Removals that wait until somebody has decided", ("DECIDE_COURSES",)),
    ("held_records", "I", "Records of imports that wait for their learner", ("IMPORT_RECORDS",)),
    ("reports", "L", "Reports to outside bodies that are due within a week", ("IMPORT_RECORDS",)),
)
"""Matter, key tip, what stands there, and the permissions that it takes."""


def home_actions() -> tuple[Action, ...]:
    """Groups Overview and What needs attention."""
    refresh = Action(
        id="home.refresh",
        text="Refresh",
        tip="Count anew what needs attention",
        icon=Icon.ARROWS_CLOCKWISE,
        tab=HOME,
        group="Overview",
        key_tip="R",
        trigger=lambda window: window.home.refresh(),
        large=True,
        primary=True,
        words="overview dashboard home",
    )
    return (refresh, *(_leads(*one) for one in _BUTTONS))


def _leads(matter: str, key: str, tip: str, needs: tuple[str, ...]) -> Action:
    words = MATTERS[matter]
    return Action(
        id=f"home.{matter}",
        text=words.caption,
        tip=Sentence("{what}; opens {page}", what=Sentence(tip), page=Sentence(words.leads)),
        icon=words.icon,
        tab=HOME,
        group="What needs attention",
        key_tip=key,
        trigger=partial(_lead, matter),
        permission=Permission[needs[0]] if needs else None,
        why_not=partial(_why_not, needs),
        words="attention home",
    )


def _lead(matter: str, window: Any) -> None:
    window.home.lead(matter)


def _why_not(needs: tuple[str, ...], state: why.WindowState) -> str:
    return next((reason for one in needs if (reason := state.rights.why_not(Permission[one]))), "")
