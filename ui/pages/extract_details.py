"""The pane beside the extract records: what is to be told to the LMS, how it stands, and what happened (EX-H1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.dates import shown, shown_time
from app.lms.extracts import history_of
from app.lms.extracts.history_of import Event
from app.lms.extracts.records_list import ExtractRow
from ui.grids.columns import State
from ui.look.buttons import button, enable, explain
from ui.look.fonts import Type
from ui.look.icons import Icon, qicon
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.lines import empty
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.extract_source import STATES, change_words, mark_rule, marks, name_of

_FACTS = (
    ("ref", "Person code", True),
    ("section", "Section", True),
    ("term", "Term", False),
    ("campuses", "Campus", False),
    ("change", "Change", False),
    ("changed_on", "Changed on", False),
    ("extracted", "Last sent", False),
    ("answered", "Answered", False),
    ("attempts", "Attempts", False),
    ("by", "Status set by", False),
)
_RESULTS = {
    "accepted": "taken by the LMS, not confirmed yet",
    "seen": "seen in the LMS",
    "refused": "refused",
    "not_reached": "the LMS was not reached",
    "unknown": "outcome unknown",
}
_MOST = 100


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A record and its history."""

    row: ExtractRow
    history: Sequence[Event]


class ExtractDetails(RowDetails):
    """`status_wanted` carries the status chosen for the record that is shown; `why_wanted` the id of its enrolment,
    `gates_wanted` that of its section."""

    status_wanted = Signal(str)
    why_wanted = Signal(int)
    gates_wanted = Signal(int)
    turns = Signal(bool)
    """Before it is shown, and after it was hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} record selected", "{n} records selected"
        super().__init__("extract_details", tr("Record details"), selected, parent)
        inside = self.inside
        self._course = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        self._state = StateLabel()
        self._message = text_label("", Type.BODY, wrap=True, selectable=True, name="extract_message")
        self._marks = QVBoxLayout()
        self._marks.setSpacing(4)
        inside.addWidget(self._course)
        inside.addWidget(self._state)
        inside.addWidget(self._message)
        inside.addLayout(self._marks)
        inside.addWidget(self.why_link)
        row = QHBoxLayout()
        self.editor = button(tr("Extract Status"), Icon.TAG_SIMPLE, name="extract_editor", menu=self._menu())
        row.addWidget(self.editor)
        row.addStretch(1)
        inside.addLayout(row)
        self._row: ExtractRow | None = None
        self.gates = button(
            tr("Gate Report of the Section"), Icon.LOCK_SIMPLE, "link", "extract_gates", clicked=self._ask_gates
        )
        self.gates.setToolTip(tr("Opens Sections and Set-up on the section, with what keeps the record back."))
        self.why = button(
            tr("Why Is This Learner Not in the LMS?"), Icon.QUESTION, "link", "extract_why", clicked=self._ask_why
        )
        for one in (self.gates, self.why):
            inside.addWidget(one)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title, code in _FACTS:
            self._facts.add(name, title, code=code)
        inside.addWidget(self._facts)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("History"), Type.HEADER))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        inside.addLayout(self._lines)

    def _menu(self) -> QMenu:
        menu = status_menu(self)
        menu.triggered.connect(self._chosen)
        return menu

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        self.status_wanted.emit(action.data())

    def setVisible(self, visible: bool) -> None:
        if visible:
            self.turns.emit(True)
        super().setVisible(visible)
        if not visible:
            self.turns.emit(False)

    @Slot()
    def _ask_why(self) -> None:
        if self._row is not None:
            self.why_wanted.emit(self._row.enrolment_id)

    @Slot()
    def _ask_gates(self) -> None:
        if self._row is not None:
            self.gates_wanted.emit(self._row.section_id)

    def fill(self, found: LookedAt) -> None:
        row = self._row = found.row
        self.gates.setVisible(row.gate_failed)
        self.title.setText(name_of(row) or row.ref)
        self._course.setText(row.course_title)
        self._state.show_state(STATES[row.status])
        self._message.setText(row.message or "")
        self._message.setVisible(bool(row.message))
        empty(self._marks)
        self.show_rule(mark_rule(row))
        for one in marks(row):
            self._marks.addWidget(_remark(one))
        enable(self.editor, self.why_not, tr("Stages another status of this record; Save writes it."))
        facts = self._facts
        facts.show_value("ref", row.ref)
        facts.show_value("section", f"{row.course_code} / {row.section:02}")
        facts.show_value("term", row.term)
        facts.show_value("campuses", ", ".join(row.campuses))
        facts.show_value("change", change_words(row))
        facts.show_value("changed_on", shown(row.changed_on))
        facts.show_value("extracted", shown_time(row.extracted_at) if row.extracted_at else "", tr("not sent"))
        facts.show_value("answered", shown_time(row.answered_at) if row.answered_at else "", tr("none"))
        facts.show_value("attempts", str(row.attempts))
        by = tr("{who}, {when}", who=row.changed_by or tr("system"), when=shown_time(row.changed_at))
        facts.show_value("by", by)
        self._show_history(found.history)

    def _show_history(self, events: Sequence[Event]) -> None:
        empty(self._lines)
        if not events:
            self._lines.addWidget(text_label(tr("Nothing yet."), Type.SECONDARY, Role.TEXT3))
        for one in events[:_MOST]:
            when = shown_time(one.at)
            told = f"{when}   {event_words(one)}"
            line = text_label(told, Type.SECONDARY, Role.TEXT2, wrap=True, selectable=True)
            explain(line, one.who or tr("system"))
            self._lines.addWidget(line)


def _remark(state: State) -> QWidget:
    made = StateLabel()
    made.show_state(state)
    return made


def status_menu(parent: QWidget) -> QMenu:
    """The four statuses; the data of an entry is its status."""
    menu = QMenu(parent)
    menu.setObjectName("extract_status_menu")
    for code, state in STATES.items():
        menu.addAction(qicon(state.icon, state.role), tr(state.text)).setData(code)
    return menu


def event_words(one: Event) -> str:
    """What happened, by whom and why, in a line."""
    who = one.who or tr("system")
    if one.what == history_of.ATTEMPT:
        result = tr(_RESULTS.get(one.new, one.new)) if one.new is not None else tr("under way, or never ended")
        words = tr("Attempt {n}: {result}", n=one.number, result=result)
    elif one.what == history_of.CREATED:
        words = tr("Created as {status}", status=_status(one.new))
    elif one.what == history_of.LATE:
        words = tr("Late answer, not applied: {status}", status=_status(one.new))
    elif one.what == history_of.STATUS:
        words = tr("{old} → {new} by {who}", old=_status(one.old), new=_status(one.new), who=who)
        if one.kind == history_of.UNDO:
            words = tr("{words}, undo", words=words)
    else:
        words = tr("Changed by {who}", who=who)
    return " · ".join(part for part in (words, one.reason, one.message) if part)


def _status(code: str | None) -> str:
    return tr(STATES[code].text) if code in STATES else tr("none")
