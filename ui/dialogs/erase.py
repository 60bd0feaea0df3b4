"""*Erase Learner*: what goes is shown, the person code is typed, a reason is given; there is no Undo."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.access import Permission
from app.context import AppContext
from app.copies import KEPT_DAYS
from app.learners import erase
from app.learners.erase import LONGEST_REASON, Erased, Foreseen
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, line
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _LONGEST_CODE = 720, 640, 60
_GOES = State(Icon.ERASER, "Goes", Role.WARN)
_NOTHING = State(Icon.MINUS_CIRCLE, "None", Role.TEXT2)
_DELETED, _KEPT = "deleted", "kept"


class EraseDialog(WorkingDialog):
    """Only with the person code typed and a reason."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, learner_id: int) -> None:
        super().__init__(parent, runner, context, title=tr("Erase Learner"), icon=Icon.ERASER, name="erase")
        self._why_not = context.rights.why_not(Permission.ERASE_LEARNERS)
        self._learner_id = learner_id
        self._foreseen: Foreseen | None = None
        self.summary: Erased | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("Erase Learner"), tr("Looking at what is held…"))
        if self._why_not:
            self.tell(self._why_not, "", Role.INFO, Icon.LOCK_SIMPLE)
            self.refresh()
        else:
            self._read()

    def _build(self) -> None:
        columns = (
            ListColumn(tr("State"), "text", 14),
            ListColumn(tr("What"), "key", 34),
            ListColumn(tr("There are"), "number", 14),
            ListColumn(tr("Becomes"), "text", 38),
        )
        self.list = StateList(columns, "erase_counts", 0)
        self.list.setAccessibleName(tr("What is held of the learner"))
        self.content.addWidget(in_card(self.list), 1)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(6)
        self.content.addLayout(self._notes)
        self.typed = line(longest=_LONGEST_CODE)
        self._typed_field = FormField(
            tr("Person code of the learner"), self.typed, name="erase_typed", help=tr("Type it to confirm.")
        )
        self.edit = line(longest=LONGEST_REASON)
        self._field = FormField(
            tr("Reason"),
            self.edit,
            name="erase_reason",
            help=tr("Kept in the history, so it must not name them."),
        )
        for one in (self.typed, self.edit):
            one.textChanged.connect(self.refresh)
        self.content.addWidget(self._typed_field)
        self.content.addWidget(self._field)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="erase_close", clicked=self.reject)
        self.erase_button = self.add_button(
            tr("Erase"), Icon.ERASER, kind="danger", name="erase_start", clicked=self.start
        )
        parts.in_reading_order([self.list, self._typed_field, self._field, self.foot])

    # Before

    def _read(self) -> None:
        run, key = self._context, self._learner_id

        def work(context: TaskContext) -> Foreseen:
            return erase.foresee(context, run.db, run.user, key)

        self.work(tr("Looking…"), work, self._foresee, Lane.READ)

    def _foresee(self, found: Foreseen) -> None:
        self._foreseen = found
        who = visible_text(f"{found.ref}  {found.name}")
        others = ""
        if found.others:
            codes = visible_text(", ".join(found.others))
            others = " " + tr("Those who were merged into them go as well: {codes}.", codes=codes)
        self.say(
            tr("Erase {who}?", who=who),
            tr(
                "What identifies this person is deleted for good: there is no Undo. That it was done, by whom, when "
                "and why, stays in the history."
            )
            + others,
        )
        self.list.show_states(
            [
                StateRow(_GOES if one.number else _NOTHING, ("", tr(one.title), count(one.number), tr(one.becomes)))
                for one in found.goes
            ]
        )
        for words in _warnings(found):
            banner = Banner(Icon.WARNING, Role.WARN, *words)
            banner.setObjectName("erase_note")
            self._notes.addWidget(banner)
        self.refresh()
        self.fit()
        self.typed.setFocus()

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        found = self._foreseen
        nobody = "" if found is not None else tr("There is nobody to erase.")
        typed = "" if found is not None and self.typed.text().strip() == found.ref else tr("Type the person code.")
        reason = "" if self.edit.text().strip() else tr("Say in a few words why.")
        why = self._why_not or busy or nobody or typed or reason
        enable(self.erase_button, why, tr("Deletes what is listed, for good."))
        entry = not busy and found is not None and self.summary is None
        for part in (self._typed_field, self._field):
            part.setEnabled(entry)
        self.close_button.setDefault(True)
        if not self.busy and self.summary is None:
            self.close_button.setText(tr("Cancel"))

    # Doing it

    @Slot()
    def start(self) -> None:
        """Erase them, in a task."""
        if self.summary is not None or not self.erase_button.isEnabled():
            return
        run, key, typed, reason = self._context, self._learner_id, self.typed.text(), self.edit.text()
        self.work(
            tr("Erasing…"),
            lambda task: erase.erase(run.db, run.user, key, typed, reason),
            self._erased,
            Lane.WRITE,
            told_listed(tr("Erase Learner"), _erased_words, "history", stoppable=False),
        )

    def _erased(self, done: Erased) -> None:
        self.summary = done
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        self.say(
            _erased_words(done),
            tr("The history says that it was done, and why."),
        )
        if not done.scrubbed:
            self.tell(
                tr("The file still holds traces of what was deleted."),
                tr("Another program reads it, or the disk is full. They go the next time somebody is erased."),
                Role.WARN,
                Icon.WARNING,
            )
        for part in (self._typed_field, self._field, self.erase_button):
            part.hide()
        self.list.show_states([])
        self.refresh()
        self.close_button.setFocus()
        self.changed.emit(done.changes)


def _erased_words(done: Erased) -> str:
    return plural(done.learners, "The learner was erased", "{n} records of the learner were erased")


def _warnings(found: Foreseen) -> list[tuple[str, str]]:
    """What erasing here does not reach."""
    told = [
        (
            tr("A file that brings this person code again makes a new learner."),
            tr("Have the learner removed in your MIS first."),
        )
    ]
    if found.in_lms:
        told.append(
            (
                plural(
                    found.in_lms,
                    "{n} enrolment is known to the LMS, which hears nothing of this.",
                    "{n} enrolments are known to the LMS, which hears nothing of this.",
                ),
                tr("Have the account removed there: else the next synchronisation reads it as somebody unknown."),
            )
        )
    if found.copies:
        told.append(
            (
                plural(found.copies, "{n} copy of the database holds the learner.", "{n} copies hold the learner."),
                tr(
                    "Daily copies, and what a restore or a move put aside, go after {days} days, the first of each "
                    "month after two years. Delete those in the folder “backups” and copies kept elsewhere by hand.",
                    days=count(KEPT_DAYS),
                ),
            )
        )
    else:
        told.append((tr("Backups made before still hold the learner."), tr("Delete them, or let them run out.")))
    return told
