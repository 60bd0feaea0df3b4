"""*Edit Credit* and *Replace Credit on Incomplete Record*: what a learner has of a course, type by type."""

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.dates import shown
from app.errors import InputError
from app.imports import amounts, edit_credit
from app.imports.edit_credit import LONGEST_REASON, Held, Record, Wanted
from app.imports.facts import CreditFacts
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, StateLine, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.working import WorkingDialog
from ui.grids.date_field import DateField
from ui.look.buttons import enable
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text, without_key
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 720, 560
_HEADS = ("Credit type", "Amount", "Awarded on", "Expires on")
_WIDE = 84


class CreditRow(QObject):
    """One credit type: whether the learner has it, how much, since when and until when."""

    changed = Signal()

    def __init__(
        self, code: str, given: CreditFacts | None, held: Held | None, usual_day: date | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.code, self._held = code, held
        said = visible_text(code)
        self.has = QCheckBox(without_key(said))
        self.has.setAccessibleName(tr("Has {type}", type=said))
        self.amount: QLineEdit = line(longest=7)
        self.amount.setFixedWidth(scaled(_WIDE))
        self.awarded, self.expires = DateField(), DateField()
        for editor, what in ((self.amount, "Amount"), (self.awarded, "Awarded on"), (self.expires, "Expires on")):
            editor.setAccessibleName(tr("{what} of {type}", what=tr(what), type=said))
        for widget, name in (
            (self.has, "has"),
            (self.amount, "amount"),
            (self.awarded.edit, "awarded"),
            (self.expires.edit, "expires"),
        ):
            widget.setObjectName(f"award_{name}_{code}")
        self.limits = text_label(_limits(given), Type.SECONDARY, Role.TEXT2, wrap=True)
        self.state = StateLine()
        self.amount.setText(amounts.shown(held.amount if held is not None else given.maximum if given else 0))
        self.awarded.set_value(held.awarded_on if held is not None else usual_day)
        self.expires.set_value(held.expires_on if held is not None else None)
        self.has.setChecked(held is not None)
        self._allow()
        self.has.toggled.connect(self._edited)
        self.amount.textEdited.connect(self._edited)
        for field in (self.awarded, self.expires):
            field.changed.connect(self._edited)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put the widgets into the grid; what is to be said stands below them."""
        for column, widget in enumerate((self.has, self.amount, self.awarded, self.expires)):
            grid.addWidget(widget, row, column)
            widget.show()  # a layout does so later, and what is not shown yet does not take the keyboard
        grid.addWidget(self.limits, row + 1, 0, 1, 4)
        grid.addWidget(self.state, row + 2, 0, 1, 4)
        grid.setRowMinimumHeight(row + 3, 10)

    @Slot()
    def _edited(self, *_: object) -> None:
        self._allow()
        self.changed.emit()

    def _allow(self) -> None:
        reason = "" if self.has.isChecked() else tr("Tick the type first.")
        for editor in (self.amount, self.awarded, self.expires):
            enable(editor, reason)

    @property
    def problem(self) -> str:
        """What is wrong with the row as it is typed."""
        if not self.has.isChecked():
            return ""
        try:
            amounts.amount_of(self.amount.text())
        except InputError as error:
            return f"{tr(error.message)} {tr(error.hint)}"
        return self.awarded.problem or self.expires.problem

    @property
    def wanted(self) -> Wanted | None:
        """The credit as the row says it; None for none. Only without a problem."""
        if not self.has.isChecked():
            return None
        return Wanted(self.code, amounts.amount_of(self.amount.text()), self.awarded.value, self.expires.value)

    def say(self, problem: str, remark: str) -> None:
        """What forbids it, else what is to be known: rule CR-32, and who was told of the credit before."""
        wanted = None if problem else self.wanted
        old = self._held
        moved = old is not None and (wanted is None or wanted.amount != old.amount)
        told = (
            [tr("{body} was told on {day}", body=one, day=_day(at)) for one, at in old.told] if old and moved else []
        )
        if told:
            remark = f"{remark} {visible_text(tr(amounts.in_words(told)))}. {tr('Tell them of the change yourself.')}"
        if problem:
            self.state.say(Icon.X_CIRCLE, problem, Role.BAD)
        else:
            self.state.say(Icon.WARNING, remark.strip(), Role.WARN)


def _day(moment: datetime) -> str:
    return shown(moment.astimezone().date())


def _limits(given: CreditFacts | None) -> str:
    """What the course lets be given, in words."""
    if given is None:
        return tr("The course has no set-up for it.")
    if not given.active:
        return tr("No longer given: it can stay as it is, or be taken back.")
    if not given.variable:
        return tr("{most} and nothing less: Variable is off.", most=amounts.shown(given.maximum))
    return tr(
        "{least} to {most} in steps of {step}.",
        least=amounts.shown(given.minimum),
        most=amounts.shown(given.maximum),
        step=amounts.shown(given.increment),
    )


class EditCreditDialog(WorkingDialog):
    """`saved` carries the operation once it is saved; then the dialog closes."""

    saved = Signal(int)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        enrolment_id: int,
        *,
        replacing: bool = False,
    ) -> None:
        title = tr("Replace Credit on Incomplete Record") if replacing else tr("Edit Credit")
        icon = Icon.SWAP if replacing else Icon.MEDAL
        super().__init__(parent, runner, context, title=title, heading=title, icon=icon, name="edit_credit")
        self._key, self._replacing, self._title = enrolment_id, replacing, title
        needed = Permission.REPLACE_CREDIT if replacing else Permission.EDIT_CREDIT
        self._why_not = context.rights.why_not(needed)
        self._record: Record | None = None
        self.rows: list[CreditRow] = []
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self._read()

    # Building

    def _build(self) -> None:
        self.form_part = self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        for place, share in enumerate((3, 0, 3, 3)):
            self._grid.setColumnStretch(place, share)
        column.addLayout(self._grid)
        words = tr("Needed: it stands in the history.") if self._replacing else tr("May stay empty.")
        self.reason = line(longest=LONGEST_REASON)
        self.reason_field = FormField(tr("Reason"), self.reason, name="credit_reason", help=words)
        column.addWidget(self.reason_field)
        column.addStretch(1)
        self.content.addWidget(scrolling(self._inside, sideways=False), 1)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="credit_close", clicked=self.reject)
        verb = tr("Replace") if self._replacing else tr("Save")
        self.save_button = self.add_button(
            verb, Icon.FLOPPY_DISK, kind="primary", name="credit_save", clicked=self.save
        )
        self._inside.setEnabled(False)
        self.reason.textEdited.connect(self._edited)

    # Reading

    def _read(self) -> None:
        run, key = self._context, self._key

        def work(context: TaskContext) -> Record | None:
            with run.db.read(context) as tx:
                return edit_credit.read(tx, key)

        self.work(tr("Reading…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: Record | None) -> None:
        self._record = found
        if found is None:
            self._why_not = tr("This record is no longer there. Reload the page.")
        else:
            self._why_not = self._why_not or self._why_not_now(found)
            self._show(found)
        self._inside.setEnabled(not self._why_not)
        if self._why_not:
            self.tell(tr("You can look at it only."), self._why_not, Role.INFO, Icon.LOCK_SIMPLE)
        parts.in_reading_order([self._inside, self.foot])
        (self.close_button if self._why_not or not self.rows else self.rows[0].has).setFocus()

    def _why_not_now(self, found: Record) -> str:
        if self._replacing:
            return tr(edit_credit.why_not_replace(complete=found.complete, has_credit=bool(found.held)))
        return tr(edit_credit.why_not_edit(complete=found.complete))

    def _show(self, found: Record) -> None:
        whose = visible_text(f"{found.name or found.ref} · {found.course.code} {found.course.title}")
        what = (
            tr("It has credit and is not complete. Say what it should have: nothing, or other credit.")
            if self._replacing
            else tr("What is not ticked is taken back. Credit given by hand is not reported to outside bodies.")
        )
        self.say(self._title, f"{whose}\n{what}")
        if not found.may_have:
            words = tr("The course gives no credit. Set it up under Courses for Credit first.")
            self._grid.addWidget(text_label(words, Type.BODY, Role.TEXT2, wrap=True), 0, 0, 1, 4)
            return
        for place, head in enumerate(_HEADS):
            self._grid.addWidget(text_label(tr(head), Type.SECONDARY, Role.TEXT2), 0, place)
        held = {one.code: one for one in found.held}
        for at, code in enumerate(found.may_have):
            row = CreditRow(
                code, found.course.credit.get(code), held.get(code), found.completed_on or date.today(), self._inside
            )
            row.place(self._grid, 1 + 4 * at)
            row.changed.connect(self._edited)
            self.rows.append(row)
        self.fit()

    # Editing

    @property
    def wanted(self) -> Sequence[Wanted]:
        """The credit as the form says it; only without a problem."""
        return [one for row in self.rows if (one := row.wanted) is not None]

    def _look(self) -> str:
        """Say at each row what speaks against it; the first thing that forbids saving, "" if none does."""
        first = ""
        for row in self.rows:
            problem, remark = row.problem, ""
            if not problem and self._record is not None and (one := row.wanted) is not None:
                found = edit_credit.findings(self._record, [one])
                bad = edit_credit.refused(found)
                problem = tr(bad.message) if bad is not None else ""
                remark = " ".join(tr(other.message) for other in found if other is not bad)
            row.say(visible_text(problem), visible_text(remark))
            first = first or (f"{visible_text(row.code)}: {problem}" if problem else "")
        return first

    @property
    def edited(self) -> bool:
        if self._record is None:
            return False
        if any(row.problem for row in self.rows) or self.reason.text().strip():
            return True
        return self._differs

    @property
    def _differs(self) -> bool:
        held = self._record.held if self._record is not None else ()
        now = {Wanted(one.code, one.amount, one.awarded_on, one.expires_on) for one in held}
        return now != set(self.wanted)

    @Slot()
    def _edited(self, *_: object) -> None:
        self.reason_field.show_error("")
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy or self._record is None else "")
        problem = "" if reason else self._look()
        if not reason and not problem:
            if not self._differs:
                problem = tr("Nothing was changed.")
            elif self._replacing and not self.reason.text().strip():
                problem = tr("Say why: replacing credit needs a reason.")
        enable(self.save_button, reason or problem, tr("Keeps it, and notes who changed what."))
        self.prefer(self.save_button)
        if not self.busy:
            self.close_button.setText(tr("Close") if self._why_not else tr("Cancel"))

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep it, in a task."""
        if not self.save_button.isEnabled() or self._record is None:
            return
        run, before, wanted = self._context, self._record, tuple(self.wanted)
        reason, replacing = self.reason.text(), self._replacing
        self.work(
            tr("Saving…"),
            lambda task: edit_credit.save(run.db, run.user, before, wanted, replacing=replacing, reason=reason),
            self._saved,
            Lane.WRITE,
        )

    def _saved(self, operation_id: int | None) -> None:
        if operation_id is not None:
            self.saved.emit(operation_id)
            self.written(Topic.CREDIT)
        self.accept()

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field == "reason":
            self.reason_field.show_error(f"{tr(error.message)} {tr(error.hint)}")
            self.reason_field.lead_here()
        else:
            super().show_problem(error)

    def reject(self) -> None:
        unsaved = not self.busy and self.edited and not self._why_not
        if not unsaved or confirm_discarding(self, tr("The credit is not saved.")):
            super().reject()
