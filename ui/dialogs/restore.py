"""*Restore*: how a copy differs from the database; with a reason and a tick it takes the place of everything."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app import copies
from app.access import Permission
from app.context import AppContext
from app.copies import Look
from app.dates import shown_time
from app.past import names
from app.purge import LONGEST_REASON
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, line
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 680, 520
_FEWER = State(Icon.ARROW_DOWN, "Fewer", Role.WARN)
_MORE = State(Icon.ARROW_UP, "More", Role.INFO)


class RestoreDialog(WorkingDialog):
    """`restored` when the copy is in place and the dialog is closed: the window has to be opened anew."""

    restored = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        file: Path,
        at_rest: Callable[[], str] = str,
    ) -> None:
        """`at_rest`: what is at work meanwhile, in a sentence; "" if nothing is."""
        super().__init__(
            parent, runner, context, title=tr("Restore"), icon=Icon.CLOCK_COUNTER_CLOCKWISE, name="restore"
        )
        self._file, self._others = file, at_rest
        self._why_not = context.rights.why_not(Permission.ADMINISTER)
        self._look: Look | None = None
        self.kept: Path | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("Restore {name}", name=visible_text(file.name)), tr("Comparing the copy with the database…"))
        db, beside = context.db, context.folder.path / "backups"

        def work(task: TaskContext) -> Look:
            return copies.look(task, db, file, beside)

        listed = told_listed(tr("Compare with a copy"), _lost_words)
        self.work(tr("Comparing…"), work, self._looked, Lane.BACKUP, listed)

    def _build(self) -> None:
        columns = (
            ListColumn(tr("In the copy"), "text", 16),
            ListColumn(tr("What"), "key", 44),
            ListColumn(tr("Here"), "number", 20),
            ListColumn(tr("There"), "number", 20),
        )
        self.list = StateList(columns, "restore_differences", 0)
        self.list.setAccessibleName(tr("How the copy differs"))
        self.content.addWidget(in_card(self.list), 1)
        self.edit = line(longest=LONGEST_REASON)
        self._field = FormField(tr("Reason"), self.edit, name="restore_reason", help=tr("Kept in the history."))
        self.edit.textChanged.connect(self.refresh)
        self.content.addWidget(self._field)
        self.sure = QCheckBox(tr("I know that everything done since the copy is lost"))
        self.sure.setObjectName("restore_sure")
        self.sure.toggled.connect(self.refresh)
        self.content.addWidget(self.sure)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="restore_close", clicked=self.reject)
        self.restore_button = self.add_button(
            tr("Restore"), Icon.CLOCK_COUNTER_CLOCKWISE, kind="danger", name="restore_start", clicked=self.start
        )
        parts.in_reading_order([self.list, self._field, self.sure, self.foot])

    # Before

    def _looked(self, found: Look) -> None:
        self._look = found
        last = tr("Nothing was ever done in the copy.")
        if found.last_there is not None:
            last = tr("The last thing done in the copy was at {moment}.", moment=shown_time(found.last_there))
        older = tr("An older version made it: it is brought up to date first, in a file of its own.")
        if found.older:
            last = f"{last} {older}"
        what = tr("All or nothing of it takes the place of what is here, which is copied first.")
        self.say(_lost_words(found), f"{last} {what}")
        self._tell_erased(found)
        self.list.show_states(
            [
                StateRow(
                    _FEWER if one.there < one.here else _MORE,
                    ("", tr(names.table(one.table)), count(one.here), count(one.there)),
                )
                for one in found.differences
            ]
        )
        self.refresh()
        self.edit.setFocus()

    def _tell_erased(self, found: Look) -> None:
        """Of people who were erased here since: the copy holds them."""
        again = plural(
            found.erased,
            "{n} learner of the copy was erased here since, and is erased again with it.",
            "{n} learners of the copy were erased here since, and are erased again with it.",
        )
        if found.unsure:
            unsure = plural(
                found.unsure,
                "{n} learner who was erased here may be in it: look for them afterwards, and erase them again.",
                "{n} learners who were erased here may be in it: look for them afterwards, and erase them again.",
            )
            text = f"{unsure} {again}" if found.erased else unsure
            self.tell(tr("The copy comes from a database that went another way."), text, Role.WARN, Icon.WARNING)
        elif found.erased:
            kept = tr("The file itself still holds them. Delete it when you need it no more.")
            self.tell(again, kept, Role.INFO, Icon.INFO)

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        nothing = "" if self._look is not None else tr("There is no copy to restore.")
        reason = "" if self.edit.text().strip() else tr("Say in a few words why.")
        sure = "" if self.sure.isChecked() else tr("Tick that you know what is lost.")
        why_not = self._why_not or self._context.offline or busy or nothing or self._others() or reason or sure
        enable(self.restore_button, why_not, tr("Puts the copy into the place of everything."))
        self._field.setEnabled(self._look is not None and not self.busy and not self._why_not)
        first = tr("What is there now is copied into the folder “backups” first.")
        enable(self.sure, self._why_not or busy or nothing, first)
        self.close_button.setDefault(True)
        if not self.busy and self.kept is None:
            self.close_button.setText(tr("Cancel"))

    # Doing it

    @Slot()
    def start(self) -> None:
        """Put it into place, in a task: whole, or everything is as before."""
        self.refresh()
        if self.kept is not None or not self.restore_button.isEnabled():
            return
        run, file, reason = self._context, self._file, self.edit.text().strip()
        kept = copies.before_restore(run.folder.path / "backups", datetime.now(UTC))

        def work(task: TaskContext) -> Path:
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            copies.restore(task, run.db, run.user, file, kept, reason)
            return kept

        self.work(tr("Restoring…"), work, self._restored, Lane.WRITE, told_listed(tr("Restore"), _kept_words))

    def _restored(self, kept: Path) -> None:
        self.kept = kept
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        self.say(
            tr("Restored. Learner Manager now opens anew."),
            _kept_words(kept),
        )
        for part in (self._field, self.sure, self.restore_button):
            part.hide()
        self.close_button.setFocus()

    def reject(self) -> None:
        """Close, Esc or the cross; after a restore the window is opened anew."""
        done = self.kept is not None and not self.busy
        super().reject()
        if done:
            self.restored.emit()


def _lost_words(found: Look) -> str:
    return plural(
        found.lost,
        "{n} thing that was done here since would be lost.",
        "{n} things that were done here since would be lost.",
    )


def _kept_words(kept: Path) -> str:
    return tr("What was there before is in {name}, in the folder “backups”.", name=visible_text(kept.name))
