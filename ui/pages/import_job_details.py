"""The details of an import job: state and facts, its rows by outcome and by rule, and what can be done with it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.dates import shown_time
from app.imports.checked import Checked
from app.imports.discarding import DISCARDED
from app.imports.job_list import JobState
from app.imports.job_rows import rules as rules_of
from app.imports.rules import RULES, Outcome
from ui.grids.columns import State
from ui.import_words import OUTCOMES, SEVERITIES, importer_words, outcome_of, state_of
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.details_pane import PADDING, CountLine, Facts, RowDetails, StateLabel, rule
from ui.pages.import_outcome_line import OutcomeLine

_FACTS = (
    ("importer", "Importer"),
    ("rows", "Rows"),
    ("reached", "Last row reached"),
    ("owner", "By"),
    ("computer", "Computer"),
    ("started", "Started"),
    ("ended", "Ended"),
    ("assign", "Known learners"),
)
_MOST_RULES = 12


class ImportJobDetails(RowDetails):
    """`rows_wanted` carries a rule id or an Outcome, or None; `done_with` what was pressed: "open", "resume", "undo",
    "discard", "report", "refused"."""

    rows_wanted = Signal(object)
    done_with = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("import_job_details", tr("Import job"), ("{n} job selected", "{n} jobs selected"), parent)
        inside = self.inside
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._why = text_label("", Type.BODY, wrap=True, selectable=True, name="job_message")
        inside.addWidget(self._why)
        self._outcomes = {outcome: OutcomeLine(outcome) for outcome in OUTCOMES}
        self._heading = TextLabel("", Type.HEADER)
        inside.addWidget(rule())
        inside.addWidget(self._heading)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        for one in self._outcomes.values():
            one.setCheckable(False)
            one.clicked.connect(self._outcome_clicked)
            lines.addWidget(one)
        inside.addLayout(lines)
        self._rules_title = TextLabel(tr("By rule"), Type.HEADER)
        inside.addWidget(rule())
        inside.addWidget(self._rules_title)
        self._rules = QVBoxLayout()
        self._rules.setSpacing(2)
        inside.addLayout(self._rules)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(self._facts)
        self._foot = QWidget()
        self._build_foot()
        self.set_foot(self._foot)
        self._foot.hide()

    def _build_foot(self) -> None:
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(PADDING, 8, PADDING, PADDING)
        column.setSpacing(8)
        column.addWidget(rule())

        def made(text: str, icon: Icon, what: str) -> QPushButton:
            one = button(text, icon, name=f"job_{what}", clicked=self._pressed)
            one.setProperty("what", what)
            return one

        self.open_button = made(tr("Open"), Icon.FILE_SEARCH, "open")
        self.resume_button = made(tr("Resume"), Icon.PLAY, "resume")
        self.undo_button = made(tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, "undo")
        self.discard_button = made(tr("Discard"), Icon.TRASH_SIMPLE, "discard")
        self.report_button = made(tr("Export Report"), Icon.EXPORT, "report")
        self.refused_button = made(tr("Export Refused Rows"), Icon.FILE_X, "refused")
        for some in (
            (self.open_button, self.resume_button, self.undo_button, self.discard_button),
            (self.refused_button,),
            (self.report_button,),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            for one in some:
                row.addWidget(one)
            row.addStretch(1)
            column.addLayout(row)

    @Slot()
    def _pressed(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, QPushButton):
            self.done_with.emit(pressed.property("what"))

    @Slot()
    def _outcome_clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, OutcomeLine):
            self.rows_wanted.emit(pressed.outcome)

    @Slot()
    def _rule_clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, CountLine):
            self.rows_wanted.emit(pressed.property("rule"))

    def show_row(self, found: Checked | None) -> None:
        super().show_row(found)
        if hasattr(self, "_foot"):
            self._foot.setVisible(found is not None)

    def fill(self, found: Checked) -> None:
        job = found.job
        self.title.setText(visible_text(job.file_name))
        self._state.show_state(state_of(job.state))
        self._why.setText(visible_text(job.message))
        self._why.setVisible(bool(job.message))
        done = job.state not in (JobState.VALIDATED, JobState.FAILED)
        self._heading.setText(tr("Outcome") if done else tr("Predicted outcome, if everything is confirmed"))
        whole = sum(found.outcomes.values())
        self._heading.setVisible(bool(whole))
        for outcome, one in self._outcomes.items():
            one.show_count(outcome_of(outcome, done=True), found.outcomes.get(outcome, 0), whole)
        self._fill_rules(found)
        facts = found.dry.facts
        self._facts.show_value("importer", importer_words(facts.asked.importer, facts.asked.course))
        self._facts.show_value("rows", count(job.rows))
        self._facts.show_value("reached", count(job.reached) if job.reached else None)
        self._facts.show_value("owner", visible_text(job.owner))
        self._facts.show_value("computer", visible_text(job.computer))
        self._facts.show_value("started", shown_time(job.started_at))
        self._facts.show_value("ended", shown_time(job.ended_at), "not yet")
        self._facts.show_value("assign", tr("assigned at once") if facts.assign else tr("held until matched"))
        self._fill_buttons(found)

    def _fill_rules(self, found: Checked) -> None:
        empty(self._rules)
        some = rules_of(found.dry.facts)
        self._rules_title.setVisible(bool(some))
        row_rules = {one for one, _ in found.dry.facts.rules}
        for name, weight, number in some[:_MOST_RULES]:
            state = SEVERITIES[weight]
            line = CountLine(State(state.icon, f"{name} {tr(RULES[name].title)}", state.role), self)
            line.setObjectName(f"job_rule_{name}")
            line.setProperty("rule", name)
            line.show_count(number)
            line.setAccessibleName(f"{tr(state.text)}, {line.accessibleName()}")
            line.setEnabled(name in row_rules)
            line.clicked.connect(self._rule_clicked)
            self._rules.addWidget(line)
        if len(some) > _MOST_RULES:
            more = plural(len(some) - _MOST_RULES, "and {n} more", "and {n} more")
            self._rules.addWidget(text_label(more, Type.SECONDARY, Role.TEXT2))

    def _fill_buttons(self, found: Checked) -> None:
        self.resume_button.setVisible(found.job.state is JobState.ABORTED)
        self.undo_button.setVisible(not why_not_undo(found.job.state))
        self.discard_button.setVisible(found.job.state in DISCARDED)
        enable(self.discard_button, self.why_not, tr("Takes it off the list: nothing of the file was applied."))
        enable(self.resume_button, self.why_not, tr("Goes on at the first row that was not reached."))
        enable(self.undo_button, self.why_not, tr("Takes back what nobody changed since."))
        not_applied = (Outcome.ERROR, Outcome.REFUSED, Outcome.NOT_REACHED)
        some = sum(found.outcomes.get(one, 0) for one in not_applied)
        enable(self.refused_button, "" if some else tr("No row of this job was refused."))
        rows = bool(found.outcomes) or bool(found.dry.facts.findings)
        enable(self.report_button, "" if rows else tr("There is nothing to report."))


def why_not_undo(state: JobState) -> str:
    """Why a job in this state cannot be undone; "" if it can."""
    if state in (JobState.IMPORTED, JobState.WITH_MESSAGES, JobState.ABORTED, JobState.PARTLY_UNDONE):
        return ""
    if state is JobState.UNDONE:
        return tr("This import was undone.")
    if state is JobState.IMPORTING:
        return tr("This import is running.")
    return tr("Nothing of this file was applied.")


def why_not_resume(state: JobState) -> str:
    """Why a job in this state cannot be resumed; "" if it can."""
    return "" if state is JobState.ABORTED else tr("Only an import that was aborted can be resumed.")
