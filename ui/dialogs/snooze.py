"""*Snooze*: errors that shall raise no notice for a time, or that somebody stands by, with the reason (SE-R6)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QDateEdit, QRadioButton, QVBoxLayout, QWidget

from app.context import AppContext
from app.errors import AppError, InputError
from app.lms import errors_kept
from app.lms.errors_kept import LONGEST_REASON
from app.tasks import TaskContext
from ui.dialogs.form_field import FormField, line
from ui.error_words import error_words
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.icons import Icon
from ui.look.scrolling import RING, scrolling
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner

TOMORROW, WEEK, UNTIL, ACCEPT, WAKE = "snooze_tomorrow", "snooze_week", "snooze_until", "snooze_accept", "snooze_wake"
_WAYS = (
    (TOMORROW, "Until tomorrow morning"),
    (WEEK, "For a week"),
    (UNTIL, "Until the day below"),
    (ACCEPT, "Accept until the day below, with a reason"),
    (WAKE, "Wake up: raise notices again"),
)
_MORNING = time(6, 0)


class SnoozeDialog(FormDialog):
    """`said` carries what came of it, in a sentence."""

    said = Signal(str)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, ids: Sequence[int]) -> None:
        super().__init__(
            parent,
            title=tr("Snooze"),
            heading=plural(len(ids), "Snooze {n} error", "Snooze {n} errors"),
            secondary=tr(
                "It stays in the list and is tried again at every run; it only raises no notice meanwhile."
                if len(ids) == 1
                else "They stay in the list and are tried again at every run; they only raise no notice meanwhile."
            ),
            icon=Icon.CLOCK,
            name="snooze_dialog",
        )
        self._runner, self._context, self._ids = runner, context, tuple(ids)
        self._build_form()
        self._group.buttonToggled.connect(self._way_chosen)
        self.edit.textChanged.connect(self._typed)
        self.add_button(tr("Cancel"), name="snooze_cancel", clicked=self.reject)
        self.save_button = self.add_button(tr("Snooze"), kind="primary", name="snooze_save", clicked=self.accept)
        self._way_chosen()
        self.open_at(460, 480)
        self.fit()
        self.ways[TOMORROW].setFocus()

    def _build_form(self) -> None:
        ways = QVBoxLayout()
        ways.setSpacing(6)
        self._group = QButtonGroup(self)
        self.ways: dict[str, QRadioButton] = {}
        for name, words in _WAYS:
            made = self.ways[name] = QRadioButton(tr(words))
            made.setObjectName(name)
            self._group.addButton(made)
            ways.addWidget(made)
        self.ways[TOMORROW].setChecked(True)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        column.addLayout(ways)
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("d MMM yyyy")
        tomorrow = QDate.currentDate().addDays(1)
        self.day.setMinimumDate(tomorrow)
        self.day.setMaximumDate(tomorrow.addYears(2))
        self.day.setDate(tomorrow.addDays(13))
        self.day.lineEdit().setAccessibleName(tr("Day"))
        self.until = FormField(tr("Day"), self.day, name="snooze_day")
        self.edit = line(longest=LONGEST_REASON)
        self.reason = FormField(tr("Reason"), self.edit, name="snooze_reason")
        column.addWidget(self.until)
        column.addWidget(self.reason)
        column.addStretch(1)
        self.content.addWidget(scrolling(self._inside, sideways=False), 1)

    @property
    def way(self) -> str:
        """The way that is chosen."""
        found = self._group.checkedButton()
        return found.objectName() if found is not None else TOMORROW

    @Slot()
    def _way_chosen(self) -> None:
        way = self.way
        self.day.setEnabled(way in (UNTIL, ACCEPT))
        self.edit.setEnabled(way == ACCEPT)
        self.reason.show_error("")
        self._verb = {ACCEPT: tr("Accept"), WAKE: tr("Wake Up")}.get(way, tr("Snooze"))
        self.save_button.setText(self._verb)

    @Slot()
    def _typed(self) -> None:
        self.reason.show_error("")

    @Slot()
    def accept(self) -> None:
        """Save; the window closes when that is done."""
        if self.writing:
            return
        db, user, ids = self._context.db, self._context.user, self._ids
        way, reason, chosen = self.way, self.edit.text(), self.day.date().toPython()
        assert isinstance(chosen, date)

        def work(context: TaskContext) -> int:
            if way == ACCEPT:
                if not reason.strip():
                    raise InputError("A reason is missing.", hint="Say why this is accepted.", field="reason")
                return errors_kept.accept(db, user, ids, reason, chosen)
            changed = errors_kept.snooze(db, user, ids, _moment(way, chosen))
            return max(changed, errors_kept.accept(db, user, ids, None, None)) if way == WAKE else changed

        self._write(True)
        self.waits(
            self._runner,
            self._runner.run(work, lane=Lane.WRITE, done=self._saved, failed=self._failed, cancelled=self._stopped),
        )

    @Slot(object)
    def _saved(self, changed: int) -> None:
        self._write(False)
        words = {
            ACCEPT: ("{n} error accepted", "{n} errors accepted"),
            WAKE: ("{n} error raises notices again", "{n} errors raise notices again"),
        }.get(self.way, ("{n} error snoozed", "{n} errors snoozed"))
        self.said.emit(plural(changed, *words))
        super().accept()

    def _write(self, now: bool) -> None:
        self.writing = now
        self.hold_still(self._inside, now)
        enable(self.save_button, tr("It is being saved.") if now else "")
        self.save_button.setText(tr("Saving…") if now else self._verb)

    @Slot()
    def _stopped(self) -> None:
        self._write(False)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._write(False)
        if isinstance(error, InputError) and error.field == "reason":
            self.reason.show_error(error_words(error))
            self.fit()
            self.reason.lead_here()
        elif isinstance(error, AppError):
            self.until.show_error(error_words(error))
            self.fit()
        else:
            self._runner.failed.emit(error)


def _moment(way: str, chosen: date) -> datetime | None:
    """The morning, by this computer's clock, at which notices are raised again."""
    if way == WAKE:
        return None
    today = date.today()
    day = {TOMORROW: today + timedelta(days=1), WEEK: today + timedelta(days=7)}.get(way, chosen)
    return datetime.combine(day, _MORNING).astimezone(UTC)
