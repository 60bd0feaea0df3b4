"""The questions of *Load Learners*: another encoding, and closing after decisions."""

from PySide6.QtWidgets import QWidget

from app.files.source import EncodingError
from ui.look.dialog import ask
from ui.look.words import plural, tr


def read_as_western(parent: QWidget, error: EncodingError) -> bool:
    """Whether the file shall be read as Windows-1252 instead."""
    answer = ask(
        parent,
        tr("Load Learners"),
        tr(error.message),
        tr("It can be read as Windows-1252. Then check names with accents in the preview."),
        [("retry", tr("Read as Windows-1252")), ("back", tr("Go Back"))],
        safe="back",
        name="load_encoding",
    )
    return answer == "retry"


def forget_decisions(parent: QWidget, number: int) -> bool:
    """Whether the dialog shall be closed although `number` decisions get lost."""
    answer = ask(
        parent,
        tr("Load Learners"),
        plural(number, "You decided about {n} learner.", "You decided about {n} learners."),
        tr("Nothing is loaded yet. Closing forgets the decisions."),
        [("discard", tr("Forget and Close")), ("keep", tr("Keep Open"))],
        safe="keep",
        name="load_closing",
    )
    return answer == "discard"
