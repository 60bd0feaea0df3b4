"""*Unlock*: what is known of a locked importer, what may have hung it, and releasing it (CR-L5 to CR-L10)."""

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.imports import lock, unlock
from app.imports.rules import GOOD
from app.imports.unlock import LONGEST_REASON, Look, Unlocked
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, line
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.import_words import SEVERITIES
from ui.look.buttons import enable, set_kind
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import TextLabel, text_label
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 720, 540


@dataclass(frozen=True, slots=True)
class _Done:
    made: Unlocked


class UnlockDialog(WorkingDialog):
    """Of one scope, or of the lock that is held longest. Nothing is rolled back by it."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, scope: str = "") -> None:
        super().__init__(
            parent, runner, context, title=tr("Unlock"), icon=Icon.LOCK_SIMPLE_OPEN, name="import_unlock"
        )
        self._scope = scope
        self.look: Look | None = None
        self.made: Unlocked | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self._read()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, 0)
        column.setSpacing(12)
        self._facts = text_label("", Type.BODY, wrap=True, numbers=True, selectable=True, name="unlock_facts")
        column.addWidget(self._facts)
        self._causes = TextLabel(tr("Likely causes in the file"), Type.HEADER)
        column.addWidget(self._causes)
        columns = (
            ListColumn(tr("Rule"), "text", 14),
            ListColumn(tr("Row"), "text", 10),
            ListColumn(tr("What was found"), "text", 76),
        )
        self.list = StateList(columns, "unlock_causes", 0)
        self.list.setAccessibleName(tr("Likely causes in the file"))
        self._card = in_card(self.list)
        column.addWidget(self._card, 1)
        for one in (self._causes, self._card):
            one.hide()
        self._none = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="unlock_none")
        column.addWidget(self._none)
        self._entry = QWidget()
        entry = QVBoxLayout(self._entry)
        entry.setContentsMargins(0, 0, 0, 0)
        entry.setSpacing(8)
        self.sure = QCheckBox(tr("The import seems to be running. Unlock it all the same"))
        self.sure.setObjectName("unlock_sure")
        self.sure.toggled.connect(self.refresh)
        self.edit = line(longest=LONGEST_REASON)
        self.edit.textChanged.connect(self.refresh)
        self.reason = FormField(
            tr("Reason"), self.edit, name="unlock_reason", help=tr("It stands in the history with your name.")
        )
        entry.addWidget(self.reason)
        entry.addWidget(self.sure)
        column.addWidget(self._entry)
        column.addLayout(self.work_line())
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.close_button = self.add_button(tr("Cancel"), name="unlock_close", clicked=self.reject)
        self.unlock_button = self.add_button(
            tr("Unlock"), Icon.LOCK_SIMPLE_OPEN, kind="primary", name="unlock_do", clicked=self.unlock
        )
        parts.in_reading_order([self._card, self._entry, self.foot])

    # Looking

    def show_problem(self, error: Exception) -> None:
        if self.look is not None:
            super().show_problem(error)
            return
        if isinstance(error, InputError):  # nobody holds it: that is no failure
            self.say(tr(error.message), tr(error.hint))
        else:
            super().show_problem(error)
            self.say(tr("The lock could not be looked at."))
        self.close_button.setFocus()

    def _read(self) -> None:
        run, scope = self._context, self._scope

        def work(task: TaskContext) -> Look:
            wanted = scope
            if not wanted:
                with run.db.read(task) as tx:
                    held = lock.standing(tx, run.db)
                if not held:
                    raise InputError("No importer is locked.", hint="There is nothing to unlock.")
                wanted = held[0].scope
            return unlock.look(task, run.db, run.user, wanted)

        self.say(tr("Looking at the lock…"))
        self.work(tr("Looking at the lock and the file…"), work, self._looked, Lane.CHECK, reads=True)

    def _looked(self, found: Look) -> None:
        self.look = found
        held = found.lock
        self.show_icon(*((Icon.WARNING, Role.WARN) if not held.stale else (Icon.LOCK_SIMPLE, Role.ACCENT_TEXT)))
        self.say(
            visible_text(tr(held.sentence())),
            tr("Rows that were applied stay applied and are listed. The job becomes Aborted; it can be resumed.")
            if held.job_id is not None
            else tr("No job belongs to it."),
        )
        applied = sum(number for outcome, number in found.outcomes.items() if outcome in GOOD)
        told = [
            tr("File: {name}", name=visible_text(held.file_name) or tr("none")),
            tr("Last row reached: {n} of {all}", n=count(held.reached), all=count(held.rows + 1))
            if held.reached
            else tr("Last row reached: none"),
            tr("Applied so far: {rows}", rows=plural(applied, "{n} row", "{n} rows")),
        ]
        self._facts.setText("\n".join(told))
        self.list.show_states(
            [
                StateRow(
                    SEVERITIES[one.finding.weight],
                    (one.finding.rule, _place(one.number), visible_text(one.finding.message)),
                )
                for one in found.suspects
            ]
        )
        self._causes.show()
        self._card.setVisible(bool(found.suspects))
        self._none.setText(
            visible_text(tr(found.why_no_file))
            if found.why_no_file
            else tr("Neither special characters nor extra spaces were found.")
        )
        self._none.setVisible(not found.suspects)
        self.sure.setVisible(not held.stale)
        self.reason.rename(tr("Reason") if not held.stale else tr("Reason (may stay empty)"))
        set_kind(self.unlock_button, "primary" if held.stale else "danger", Icon.LOCK_SIMPLE_OPEN)
        self.refresh()
        (self.unlock_button if held.stale else self.edit).setFocus()

    @Slot()
    def refresh(self, *_: object) -> None:
        """What can be pressed."""
        if not hasattr(self, "unlock_button"):
            return
        reason = ""
        if self.busy:
            reason = tr("It is under way.")
        elif self.look is None:
            reason = self.heading.text()
        elif not self.look.lock.stale and not self.sure.isChecked():
            reason = tr("The import seems to be running: tick the box above first.")
        elif not self.look.lock.stale and not self.edit.text().strip():
            reason = tr("Unlocking a running import needs a reason.")
        enable(self.unlock_button, reason)
        self._entry.setVisible(self.look is not None and self.made is None)
        self._entry.setEnabled(not self.busy)
        self.prefer(self.unlock_button)
        if not self.busy and self.made is None:
            self.close_button.setText(tr("Cancel"))

    # Unlocking

    @Slot()
    def unlock(self) -> None:
        """*Unlock*, in a task."""
        found, run = self.look, self._context
        if found is None or not self.unlock_button.isEnabled() or self.made is not None:
            return
        scope, reason, sure = found.lock.scope, self.edit.text(), self.sure.isChecked()
        self.work(
            tr("Unlocking…"),
            lambda task: _Done(unlock.unlock(run.db, run.user, scope, reason, sure=sure)),
            self._unlocked,
            Lane.WRITE,
        )

    def _unlocked(self, done: _Done) -> None:
        self.made = made = done.made
        applied = sum(number for outcome, number in made.outcomes.items() if outcome in GOOD)
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        if made.job_id is not None:
            told = plural(
                applied,
                "{n} row that was applied stays. Resume the job, or import the file again: nothing is doubled.",
                "{n} rows that were applied stay. Resume the job, or import the file again: nothing is doubled.",
            )
            self.say(tr("Unlocked. Job {n} is aborted.", n=made.job_id), told)
        else:
            self.say(tr("Unlocked"), tr("An import can start."))
        self.unlock_button.hide()
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        self.written(Topic.IMPORTS)


def _place(number: int) -> str:
    if number == 0:
        return tr("file")
    return tr("heading") if number == 1 else count(number)
