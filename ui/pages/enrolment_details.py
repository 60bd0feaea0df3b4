"""The pane beside the Enrolments grid: progress with both counts, the grade, the report card, what changed."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import shown, shown_time
from app.enrolling import STATUSES
from app.lms.details import EnrolmentChange
from app.lms.details import EnrolmentDetails as Looked
from app.lms.errors import cause
from app.lms.progress import percent
from ui.look.buttons import button, explain
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel, text_label
from ui.look.lines import empty
from ui.look.tokens import Role, color
from ui.look.words import tr
from ui.pages.details_pane import RowDetails, rule
from ui.pages.enrolment_source import marks
from ui.pages.report_card_view import ReportCardView

_KINDS = {
    "lms_enrolments": "Synchronised",
    "enrolled": "Enrolled",
    "adopted": "Adopted",
    "course_status_changed": "Course Status",
    "registrations_loaded": "Loaded from a file",
    "undo": "Undo",
}
_NAMES = {
    "graded": "Graded",
    "visible": "Visible activities",
    "grade_text": "Grade",
    "status": "Status",
    "status_on": "Since",
    "starts": "Starts",
    "ends": "Ends",
}
_STATUSES: Mapping[object, str] = dict(STATUSES)
_MOST = 40
_BEGINNINGS = {"enrolled", "adopted"}


class ProgressBar(QWidget):
    """How far a learner is, as wide as the pane; the percent beside it says the same in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._percent: int | None = None
        self.setFixedHeight(scaled(8))

    def show_percent(self, value: int | None) -> None:
        self._percent = value
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(Role.LINE2))
        painter.drawRoundedRect(self.rect(), 4, 4)
        if self._percent:
            painter.setBrush(color(Role.GOOD if self._percent == 100 else Role.ACCENT))
            painter.drawRoundedRect(0, 0, max(8, self.width() * self._percent // 100), self.height(), 4, 4)


class EnrolmentDetails(RowDetails):
    why_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} enrolment selected", "{n} enrolments selected"
        super().__init__("enrolment_details", tr("Enrolment details"), selected, parent)
        inside = self.inside
        self._course = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        inside.addWidget(self._course)
        inside.addLayout(self._build_numbers())
        self._bar = ProgressBar()
        inside.addWidget(self._bar)
        self._why = button(
            tr("Why is Moodle’s completion different?"),
            Icon.QUESTION,
            "link",
            "why_different",
            clicked=self.why_wanted,
        )
        inside.addWidget(self._why)
        self._remark = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True)
        inside.addWidget(self._remark)
        inside.addWidget(rule())
        head = QHBoxLayout()
        head.addWidget(TextLabel(tr("Report card"), Type.HEADER), 1)
        self._as_of = TextLabel("", Type.SECONDARY, Role.TEXT2)
        head.addWidget(self._as_of)
        inside.addLayout(head)
        self.card = ReportCardView()
        inside.addWidget(self.card)
        inside.addWidget(rule())
        inside.addWidget(TextLabel(tr("Changes"), Type.HEADER))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        inside.addLayout(self._lines)

    def _build_numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self._numbers = {}
        for name in ("progress", "grade"):
            column = QVBoxLayout()
            column.setSpacing(0)
            number = ElidingLabel("", Type.PAGE_TITLE, numbers=True)
            number.setObjectName(f"enrolment_{name}")
            words = text_label("", Type.SECONDARY, Role.TEXT2, wrap=name == "progress")
            column.addWidget(number)
            column.addWidget(words)
            self._numbers[name] = (number, words)
            column.addStretch(1)
            row.addLayout(column, 1 if name == "progress" else 0)
        return row

    def fill(self, looked: Looked) -> None:
        row = looked.row
        self.title.setText(", ".join(part for part in (row.family_name, row.given_names) if part) or row.ref)
        self._course.setText(row.lms_full_name or row.course_title)
        self._show_numbers(looked)
        self._why.setVisible(looked.counted is not None)
        self._remark.setText(_remark(looked))
        self._remark.setVisible(bool(self._remark.text()))
        moment = shown_time(row.as_of)
        self._as_of.setText(tr("as of {moment}", moment=moment) if moment else tr("nothing came yet"))
        self.card.show_card(looked.card)
        self._show_changes(looked.history)

    def _show_numbers(self, looked: Looked) -> None:
        row = looked.row
        number, words = self._numbers["progress"]
        number.setText(row.progress)
        words.setText(
            tr("{graded} of {all} visible activities graded", graded=row.graded or 0, all=row.visible)
            if row.visible
            else tr("no visible activity that can be graded")
        )
        number, words = self._numbers["grade"]
        number.setText(row.grade_text or "–")
        words.setText(tr("Grade, course total"))
        self._bar.show_percent(percent(row.graded, row.visible))

    def _show_changes(self, changes: Sequence[EnrolmentChange]) -> None:
        empty(self._lines)
        told = [(one, words) for one in changes if (words := _told(one))]
        if not told:
            self._lines.addWidget(text_label(tr("None since it first came."), Type.SECONDARY, Role.TEXT3, wrap=True))
        for one, words in told[:_MOST]:
            when = shown(one.at.astimezone().date())
            line = text_label(f"{when}   {words}", Type.SECONDARY, Role.TEXT2, wrap=True)
            kind = tr(_KINDS.get(one.kind, one.kind))
            explain(line, " · ".join(part for part in (shown_time(one.at), kind, one.who) if part))
            self._lines.addWidget(line)


def _told(one: EnrolmentChange) -> str:
    """The change in words; "" where nothing that is shown changed."""
    if one.kind in _BEGINNINGS:
        return tr(_KINDS[one.kind])
    before_all = {name: before for name, before, _ in one.columns}
    if before_all.get("visible", 0) is None and before_all.get("graded", 0) is None:
        return tr("First synchronised")
    parts = []
    for name, before, after in one.columns:
        if name in _NAMES:
            told = (_value(_STATUSES.get(value, value)) for value in (before, after))
            parts.append(f"{tr(_NAMES[name])} {' → '.join(told)}")
    return " · ".join(parts)


def _value(value: object) -> str:
    if value is None:
        return tr("none")
    if isinstance(value, date):
        return shown(value)
    return str(value)


def _remark(looked: Looked) -> str:
    """What is not as it should be, and what to do."""
    row = looked.row
    lines = []
    if row.error is not None:
        known = cause(row.error)
        lines += [known.sentence, known.advice]
    if row.missing_since is not None:
        lines.append(tr("These are the values of {moment}.", moment=shown_time(row.missing_since)))
    lines += [f"{state.text}." for state in marks(row) if row.mark is not None and state.icon is Icon.WARNING]
    return "\n".join(dict.fromkeys(lines))
