"""*Merge Learners*: two side by side, a choice where they differ; then one of them, and an Undo."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.history import UndoSummary
from app.learners import merge
from app.learners.merge import Comparison, MergeSummary, Person
from ui import parts
from ui.dialogs.form_field import FormField
from ui.dialogs.merge_lines import MergeLines
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.dialogs.working import WorkingDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import scaled
from ui.look.icons import Icon
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed, undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _LIST_HEIGHT = 860, 660, 132
_TOPICS = (
    Topic.LEARNERS, Topic.ATTAINMENTS, Topic.PLR_CHECKS, Topic.ENROLMENTS, Topic.EXTRACTS, Topic.CREDIT,
)  # fmt: skip


class MergeDialog(WorkingDialog):
    """Of two learners; of one, the other is chosen first among those who look like them."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, learner_ids: Sequence[int]
    ) -> None:
        super().__init__(parent, runner, context, title=tr("Merge Learners"), icon=Icon.GIT_MERGE, name="merge")
        self._why_not = context.rights.why_not(Permission.MERGE_LEARNERS)
        self._ids = tuple(learner_ids)
        self.found: Comparison | None = None
        self.summary: MergeSummary | None = None
        self.lines: MergeLines | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("Merge two learners who are one person"), tr("Looking at the two…"))
        if self._why_not:
            self.tell(self._why_not, "", Role.INFO, Icon.LOCK_SIMPLE)
            self.refresh()
        elif len(self._ids) == 1:
            self._look_alike()
        else:
            self._compare(self._ids[0], self._ids[1], in_this_order=False)

    def _build(self) -> None:
        self.other = QComboBox()
        self._other_field = FormField(tr("Who is the same person?"), self.other, name="merge_other")
        self.other.activated.connect(self._other_chosen)
        self._other_field.hide()
        self.content.addWidget(self._other_field)
        self._place = QVBoxLayout()
        self._place.setSpacing(8)
        self.content.addLayout(self._place, 1)
        columns = (
            ListColumn(tr("What hangs on them"), "key", 40),
            ListColumn(tr("Stays"), "number", 30),
            ListColumn(tr("Goes"), "number", 30),
        )
        self.hanging = SummaryList(columns, "merge_hanging")
        self.hanging.setAccessibleName(tr("What hangs on them"))
        self.hanging.setFixedHeight(scaled(_LIST_HEIGHT))
        self._card = in_card(self.hanging)
        self.content.addWidget(self._card)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(6)
        self.content.addLayout(self._notes)
        self.content.addLayout(self.work_line())
        self.swap_button = self.add_button(
            tr("Keep the Other One"), Icon.ARROWS_LEFT_RIGHT, name="merge_swap", left=True, clicked=self.swap
        )
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="merge_undo", clicked=self.undo
        )
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Cancel"), name="merge_close", clicked=self.reject)
        self.merge_button = self.add_button(
            tr("Merge"), Icon.GIT_MERGE, kind="primary", name="merge_start", clicked=self.start
        )

    # Looking

    def _look_alike(self) -> None:
        run, key = self._context, self._ids[0]
        self.work(
            tr("Looking for the other one…"),
            lambda task: merge.alike(task, run.db, run.user, key),
            self._show_alike,
            Lane.READ,
        )

    def _show_alike(self, people: Sequence[Person]) -> None:
        if not people:
            self.tell(
                tr("Nobody looks like this learner."),
                tr("Select the two learners in the list of all learners, then press Merge Learners."),
                Role.INFO,
                Icon.INFO,
            )
            self.say(tr("Merge two learners who are one person"), "")
            return
        self._other_field.show()
        for one in people:
            self.other.addItem(visible_text(f"{one.ref}  {one.name}"), one.id)
        self.other.setFocus()
        self._compare(self._ids[0], people[0].id, in_this_order=False)

    @Slot(int)
    def _other_chosen(self, place: int) -> None:
        self._compare(self._ids[0], self.other.itemData(place), in_this_order=False)

    def _compare(self, one: int, other: int, *, in_this_order: bool) -> None:
        run = self._context
        self.work(
            tr("Comparing…"),
            lambda task: merge.compare(task, run.db, run.user, one, other, in_this_order=in_this_order),
            self._show,
            Lane.READ,
        )

    def _show(self, found: Comparison) -> None:
        self.found = found
        self._clear()
        self.lines = MergeLines(found)
        area = scrolling(self.lines, "merge_area", sideways=False)
        area.setAccessibleName(tr("Fields of both"))
        self._place.addWidget(area, 1)
        self.hanging.show_rows(
            len(found.hanging),
            lambda place: (tr(found.hanging[place].title), *map(count, found.hanging[place].counts)),
        )
        self.say(
            tr("{goes} goes into {stays}", goes=visible_text(found.goes.ref), stays=visible_text(found.stays.ref)),
            tr(
                "What hangs on {goes} moves to {stays}, and whoever names {goes} later finds {stays}. Nothing is "
                "sent to the LMS for it. One Undo takes it back.",
                goes=visible_text(found.goes.ref),
                stays=visible_text(found.stays.ref),
            ),
        )
        for words in found.refusals:
            self._note(words, Role.BAD, Icon.PROHIBIT)
        for words in found.notes:
            self._note(words, Role.WARN, Icon.WARNING)
        parts.in_reading_order([self._other_field, *self.lines.radios, self.hanging, self.foot])
        self.refresh()
        self.fit()
        first = next(iter(self.lines.radios), None)
        (first or self.merge_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _note(self, words: str, role: Role, icon: Icon) -> None:
        title, _, rest = tr(words).partition(". ")
        banner = Banner(icon, role, visible_text(f"{title}." if rest else title), visible_text(rest))
        banner.setObjectName("merge_note")
        self._notes.addWidget(banner)

    def _clear(self) -> None:
        for layout in (self._place, self._notes):
            empty(layout)
        self.lines = None

    @Slot()
    def swap(self) -> None:
        """The other one is kept."""
        if self.found is not None and self.swap_button.isEnabled():
            self._compare(self.found.goes.id, self.found.stays.id, in_this_order=True)

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        nobody = "" if self.found is not None else tr("There are no two learners to compare.")
        refused = tr(self.found.refusals[0]) if self.found is not None and self.found.refusals else ""
        why = self._why_not or busy or nobody
        enable(self.merge_button, why or refused, tr("Does what is chosen above."))
        enable(self.swap_button, why, tr("The other learner stays, with the other person code."))
        enable(self.undo_button, busy, tr("Parts the two again, as far as nothing changed since."))
        self.other.setEnabled(not busy)
        if self.lines is not None:
            self.lines.setEnabled(not busy)
        self.prefer(self.merge_button)
        if not self.busy and self.summary is None:
            self.close_button.setText(tr("Cancel"))

    # Doing it

    @Slot()
    def start(self) -> None:
        """Merge them, in a task."""
        if self.summary is not None or self.found is None or self.lines is None or not self.merge_button.isEnabled():
            return
        run, seen, choices = self._context, self.found, self.lines.choices
        self.work(
            tr("Merging…"),
            lambda task: merge.merge(run.db, run.user, seen, choices),
            self._merged,
            Lane.WRITE,
            told_listed(tr("Merge Learners"), _merged_words, "history", stoppable=False),
        )

    def _merged(self, done: MergeSummary) -> None:
        self.summary = done
        self._clear()
        self._other_field.hide()
        self.merge_button.hide()
        self.swap_button.hide()
        self.undo_button.show()
        self.show_icon(Icon.CHECK_CIRCLE, Role.GOOD)
        stays, goes = visible_text(done.stays.ref), visible_text(done.goes.ref)
        self.say(
            tr("{goes} went into {stays}", goes=goes, stays=stays),
            _merged_words(done),
        )
        self._card.hide()
        self.refresh()
        self.close_button.setFocus()
        self.written(*_TOPICS)

    @Slot()
    def undo(self) -> None:
        """Part the two again, in a task."""
        if self.summary is None or not self.undo_button.isEnabled():
            return
        run, key = self._context, self.summary.operation_id
        self.work(
            tr("Undoing…"),
            lambda task: merge.undo(run.db, run.user, key),
            self._undone,
            Lane.WRITE,
            undo_listed(tr("Undo of Merge Learners")),
        )

    def _undone(self, done: UndoSummary) -> None:
        self.undo_button.hide()
        left = "{n} row was left: somebody changed it since.", "{n} rows were left: somebody changed them since."
        self.say(tr("They are two learners again"), plural(done.left, *left) if done.left else "")
        self.refresh()
        self.close_button.setFocus()
        self.written(*_TOPICS)


def _merged_words(done: MergeSummary) -> str:
    return tr("{rows} moved or changed.", rows=plural(done.rows, "{n} row", "{n} rows"))
