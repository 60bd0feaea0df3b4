"""What came of a file that was applied, above its findings: rows, surprises, why it ended early; the way on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.imports.job_list import JobState
from app.imports.rules import GOOD
from ui.import_lines import Shown
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.import_job_details import why_not_undo


class ResultBanner(Banner):
    """Of the buttons those show that mean something now: the surprises or *Resume*, and *Undo*."""

    surprises_wanted = Signal()
    resume_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._on = button(tr("Resume"), Icon.PLAY, name="import_resume")
        self._undo = button(tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="import_undo")
        super().__init__(Icon.CHECK_CIRCLE, Role.GOOD, "", buttons=(self._on, self._undo), across=True, parent=parent)
        self.setObjectName("import_result")
        self._aborted = False
        self._on.clicked.connect(self._go_on)
        self._undo.clicked.connect(self.undo_wanted)
        self.hide()

    def _go_on(self) -> None:
        (self.resume_wanted if self._aborted else self.surprises_wanted).emit()

    def show_result(self, shown: Shown | None, why_not: str) -> None:
        """`why_not`: why nothing can be done with the file at this moment."""
        self.setVisible(shown is not None and shown.done)
        if shown is None or not shown.done:
            return
        job, surprises = shown.checked.job, shown.checked.surprises
        self._aborted = job.state is JobState.ABORTED
        self.say(*_words(shown))
        self._on.setText(tr("Resume") if self._aborted else tr("Show Surprises"))
        self._on.setVisible(self._aborted or surprises > 0)
        enable(self._on, why_not if self._aborted else "")
        self._undo.setVisible(not why_not_undo(job.state))
        enable(self._undo, why_not)


def _words(shown: Shown) -> tuple[str, str, Role, Icon]:
    job = shown.checked.job
    applied = sum(number for outcome, number in shown.checked.outcomes.items() if outcome in GOOD)
    said = tr("{n} of {rows} applied", n=count(applied), rows=plural(job.rows, "{n} row", "{n} rows"))
    told = surprise_words(shown.checked.surprises)
    match job.state:
        case JobState.IMPORTING:
            return (
                tr("This file is being applied"),
                tr("{n} % done. What is applied so far stays whatever happens.", n=job.percent),
                Role.INFO,
                Icon.ARROWS_CLOCKWISE,
            )
        case JobState.ABORTED:
            reached = tr("It ended after row {n}. {why}", n=count(job.reached), why=visible_text(job.message))
            return f"{said} · {told}", reached, Role.WARN, Icon.STOP
        case JobState.UNDONE:
            return (
                tr("This import was undone"),
                tr("What it wrote is taken back."),
                Role.INFO,
                Icon.ARROW_COUNTER_CLOCKWISE,
            )
        case JobState.PARTLY_UNDONE:
            return (
                tr("This import was undone in part"),
                tr("What somebody changed since, or stands on, was left as it is."),
                Role.WARN,
                Icon.ARROW_COUNTER_CLOCKWISE,
            )
    if shown.checked.surprises:
        return f"{said} · {told}", tr("Something changed between check and import."), Role.WARN, Icon.WARNING
    return f"{said} · {told}", tr("Every row ended as it was foreseen."), Role.GOOD, Icon.CHECK_CIRCLE


def surprise_words(number: int) -> str:
    """`0 surprises`."""
    return plural(number, "{n} surprise", "{n} surprises")
