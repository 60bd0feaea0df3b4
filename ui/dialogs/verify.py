"""*Verify*: whether ULN and person belong together, learner by learner, problems first."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.learners.asking import NOT_ASKED, Ending
from app.learners.subject import Subject, why_no_verify
from app.learners.verify_uln import Verdict, Verified, VerifySummary, verify
from app.tasks import TaskContext
from ui.dialogs.lrs_asking import AskingDialog
from ui.dialogs.state_list import StateRow
from ui.grids.columns import State
from ui.help.why_link import WhyLink
from ui.look.fonts import Type
from ui.look.help_key import RULE
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import TaskRunner

_WIDTH, _HEIGHT = 880, 560
STATES: Mapping[Verdict, State] = {
    Verdict.WRONG: State(Icon.X_CIRCLE, "Does not match", Role.BAD),
    Verdict.CANNOT: State(Icon.PROHIBIT, "No call", Role.WARN),
    Verdict.FAILED: State(Icon.WARNING_CIRCLE, "No answer", Role.BAD),
    Verdict.SIMILAR: State(Icon.WARNING, "Similar", Role.WARN),
    Verdict.LINKED: State(Icon.GIT_MERGE, "Merged", Role.WARN),
    Verdict.GOOD: State(Icon.CHECK_CIRCLE, "Matches", Role.GOOD),
}
_UNASKED = State(Icon.PAUSE, "Not asked", Role.TEXT2)


class VerifyDialog(AskingDialog):
    """`find_wanted` carries the ids of the learners whose right ULN is to be searched for."""

    find_wanted = Signal(object)
    list_shares = (13, 22)
    state_share = 55

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, learner_ids: Sequence[int]
    ) -> None:
        self.summary = VerifySummary()
        super().__init__(
            parent, runner, context, learner_ids, title=tr("Verify"), icon=Icon.SHIELD_CHECK, name="verify"
        )
        self.open_at(_WIDTH, _HEIGHT)

    def why_not(self, one: Subject) -> str:
        return why_no_verify(one)

    def work(self, task: TaskContext) -> VerifySummary:
        run = self._context
        all_names = run.settings.lrs.send_all_given_names
        return verify(task, run.db, run.user, run.lrs(), self._ids, all_names=all_names)

    def build(self) -> None:
        self.content.addWidget(self.list_card, 1)
        self.who = text_label("", Type.KEY, name="verify_who")
        self.what = text_label("", Type.BODY, Role.TEXT2, wrap=True, selectable=True, name="verify_what")
        for one in (self.who, self.what):
            one.hide()
            self.content.addWidget(one)
        self.why_link = WhyLink("verify_why", self)
        self.content.addWidget(self.why_link)
        self.find_button = self.add_button(
            tr("Find ULN"), Icon.USER_FOCUS, name="verify_find", clicked=self.go_on, left=True
        )
        self.find_button.hide()
        self.list.selectionModel().currentRowChanged.connect(self._show_current)

    def show_results(self, summary: object) -> Ending:
        assert isinstance(summary, VerifySummary)
        self.summary = summary
        good = summary.number(Verdict.GOOD)
        problems = len(summary.results) - good
        if problems:
            heading = plural(problems, "{n} learner to look at", "{n} learners to look at")
            self.show_icon(Icon.WARNING, Role.WARN)
        else:
            heading = tr("Everything matches.")
            self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        self.say(heading, tr("{n} of {all} match.", n=count(good), all=count(len(summary.results))))
        self.list.show_states([self._row(one) for one in summary.results])
        self.who.show()
        self.what.show()
        self.list.selectRow(0)
        wrong = self.to_find()
        self.find_button.setText(plural(len(wrong), "Find ULN for {n} Learner", "Find ULN for {n} Learners"))
        self.find_button.setVisible(bool(wrong))
        self.list.setFocus()
        return summary.ending

    def _row(self, one: Verified) -> StateRow:
        state = _UNASKED if one.code == NOT_ASKED else STATES[one.verdict]
        short = tr(state.text)
        words = short if one.verdict is Verdict.GOOD else f"{short}: " + " ".join(one.flags or (one.words,))
        return StateRow(state, (one.learner.ref, one.learner.name or tr("No name"), words))

    @Slot()
    def _show_current(self) -> None:
        place = self.list.currentIndex().row()
        if not 0 <= place < len(self.summary.results):
            return
        one = self.summary.results[place]
        self.who.setText(f"{one.learner.name or tr('No name')} · {one.learner.ref}")
        parts = [" ".join([one.words, *one.flags])]
        if one.other_uln:
            parts.append(tr("The LRS keeps the record under {uln} now. Find ULN puts it right.", uln=one.other_uln))
        if one.learner.name_cut:
            parts.append(tr("A name over 35 characters was cut before it was sent."))
        self.what.setText("\n".join(parts))
        self.setProperty(RULE, one.code)
        self.why_link.show_rule(one.code if one.verdict is not Verdict.GOOD else "")
        self.fit()

    def to_find(self) -> list[int]:
        """The learners for whom a search is the next step, in the order of the list."""
        return [one.learner.id for one in self.summary.results if one.needs_find]

    @Slot()
    def go_on(self) -> None:
        """Close, and search for the right ULNs."""
        wanted = self.to_find()
        self.accept()
        self.find_wanted.emit(wanted)
