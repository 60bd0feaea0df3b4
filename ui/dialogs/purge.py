"""*Purge*: what of the history is kept no longer, counted before and after, deleted with a reason."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app import purge
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.dates import shown
from app.purge import LONGEST_REASON, Counts, Foreseen, PurgeSummary
from app.tasks import TaskContext
from ui import parts
from ui.activity import Listed, Place
from ui.dialogs.form_field import FormField, line
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import purged
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 640, 470
_WHAT = (
    ("changes", "Changes of rows: before and after"),
    ("operations", "Operations: who did what, and when"),
    ("attempts", "Sendings to the LMS"),
    ("cells", "Rows of files, of loads older than 90 days"),
)
_GOES = State(Icon.TRASH_SIMPLE, "Goes", Role.WARN)
_WENT = State(Icon.CHECK_CIRCLE, "Gone", Role.GOOD)
_STAYS = State(Icon.MINUS_CIRCLE, "Stays", Role.TEXT2)


class PurgeDialog(WorkingDialog):
    """Only after a reason and a tick: there is no Undo."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(parent, runner, context, title=tr("Purge"), icon=Icon.TRASH, name="purge")
        self._why_not = context.rights.why_not(Permission.ADMINISTER)
        self._foreseen: Foreseen | None = None
        self.summary: PurgeSummary | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("Purge"), tr("Looking at what is kept no longer…"))
        if self._why_not:
            self.tell(self._why_not, "", Role.INFO, Icon.LOCK_SIMPLE)
            self.refresh()
        else:
            self._read()

    def _build(self) -> None:
        columns = (
            ListColumn(tr("State"), "text", 14),
            ListColumn(tr("What"), "key", 50),
            ListColumn(tr("There are"), "number", 18),
            ListColumn(tr("Deleted"), "number", 18),
        )
        self.list = StateList(columns, "purge_counts", 0)
        self.list.setAccessibleName(tr("What is deleted"))
        self.content.addWidget(in_card(self.list), 1)
        self.edit = line(longest=LONGEST_REASON)
        self._field = FormField(tr("Reason"), self.edit, name="purge_reason", help=tr("Kept in the history."))
        self.edit.textChanged.connect(self.refresh)
        self.content.addWidget(self._field)
        self.sure = QCheckBox(tr("I know that this cannot be undone"))
        self.sure.setObjectName("purge_sure")
        self.sure.toggled.connect(self.refresh)
        self.content.addWidget(self.sure)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="purge_close", clicked=self.reject)
        self.purge_button = self.add_button(
            tr("Purge"), Icon.TRASH, kind="danger", name="purge_start", clicked=self.start
        )
        parts.in_reading_order([self.list, self._field, self.sure, self.foot])

    # Before

    def _read(self) -> None:
        run = self._context

        def work(context: TaskContext) -> Foreseen:
            return purge.foresee(run.db, run.user, context)

        self.work(tr("Counting…"), work, self._foresee, Lane.READ)

    def _foresee(self, found: Foreseen) -> None:
        self._foreseen = found
        day = shown(found.before.astimezone().date())
        months = plural(found.months, "{n} month is kept", "{n} months are kept")
        self.say(
            tr("What is older than {day} can be deleted", day=day),
            tr(
                "{months}, as the settings say under LMS. What waits for the LMS stays, and what people typed of a "
                "learner: a load must not overwrite it.",
                months=months,
            ),
        )
        self._list(found.held, found.old, _GOES)
        self.refresh()
        (self.edit if found.old.total else self.close_button).setFocus()

    def _list(self, held: Counts, gone: Counts, state: State) -> None:
        self.list.show_states(
            [
                StateRow(
                    state if getattr(gone, name) else _STAYS,
                    ("", tr(words), count(getattr(held, name)), count(getattr(gone, name))),
                )
                for name, words in _WHAT
            ]
        )

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        nothing = "" if self._foreseen is not None and self._foreseen.old.total else tr("Nothing is old enough.")
        reason = "" if self.edit.text().strip() else tr("Say in a few words why.")
        sure = "" if self.sure.isChecked() else tr("Tick that you know that this cannot be undone.")
        enable(self.purge_button, self._why_not or busy or nothing or reason or sure, tr("Deletes what is listed."))
        entry = not busy and self.summary is None and not self._why_not
        self._field.setEnabled(entry and not nothing)
        over = "" if self.summary is None else tr("It was done.")
        enable(self.sure, self._why_not or busy or over or nothing, tr("What is deleted is in a backup only."))
        self.close_button.setDefault(True)
        if not self.busy and self.summary is None:
            self.close_button.setText(tr("Cancel"))

    # Doing it

    @Slot()
    def start(self) -> None:
        """Delete it, in a task."""
        if self.summary is not None or not self.purge_button.isEnabled():
            return
        run, reason = self._context, self.edit.text()
        self.work(
            tr("Deleting…"),
            lambda task: purge.purge(task, run.db, run.user, reason),
            self._purged,
            Lane.WRITE,
            Listed(tr("Purge"), purged, Place(page="history")),
        )

    def _purged(self, done: PurgeSummary) -> None:
        self.summary = done
        gone = plural(done.gone.total, "{n} row was deleted", "{n} rows were deleted")
        self.show_icon(*((Icon.INFO, Role.INFO) if done.stopped else (Icon.CHECK_CIRCLE, Role.GOOD)))
        left = tr("{n} changes and {m} sendings are left.", n=count(done.left.changes), m=count(done.left.attempts))
        again = tr("It was stopped: purge again for the rest.") if done.stopped else ""
        self.say(gone, f"{again} {left}".strip())
        self._list(done.held, done.gone, _WENT)
        self._field.hide()
        self.sure.hide()
        self.purge_button.hide()
        self.refresh()
        self.close_button.setFocus()
        self.written(Topic.EXTRACTS, Topic.SYNC_RUNS, Topic.LEARNERS, Topic.ENROLMENTS)
