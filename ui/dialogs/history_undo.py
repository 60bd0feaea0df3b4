"""*Undo* of an operation: what it would come to and what left the building, then what was put back and what stays."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.context import AppContext
from app.dates import shown_time
from app.past import undoing
from app.past.undoing import Foreseen, Undone
from app.tasks import TaskContext
from ui.dialogs.history_changes import HistoryChangesDialog
from ui.dialogs.working import WorkingDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.icons import Icon
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.work_words import undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 620, 260


class HistoryUndoDialog(WorkingDialog):
    """Nothing is written before *Undo* is pressed; afterwards the rows that were left can be looked at."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, operation_id: int) -> None:
        super().__init__(parent, runner, context, title=tr("Undo"), icon=Icon.ARROW_U_UP_LEFT, name="undo_operation")
        self._operation_id = operation_id
        self._foreseen: Foreseen | None = None
        self.done_: Undone | None = None
        self._gone = QVBoxLayout()
        self._gone.setSpacing(8)
        self.content.addLayout(self._gone)
        self.content.addStretch(1)
        self.content.addLayout(self.work_line())
        self.left_button = self.add_button(
            tr("Show What Was Left"), Icon.LIST_BULLETS, name="undo_left", left=True, clicked=self._show_left
        )
        self.left_button.hide()
        self.close_button = self.add_button(tr("Leave It"), name="undo_close", clicked=self.reject)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_U_UP_LEFT, kind="danger", name="undo_start", clicked=self.start, safe=False
        )
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("Undo"), tr("Looking at what it comes to…"))
        self._read()

    def _read(self) -> None:
        run, key = self._context, self._operation_id

        def work(context: TaskContext) -> Foreseen:
            return undoing.foresee(context, run.db, run.user, key)

        self.work(tr("Looking…"), work, self._foresee, Lane.READ)

    def _foresee(self, found: Foreseen) -> None:
        self._foreseen, row = found, found.row
        who = row.who or tr("the schedule")
        told = tr("{when} by {who} on {computer}", when=shown_time(row.at), who=who, computer=row.computer)
        rows = plural(row.rows, "{n} row", "{n} rows")
        if found.why_not:
            self.say(tr("“{what}” cannot be undone", what=tr(row.title)), visible_text(told) + ".")
            self.tell(found.why_not, "", Role.INFO, Icon.LOCK_SIMPLE)
        else:
            self.say(
                tr("Undo “{what}”, {rows}?", what=tr(row.title), rows=rows),
                visible_text(told)
                + ". "
                + tr("What nobody changed since is put back as it was. The rest is listed and left."),
            )
            if row.state == "stopped":
                self.tell(
                    tr("This did not come to its end, or is still at work."),
                    tr("Undo it only when nobody is at it on {computer}.", computer=visible_text(row.computer)),
                    Role.WARN,
                    Icon.WARNING,
                )
            self._name(found.gone)
        self.refresh()
        self.close_button.setFocus()
        self.fit()

    def _name(self, gone: Sequence[str]) -> None:
        """What is named, for it cannot be undone."""
        empty(self._gone)
        for one in gone:
            title, _, rest = one.partition(". ")
            banner = Banner(Icon.WARNING, Role.WARN, visible_text(f"{title}." if rest else title), visible_text(rest))
            banner.setObjectName("undo_gone")
            self._gone.addWidget(banner)

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        why_not = self._foreseen.why_not if self._foreseen is not None else tr("Looking at what it comes to…")
        enable(self.undo_button, busy or why_not, tr("Takes it back as far as nothing changed since."))
        self.close_button.setDefault(True)
        if not self.busy and self.done_ is None:
            self.close_button.setText(tr("Close") if self._foreseen is None or why_not else tr("Leave It"))

    @Slot()
    def start(self) -> None:
        """Undo it, in a task."""
        if self.done_ is not None or not self.undo_button.isEnabled():
            return
        run, key = self._context, self._operation_id
        self.work(
            tr("Undoing…"),
            lambda task: undoing.undo(task, run.db, run.user, key),
            self._undone,
            Lane.WRITE,
            undo_listed(tr("Undo")),
        )

    def _undone(self, done: Undone) -> None:
        self.done_ = done
        self.show_icon(*((Icon.WARNING, Role.WARN) if done.left else (Icon.CHECK_CIRCLE, Role.GOOD)))
        put_back = plural(done.undone, "{n} row was put back", "{n} rows were put back")
        left = "{n} was left: somebody changed it since.", "{n} were left: somebody changed them since."
        self.say(put_back, plural(done.left, *left) if done.left else tr("Nothing was left."))
        self.banner.hide()
        self._name(done.gone)
        self.left_button.setVisible(bool(done.left))
        self.undo_button.hide()
        self.refresh()
        self.fit()
        (self.left_button if done.left else self.close_button).setFocus()
        self.changed.emit(done.changes)

    @Slot()
    def _show_left(self) -> None:
        HistoryChangesDialog(self, self._runner, self._context, self._operation_id, left=True).open()
