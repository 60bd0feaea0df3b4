"""Questions of an import: somebody else holds the importer."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.look.dialog import Choice, ask
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr

if TYPE_CHECKING:
    from app.imports.lock import ImportLock


def ask_locked(parent: QWidget | None, lock: "ImportLock", why_not_unlock: str) -> str:
    """Who imports, since when, how far that is: "queue" waits behind it, "unlock" leads to *Unlock*, "back" does
    neither (CR-L4, CR-L9)."""
    choices = [Choice("back", tr("Go Back"))]
    if not lock.stale:
        choices.append(Choice("queue", tr("Wait in the Queue"), "primary", Icon.HOURGLASS))
        text = tr("Nothing of your file was written. It can begin by itself as soon as the other import ends.")
    else:
        text = tr("The program that held it was probably killed. Nothing of your file was written.")
        if not why_not_unlock:
            choices.append(Choice("unlock", tr("Unlock…"), "primary", Icon.LOCK_SIMPLE_OPEN))
        else:
            text += " " + tr("An administrator can unlock it.")
    return ask(
        parent,
        tr("The importer is locked"),
        visible_text(tr(lock.sentence())),
        text,
        choices,
        safe="back",
        icon=Icon.LOCK_SIMPLE,
        role=Role.WARN,
        name="import_locked",
    )
