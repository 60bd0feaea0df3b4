"""The pane beside the Courses grid: a course's state and what it allows, what the LMS says of it, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import shown, shown_time
from app.lms.course_states import CourseChange
from app.lms.courses_list import CourseRow
from app.lms.states import STATE_TITLES, CourseState
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.lines import empty
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.lms_course_source import STATES, marks

_ALLOWS = (
    (CourseState.OPEN, "Listed, staff and learners can enrol"),
    (CourseState.CLOSED, "Listed, staff can enrol"),
    (CourseState.HIDDEN, "In no list, nobody can enrol"),
)
_BUTTONS = (
    (CourseState.OPEN, "Open", Icon.CHECK_CIRCLE),
    (CourseState.CLOSED, "Close", Icon.MINUS_CIRCLE),
    (CourseState.HIDDEN, "Hide", Icon.EYE_SLASH),
)
_FACTS = (
    ("number", "LMS course id", True),
    ("short_name", "Short name", True),
    ("id_number", "ID number", True),
    ("category", "Category", False),
    ("starts", "Starts", False),
    ("ends", "Ends", False),
    ("visible", "Visible there", False),
    ("as_of", "Grades as of", False),
)
_KINDS = {
    "lms_courses": "Course run",
    "lms_course_state": "State set",
    "lms_course_paused": "Paused",
    "lms_course_linked": "Linked",
    "lms_hold_decided": "Decided",
    "undo": "Undo",
}
_NAMES = {
    "state": "State",
    "short_name": "Short name",
    "full_name": "Name",
    "id_number": "ID number",
    "category": "Category",
    "starts": "Starts",
    "ends": "Ends",
    "visible": "Visible there",
    "removed_at": "Removed in the LMS",
    "paused_until": "Paused until",
}
_MOST = 30


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A course and what is to be told about it. `former`: removed courses it may have been before."""

    row: CourseRow
    history: Sequence[CourseChange]
    proposed: CourseState | None
    former: Sequence[CourseRow]


class LmsCourseDetails(RowDetails):
    """`state_wanted` carries a CourseState, `link_wanted` the id of the course that this one was before."""

    state_wanted = Signal(object)
    link_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} course selected", "{n} courses selected"
        super().__init__("lms_course_details", tr("Course details"), selected, parent)
        self._former: int | None = None
        inside = self.inside
        self._build_state(inside)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("What each state allows"), Type.HEADER))
        allows = Facts()
        for state, words in _ALLOWS:
            allows.add(state.value, STATE_TITLES[state], wrap=True)
            allows.show_value(state.value, tr(words))
        inside.addWidget(allows)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("From the LMS"), Type.HEADER))
        self._facts = Facts()
        for name, title, code in _FACTS:
            self._facts.add(name, title, code=code)
        inside.addWidget(self._facts)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("History"), Type.HEADER))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        inside.addLayout(self._lines)

    def _build_state(self, inside: QVBoxLayout) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        self._state = StateLabel()
        self._arrived = TextLabel("", Type.SECONDARY, Role.TEXT2)
        line.addWidget(self._state)
        line.addWidget(self._arrived)
        line.addStretch(1)
        inside.addLayout(line)
        self._remark = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        inside.addWidget(self._remark)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self._buttons = {}
        for state, words, icon in _BUTTONS:
            made = button(tr(words), icon, name=f"course_{state.value}", small=True, clicked=self._pressed)
            made.setProperty("state", state.value)
            self._buttons[state] = made
            buttons.addWidget(made)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        self._link = button(tr("Link to the Removed Course"), Icon.LINK, "link", "course_link", clicked=self._linking)
        inside.addWidget(self._link)

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.state_wanted.emit(CourseState(sender.property("state")))

    @Slot()
    def _linking(self) -> None:
        if self._former is not None:
            self.link_wanted.emit(self._former)

    def fill(self, looked: LookedAt) -> None:
        row = looked.row
        self.title.setText(row.full_name)
        self._state.show_state(STATES[row.state])
        self._arrived.setText(tr("Arrived {day}", day=shown(row.first_seen_at.astimezone().date())))
        self._remark.setText(_remark(looked))
        self._remark.setVisible(bool(self._remark.text()))
        gone = tr("This course was removed in the LMS: there is nothing to decide any more.")
        for state, made in self._buttons.items():
            same = tr("The course is {state} already.", state=STATE_TITLES[state]) if state is row.state else ""
            enable(made, (gone if row.removed_at is not None else "") or self.why_not or same)
        self._former = looked.former[0].id if looked.former else None
        self._link.setVisible(bool(looked.former))
        if looked.former:
            before = looked.former[0]
            words = tr("Its enrolments move from “{name}”, which was removed in the LMS.", name=before.full_name)
            enable(self._link, self.why_not, words)
        self._show_facts(row)
        self._show_history(looked.history)

    def _show_facts(self, row: CourseRow) -> None:
        self._facts.show_value("number", row.number)
        self._facts.show_value("short_name", row.short_name)
        self._facts.show_value("id_number", row.id_number)
        self._facts.show_value("category", row.category)
        self._facts.show_value("starts", shown(row.starts))
        self._facts.show_value("ends", shown(row.ends))
        known = {True: tr("Yes"), False: tr("No"), None: None}
        self._facts.show_value("visible", known[row.lms_visible], "not known")
        self._facts.show_value("as_of", shown_time(row.grades_good_at), "never")

    def _show_history(self, entries: Sequence[CourseChange]) -> None:
        empty(self._lines)
        for entry in entries[:_MOST]:
            what = tr(_KINDS.get(entry.kind, entry.kind))
            lines = [" · ".join(part for part in (shown_time(entry.at), what, entry.who) if part)]
            lines += [
                f"{tr(_NAMES[name])}: {_said(name, before)} → {_said(name, after)}"
                for name, before, after in entry.columns
                if name in _NAMES and (before is not None or name == "state")
            ]
            self._lines.addWidget(text_label("\n".join(lines), Type.SECONDARY, Role.TEXT2, wrap=True))


def _remark(looked: LookedAt) -> str:
    """What a person should know before anything else."""
    row = looked.row
    lines = [state.text + "." for state in marks(row)]
    if row.state is CourseState.NEW and row.removed_at is None:
        lines.insert(0, tr("Only seen here until an administrator gives it a state."))
        if looked.proposed is not None:
            lines.insert(1, tr("A rule proposes {state}.", state=STATE_TITLES[looked.proposed]))
    return "\n".join(lines)


def _said(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "state":
        return tr(STATE_TITLES[CourseState(value)])
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, datetime):
        return shown_time(value)
    if isinstance(value, date):
        return shown(value)
    return str(value)
