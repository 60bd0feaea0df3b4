"""The question before a download outside the hours in which the service is said to be open."""

from PySide6.QtWidgets import QWidget

from ui.look.dialog import ask
from ui.look.icons import Icon
from ui.look.words import tr


def ask_closed(parent: QWidget | None, words: str) -> bool:
    """`words` say when the service is open and what time it is there: True goes on all the same."""
    answer = ask(
        parent,
        tr("Attainments (PLR) Download"),
        tr("The service is said to be closed now."),
        f"{tr(words)} {tr('You may try all the same: if it is closed, the download ends with its first answer.')}",
        [("download", tr("Download All the Same")), ("back", tr("Go Back"))],
        safe="back",
        icon=Icon.CLOCK,
        name="service_closed",
    )
    return answer == "download"
