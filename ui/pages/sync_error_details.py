"""The pane beside the sync errors: what, since when, the last good value, whose move, the one action (SE-R2)."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.dates import shown_time
from app.lms.enrolments_list import EnrolmentRow
from app.lms.errors import Action
from app.lms.errors_list import ErrorRow
from ui.grids.columns import State
from ui.look.buttons import button, enable, set_kind
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.details_pane import Facts, RowDetails, StateLabel, rule
from ui.pages.sync_causes import ICONS
from ui.pages.sync_error_source import LEVELS, WHOSE_ICONS, accepted, marks, name_of, snoozed

_FACTS = (
    ("course", "Course", True),
    ("ref", "Person code", True),
    ("learner", "Learner", False),
    ("since", "Since", False),
    ("runs", "Met by", False),
    ("good", "Last good data", False),
    ("progress", "Progress then", False),
    ("grade", "Grade then", False),
    ("code", "Code", True),
)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """An error and, where it concerns one, the enrolment with its last values."""

    row: ErrorRow
    enrolment: EnrolmentRow | None


class SyncErrorDetails(RowDetails):
    """`action_wanted` carries the ErrorRow whose main action was pressed, `snooze_wanted` its id."""

    action_wanted = Signal(object)
    snooze_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        selected = "{n} error selected", "{n} errors selected"
        super().__init__("sync_error_details", tr("Error details"), selected, parent)
        self._looked: LookedAt | None = None
        inside = self.inside
        self._sentence = text_label("", Type.KEY, wrap=True, weight=600, name="error_sentence")
        self._detail = text_label("", Type.BODY, Role.TEXT2, wrap=True, selectable=True, name="error_detail")
        self._whose = StateLabel()
        self._advice = text_label("", Type.BODY, wrap=True, name="error_advice")
        self._quiet = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="error_quiet")
        for part in (self._sentence, self._detail, self._whose, self._advice, self._quiet):
            inside.addWidget(part)
        self._act = button("", Icon.ARROW_CLOCKWISE, "primary", "error_act", clicked=self._acted)
        self._snooze = button(tr("Snooze"), Icon.CLOCK, name="error_snooze", clicked=self._snoozed)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._act)
        buttons.addWidget(self._snooze)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        inside.addWidget(self.why_link)
        inside.addWidget(rule())
        self._facts = Facts()
        for name, title, code in _FACTS:
            self._facts.add(name, title, code=code)
        inside.addWidget(self._facts)
        self._copy = button(tr("Copy Details"), Icon.COPY, "link", "error_copy", clicked=self._copying)
        inside.addWidget(self._copy)

    @Slot()
    def _acted(self) -> None:
        if self._looked is not None:
            self.action_wanted.emit(self._looked.row)

    @Slot()
    def _snoozed(self) -> None:
        if self._looked is not None:
            self.snooze_wanted.emit(self._looked.row.id)

    @Slot()
    def _copying(self) -> None:
        if self._looked is not None:
            QGuiApplication.clipboard().setText(details_text(self._looked.row))
            self.copied.emit(tr("The details are on the clipboard. They name nobody."))

    @property
    def shown_key(self) -> int | None:
        """The error that is shown."""
        return self._looked.row.id if self._looked is not None else None

    @property
    def quiet_words(self) -> str:
        """Why it raises no notice, or that it has cleared; "" for an open one that does."""
        return self._quiet.text()

    def show_row(self, found: LookedAt | None) -> None:
        self._looked = found
        super().show_row(found)

    def fill(self, looked: LookedAt) -> None:
        row, known = looked.row, looked.row.cause
        self.show_rule(row.code)
        self.title.setText(row.course or name_of(row) or tr(LEVELS[row.level]))
        self._sentence.setText(known.sentence)
        self._detail.setText(row.detail or "")
        self._detail.setVisible(bool(row.detail))
        self._whose.show_state(State(WHOSE_ICONS[known.whose], tr(known.whose.value), Role.TEXT2))
        self._advice.setText(known.advice)
        self._quiet.setText("\n".join(_quiet_words(row)))
        self._quiet.setVisible(bool(self._quiet.text()))
        self._show_buttons(row)
        self._show_facts(looked)

    def _show_buttons(self, row: ErrorRow) -> None:
        action = row.cause.action
        self._act.setVisible(action is not Action.NONE and row.cleared_at is None)
        if action is not Action.NONE:
            self._act.setText(tr(action.value))
            set_kind(self._act, "primary", ICONS[action])
        self._snooze.setVisible(row.cleared_at is None)
        asleep = snoozed(row) or accepted(row)
        self._snooze.setText(tr("Wake Up") if asleep else tr("Snooze"))
        enable(self._snooze, self.why_not, tr("Let it raise no notice for a time, accept it, or wake it up again"))

    def _show_facts(self, looked: LookedAt) -> None:
        row, held = looked.row, looked.enrolment
        self._facts.show_value("course", row.course, "none in particular")
        self._facts.show_value("ref", row.ref, "nobody in particular")
        self._facts.show_value("learner", name_of(row), "nobody in particular")
        self._facts.show_value("since", shown_time(row.since))
        self._facts.show_value("runs", plural(row.runs, "{n} run", "{n} runs"))
        self._facts.show_value("good", shown_time(held.as_of if held is not None else row.last_good), "never")
        graded = None
        if held is not None and held.graded is not None and held.visible is not None:
            graded = tr("{graded} of {all} graded", graded=count(held.graded), all=count(held.visible))
        self._facts.show_value("progress", graded)
        self._facts.show_value("grade", held.grade_text if held is not None else None)
        self._facts.show_value("code", row.code)


def _quiet_words(row: ErrorRow) -> list[str]:
    lines = [f"{one.text}." for one in marks(row)]
    if row.cleared_at is not None:
        lines[:1] = [tr("It cleared itself on {moment}.", moment=shown_time(row.cleared_at))]
    if row.accepted_reason is not None and accepted(row):
        lines.append(tr("Reason: {reason}", reason=row.accepted_reason))
    return lines


def details_text(row: ErrorRow) -> str:
    """*Copy Details*: for whoever has to help. No name, person code or course."""
    lines = [
        f"{row.code} ({row.level.value}) {row.cause.sentence}",
        row.detail if row.detail and row.level.value != "enrolment" else "",
        tr(
            "Since {moment}, met by {runs}",
            moment=shown_time(row.since),
            runs=plural(row.runs, "{n} run", "{n} runs"),
        ),
        tr("Last good data: {moment}", moment=shown_time(row.last_good) or tr("never")),
        f"{tr('Whose move')}: {row.cause.whose.value}",
        row.cause.advice,
    ]
    return "\n".join(line for line in lines if line) + "\n"
