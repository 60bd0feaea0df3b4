"""*Credit Types*: those of the college, the outside bodies that hear of them, and the categories of participants."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app import history
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.history import UndoSummary
from app.imports import credit_lists
from app.imports.credit_lists import CreditType, Lists, Reporter, Saved
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.credit_list_forms import BodyForm, CategoriesForm, TypeForm
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.scrolling import RING, scrolling
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.tabs import TabBar
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 900, 640
TYPES, BODIES, CATEGORIES = "types", "bodies", "categories"
PAGES = {TYPES: "Credit Types", BODIES: "Outside Bodies", CATEGORIES: "Participant Categories"}
_ADD = {TYPES: "Add Credit Type", BODIES: "Add Outside Body"}
_ON = State(Icon.CHECK_CIRCLE, "Active", Role.GOOD)
_OFF = State(Icon.MINUS_CIRCLE, "Switched off", Role.TEXT3)


class CreditListsDialog(WorkingDialog):
    """`saved` carries the operation of each save, `taken_back` one that *Undo* of the dialog took back."""

    saved = Signal(int)
    taken_back = Signal(int)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, page: str = TYPES) -> None:
        title = tr("Credit Types")
        super().__init__(
            parent, runner, context, title=title, heading=title, icon=Icon.LIST_BULLETS, name="credit_lists"
        )
        self._why_not = context.rights.why_not(Permission.SET_UP_CREDIT)
        self._lists: Lists | None = None
        self._wanted: int | None = None
        """The id to be current after the next reading."""
        self._operations: list[int] = []
        self._moving = False
        self._page = list(PAGES).index(page)
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            title,
            tr("What courses can give, and who outside hears of what they award. It holds for the whole college."),
        )
        self.tabs.setCurrentIndex(self._page)
        self._read()

    # Building

    def _build(self) -> None:
        self.tabs = TabBar()
        self.tabs.setObjectName("credit_lists_tabs")
        self.tabs.setAccessibleName(tr("What is set up"))
        for title in PAGES.values():
            self.tabs.addTab(tr(title))
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.content.addWidget(self.tabs)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._build_list(), 2)
        self.types, self.bodies, self.categories = TypeForm(), BodyForm(), CategoriesForm()
        self._forms = (self.types, self.bodies, self.categories)
        self._stack = QStackedWidget()
        for form in self._forms:
            form.changed.connect(self.refresh)
            inside = QWidget()
            column = QVBoxLayout(inside)
            column.setContentsMargins(RING, RING, RING, RING)
            column.addWidget(form)
            self._stack.addWidget(scrolling(inside, sideways=False))
        row.addWidget(self._stack, 3)
        self.content.addLayout(row, 1)
        self.content.addLayout(self.work_line())
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="credit_lists_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="credit_lists_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name="credit_lists_save", clicked=self.save
        )
        parts.in_reading_order([self.tabs, self._side, self._stack, self.foot])

    def _build_list(self) -> QWidget:
        columns = (ListColumn(tr("Name"), "key", 60), ListColumn(tr("State"), "text", 40))
        self.list = StateList(columns, "credit_lists_list", 1)
        self.list.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.add_new = button("", Icon.PLUS, name="credit_lists_add", clicked=self.add)
        self.examples = button(
            tr("Add the Two Examples"), Icon.LIGHTBULB, name="credit_lists_examples", clicked=self.add_examples
        )
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(8)
        column.addWidget(self.in_card(self.list), 1)
        for made in (self.add_new, self.examples):
            made.setAutoDefault(True)
            column.addWidget(made)
        return self._side

    # Reading

    @property
    def page(self) -> str:
        """The page in front."""
        return list(PAGES)[self._page]

    @property
    def form(self) -> TypeForm | BodyForm | CategoriesForm:
        return self._forms[self._page]

    @property
    def _listed(self) -> Sequence[CreditType | Reporter]:
        if self._lists is None or self.page == CATEGORIES:
            return ()
        return self._lists.types if self.page == TYPES else self._lists.reporters

    def _read(self) -> None:
        run = self._context

        def work(context: TaskContext) -> Lists:
            with run.db.read(context) as tx:
                return credit_lists.read(tx)

        self.work(tr("Reading…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: Lists) -> None:
        self._lists = found
        for place, number in enumerate((len(found.types), len(found.reporters), len(found.categories))):
            self.tabs.set_count(place, count(number))
        self.bodies.show_types(found.types)
        self._show_page()

    def _show_page(self) -> None:
        self._moving = True
        self._stack.setCurrentIndex(self._page)
        self._side.setVisible(self.page != CATEGORIES)
        self.examples.setVisible(self.page == BODIES)
        listed = self._listed
        place = next((at for at, one in enumerate(listed) if one.id == self._wanted), 0)
        if self.page != CATEGORIES:
            self.list.setAccessibleName(tr(PAGES[self.page]))
            self.add_new.setText(tr(_ADD[self.page]))
            self.list.show_states([_row(one) for one in listed])
            if listed:
                self.list.selectRow(place)
        self._moving = False
        self._show(listed[place] if listed else None)
        self._wanted = None
        (self.list if listed else self.form.first).setFocus()

    def _show(self, one: CreditType | Reporter | None) -> None:
        """Show it in the form; None is an empty form."""
        if self.page == TYPES:
            self.types.show_thing(one if isinstance(one, CreditType) else CreditType(), self._why_not)
        elif self.page == BODIES:
            self.bodies.show_thing(one if isinstance(one, Reporter) else Reporter(), self._why_not)
        elif self._lists is not None:
            self.categories.show_thing(self._lists.categories, self._why_not)
        self.refresh()

    # Choosing

    def _may_leave(self) -> bool:
        """Whether what is typed was saved, or may be lost."""
        return not self.form.edited or confirm_discarding(self, tr("What you changed here is not saved."))

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        if self._moving or place == self._page or place < 0:
            return
        if self._lists is not None and not self._may_leave():
            self._moving = True
            self.tabs.setCurrentIndex(self._page)
            self._moving = False
            return
        self._page = place
        if self._lists is not None:
            self._show_page()

    @Slot()
    def _row_chosen(self, *_: object) -> None:
        place, listed = self.list.currentIndex().row(), self._listed
        if self._moving or not 0 <= place < len(listed) or self.form.before == listed[place]:
            return
        if self._may_leave():
            self._show(listed[place])
            return
        self._moving = True
        at = next((at for at, one in enumerate(listed) if one == self.form.before), -1)
        self.list.selectRow(at) if at >= 0 else self.list.clearSelection()
        self._moving = False

    @Slot()
    def add(self) -> None:
        """Begin a new one: an empty form."""
        if self._may_leave():
            self._show(None)
            self.form.first.setFocus()

    @Slot()
    def refresh(self) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy else "")
        enable(self.add_new, reason, tr("An empty form for a new one."))
        enable(
            self.examples, reason, tr("CPE Monitor and PARS, each with its credit type, to be changed as you need.")
        )
        nothing = "" if self.form.edited else tr("Nothing was changed.")
        enable(self.save_button, reason or nothing, tr("Keeps it for everybody."))
        none = "" if self._operations else tr("Nothing was saved since this window was opened.")
        enable(self.undo_button, reason or none, tr("Takes back what was saved last."))
        self.prefer(self.save_button)

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep what the form says, in a task."""
        if not self.save_button.isEnabled():
            return
        task = self._saving()
        self.work(tr("Saving…"), lambda context: task(), self._saved, Lane.WRITE)

    def _saving(self) -> Callable[[], Saved | int | None]:
        """What keeps the page in front; knows no widgets."""
        db, user = self._context.db, self._context.user
        if self.page == TYPES:
            return partial(credit_lists.save_type, db, user, self.types.before, self.types.wanted)
        if self.page == BODIES:
            return partial(credit_lists.save_reporter, db, user, self.bodies.before, self.bodies.wanted)
        return partial(credit_lists.save_categories, db, user, self.categories.before, self.categories.wanted)

    def _saved(self, done: Saved | int | None) -> None:
        key, operation_id = (done.id, done.operation_id) if isinstance(done, Saved) else (None, done)
        self._written(operation_id, key)
        self.tell(tr("Saved"), tr("It holds for everybody from now on."), Role.GOOD, Icon.CHECK_CIRCLE)

    def _written(self, operation_id: int | None, key: int | None) -> None:
        if operation_id is not None:
            self._operations.append(operation_id)
            self.saved.emit(operation_id)
            self.written(Topic.CREDIT)
        self._wanted = key
        self._read()

    @Slot()
    def add_examples(self) -> None:
        """*Add the Two Examples*."""
        if self._may_leave():
            run = self._context
            self.work(
                tr("Adding…"),
                lambda context: credit_lists.add_examples(run.db, run.user),
                self._examples_added,
                Lane.WRITE,
            )

    def _examples_added(self, operation_id: int | None) -> None:
        self._written(operation_id, None)
        if operation_id is None:
            self.tell(tr("Both are there already."), "", Role.INFO, Icon.INFO)
        else:
            self.tell(tr("Added"), tr("Change them as your college needs."), Role.GOOD, Icon.CHECK_CIRCLE)

    @Slot()
    def undo(self) -> None:
        """Take back what was saved here last."""
        if self._operations and self._may_leave():
            run, operation_id = self._context, self._operations.pop()
            self.taken_back.emit(operation_id)
            self.work(
                tr("Taking it back…"),
                lambda task: history.undo(run.db, run.user.id, operation_id),
                self._undone,
                Lane.WRITE,
            )

    def _undone(self, done: UndoSummary) -> None:
        self.written(Topic.CREDIT)
        before: Any = self.form.before
        self._wanted = getattr(before, "id", None)
        self._read()
        words = (
            plural(done.left, "{n} row is in use or was changed since, and stays.", "{n} rows are in use, and stay.")
            if done.left
            else tr("It is as it was before.")
        )
        self.tell(tr("Undone"), words, Role.WARN if done.left else Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field in self.form.fields:
            self.form.show_error(error.field, f"{tr(error.message)} {tr(error.hint)}")
        else:
            super().show_problem(error)

    def reject(self) -> None:
        if not self.busy and self._lists is not None and not self._may_leave():
            return
        super().reject()


def _row(one: CreditType | Reporter) -> StateRow:
    name = one.code if isinstance(one, CreditType) else one.name
    return StateRow(_ON if one.active else _OFF, (name, ""))
