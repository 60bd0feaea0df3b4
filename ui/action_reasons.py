"""When an action can be done: the window's state, and the sentence for each thing that is missing.

Each function answers "" where the action can be done, and else what its button says while it is disabled.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.access import Permission, Rights
from ui.look.words import count, tr


@dataclass(frozen=True, slots=True)
class WindowState:
    """What `why_not` may look at."""

    page: str
    rights: Rights
    selected: int = 0
    shown: int = 0
    total: int = 0
    has_conditions: bool = False
    plr_busy: bool = False
    exporting: bool = False
    connected: bool = True


Why = Callable[[WindowState], str]


def on_grid(state: WindowState) -> str:
    """On a page with a grid of learners or attainments."""
    return "" if state.page in ("learners", "attainments") else tr("Open Learners or Attainments first.")


def rows(state: WindowState) -> str:
    """Where there are rows at all."""
    if reason := on_grid(state):
        return reason
    if state.total == 0:
        return tr("There are no learners yet.") if state.page == "learners" else tr("There are no attainments yet.")
    return ""


def selected(state: WindowState) -> str:
    """With at least one row selected."""
    return rows(state) or ("" if state.selected else tr("Select a row first."))


def permitted(permission: Permission, then: Why) -> Why:
    """With a permission, and then as `then` says."""
    return lambda state: state.rights.why_not(permission) or then(state)


def download(state: WindowState) -> str:
    """With learners selected and the Attainments (PLR) window idle."""
    if state.plr_busy:
        return tr("A download or an update is running in the Attainments (PLR) window.")
    if state.page != "learners":
        return tr("Open the Learners page first.")
    if state.total == 0:
        return tr("Not available: there are no learners yet. Load learners first.")
    return "" if state.selected else tr("Select 1 to 1,000 learners first.")


def edit(state: WindowState) -> str:
    """With a learner selected on the Learners page."""
    if state.page != "learners":
        return tr("Open the Learners page first.")
    return selected(state)


def ask_lrs(state: WindowState) -> str:
    """As a download, with no more learners than the service is asked for at a time."""
    if reason := download(state):
        return reason
    from app.learners.asking import AT_MOST

    if state.selected > AT_MOST:
        return tr("Select at most {n} learners: the service takes no more at a time.", n=count(AT_MOST))
    return ""


def export(state: WindowState) -> str:
    """Where there are rows and no other export runs."""
    return tr("Another export is running.") if state.exporting else rows(state)


def batch_file(state: WindowState) -> str:
    """As an export, on the Learners page."""
    return export(state) if state.page == "learners" else tr("Open the Learners page first.")


def conditions(state: WindowState) -> str:
    """With conditions to clear."""
    return "" if state.has_conditions else tr("There are no conditions to clear.")


def attainments_page(state: WindowState) -> str:
    """On the Attainments page."""
    return "" if state.page == "attainments" else tr("Open the Attainments page first.")
