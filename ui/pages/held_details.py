"""The details of a held record: whom it waits for, what would become of it, and what can be done with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import shown_time
from app.imports.held_list import HeldRow
from app.imports.rules import RULES
from ui.import_words import OUTCOMES
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.pages.details_pane import PADDING, Facts, RowDetails, StateLabel, rule
from ui.pages.held_source import credit_words, name_of, reports_words, state_of

_FACTS = (
    ("name", "Name in the file"),
    ("matched", "Learner"),
    ("course", "Course"),
    ("would", "Would be"),
    ("credit", "Credit at once"),
    ("reports", "Would go to"),
    ("confirm", "To confirm"),
    ("job", "Import"),
    ("since", "Held since"),
)


class HeldDetails(RowDetails):
    """`match_wanted` and `delete_wanted` for the current record, `job_wanted` for its import."""

    match_wanted = Signal()
    delete_wanted = Signal()
    job_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("held_details", tr("Held record"), ("{n} record selected", "{n} records selected"), parent)
        inside = self.inside
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._why = text_label("", Type.BODY, wrap=True, selectable=True, name="held_why")
        inside.addWidget(self._why)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("Forecast"), Type.HEADER))
        self._says = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="held_forecast")
        inside.addWidget(self._says)
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(self._facts)
        self._foot = QWidget()
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(PADDING, 8, PADDING, PADDING)
        column.setSpacing(8)
        column.addWidget(rule())
        self.match_button = button(tr("Match"), Icon.LINK, name="held_match", clicked=self.match_wanted)
        self.delete_button = button(tr("Delete"), Icon.TRASH_SIMPLE, name="held_delete", clicked=self.delete_wanted)
        job = button(tr("Open Import"), Icon.FILE_SEARCH, name="held_job", clicked=self.job_wanted)
        for some in ((self.match_button, self.delete_button), (job,)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for one in some:
                row.addWidget(one)
            row.addStretch(1)
            column.addLayout(row)
        self.set_foot(self._foot)
        self._foot.hide()

    def show_row(self, found: HeldRow | None) -> None:
        super().show_row(found)
        if hasattr(self, "_foot"):
            self._foot.setVisible(found is not None)

    def fill(self, found: HeldRow) -> None:
        forecast = found.forecast
        self.title.setText(visible_text(found.line.who))
        self._state.show_state(state_of(forecast))
        why = forecast.why_not if forecast is not None else ""
        self._why.setText(visible_text(tr(why)) if why else "")
        self._why.setVisible(bool(why))
        self._says.setText(_sentence(found))
        self._facts.show_value("name", name_of(found))
        self._facts.show_value("matched", found.line.learner, "not known yet")
        self._facts.show_value("course", " ".join(filter(None, (found.course_code, found.course_title))))
        self._facts.show_value("would", tr(OUTCOMES[forecast.outcome].text) if forecast is not None else None)
        self._facts.show_value("credit", credit_words(forecast))
        self._facts.show_value("reports", reports_words(forecast), "nobody")
        needs = sorted(forecast.needs) if forecast is not None else []
        self._facts.show_value("confirm", ", ".join(f"{one} {tr(RULES[one].title)}" for one in needs), "nothing")
        job = tr("job {n}, row {row}", n=count(found.job_id), row=count(found.line.number))
        self._facts.show_value("job", job)
        self._facts.show_value("since", shown_time(found.since))
        enable(self.match_button, self.why_not or why, tr("Attaches it, if its learner is known now."))
        enable(self.delete_button, self.why_not, tr("It leaves the list and will not attach any more."))


def _sentence(found: HeldRow) -> str:
    """What would happen, in words."""
    forecast = found.forecast
    if forecast is None:
        return tr("It is not known what would become of it.")
    when = tr("now") if forecast.learner_id is not None else tr("as soon as the learner appears")
    if forecast.at_once:
        told = tr("It would complete and award credit at once, {when}.", when=when)
        if forecast.reports:
            told += " " + tr("That goes outside: {bodies}.", bodies=visible_text(reports_words(forecast)))
        return told
    if forecast.completes:
        return tr("It would complete at once, {when}; no credit is awarded.", when=when)
    return tr("It would be enrolled, {when}.", when=when)
