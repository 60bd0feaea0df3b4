"""What the status bar says of the page in front, and of where the window works."""

from PySide6.QtWidgets import QWidget

from app.context import AppContext
from ui.lms_banners import moment_words
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.offline import Offline
from ui.pages.grid_page import GridPage
from ui.status_bar import Sign


def rows_words(page: QWidget | None) -> list[str]:
    """How many rows are selected, and what else the page tells."""
    if not isinstance(page, GridPage):
        words = getattr(page, "status_words", None)  # Home, which is not imported at every start
        return list(words()) if words is not None else []
    chosen = tr("{n} of {all} selected", n=count(page.selected_count), all=count(page.total))
    if not getattr(page, "rows_shown", True):  # the findings of a checked file
        return list(page.status_words())
    words = [Sign(chosen, Icon.CHECK, Role.ACCENT_TEXT) if page.selected_count else chosen]
    if page.shown and page.selected_count == page.shown:
        words.append(tr("All rows of the filter"))
    return [*words, *page.status_words()]


def place_words(context: AppContext, lms: str, offline: Offline) -> list[str]:
    """The services, the database, and whose window it is."""
    lrs = context.settings.lrs
    service = Sign(tr("LRS {kind}", kind=lrs.service), Icon.SHIELD_CHECK)
    if not lrs.url:
        service = Sign(tr("LRS not set up"), Icon.SHIELD_WARNING, Role.WARN)
    base = Sign(tr("Embedded database") if context.db.embedded else tr("Shared database"), Icon.DATABASE)
    if offline.since is not None:
        since = moment_words(offline.since)
        base = Sign(tr("Database has not answered since {moment}", moment=since), Icon.WARNING, Role.BAD)
    elif offline.replaced:
        base = Sign(tr("Database changed"), Icon.WARNING, Role.BAD)
    return [words for words in (service, lms, base, Sign(context.user.name, Icon.USER)) if words]
