"""What the status bar says of the page in front, and of where the window works."""

from PySide6.QtWidgets import QWidget

from app.context import AppContext
from ui.lms_banners import moment_words
from ui.look.words import count, tr
from ui.offline import Offline
from ui.pages.grid_page import GridPage


def rows_words(page: QWidget | None) -> list[str]:
    """How many rows are selected, and what else the page tells."""
    if not isinstance(page, GridPage):
        words = getattr(page, "status_words", None)  # Home, which is not imported at every start
        return list(words()) if words is not None else []
    words = [tr("{n} of {all} selected", n=count(page.selected_count), all=count(page.total))]
    if page.shown and page.selected_count == page.shown:
        words.append(tr("All rows of the filter"))
    return [*words, *page.status_words()]


def place_words(context: AppContext, lms: str, offline: Offline) -> list[str]:
    """The services, the database, and whose window it is."""
    lrs = context.settings.lrs
    service = tr("LRS {kind}", kind=lrs.service) if lrs.url else tr("LRS not set up")
    base = tr("Embedded database") if context.db.embedded else tr("Shared database")
    if offline.since is not None:
        base = tr("Database has not answered since {moment}", moment=moment_words(offline.since))
    elif offline.replaced:
        base = tr("Database changed")
    return [words for words in (service, lms, base, context.user.name) if words]
