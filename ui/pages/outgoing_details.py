"""The pane beside what is due to outside bodies: whose credit, by when, and what is to be done."""

from datetime import date

from PySide6.QtWidgets import QWidget

from app.dates import shown, shown_time
from app.imports.amounts import in_words
from app.imports.amounts import shown as amount
from app.imports.outgoing import ReportRow, Stage
from ui.look.banner import Banner
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.outgoing_source import state_of

_FACTS = (
    ("due_on", "Due on"),
    ("learner", "Learner"),
    ("course", "Course"),
    ("credit", "Credit"),
    ("awarded_on", "Awarded on"),
    ("exported", "Exported"),
)


class OutgoingDetails(RowDetails):
    """Says what the record waits for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} report selected", "{n} reports selected"
        super().__init__("outgoing_details", tr("Report details"), selected, parent)
        inside = self.inside
        self._learner = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        inside.addWidget(self._learner)
        self._state = StateLabel()
        inside.addWidget(self._state)
        self._todo = Banner(Icon.INFO, Role.INFO, "")
        inside.addWidget(self._todo)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title in _FACTS:
            self._facts.add(name, title)
        inside.addWidget(self._facts)

    def fill(self, row: ReportRow) -> None:
        name = " ".join(part for part in (row.given_names, row.family_name) if part)
        self.title.setText(visible_text(row.body))
        self._learner.setText(visible_text(name or row.ref))
        self._say(row)
        self._state.show_state(state_of(row, date.today()))
        self._facts.show_value("due_on", shown(row.due_on))
        self._facts.show_value("learner", visible_text(row.ref))
        self._facts.show_value("course", visible_text(f"{row.course_code} {row.course_title}"))
        self._facts.show_value("credit", visible_text(f"{row.type} {amount(row.amount)}"))
        self._facts.show_value("awarded_on", shown(row.awarded_on), "not said")
        self._facts.show_value("exported", shown_time(row.exported_at), "not yet")

    def _say(self, row: ReportRow) -> None:
        self._todo.setVisible(row.stage not in (Stage.EXPORTED, Stage.WITHDRAWN))
        if row.stage is Stage.RECALL:
            words = tr("It was in a file for {body}, and the credit was taken back since.", body=row.body)
            self._todo.say(tr("Tell the body yourself"), visible_text(words), Role.BAD, Icon.WARNING_CIRCLE)
        elif row.stage is Stage.INCOMPLETE:
            words = tr("{body} asks for it. Edit the learner under Learners.", body=row.body)
            title = tr("Missing: {fields}", fields=tr(in_words(row.missing)))
            self._todo.say(title, visible_text(words), Role.WARN, Icon.WARNING)
        else:
            words = tr("Export for the Body writes its file and marks what stands in it.")
            self._todo.say(tr("To be exported"), words, Role.INFO, Icon.INFO)
