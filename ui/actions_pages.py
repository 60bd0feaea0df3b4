"""The pages, for the command search: they stand under the tabs and not on the ribbon."""

from functools import partial
from typing import Any

from ui.actions import Action
from ui.look.icons import Icon
from ui.page_row import AREAS, INSIDE
from ui.page_stack import TITLES

_WORDS = {
    "extracts": "processes academic records",
    "lms_courses": "lms moodle",
    "sync_errors": "lms moodle problems",
    "sync_runs": "lms moodle history",
    "locks": "unlock stale who is at it import running",
    "users": "people accounts rights permissions administrators",
    "sections": "lms gates terms campuses",
    "credit_courses": "imports credit types required objects variable",
    "course_records": "imports completion awards credit",
    "import_jobs": "course records files csv lock",
    "held_records": "imports holding list waiting match",
    "import_check": "dry run findings repairs",
    "history": "audit who when before after undo operations",
    "outgoing_reports": "imports PARS CPE Monitor outside bodies deadline",
}
"""Where people look for them who know another program."""


def page_actions() -> tuple[Action, ...]:
    """One for each page, by its title."""
    return tuple(
        Action(
            id=f"page.{name}",
            text=TITLES[name],
            tip="Bring this page to the front",
            icon=Icon.TABLE,
            tab=area,
            group="Pages",
            key_tip="",
            trigger=partial(_show, name),
            on_ribbon=False,
            words=_WORDS.get(name, ""),
        )
        for area, names in AREAS.items()
        for name in (*names, *(inner for inner, (outer, _) in INSIDE.items() if outer in names))
    )


def _show(name: str, window: Any) -> None:
    window.show_page(name)
