"""*Decide*: what a run would have removed, and whether it is really gone (LS-C15, SE-16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QListWidget, QWidget
from sqlalchemy import Connection

from app.access import Permission
from app.context import AppContext
from app.errors import AppError, ConflictError
from app.lms import courses_list, enrolments_list, holds
from app.lms.holds import KEEP, REMOVE, Hold
from app.tasks import TaskContext
from ui.dialogs.form_field import StateLine
from ui.error_words import error_words
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable, set_kind
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.scrolling import RING
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

MOST_SHOWN = 500
_WIDTH, _HEIGHT = 560, 240
_ROW, _HIGHEST = 24, 260
_MANY_MISSING = "{n} learners are missing at once from {course}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision to be made, with what it is about in words."""

    hold: Hold
    lines: Sequence[str]
    course: str
    """Whose roster it is."""


class HoldDialog(FormDialog):
    """One decision after the other; `decided` carries each Hold with the decision, `said` a sentence about it."""

    decided = Signal(object, str)
    said = Signal(str)

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, course: int | None = None
    ) -> None:
        """`course`: the decision about this course of the LMS first."""
        super().__init__(
            parent,
            title=tr("Decide"),
            heading=tr("Looking at what waits for a decision…"),
            icon=Icon.QUESTION,
            role=Role.WARN,
            name="hold_dialog",
        )
        self._runner, self._context, self._first = runner, context, course
        self._waiting: list[Waiting] = []
        self.list = QListWidget(self)
        self.list.setObjectName("hold_items")
        self.list.setProperty("ring", True)
        self.list.setAccessibleName(tr("What would be removed"))
        self.list.hide()
        self.content.addWidget(self.list, 1)
        self.note = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="hold_note")
        self.content.addWidget(self.note)
        self.failed = StateLine(self)
        self.content.addWidget(self.failed)
        self.later = self.add_button(tr("Not Now"), name="hold_later", clicked=self._leave, safe=True)
        self.remove = self.add_button(tr("Remove These"), kind="danger", name="hold_remove", clicked=self._remove)
        self.keep = self.add_button(
            tr("Keep and Check Again"), kind="primary", name="hold_keep", clicked=self._keep_these
        )
        self._allow(tr("Looking at what waits for a decision…"))
        self.open_at(_WIDTH, _HEIGHT)
        self._read()

    def _read(self) -> None:
        db, first = self._context.db, self._first

        def read(context: TaskContext) -> list[Waiting]:
            with db.read(context) as tx:
                found = [_told(tx, hold) for hold in holds.waiting(tx)]
            return sorted(found, key=lambda one: first is None or one.hold.lms_course_id != first)

        self._runner.run(read, lane=Lane.READ, done=self._known, failed=self._failed)

    @Slot(object)
    def _known(self, waiting: list[Waiting]) -> None:
        self._waiting = waiting
        self._show()

    def _show(self) -> None:
        self.list.clear()
        self.list.setVisible(bool(self._waiting))
        if not self._waiting:
            self.say(tr("Nothing waits for a decision any more."))
            self.note.setText("")
            self._allow(tr("Nothing waits for a decision any more."))
            return
        one = self._waiting[0]
        number = len(one.hold.items)
        if one.hold.kind == "courses":
            heading = plural(number, "{n} course would be removed at once", "{n} courses would be removed at once")
            text = tr(
                "The LMS no longer lists them: they were deleted there, or it gave half a list. Their enrolments and "
                "last values stay in either case."
            )
        else:
            words = "{n} learner is missing at once from {course}" if number == 1 else _MANY_MISSING
            heading = tr(words, n=count(number), course=one.course)
            text = tr(
                "They are no longer on the course in the LMS: they have left, or the LMS did not show them all. "
                "Nothing of the course was changed."
            )
        self.say(heading, text)
        self.list.addItems([visible_text(words) for words in one.lines])
        self.list.setMinimumHeight(scaled(min(_ROW * self.list.count() + 2 * RING, _HIGHEST)))
        if self.list.count():
            self.list.setCurrentRow(0)
        more = len(self._waiting) - 1
        notes = [plural(number - MOST_SHOWN, "… and {n} more.", "… and {n} more.")] if number > MOST_SHOWN else []
        if more:
            notes.append(plural(more, "{n} more decision waits.", "{n} more decisions wait."))
        self.note.setText(" ".join(notes))
        self._allow(self._context.rights.why_not(Permission.DECIDE_COURSES))
        self.fit()

    def _allow(self, why_not: str) -> None:
        """Enter decides where this user may, else it closes."""
        set_kind(self.later, "primary" if why_not else "normal")
        set_kind(self.keep, "normal" if why_not else "primary")
        (self.later if why_not else self.keep).setDefault(True)
        self._enable(why_not)
        if why_not and self._waiting:
            self.failed.say(Icon.LOCK_SIMPLE, why_not, Role.TEXT2)

    def _enable(self, why_not: str) -> None:
        enable(self.remove, why_not, tr("They are gone: mark them as removed"))
        enable(self.keep, why_not, tr("Leave everything as it is and ask the LMS again"))

    @Slot()
    def _leave(self) -> None:
        self.done(HoldDialog.DialogCode.Rejected)

    @Slot()
    def _remove(self) -> None:
        self._decide(REMOVE)

    @Slot()
    def _keep_these(self) -> None:
        self._decide(KEEP)

    def _decide(self, decision: str) -> None:
        if self.writing or not self._waiting:
            return
        db, user, hold = self._context.db, self._context.user, self._waiting[0].hold

        def work(context: TaskContext) -> tuple[Hold, str, int]:
            return hold, decision, holds.decide(db, user, hold.id, decision)

        self._write(True)
        self.waits(
            self._runner,
            self._runner.run(work, lane=Lane.WRITE, done=self._done, failed=self._failed, cancelled=self._stopped),
        )

    def _write(self, now: bool) -> None:
        """While it is written, or waits for another write, both buttons say so."""
        self.writing = now
        if self._waiting:
            self._enable(tr("It is being saved.") if now else self._context.rights.why_not(Permission.DECIDE_COURSES))

    @Slot(object)
    def _done(self, result: tuple[Hold, str, int]) -> None:
        self._write(False)
        hold, decision, removed = result
        self._waiting = self._waiting[1:]
        if decision == KEEP:
            self.said.emit(tr("Kept. The LMS is asked again."))
        elif hold.kind == "courses":
            self.said.emit(plural(removed, "{n} course marked as removed", "{n} courses marked as removed"))
        else:
            missing = len(hold.items)
            words = plural(
                missing, "{n} learner is marked with the next run", "{n} learners are marked with the next run"
            )
            self.said.emit(words)
        self.decided.emit(hold, decision)
        if self._waiting:
            self._show()
        else:
            super().accept()

    @Slot()
    def _stopped(self) -> None:
        self._write(False)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._write(False)
        if isinstance(error, AppError):
            self.failed.say(Icon.X_CIRCLE, error_words(error), Role.BAD)
            self.fit()
            self._read_again(error)
        else:
            self._runner.failed.emit(error)

    def _read_again(self, error: AppError) -> None:
        """Somebody else may have decided meanwhile."""
        if isinstance(error, ConflictError):
            self._read()


def _told(tx: Connection, hold: Hold) -> Waiting:
    items = hold.items[:MOST_SHOWN]
    if hold.kind == "courses":
        lines = [f"{one.short_name}  {one.full_name}" for one in courses_list.rows(tx, items).values()]
        return Waiting(hold, sorted(lines), "")
    people = enrolments_list.rows(tx, items).values()
    lines = [f"{one.ref}  {one.family_name or ''}, {one.given_names or ''}" for one in people]
    key = hold.lms_course_id or 0
    course = courses_list.rows(tx, [key]).get(key)
    return Waiting(hold, sorted(lines), course.full_name if course is not None else "")
