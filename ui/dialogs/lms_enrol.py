"""*Enrol Selected*: learners onto a course of the LMS that is Open or Closed, from when until when."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import history
from app.changes import Topic
from app.context import AppContext
from app.folding import fold
from app.history import UndoSummary
from app.lms import courses_list, enrol
from app.lms.courses_list import CourseRow
from app.lms.enrol import EnrolSummary
from app.lms.states import STATE_TITLES, CourseState
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
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed, undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 600
_STATES = {
    CourseState.OPEN: State(Icon.CHECK_CIRCLE, STATE_TITLES[CourseState.OPEN], Role.GOOD),
    CourseState.CLOSED: State(Icon.MINUS_CIRCLE, STATE_TITLES[CourseState.CLOSED], Role.TEXT2),
}


class EnrolDialog(WorkingDialog):
    """New, Hidden and removed courses are not offered. One Undo takes back all that was enrolled."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, learner_ids: Sequence[int]
    ) -> None:
        super().__init__(
            parent, runner, context, title=tr("Enrol Selected"), icon=Icon.USER_PLUS, name="enrol_selected"
        )
        self._ids = list(learner_ids)
        self._courses: list[CourseRow] = []
        self._shown: list[CourseRow] = []
        self._dated = False
        """Whether a person typed a date: then the course's own are no longer proposed."""
        self.summary: EnrolSummary | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self._say_ready()
        self._read()

    def _build(self) -> None:
        self.filter = self.search_field(tr("Search courses"), "enrol_filter")
        self.filter.textChanged.connect(self._fill)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, 0)
        column.setSpacing(12)
        column.addWidget(self.filter)
        columns = (
            ListColumn(tr("State"), "text", 12),
            ListColumn(tr("Short Name"), "code", 18),
            ListColumn(tr("Course"), "key", 40),
            ListColumn(tr("Category"), "text", 18),
            ListColumn(tr("Enrolments"), "number", 12),
        )
        self.list = StateList(columns, "enrol_courses", 0)
        self.list.setAccessibleName(tr("Courses"))
        self.list.selectionModel().currentRowChanged.connect(self._course_chosen)
        self.list.doubleClicked.connect(self._course_taken)
        column.addWidget(in_card(self.list), 1)
        dates = QWidget()
        row = QHBoxLayout(dates)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        help = tr("May stay empty. Proposed is what the LMS says of the course.")
        self.starts, self.ends = DateField(), DateField()
        self._fields = {
            "starts": FormField(tr("Start date"), self.starts, name="enrol_starts", help=help),
            "ends": FormField(tr("End date"), self.ends, name="enrol_ends", help=help),
        }
        for name, field in self._fields.items():
            row.addWidget(field, 1)
            field.editor.edit.textEdited.connect(self._date_typed)  # type: ignore[attr-defined]
            getattr(self, name).changed.connect(self.refresh)
        column.addWidget(dates)
        column.addLayout(self.work_line())
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self._entry = (self.filter, self.list, dates)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="enrol_undo", clicked=self.undo, left=True
        )
        self.undo_button.setAccessibleDescription(tr("Takes back everybody who was enrolled just now."))
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Cancel"), name="enrol_close", clicked=self.reject)
        self.enrol_button = self.add_button(
            tr("Enrol"), Icon.USER_PLUS, kind="primary", name="enrol_start", clicked=self.enrol
        )
        parts.in_reading_order([self.filter, self.list, dates, self.foot])

    def _say_ready(self) -> None:
        number = len(self._ids)
        self.say(
            plural(number, "Enrol {n} selected learner", "Enrol {n} selected learners"),
            tr("Choose a course of the LMS. Courses that are New, Hidden or removed are not offered."),
        )
        self.enrol_button.setText(plural(number, "Enrol {n} Learner", "Enrol {n} Learners"))

    # Choosing

    def _read(self) -> None:
        db = self._context.db

        def work(context: TaskContext) -> list[CourseRow]:
            with db.read(context) as tx:
                return courses_list.to_choose(tx)

        self.work(tr("Reading the courses…"), work, self._courses_read, Lane.READ)

    def _courses_read(self, found: list[CourseRow]) -> None:
        self._courses = found
        self._fill()
        (self.filter if found else self.close_button).setFocus()

    @Slot()
    def _fill(self, *_: object) -> None:
        """The courses that have every word of the filter; the one chosen stays chosen."""
        chosen = self.course
        words = (fold(self.filter.text()) or "").split()
        self._shown = [one for one in self._courses if all(word in _text(one) for word in words)]
        self.list.show_states([_row(one) for one in self._shown])
        self.list.say_when_empty(tr("No course has these words.") if words else tr("No course to choose from."))
        if self._shown:
            kept = [place for place, one in enumerate(self._shown) if chosen is not None and one.id == chosen.id]
            self.list.selectRow(kept[0] if kept else 0)
        if not self._courses:
            self.words.setText(tr("No course is Open or Closed yet. An LMS administrator decides on Courses."))
        else:
            self.words.setText(tr("{n} of {all} courses", n=count(len(self._shown)), all=count(len(self._courses))))
        self._course_chosen()

    @property
    def course(self) -> CourseRow | None:
        """The course of the current row."""
        place = self.list.currentIndex().row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    @Slot()
    def _course_chosen(self, *_: object) -> None:
        course = self.course
        if course is not None and not self._dated:
            self.starts.set_value(course.starts)
            self.ends.set_value(course.ends)
        self.refresh()

    @Slot()
    def _course_taken(self, *_: object) -> None:
        self.enrol_button.setFocus()

    @Slot()
    def _date_typed(self, *_: object) -> None:
        self._dated = True

    @Slot()
    def refresh(self) -> None:
        """What can be pressed, and what is wrong with the dates."""
        for field, editor in ((self._fields["starts"], self.starts), (self._fields["ends"], self.ends)):
            field.show_error(editor.problem)
        problem = self.starts.problem or self.ends.problem
        starts, ends = self.starts.value, self.ends.value
        if not problem and starts is not None and ends is not None and ends < starts:
            problem = tr("The end is before the start.")
            self._fields["ends"].show_error(problem)
        reason = problem or ("" if self.course is not None else tr("Choose a course first."))
        if self.busy:
            reason = tr("It is under way.")
        enable(self.enrol_button, reason)
        self.prefer(self.enrol_button)
        for part in self._entry:
            part.setEnabled(not self.busy and self.summary is None)
        self.undo_button.setEnabled(not self.busy)
        if not self.busy and self.summary is None:
            self.close_button.setText(tr("Cancel"))

    # Enrolling

    @Slot()
    def enrol(self) -> None:
        """Write it, in a task."""
        course, run, ids = self.course, self._context, self._ids
        if course is None or self.summary is not None or not self.enrol_button.isEnabled():
            return
        starts, ends = self.starts.value, self.ends.value
        self.work(
            tr("Enrolling…"),
            lambda task: (course, enrol.enrol_selected(run.db, run.user, ids, course.id, starts, ends)),
            self._enrolled,
            Lane.WRITE,
            told_listed(
                tr("Enrol Selected"), lambda result: enrolled_words(result[1]), "enrolments", stoppable=False
            ),
        )

    def _enrolled(self, result: tuple[CourseRow, EnrolSummary]) -> None:
        course, self.summary = result
        done = self.summary
        gained = done.new + done.back
        self.show_icon(*((Icon.WARNING, Role.WARN) if done.refused else (Icon.CHECK_CIRCLE, Role.GOOD)))
        heading = plural(gained, "{n} learner was enrolled", "{n} learners were enrolled")
        name = visible_text(course.short_name)
        self.say(heading if gained else tr("Nobody was enrolled"), f"{name}: {enrolled_words(done)}")
        self.enrol_button.hide()
        self.undo_button.setVisible(done.operation_id is not None)
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        if gained:
            self.written(Topic.ENROLMENTS)

    @Slot()
    def undo(self) -> None:
        """Take it back, in a task."""
        if self.summary is None or self.summary.operation_id is None:
            return
        run, operation_id = self._context, self.summary.operation_id
        self.work(
            tr("Taking it back…"),
            lambda task: history.undo(run.db, run.user.id, operation_id),
            self._undone,
            Lane.WRITE,
            undo_listed(tr("Undo of {what}", what=tr("Enrol Selected")), "enrolments"),
        )

    def _undone(self, done: UndoSummary) -> None:
        self.undo_button.hide()
        self.show_icon(Icon.ARROW_COUNTER_CLOCKWISE, Role.ACCENT_TEXT)
        self.say(tr("Enrol Selected was undone"), undone_words(done))
        self.close_button.setFocus()
        self.written(Topic.ENROLMENTS)


def enrolled_words(done: EnrolSummary) -> str:
    """`28 new, 2 back, 1 was there already, 1 refused: …`."""
    said = [tr("{n} new", n=count(done.new))]
    if done.back:
        said.append(tr("{n} back: their enrolment had been taken back", n=count(done.back)))
    if done.already:
        said.append(plural(done.already, "{n} was there already", "{n} were there already"))
    if done.refused:
        said.append(
            plural(
                done.refused,
                "{n} refused: removed meanwhile, or the LMS account is not decided",
                "{n} refused: removed meanwhile, or the LMS account is not decided",
            )
        )
    return ", ".join(said) + "."


def undone_words(done: UndoSummary) -> str:
    """What an undo of enrolments did."""
    words = plural(done.undone, "{n} enrolment was taken back.", "{n} enrolments were taken back.")
    if done.left:
        words += " " + plural(done.left, "{n} was changed since and stays.", "{n} were changed since and stay.")
    return words


def _text(one: CourseRow) -> str:
    return fold(" ".join(part for part in (one.short_name, one.full_name, one.category, one.id_number) if part)) or ""


def _row(one: CourseRow) -> StateRow:
    return StateRow(
        _STATES[one.state], ("", one.short_name, one.full_name, one.category or "–", count(one.enrolments))
    )
