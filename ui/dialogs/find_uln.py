"""*Find ULN*: learners on the left, the candidates of the current one side by side; a person chooses."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import history
from app.access import Permission
from app.appearing import correct_uln
from app.connectors.lrs_find import FindAnswer, FoundLearner
from app.context import AppContext
from app.errors import ConflictError
from app.learners.asking import Asked, Ending, learners_to_ask
from app.learners.candidates import compared, differing
from app.learners.find_uln import FindSummary, confirmed, find, preselected
from app.learners.subject import Subject, why_no_find
from app.tasks import TaskContext
from ui.dialogs.candidate_table import CandidateTable, Legend
from ui.dialogs.find_words import NONE_OF_THESE, USED, has_choice, sentence, state_of, why_not_use
from ui.dialogs.form_field import StateLine
from ui.dialogs.lrs_asking import AskingDialog
from ui.dialogs.state_list import StateRow
from ui.help.why_link import WhyLink
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.dialog import ask
from ui.look.fonts import Type, scaled
from ui.look.help_key import RULE
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 1240, 640
_LIST_WIDTH, _LIST_SHARE = 390, 0.38


class FindUlnDialog(AskingDialog):
    """`corrected` when a learner got a ULN, or lost it again by Undo; `used` holds the operations by learner id."""

    corrected = Signal()

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, learner_ids: Sequence[int]
    ) -> None:
        self.summary = FindSummary()
        self.used: dict[int, int] = {}
        self._declined: set[int] = set()
        self._saving = False
        super().__init__(
            parent, runner, context, learner_ids, title=tr("Find ULN"), icon=Icon.USER_FOCUS, name="find_uln"
        )
        self.open_at(_WIDTH, _HEIGHT)

    def why_not(self, one: Subject) -> str:
        return why_no_find(one)

    def work(self, task: TaskContext) -> FindSummary:
        run = self._context
        all_names = run.settings.lrs.send_all_given_names
        return find(task, run.db, run.user, run.lrs(), self._ids, all_names=all_names)

    # Building

    def build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.list_card, 1)
        self._panel = self._build_panel()
        row.addWidget(self._panel, 2)
        self.content.addLayout(row, 1)
        self.undo_button = self.add_button(
            tr("Undo"),
            Icon.ARROW_COUNTER_CLOCKWISE,
            name="find_undo",
            clicked=self.undo,
            left=True,
            tip=tr("Gives the learner the former ULN back."),
        )
        self.none_button = self.add_button(tr("None of These"), name="find_none", clicked=self.none_of_these)
        self.skip_button = self.add_button(
            tr("Skip"), name="find_skip", clicked=self.skip, tip=tr("Leave this learner open and go to the next one.")
        )
        self.use_button = self.add_button(tr("Use This ULN"), kind="primary", name="find_use", clicked=self.use)
        for one in (self._panel, self.undo_button, self.none_button, self.skip_button, self.use_button):
            one.hide()
        self.list.selectionModel().currentRowChanged.connect(self._show_current)

    def _build_panel(self) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.who = ElidingLabel("", Type.HEADING)
        self.who.setObjectName("find_who")
        self.outcome = text_label("", Type.BODY, Role.TEXT2, wrap=True, name="find_outcome")
        self.table = CandidateTable()
        self.table.chosen.connect(self._chosen)
        self._table_card = in_card(self.table)
        self.note = StateLine()
        self.note.setObjectName("find_note")
        self._legend = Legend()
        column.addWidget(self.who)
        column.addWidget(self.outcome)
        self.why_link = WhyLink("find_why", self)
        column.addWidget(self.why_link)
        column.addWidget(self._table_card, 1)
        column.addWidget(self.note)
        column.addWidget(self._legend)
        column.addStretch(0)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)
        return panel

    # Results

    def show_results(self, summary: object) -> Ending:
        assert isinstance(summary, FindSummary)
        summary.results.sort(key=lambda one: not has_choice(one) or confirmed(one))
        self.summary = summary
        self.list_card.setFixedWidth(min(scaled(_LIST_WIDTH), int(self.width() * _LIST_SHARE)))
        self._panel.show()
        for one in (self.none_button, self.skip_button, self.use_button):
            one.show()
        self.use_button.setDefault(True)
        self.list.show_states([self._row(one) for one in summary.results])
        self.list.selectRow(0)
        self._say_left()
        if self.left:
            self.table.lead_here()
        else:
            self.close_button.setFocus()
        return summary.ending

    def _row(self, result: Asked[FindAnswer]) -> StateRow:
        one = result.learner
        state = state_of(result)
        if one.id in self.used:
            state = USED
        elif one.id in self._declined:
            state = NONE_OF_THESE
        return StateRow(state, (one.ref, one.name or tr("No name"), tr(state.text)))

    @property
    def left(self) -> list[int]:
        """The places of the learners about whom nothing was decided yet."""
        return [place for place, one in enumerate(self.summary.results) if self._is_open(one)]

    def _is_open(self, result: Asked[FindAnswer]) -> bool:
        one = result.learner.id
        return has_choice(result) and not confirmed(result) and one not in self.used and one not in self._declined

    @property
    def current(self) -> Asked[FindAnswer] | None:
        """The learner that is looked at."""
        place = self.list.currentIndex().row()
        return self.summary.results[place] if 0 <= place < len(self.summary.results) else None

    @property
    def candidate(self) -> FoundLearner | None:
        """The candidate chosen for the current learner."""
        result, place = self.current, self.table.chosen_place
        if result is None or result.answer is None or place is None or not has_choice(result):
            return None
        return result.answer.learners[place]

    def _say_left(self) -> None:
        number = len(self.left)
        if number:
            heading = plural(number, "{n} learner to choose for", "{n} learners to choose for")
        else:
            heading = tr("Nothing is left to choose.")
        used = plural(len(self.used), "{n} ULN used.", "{n} ULNs used.") + " " if self.used else ""
        self.say(heading, used + tr("Nothing is stored until you press Use This ULN."))

    # The current learner

    @Slot()
    def _show_current(self) -> None:
        result = self.current
        if result is None or not self.summary.results:
            return
        one = result.learner
        self.who.setText(f"{one.name or tr('No name')} · {one.ref}")
        self.outcome.setText(sentence(result))
        code = result.code or (result.answer.response_code if result.answer is not None else "") or ""
        self.setProperty(RULE, code)
        self.why_link.show_rule(code if not has_choice(result) else "")
        choice = has_choice(result)
        if choice and result.answer is not None:
            learners = result.answer.learners
            exact = preselected(result.answer)
            self._lines = compared(one, learners)
            chosen = learners.index(exact) if exact is not None else None
            self.table.show_lines(self._lines, chosen, enabled=self._is_open(result))
            self._order()
        self._table_card.setVisible(choice)
        self._legend.setVisible(choice)
        self._rest.setVisible(not choice)
        self._chosen()

    def _order(self) -> None:
        """Tab goes from the list to the candidates, then along the foot."""
        radios = [column.radio for column in self.table.columns]
        foot = [self.undo_button, self.close_button, self.none_button, self.skip_button, self.use_button]
        for first, second in pairwise([self.list, *radios, *foot]):
            self.setTabOrder(first, second)

    @Slot()
    def _chosen(self) -> None:
        """Say what is to be known of the chosen candidate, and whether it can be used."""
        result, chosen = self.current, self.candidate
        if result is None:
            return
        is_open = self._is_open(result)
        reason = why_not_use(result, chosen, self.summary) if is_open else tr("There is nothing to choose here.")
        rights = self._context.rights.why_not(Permission.EDIT_LEARNERS)
        busy = tr("Being saved…") if self._saving else ""
        enable(self.use_button, busy or reason or rights, tr("Gives the learner this ULN. Undo takes it back."))
        enable(self.none_button, busy or ("" if is_open else tr("There is nothing to choose here.")))
        here = self.list.currentIndex().row()
        enable(self.skip_button, busy or ("" if set(self.left) - {here} else tr("No other learner is left.")))
        self.undo_button.setVisible(result.learner.id in self.used)
        self.undo_button.setEnabled(not self._saving)
        self._say_note(is_open, chosen, reason or rights)

    def _say_note(self, is_open: bool, chosen: FoundLearner | None, reason: str) -> None:
        place = self.table.chosen_place
        if not is_open or chosen is None or place is None:
            self.note.say(Icon.INFO, "", Role.TEXT2)
        elif reason:
            self.note.say(Icon.WARNING, reason, Role.WARN)
        elif names := differing(self._lines, place):
            self.note.say(Icon.WARNING, tr("Differs: {fields}.", fields=", ".join(names)), Role.WARN)
        else:
            self.note.say(Icon.CHECK_CIRCLE, tr("Everything that can be compared is the same."), Role.GOOD)

    # Deciding

    @Slot()
    def skip(self) -> None:
        """Leave this learner open and go to the next one."""
        self._next()

    @Slot()
    def none_of_these(self) -> None:
        """None of the candidates is the learner: nothing is stored."""
        result = self.current
        if result is not None and self._is_open(result):
            self._declined.add(result.learner.id)
            self._decided()

    def _decided(self) -> None:
        place = self.list.currentIndex().row()
        self.list.show_state(place, self._row(self.summary.results[place]))
        self._say_left()
        self._next()

    def _next(self) -> None:
        here = self.list.currentIndex().row()
        left = self.left
        following = next((place for place in left if place > here), left[0] if left else None)
        if following is None or following == here:
            self._show_current()
            self.close_button.setFocus()
            return
        self.list.selectRow(following)
        self.list.scrollTo(self.list.currentIndex())
        self.table.lead_here()

    @Slot()
    def use(self) -> None:
        """Give the learner the chosen ULN, in a task; one operation that can be undone."""
        result, chosen = self.current, self.candidate
        if result is None or chosen is None or self._saving or not self.use_button.isEnabled():
            return
        run, subject, uln = self._context, result.learner, chosen.uln

        def work(task: TaskContext) -> tuple[int, str, int]:
            return subject.id, uln, correct_uln(run.db, run.user, subject, uln)

        self._set_saving(True)
        self._runner.run(
            work, lane=Lane.WRITE, done=self._was_used, failed=self._not_saved, cancelled=self._save_ended
        )

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.list.setEnabled(not saving)
        self.banner.hide()
        self._chosen()

    @Slot()
    def _save_ended(self) -> None:
        self._set_saving(False)

    @Slot(object)
    def _was_used(self, done: tuple[int, str, int]) -> None:
        learner_id, uln, operation = done
        result = self.current
        assert result is not None
        self.used[learner_id] = operation
        self.summary.holds_now(learner_id, result.learner.ref, uln)
        self._set_saving(False)
        self._decided()
        self.corrected.emit()

    @Slot(object)
    def _not_saved(self, error: Exception) -> None:
        self._set_saving(False)
        self.show_problem(error)

    @Slot()
    def undo(self) -> None:
        """Take back the correction of the current learner."""
        result = self.current
        if result is None or result.learner.id not in self.used or self._saving:
            return
        run, one, operation = self._context, result.learner, self.used[result.learner.id]
        all_names = run.settings.lrs.send_all_given_names

        def work(task: TaskContext) -> Subject:
            if history.undo(run.db, run.user.id, operation).left:
                raise ConflictError(
                    "Somebody else changed this learner since: the ULN stays.", hint="Edit the learner by hand."
                )
            [again] = learners_to_ask(run.db, run.user, [one.id], all_names=all_names)
            return again

        self._set_saving(True)
        self._runner.run(work, lane=Lane.WRITE, done=self._undone, failed=self._not_saved, cancelled=self._save_ended)

    @Slot(object)
    def _undone(self, again: Subject) -> None:
        place = self.list.currentIndex().row()
        result = self.summary.results[place]
        self.summary.results[place] = Asked(again, result.answer)
        del self.used[again.id]
        self.summary.holds_now(again.id, again.ref, again.uln)
        self._set_saving(False)
        self.list.show_state(place, self._row(self.summary.results[place]))
        self._say_left()
        self._show_current()
        self.table.lead_here()
        self.corrected.emit()

    # Leaving

    def may_close(self) -> bool:
        """Answers that cost a visible access are not thrown away unasked."""
        if self._saving:
            return False
        number = len(self.left)
        if not number:
            return True
        answer = ask(
            self,
            tr("Find ULN"),
            plural(number, "{n} learner has candidates left.", "{n} learners have candidates left."),
            tr("Closing forgets them. To see them again the service must be asked again."),
            [("forget", tr("Forget and Close")), ("keep", tr("Keep Open"))],
            safe="keep",
            name="find_closing",
        )
        return answer == "forget"
