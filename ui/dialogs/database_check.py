"""*Check Database*: whether it is whole, in words, and how many rows there are of what."""

from PySide6.QtWidgets import QWidget

from app import db_check
from app.context import AppContext
from app.db_check import Checked
from app.past import names
from app.tasks import TaskContext
from ui.activity import Listed, Outcome, Stage
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 640, 480
_WRONG = State(Icon.WARNING_CIRCLE, "Wrong", Role.BAD)
_COUNTED = State(Icon.CHECK_CIRCLE, "Read", Role.GOOD)


class DatabaseCheckDialog(WorkingDialog):
    """Begins at once; changes nothing."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(
            parent, runner, context, title=tr("Check Database"), icon=Icon.HARD_DRIVES, name="database_check"
        )
        self.checked: Checked | None = None
        columns = (
            ListColumn(tr("State"), "text", 16),
            ListColumn(tr("What"), "key", 64),
            ListColumn(tr("Rows"), "number", 20),
        )
        self.list = StateList(columns, "database_check_list", 0)
        self.list.setAccessibleName(tr("What was looked at"))
        self.content.addWidget(in_card(self.list), 1)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(
            tr("Close"), kind="primary", name="database_check_close", clicked=self.reject
        )
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            tr("Looking through the database"),
            tr("Every row is read: whether the tables are whole, links lead to something, and searches find it."),
        )
        db = context.db

        def work(task: TaskContext) -> Checked:
            return db_check.check(task, db)

        self.work(tr("Reading…"), work, self._found, Lane.BACKUP, Listed(tr("Check Database"), _outcome))

    def _found(self, found: Checked) -> None:
        self.checked = found
        total = sum(found.counts.values())
        rows = plural(total, "{n} row was read", "{n} rows were read")
        if found.ok:
            self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
            self.say(_outcome(found).words, tr("{rows}; nothing is wrong.", rows=rows))
        else:
            self.show_icon(Icon.WARNING_CIRCLE, Role.BAD)
            first = found.problems[0]
            self.say(_outcome(found).words, tr(first.hint))
        wrong = [StateRow(_WRONG, ("", tr(one.what), "")) for one in found.problems]
        read = [
            StateRow(_COUNTED, ("", tr(names.table(name)), count(number))) for name, number in found.counts.items()
        ]
        self.list.show_states([*wrong, *read])
        self.close_button.setFocus()


def _outcome(found: Checked) -> Outcome:
    if found.ok:
        return Outcome(tr("The database is whole."))
    return Outcome(plural(len(found.problems), "{n} problem was found.", "{n} problems were found."), Stage.FAILED)
