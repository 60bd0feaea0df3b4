"""One row of a checked file in the pane: what it says, whom it is about, how it ends, and every finding."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.imports.columns import Column
from app.imports.job_rows import JobLine
from app.imports.rules import Finding, Outcome
from ui.help.why_link import WhyLink
from ui.import_words import SEVERITIES, outcome_of
from ui.look.fonts import Type
from ui.look.help_key import RULE
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.lines import empty
from ui.look.pictures import IconLabel
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.pages.details_pane import Facts, StateLabel, rule

_SAID = (
    (Column.USER, "Learner id"),
    (Column.EMAIL, "E-mail"),
    (Column.LAST_NAME, "Surname"),
    (Column.FIRST_NAME, "Forename"),
    (Column.COURSE, "Course"),
    (Column.TITLE, "Title"),
    (Column.STARTS, "Start"),
    (Column.ENDS, "End"),
    (Column.COMPLETE, "Complete"),
    (Column.COMPLETED_ON, "Completed on"),
    (Column.CREDITS, "Credits"),
    (Column.CREDIT_TYPE, "Credit type"),
    (Column.EXPIRES, "Expires"),
    (Column.ATTENDED, "Attended"),
    (Column.CATEGORY, "Category"),
)


class RowPart(QWidget):
    """Not there while no row is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_row")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self._title = TextLabel("", Type.HEADER)
        self._line = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._line)
        column.addLayout(head)
        self._outcome = StateLabel()
        column.addWidget(self._outcome)
        self._foreseen = text_label("", Type.SECONDARY, Role.WARN, wrap=True, name="import_foreseen")
        column.addWidget(self._foreseen)
        self._facts = QVBoxLayout()
        column.addLayout(self._facts)
        column.addWidget(rule())
        self._none = text_label(
            tr("Nothing was found: the row is as it should be."), Type.SECONDARY, Role.TEXT2, wrap=True
        )
        column.addWidget(self._none)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(8)
        column.addLayout(self._findings)
        self.hide()

    def show_row(self, found: JobLine | None, outcome: Outcome | None, *, done: bool) -> None:
        """`outcome`: how it ends; `done`: whether the file was applied."""
        self.setVisible(found is not None)
        if found is None or outcome is None:
            return
        self._title.setText(tr("Row {n}", n=count(found.number)))
        self._line.setText(tr("line {n}", n=count(found.row.line)) if found.row.line != found.number else "")
        self._outcome.show_state(outcome_of(outcome, done=done))
        foreseen = found.row.forecast.outcome
        differs = done and foreseen is not outcome and outcome is not Outcome.NOT_REACHED
        self._foreseen.setText(tr("Foreseen was: {outcome}", outcome=tr(outcome_of(foreseen, done=True).text)))
        self._foreseen.setVisible(differs)
        empty(self._facts)
        facts = Facts()
        facts.add("matched", "Matched learner")
        facts.show_value("matched", found.learner, "nobody yet")
        for key, title in _SAID:
            if found.said.get(key, "").strip():
                facts.add(key.value, title)
                facts.show_value(key.value, found.said[key])
        self._facts.addWidget(facts)
        empty(self._findings)
        self._none.setVisible(not found.findings)
        for one in found.findings:
            self._findings.addWidget(_Told(one, self))


class _Told(QWidget):
    """One finding: severity by icon and word, rule, and the whole message."""

    def __init__(self, one: Finding, parent: QWidget) -> None:
        super().__init__(parent)
        state = SEVERITIES[one.weight]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(IconLabel(state.icon, state.role, 15))
        head.addWidget(TextLabel(tr(state.text), Type.SECONDARY, state.role))
        head.addWidget(TextLabel(one.rule, Type.CODE, Role.TEXT2))
        head.addWidget(ElidingLabel(one.column, Type.CODE, Role.TEXT2), 1)
        column.addLayout(head)
        column.addWidget(text_label(visible_text(one.message), Type.SECONDARY, Role.TEXT, wrap=True, selectable=True))
        why = WhyLink("finding_why", self)
        why.show_rule(one.rule)
        column.addWidget(why)
        self.setProperty(RULE, one.rule)
