"""*Rules*: what is proposed for new courses, by their category or name; a person confirms (LS-C5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.folding import cleaned
from app.lms import course_states, courses_list
from app.lms.course_states import MOST_RULES, Rule, RuleField
from app.lms.courses_list import CourseRow
from app.lms.states import STATE_TITLES, CourseState
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, choice, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import button, enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 660
_FIELDS = {RuleField.CATEGORY: "Category is", RuleField.NAME: "Name contains"}
_STATES = {
    CourseState.OPEN: State(Icon.CHECK_CIRCLE, STATE_TITLES[CourseState.OPEN], Role.GOOD),
    CourseState.CLOSED: State(Icon.MINUS_CIRCLE, STATE_TITLES[CourseState.CLOSED], Role.TEXT2),
    CourseState.HIDDEN: State(Icon.EYE_SLASH, STATE_TITLES[CourseState.HIDDEN], Role.TEXT3),
}
_NONE = State(Icon.QUESTION, "Nothing proposed", Role.TEXT2)


@dataclass(frozen=True, slots=True)
class _Read:
    rules: Sequence[Rule]
    new: Sequence[CourseRow]


class RulesDialog(WorkingDialog):
    """The first rule that fits proposes. `accepted_proposals` carries the ids of the courses whose proposals a person
    confirmed; only saved rules can be accepted."""

    accepted_proposals = Signal(object)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(
            parent, runner, context, title=tr("Rules"), heading=tr("Rules"), icon=Icon.LIGHTBULB, name="lms_rules"
        )
        self._saved: list[Rule] = []
        self.rules: list[Rule] = []
        self._new: Sequence[CourseRow] = ()
        self._why_not = context.rights.why_not(Permission.DECIDE_COURSES)
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            tr("Rules"),
            tr(
                "The first rule that fits a new course proposes its state. Nothing is decided until a person accepts "
                "it."
            ),
        )
        self._read()

    # Building

    def _build(self) -> None:
        columns = (
            ListColumn(tr("Looks At"), "text", 24),
            ListColumn(tr("Text"), "key", 50),
            ListColumn(tr("Proposes"), "text", 26),
        )
        self.list = StateList(columns, "rules_list", 2)
        self.list.setAccessibleName(tr("Rules"))
        self.list.say_when_empty(tr("No rule yet. Say below which courses it fits, then Add Rule."))
        self.list.selectionModel().currentRowChanged.connect(self._show_current)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        column.addWidget(in_card(self.list), 1)
        self._fields = self._entry()
        column.addWidget(self._fields)
        self._verbs = self._buttons()
        column.addWidget(self._verbs)
        column.addLayout(self.work_line())
        self.preview_words = text_label("", Type.HEADER, numbers=True, name="rules_preview_words")
        column.addWidget(self.preview_words)
        preview = (
            ListColumn(tr("Proposal"), "text", 24),
            ListColumn(tr("Short Name"), "code", 20),
            ListColumn(tr("New Course"), "key", 36),
            ListColumn(tr("Category"), "text", 20),
        )
        self.preview = StateList(preview, "rules_preview", 0)
        self.preview.setAccessibleName(tr("What the rules propose now"))
        self.preview.say_when_empty(tr("New courses stand here, with what the first rule that fits proposes."))
        column.addWidget(in_card(self.preview), 1)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.accept_button = self.add_button(
            tr("Accept Proposals"), Icon.CHECKS, name="rules_accept", clicked=self.accept_proposals, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="rules_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save Rules"), Icon.FLOPPY_DISK, kind="primary", name="rules_save", clicked=self.save
        )
        parts.in_reading_order([self.list, self._fields, self._verbs, self.preview, self.foot])

    def _entry(self) -> QWidget:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.field: QComboBox = choice([(key, tr(words)) for key, words in _FIELDS.items()], RuleField.CATEGORY)
        self.text: QLineEdit = line()
        self.state: QComboBox = choice([(key, tr(one.text)) for key, one in _STATES.items()], CourseState.OPEN)
        self.text.textChanged.connect(self.refresh)
        self.text_field = FormField(tr("Text"), self.text, name="rule_text")
        row.addWidget(FormField(tr("Looks at"), self.field, name="rule_field"), 2)
        row.addWidget(self.text_field, 4)
        row.addWidget(FormField(tr("Proposes"), self.state, name="rule_state"), 2)
        for box in (self.field, self.state):
            box.currentIndexChanged.connect(self.refresh)
        return inside

    def _buttons(self) -> QWidget:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        made = []
        for words, icon, name, called in (
            ("Add Rule", Icon.PLUS, "rule_add", self.add),
            ("Change", Icon.PENCIL_SIMPLE, "rule_change", self.change),
            ("Remove", Icon.TRASH, "rule_remove", self.remove),
            ("Move Up", Icon.ARROW_UP, "rule_up", self.move_up),
            ("Move Down", Icon.ARROW_DOWN, "rule_down", self.move_down),
        ):
            made.append(button(tr(words), icon, name=name, clicked=called))
            row.addWidget(made[-1])
        row.addStretch(1)
        self.add_rule, self.change_rule, self.remove_rule, self.up_rule, self.down_rule = made
        return inside

    # Reading

    def _read(self) -> None:
        db = self._context.db

        def work(context: TaskContext) -> _Read:
            with db.read(context) as tx:
                return _Read(course_states.read_rules(tx), courses_list.undecided(tx))

        self.work(tr("Reading the rules…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: _Read) -> None:
        self._saved, self.rules, self._new = list(found.rules), list(found.rules), found.new
        self._show(0)
        (self.list if self.rules else self.text).setFocus()

    def _show(self, place: int) -> None:
        self.list.show_states([_row(one) for one in self.rules])
        if self.rules:
            self.list.selectRow(max(0, min(place, len(self.rules) - 1)))
        proposals = [(one, self._proposed(one)) for one in self._new]
        self.preview.show_states([_proposal(one, state) for one, state in proposals])
        number = sum(1 for _, state in proposals if state is not None)
        waiting = plural(len(self._new), "{n} new course waits", "{n} new courses wait")
        self.preview_words.setText(
            tr("{waiting}; a state is proposed for {n}", waiting=waiting, n=count(number))
            if self._new
            else tr("No new course waits for a decision.")
        )
        self.refresh()

    def _proposed(self, one: CourseRow) -> CourseState | None:
        return course_states.proposed(self.rules, one.category, one.short_name, one.full_name)

    @property
    def _place(self) -> int:
        return self.list.currentIndex().row()

    @property
    def edited(self) -> bool:
        """Whether the rules differ from those that are kept."""
        return self.rules != self._saved

    @Slot()
    def _show_current(self, *_: object) -> None:
        if 0 <= self._place < len(self.rules):
            one = self.rules[self._place]
            self.field.setCurrentIndex(self.field.findData(one.field))
            self.text.setText(one.text)
            self.state.setCurrentIndex(self.state.findData(one.state))
        self.refresh()

    @Slot()
    def refresh(self, *_: object) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy else "")
        typed = reason or ("" if cleaned(self.text.text()) else tr("Type a text first."))
        chosen = reason or ("" if 0 <= self._place < len(self.rules) else tr("Choose a rule first."))
        full = tr("There is room for {n} rules.", n=count(MOST_RULES)) if len(self.rules) >= MOST_RULES else ""
        same = tr("This rule is there already.") if self._typed in self.rules else ""
        enable(self.add_rule, typed or full or same, tr("Adds it below the others."))
        enable(self.change_rule, chosen or typed or same, tr("The chosen rule becomes what is typed above."))
        enable(self.remove_rule, chosen)
        enable(self.up_rule, chosen or ("" if self._place > 0 else tr("It is the first.")), tr("Asked earlier."))
        last = self._place >= len(self.rules) - 1
        enable(self.down_rule, chosen or (tr("It is the last.") if last else ""), tr("Asked later."))
        enable(self.save_button, reason or ("" if self.edited else tr("Nothing was changed.")))
        self.prefer(self.save_button)
        none = "" if any(map(self._proposed, self._new)) else tr("Nothing is proposed now.")
        unsaved = tr("Save the rules first.") if self.edited else ""
        enable(self.accept_button, reason or unsaved or none, tr("Gives these courses the state proposed."))

    # Editing

    @property
    def _typed(self) -> Rule:
        # A box gives back the text of what it was given, not the member of the enumeration.
        field, state = RuleField(self.field.currentData()), CourseState(self.state.currentData())
        return Rule(field, cleaned(self.text.text()) or "", state)

    @Slot()
    def add(self) -> None:
        """What is typed, as the last rule."""
        self.rules.append(self._typed)
        self._show(len(self.rules) - 1)

    @Slot()
    def change(self) -> None:
        """What is typed, in place of the current rule."""
        place = self._place
        self.rules[place] = self._typed
        self._show(place)

    @Slot()
    def remove(self) -> None:
        """Take the current rule out."""
        place = self._place
        del self.rules[place]
        self._show(place)
        (self.list if self.rules else self.text).setFocus()

    @Slot()
    def move_up(self) -> None:
        self._move(-1)

    @Slot()
    def move_down(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        place = self._place
        self.rules[place], self.rules[place + step] = self.rules[place + step], self.rules[place]
        self._show(place + step)

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep the rules for everybody."""
        run, rules = self._context, tuple(self.rules)

        def work(context: TaskContext) -> list[Rule]:
            course_states.save_rules(run.db, run.user, rules)
            return list(rules)

        self.work(tr("Saving…"), work, self._is_saved, Lane.WRITE)

    def _is_saved(self, rules: list[Rule]) -> None:
        self._saved = rules
        self.tell(tr("The rules are saved"), tr("They are the same for everybody."), Role.GOOD, Icon.CHECK_CIRCLE)
        self.written(Topic.LMS_COURSES)
        self.close_button.setFocus()

    @Slot()
    def accept_proposals(self) -> None:
        """Confirm what is listed; the dialog closes."""
        ids = [one.id for one in self._new if self._proposed(one) is not None]
        self.accept()
        self.accepted_proposals.emit(ids)

    def reject(self) -> None:
        if not self.busy and self.edited and not confirm_discarding(self, tr("The rules are not saved.")):
            return
        super().reject()


def _row(one: Rule) -> StateRow:
    return StateRow(_STATES[one.state], (tr(_FIELDS[one.field]), one.text, ""))


def _proposal(one: CourseRow, proposed: CourseState | None) -> StateRow:
    state = _STATES[proposed] if proposed is not None else _NONE
    return StateRow(state, ("", one.short_name, one.full_name, one.category or "–"))
