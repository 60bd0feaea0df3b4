"""*Course Status*: withdraw the selected enrolments, put them on a break, take them back, change their dates."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.changes import Topic
from app.context import AppContext
from app.history import UndoSummary
from app.lms.extracts import course_status
from app.lms.extracts.course_status import KEEP, CourseStatusSummary, Foreseen, Step, Wish
from app.lms.extracts.queue import HeldBack
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.grids.date_field import DateField
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed, undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _WITH_LIST = 620, 290, 480
ICONS: Mapping[Step, Icon] = {
    Step.WITHDRAW: Icon.USER_MINUS,
    Step.BREAK: Icon.PAUSE,
    Step.BACK: Icon.ARROW_U_UP_LEFT,
    Step.DATES: Icon.CALENDAR,
}
_HEADINGS: Mapping[Step, tuple[str, str]] = {
    Step.WITHDRAW: ("Withdraw {n} enrolment", "Withdraw {n} enrolments"),
    Step.BREAK: ("Break in learning of {n} enrolment", "Break in learning of {n} enrolments"),
    Step.BACK: ("Back: {n} enrolment goes on", "Back: {n} enrolments go on"),
    Step.DATES: ("Change the dates of {n} enrolment", "Change the dates of {n} enrolments"),
}
_DAYS: Mapping[Step, str] = {
    Step.WITHDRAW: "Withdrawn on",
    Step.BREAK: "On a break since",
    Step.BACK: "Back since",
}
_REACHES: Mapping[Step, str] = {
    Step.WITHDRAW: "The LMS suspends them on the course, unless another of their sections has the same one. Nobody "
    "is unenrolled: work and grades stay there.",
    Step.BREAK: "The LMS suspends them on the course until they are back, unless another of their sections has the "
    "same one.",
    Step.BACK: "The LMS lets them into the course again.",
    Step.DATES: "The LMS gets the new dates of each.",
}
_FROM: Mapping[Step, str] = {
    Step.WITHDRAW: "withdrawn, completed or taken back",
    Step.BREAK: "on a break, withdrawn, completed or taken back",
    Step.BACK: "neither on a break nor withdrawn, or taken back",
    Step.DATES: "withdrawn, completed or taken back",
}
_SOME_WAIT = (
    "Of {n}, {open} can be sent to the LMS. The others wait for a gate of their section or for an LMS account."
)
_GATE = State(Icon.LOCK_SIMPLE, "A gate fails", Role.WARN)
_ACCOUNT = State(Icon.USER_FOCUS, "Not one account", Role.WARN)


class CourseStatusDialog(WorkingDialog):
    """One step for all of them, told before and after, with Undo."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, ids: Sequence[int], step: Step
    ) -> None:
        super().__init__(parent, runner, context, title=tr(step.value), icon=ICONS[step], name="course_status")
        self._ids, self._step = list(ids), step
        self._foreseen: Foreseen | None = None
        self.summary: CourseStatusSummary | None = None
        self._build()
        if "on" in self.days:
            self.days["on"].set_value(date.today())
        self.open_at(_WIDTH, _HEIGHT)
        self.say(plural(len(self._ids), *_HEADINGS[step]), tr(_REACHES[step]))
        self._read()

    # Building

    def _build(self) -> None:
        self._ticks: dict[str, QCheckBox] = {}
        self._fields: dict[str, FormField] = {}
        self.days: dict[str, DateField] = {}
        self._entry = QWidget()
        row = QHBoxLayout(self._entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        if self._step is Step.DATES:
            row.addLayout(self._date("starts", tr("New start date"), tr("Change the start")), 1)
            row.addLayout(self._date("ends", tr("New end date"), tr("Change the end")), 1)
        else:
            row.addWidget(self._field("on", tr(_DAYS[self._step]), tr("Today or earlier.")), 1)
            row.addStretch(1)
        self.content.addWidget(self._entry)
        self.foretold = text_label("", Type.BODY, wrap=True, name="course_status_foretold")
        self.content.addWidget(self.foretold)
        self.content.addLayout(self.work_line())
        columns = (
            ListColumn(tr("What is missing"), "text", 26),
            ListColumn(tr("Person Code"), "code", 18),
            ListColumn(tr("Name"), "key", 34),
            ListColumn(tr("Section"), "code", 22),
        )
        self.list = StateList(columns, "course_status_held_back", 0)
        self.list.setAccessibleName(tr("Whose change waits"))
        self._card = in_card(self.list)
        self._card.hide()
        self.content.addWidget(self._card, 1)
        self.content.addStretch(0)
        self._build_foot()

    def _build_foot(self) -> None:
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="course_status_undo", clicked=self.undo, left=True
        )
        self.undo_button.setAccessibleDescription(tr("Puts back what was changed just now."))
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Cancel"), name="course_status_close", clicked=self.reject)
        self.start_button = self.add_button(
            tr(self._step.value), ICONS[self._step], kind="primary", name="course_status_start", clicked=self.start
        )
        parts.in_reading_order([self._entry, self.list, self.foot])

    def _field(self, name: str, label: str, help: str) -> FormField:
        self.days[name] = DateField()
        self._fields[name] = FormField(label, self.days[name], name=f"course_status_{name}", help=help)
        self.days[name].changed.connect(self.refresh)
        return self._fields[name]

    def _date(self, name: str, label: str, tick: str) -> QVBoxLayout:
        """A date of its own for each stays unless its tick is set."""
        column = QVBoxLayout()
        column.setSpacing(8)
        self._ticks[name] = box = QCheckBox(tick)
        box.setObjectName(f"course_status_change_{name}")
        box.setAccessibleDescription(tr("Else each keeps the date that it has."))
        box.toggled.connect(self.refresh)
        column.addWidget(box)
        column.addWidget(self._field(name, label, tr("Empty: no date.")))
        return column

    # Before

    def _read(self) -> None:
        run, ids, step = self._context, self._ids, self._step

        def work(context: TaskContext) -> Foreseen:
            with run.db.read(context) as tx:
                return course_status.foresee(tx, run.user, ids, step)

        self.work(tr("Looking…"), work, self._foresee, Lane.READ)

    def _foresee(self, found: Foreseen) -> None:
        self._foreseen = found
        self.foretold.setText(self._foretold(found))
        self.start_button.setText(f"{tr(self._step.value)} ({count(found.fit)})")
        for name, held in (("starts", found.starts), ("ends", found.ends)):
            if name in self._ticks and len(held) == 1:
                self.days[name].set_value(next(iter(held)))
        self.refresh()
        first = next(iter(self._ticks.values()), None) or self.days["on"].edit
        (first if found.fit else self.close_button).setFocus()

    def _foretold(self, found: Foreseen) -> str:
        lines = []
        if found.refused:
            words = "{n} is {why} and stays." if found.refused == 1 else "{n} are {why} and stay."
            lines.append(tr(words, n=count(found.refused), why=tr(_FROM[self._step])))
        if found.elsewhere:
            lines.append(_elsewhere_words(found.elsewhere))
        waits = found.fit - found.open
        if found.fit and not waits:
            lines.append(tr("What changes goes to the LMS with the next sending."))
        elif found.fit:
            lines.append(tr(_SOME_WAIT, n=count(found.fit), open=count(found.open)))
        return "\n".join(lines)

    @Slot()
    def refresh(self, *_: object) -> None:
        """What can be pressed, and what is wrong with the dates."""
        done = self.summary is not None
        for name, box in self._ticks.items():
            self._fields[name].setEnabled(box.isChecked())
        problem = "" if done else self._problem()
        fit = self._foreseen.fit if self._foreseen is not None else 0
        reason = problem if fit else tr("None of the selected enrolments is such that this can be done.")
        if self._ticks and not any(box.isChecked() for box in self._ticks.values()) and fit:
            reason = tr("Say first which date changes.")
        enable(self.start_button, tr("It is under way.") if self.busy else reason, tr(_REACHES[self._step]))
        self.prefer(self.start_button)
        self._entry.setEnabled(not self.busy and not done)
        self.undo_button.setEnabled(not self.busy)
        if not self.busy and not done:
            self.close_button.setText(tr("Cancel"))

    def _problem(self) -> str:
        """The first thing wrong with what was typed; each is said at its field."""
        problems = {name: day.problem for name, day in self.days.items() if self._is_meant(name)}
        if "on" in self.days and not problems["on"]:
            day = self.days["on"].value
            if day is None:
                problems["on"] = tr("Say the day.")
            elif day > date.today():
                problems["on"] = tr("The day is in the future: do this on the day itself.")
        elif len(problems) == 2 and not any(problems.values()):
            starts, ends = self.days["starts"].value, self.days["ends"].value
            if starts is not None and ends is not None and ends < starts:
                problems["ends"] = tr("The end is before the start.")
        for name, field in self._fields.items():
            field.show_error(problems.get(name, ""))
        return next((words for words in problems.values() if words), "")

    def _is_meant(self, name: str) -> bool:
        return name not in self._ticks or self._ticks[name].isChecked()

    # Doing it

    @Slot()
    def start(self) -> None:
        """Write it, in a task."""
        if self.summary is not None or not self.start_button.isEnabled():
            return
        run, ids, step = self._context, self._ids, self._step
        wishes: dict[str, Wish] = {
            name: day.value if self._is_meant(name) else KEEP for name, day in self.days.items()
        }

        def work(context: TaskContext) -> CourseStatusSummary:
            return course_status.change(run.db, run.user, ids, step, **wishes)  # type: ignore[arg-type]

        listed = told_listed(tr(step.value), _heading, "enrolments", stoppable=False)
        self.work(tr("Writing…"), work, self._changed, Lane.WRITE, listed)

    def _changed(self, done: CourseStatusSummary) -> None:
        self.summary = done
        waits = len(done.held_back)
        self.show_icon(*((Icon.WARNING, Role.WARN) if waits else (Icon.CHECK_CIRCLE, Role.GOOD)))
        self.say(_heading(done), changed_words(done))
        self._entry.hide()
        self.foretold.setText(_waiting_words(waits) if waits else "")
        self.list.show_states([_row(one) for one in done.held_back])
        self._card.setVisible(bool(waits))
        if waits:
            self.list.selectRow(0)
            self.open_at(_WIDTH, _WITH_LIST)
        self.start_button.hide()
        self.undo_button.setVisible(done.operation_id is not None)
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        if done.changed:
            self.written(Topic.ENROLMENTS, Topic.EXTRACTS)

    @Slot()
    def undo(self) -> None:
        """Take it back, in a task."""
        if self.summary is None or self.summary.operation_id is None:
            return
        run, operation_id = self._context, self.summary.operation_id
        self.work(
            tr("Taking it back…"),
            lambda task: course_status.take_back(run.db, run.user, operation_id),
            self._undone,
            Lane.WRITE,
            undo_listed(tr("Undo of {what}", what=tr(self._step.value)), "enrolments"),
        )

    def _undone(self, done: UndoSummary) -> None:
        self.undo_button.hide()
        self._card.hide()
        self.foretold.setText("")
        self.show_icon(Icon.ARROW_COUNTER_CLOCKWISE, Role.ACCENT_TEXT)
        words = plural(done.undone, "{n} enrolment is as before.", "{n} enrolments are as before.")
        if done.left:
            words += " " + plural(done.left, "{n} was changed since and stays.", "{n} were changed since and stay.")
        self.say(tr("{step} was undone", step=tr(self._step.value)), words)
        self.close_button.setFocus()
        self.written(Topic.ENROLMENTS, Topic.EXTRACTS)


def _heading(done: CourseStatusSummary) -> str:
    if not done.changed:
        return tr("Nothing was changed")
    return plural(done.changed, "{n} enrolment was changed", "{n} enrolments were changed")


def changed_words(done: CourseStatusSummary) -> str:
    """`1 unchanged, 2 refused. 3 records wait to be sent.`"""
    told = []
    if done.unchanged:
        told.append(tr("{n} unchanged", n=count(done.unchanged)))
    if done.refused:
        told.append(
            tr(
                "{n} refused: of another status by now, taken back, or ending before their start",
                n=count(done.refused),
            )
        )
    if done.elsewhere:
        told.append(tr("{n} left: of a campus that is not one of yours", n=count(done.elsewhere)))
    queued = plural(done.queued.total, "{n} record waits to be sent.", "{n} records wait to be sent.")
    return " ".join(part for part in (", ".join(told) + "." if told else "", queued) if part)


def _elsewhere_words(number: int) -> str:
    return plural(
        number,
        "{n} is of a campus that is not one of yours and stays. Ask an administrator about it.",
        "{n} are of a campus that is not one of yours and stay. Ask an administrator about them.",
    )


def _waiting_words(number: int) -> str:
    words = plural(number, "The change of {n} waits:", "The changes of {n} wait:")
    advice = tr("look at the gate report under Sections and Set-up, or under Accounts. They go by themselves then.")
    return f"{words} {advice}"


def _row(one: HeldBack) -> StateRow:
    return StateRow(_GATE if one.gate else _ACCOUNT, ("", one.ref, one.name, one.section))
