"""*Decide Account*: whose account of the LMS it is, a learner's or nobody's of ours."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.dates import shown
from app.learners import search
from app.learners.search import LearnerRow
from app.lms import accounts_decided
from app.lms.accounts_decided import Unsettled
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 780, 520
_MOST = 100
_DELAY_MS = 150
_ALIKE = State(Icon.SPARKLE, "Looks the same", Role.INFO)
_OTHER = State(Icon.MAGNIFYING_GLASS, "Found", Role.TEXT2)


@dataclass(frozen=True, slots=True)
class _Found:
    words: str
    learners: Sequence[LearnerRow]
    more: bool


class DecideDialog(WorkingDialog):
    """Lists the learners that the account looks like, and those that the search finds. `decided` carries the number
    of the operation; the dialog is closed then."""

    decided = Signal(object)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, account: Unsettled) -> None:
        super().__init__(
            parent, runner, context, title=tr("Decide Account"), icon=Icon.USER_FOCUS, name="decide_account"
        )
        self._account = account
        self._listed: Sequence[LearnerRow] = ()
        self._looking: TaskContext | None = None
        self._later = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._later.timeout.connect(self.look)
        self._build()
        name = account.full_name or tr("account {number}", number=account.user)
        self.say(tr("Whose account is “{name}”?", name=visible_text(name)), account_words(account))
        self.open_at(_WIDTH, _HEIGHT)
        self.refresh()
        self.look()
        self.search.setFocus()

    def _build(self) -> None:
        self.search = self.search_field(tr("Search by name or person code"), "decide_search")
        self.search.textChanged.connect(self._later.start)
        self.content.addWidget(self.search)
        self.content.addLayout(self.work_line())
        columns = (
            ListColumn(tr("Person Code"), "code", 16),
            ListColumn(tr("Name"), "key", 34),
            ListColumn(tr("Date of Birth"), "text", 16),
            ListColumn(tr("Tutor Group"), "text", 14),
            ListColumn(tr("Match"), "text", 20),
        )
        self.list = StateList(columns, "decide_learners", 4)
        self.list.setAccessibleName(tr("Learners"))
        self.list.say_when_empty(tr("Search above by name or person code."))
        self.list.selectionModel().currentRowChanged.connect(self.refresh)
        self.list.doubleClicked.connect(self.take)
        self.content.addWidget(in_card(self.list), 1)
        self.nobody_button = self.add_button(
            tr("Nobody of Ours"), Icon.PROHIBIT, name="decide_nobody", clicked=self.nobody, left=True
        )
        self.close_button = self.add_button(tr("Cancel"), name="decide_close", clicked=self.reject)
        self.take_button = self.add_button(
            tr("It Is This Learner"), Icon.CHECK, kind="primary", name="decide_take", clicked=self.take
        )
        parts.in_reading_order([self.search, self.list, self.foot])

    # Looking

    @Slot()
    def look(self) -> None:
        """Search anew; without words, those that the account looks like."""
        if self._looking is not None:
            self._looking.cancel()
        db, words, alike = self._context.db, self.search.text(), list(self._account.looks_like)

        def read(context: TaskContext) -> _Found:
            with db.read(context) as tx:
                ids = alike
                if words.strip():
                    query = search.keys_query(None, words, "name").limit(_MOST + 1)
                    ids = list(tx.execute(query).scalars())
                rows = search.rows(tx, ids[:_MOST])
            return _Found(words, [rows[key] for key in ids[:_MOST] if key in rows], len(ids) > _MOST)

        self._looking = self._runner.run(read, lane=Lane.COUNT, done=self._looked, failed=self._look_failed)

    @Slot(object)
    def _looked(self, found: _Found) -> None:
        if found.words != self.search.text():
            return
        self._listed = found.learners
        self.list.show_states([self._row(one) for one in found.learners])
        if found.learners:
            self.list.selectRow(0)
        if not found.words.strip():
            self.words.setText(
                tr("Looks like:") if found.learners else tr("Looks like nobody: search for the learner.")
            )
        elif not found.learners:
            self.words.setText(tr("No learner has all these words."))
        else:
            number = count(len(found.learners))
            self.words.setText(
                tr("The first {n}: type more words.", n=number) if found.more else tr("{n} found", n=number)
            )
        self.refresh()

    @Slot(object)
    def _look_failed(self, error: Exception) -> None:
        self.show_problem(error)

    def _row(self, one: LearnerRow) -> StateRow:
        name = ", ".join(part for part in (one.family_name, one.given_names) if part)
        state = _ALIKE if one.id in self._account.looks_like else _OTHER
        texts = (one.ref, name or tr("No name"), shown(one.birth_date) or "–", one.tutor_group or "–", tr(state.text))
        return StateRow(state, texts)

    @property
    def current(self) -> LearnerRow | None:
        """The learner of the current row."""
        place = self.list.currentIndex().row()
        return self._listed[place] if 0 <= place < len(self._listed) else None

    @Slot()
    def refresh(self, *_: object) -> None:
        reason = self._context.rights.why_not(Permission.ENROL)
        if self.busy:
            reason = tr("It is under way.")
        else:
            self.close_button.setText(tr("Cancel"))
        enable(self.nobody_button, reason, tr("Somebody on the course who is no learner here, such as staff."))
        chosen = "" if self.current is not None else tr("Choose a learner first.")
        enable(self.take_button, reason or chosen, tr("Progress and grades of this account are this learner’s."))
        self.prefer(self.take_button)

    # Deciding

    @Slot()
    def take(self, *_: object) -> None:
        """It is the learner of the current row."""
        if self.current is not None and self.take_button.isEnabled():
            self._decide(self.current.id)

    @Slot()
    def nobody(self) -> None:
        """It is nobody's of ours."""
        self._decide(None)

    def _decide(self, learner_id: int | None) -> None:
        run, account_id = self._context, self._account.id
        self.work(
            tr("Deciding…"),
            lambda task: accounts_decided.decide(run.db, run.user, account_id, learner_id),
            self._done_deciding,
            Lane.WRITE,
        )

    def _done_deciding(self, operation_id: int) -> None:
        self.accept()
        self.written(Topic.ENROLMENTS)
        self.decided.emit(operation_id)


def account_words(one: Unsettled) -> str:
    """What the LMS says of an account."""
    said = [tr("LMS number {number}", number=one.user)]
    if one.id_number:
        said.append(tr("ID number {number}", number=visible_text(one.id_number)))
    if one.email:
        said.append(visible_text(one.email))
    return " · ".join(said)
