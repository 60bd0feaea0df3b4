"""*Accounts*: accounts of the LMS that are nobody's yet, or that more than one learner may have (SE-20, SE-23)."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app import history
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.folding import fold
from app.history import UndoSummary
from app.learners import search
from app.lms import accounts_decided
from app.lms.accounts_decided import Unsettled
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.lms_decide import DecideDialog
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 940, 540
_PAGE = 500
_CLASH = State(Icon.WARNING, "Clash", Role.WARN)
_NOBODY = State(Icon.QUESTION, "Nobody’s yet", Role.TEXT2)


@dataclass(frozen=True, slots=True)
class _Read:
    accounts: list[Unsettled]
    names: Mapping[int, str]


class AccountsDialog(WorkingDialog):
    """Nothing of these accounts is written to anybody until it is decided. `learner_id`: only those that may be this
    learner's."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, *, learner_id: int | None = None
    ) -> None:
        super().__init__(
            parent,
            runner,
            context,
            title=tr("Accounts"),
            heading=tr("Accounts"),
            icon=Icon.IDENTIFICATION_BADGE,
            name="lms_accounts",
        )
        self._learner_id = learner_id
        self._found = _Read([], {})
        self._shown: list[Unsettled] = []
        self._operation_id: int | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.read()

    def _build(self) -> None:
        self.search = self.search_field(tr("Search accounts"), "accounts_search")
        self.search.textChanged.connect(self._fill)
        self.content.addWidget(self.search)
        self.content.addLayout(self.work_line())
        columns = (
            ListColumn(tr("State"), "text", 19),
            ListColumn(tr("Name in the LMS"), "key", 24),
            ListColumn(tr("ID Number"), "code", 13),
            ListColumn(tr("Email"), "text", 28),
            ListColumn(tr("Looks Like"), "text", 22),
        )
        self.list = StateList(columns, "accounts_list", 0)
        self.list.setAccessibleName(tr("Accounts"))
        self.list.say_when_empty(tr("Accounts that nobody knows, or that may be of several learners, stand here."))
        self.list.selectionModel().currentRowChanged.connect(self.refresh)
        self.list.doubleClicked.connect(self.decide)
        self.content.addWidget(in_card(self.list), 1)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="accounts_undo", clicked=self.undo, left=True
        )
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Close"), name="accounts_close", clicked=self.reject)
        self.decide_button = self.add_button(
            tr("Decide Account"), Icon.USER_FOCUS, kind="primary", name="accounts_decide", clicked=self.decide
        )
        parts.in_reading_order([self.search, self.list, self.foot])

    # Reading

    def read(self) -> None:
        """Read the list anew."""
        db, learner_id = self._context.db, self._learner_id

        def work(context: TaskContext) -> _Read:
            names: dict[int, str] = {}
            with db.read(context) as tx:
                found = accounts_decided.unsettled(tx)
                if learner_id is not None:
                    found = [one for one in found if learner_id in one.looks_like]
                ids = sorted({key for one in found for key in one.looks_like})
                for start in range(0, len(ids), _PAGE):
                    for key, row in search.rows(tx, ids[start : start + _PAGE]).items():
                        name = ", ".join(part for part in (row.family_name, row.given_names) if part)
                        names[key] = f"{name} ({row.ref})" if name else row.ref
            return _Read(found, names)

        self.work(tr("Reading the accounts…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: _Read) -> None:
        self._found = found
        self._fill()
        number = len(found.accounts)
        words = plural(number, "{n} account waits for a decision.", "{n} accounts wait for a decision.")
        self.say(
            tr("Accounts"),
            (words if number else tr("No account of the LMS waits for a decision."))
            + " "
            + tr("Until it is decided, nothing of it is written to anybody."),
        )
        if not self._shown:
            self.close_button.setFocus()
        else:
            self.list.setFocus()

    @Slot()
    def _fill(self, *_: object) -> None:
        words = (fold(self.search.text()) or "").split()
        self._shown = [one for one in self._found.accounts if all(word in self._text(one) for word in words)]
        self.list.show_states([self._row(one) for one in self._shown])
        if self._shown and self.list.currentIndex().row() < 0:
            self.list.selectRow(0)
        self.refresh()

    def _looks(self, one: Unsettled) -> str:
        names = [self._found.names[key] for key in one.looks_like if key in self._found.names]
        return "; ".join(names) or "–"

    def _text(self, one: Unsettled) -> str:
        told = (one.full_name, one.id_number, one.email, self._looks(one), one.user)
        return fold(" ".join(part for part in told if part)) or ""

    def _row(self, one: Unsettled) -> StateRow:
        state = _CLASH if one.clash else _NOBODY
        name = one.full_name or tr("account {number}", number=one.user)
        return StateRow(state, ("", name, one.id_number or "–", one.email or "–", self._looks(one)))

    @property
    def current(self) -> Unsettled | None:
        """The account of the current row."""
        place = self.list.currentIndex().row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    @Slot()
    def refresh(self, *_: object) -> None:
        reason = self._context.rights.why_not(Permission.ENROL)
        if not reason and self.busy:
            reason = tr("It is under way.")
        if not reason and self.current is None:
            reason = tr("There is no account to decide about.")
        enable(self.decide_button, reason, tr("Say whose it is: a learner’s, or nobody’s of ours."))
        self.prefer(self.decide_button)
        self.undo_button.setEnabled(not self.busy)
        if not self.busy:
            self.words.setText(tr("{n} listed", n=count(len(self._shown))) if self._found.accounts else "")

    # Deciding

    @Slot()
    def decide(self, *_: object) -> None:
        """Decide about the account of the current row."""
        one = self.current
        if one is None or not self.decide_button.isEnabled():
            return
        dialog = DecideDialog(self, self._runner, self._context, one)
        dialog.changed.connect(self.changed)
        dialog.decided.connect(self._decided)
        dialog.open()

    @Slot(object)
    def _decided(self, operation_id: int) -> None:
        self._operation_id = operation_id
        self.undo_button.show()
        self.read()

    @Slot()
    def undo(self) -> None:
        """Take the last decision back."""
        if self._operation_id is None:
            return
        run, operation_id = self._context, self._operation_id
        self.work(
            tr("Taking it back…"),
            lambda task: history.undo(run.db, run.user.id, operation_id),
            self._undone,
            Lane.WRITE,
        )

    def _undone(self, done: UndoSummary) -> None:
        self._operation_id = None
        self.undo_button.hide()
        self.written(Topic.ENROLMENTS)
        self.read()
        if done.left:
            words = tr("Somebody decided about this account since, so it stays.")
            self.tell(tr("Not taken back"), words, Role.WARN, Icon.ARROW_COUNTER_CLOCKWISE)
        else:
            self.tell(tr("The last decision was taken back"), "", Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)
