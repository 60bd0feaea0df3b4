"""*Credit Types*: those of the college, the outside bodies that hear of them, and the categories of participants."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.history import Saved
from app.imports import credit_lists
from app.imports.credit_lists import CreditType, Lists, Reporter
from app.tasks import TaskContext
from ui.dialogs.credit_list_forms import BodyForm, CategoriesForm, TypeForm
from ui.dialogs.kept_lists import OFF, ON, KeptListsDialog
from ui.dialogs.state_list import StateRow
from ui.dialogs.summary_list import ListColumn
from ui.look.buttons import enable
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 900, 640
TYPES, BODIES, CATEGORIES = "types", "bodies", "categories"
PAGES = {TYPES: "Credit Types", BODIES: "Outside Bodies", CATEGORIES: "Participant Categories"}
_ADD = {TYPES: "Add Credit Type", BODIES: "Add Outside Body", CATEGORIES: ""}


class CreditListsDialog(KeptListsDialog):
    """Opens at `page`."""

    topics = (Topic.CREDIT,)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, page: str = TYPES) -> None:
        title = tr("Credit Types")
        super().__init__(parent, runner, context, title=title, icon=Icon.LIST_BULLETS, name="credit_lists")
        self.why_not = context.rights.why_not(Permission.SET_UP_CREDIT)
        self._lists: Lists | None = None
        self.types, self.bodies, self.categories = TypeForm(), BodyForm(), CategoriesForm()
        columns = (ListColumn(tr("Name"), "key", 60), ListColumn(tr("State"), "text", 40))
        forms = (self.types, self.bodies, self.categories)
        self.build([(title, _ADD[page]) for page, title in PAGES.items()], forms, columns)
        self.examples = self.button_below_list(
            tr("Add the Two Examples"), Icon.LIGHTBULB, "credit_lists_examples", self.add_examples
        )
        self.open_at(_WIDTH, _HEIGHT)
        self.say(
            title,
            tr("What courses can give, and who outside hears of what they award. It holds for the whole college."),
        )
        self.start(list(PAGES).index(page))

    @property
    def page(self) -> str:
        """The page in front."""
        return list(PAGES)[self.place]

    @property
    def listed(self) -> Sequence[CreditType | Reporter]:
        if self._lists is None or self.page == CATEGORIES:
            return ()
        return self._lists.types if self.page == TYPES else self._lists.reporters

    def row(self, one: CreditType | Reporter) -> StateRow:
        name = one.code if isinstance(one, CreditType) else one.name
        return StateRow(ON if one.active else OFF, (name, ""))

    def read(self) -> None:
        run = self._context

        def work(context: TaskContext) -> Lists:
            with run.db.read(context) as tx:
                return credit_lists.read(tx)

        self.work(tr("Reading…"), work, self._take, Lane.READ)

    def _take(self, found: Lists) -> None:
        self._lists = found
        for place, number in enumerate((len(found.types), len(found.reporters), len(found.categories))):
            self.tabs.set_count(place, count(number))
        self.bodies.show_types(found.types)
        self.is_read()

    def show_thing(self, one: CreditType | Reporter | None) -> None:
        self.examples.setVisible(self.page == BODIES)
        if self.page == TYPES:
            self.types.show_thing(one if isinstance(one, CreditType) else CreditType(), self.why_not)
        elif self.page == BODIES:
            self.bodies.show_thing(one if isinstance(one, Reporter) else Reporter(), self.why_not)
        elif self._lists is not None:
            self.categories.show_thing(self._lists.categories, self.why_not)

    @Slot()
    def refresh(self) -> None:
        super().refresh()
        reason = self.why_not or (tr("It is under way.") if self.busy else "")
        enable(
            self.examples, reason, tr("CPE Monitor and PARS, each with its credit type, to be changed as you need.")
        )

    # Writing

    def saving(self) -> Callable[[], Any]:
        db, user = self._context.db, self._context.user
        if self.page == TYPES:
            return partial(credit_lists.save_type, db, user, self.types.before, self.types.wanted)
        if self.page == BODIES:
            return partial(credit_lists.save_reporter, db, user, self.bodies.before, self.bodies.wanted)
        before, wanted = self.categories.before, self.categories.wanted
        return lambda: Saved(0, credit_lists.save_categories(db, user, before, wanted))

    @Slot()
    def add_examples(self) -> None:
        """*Add the Two Examples*."""
        if self.may_leave():
            run = self._context
            self.work(
                tr("Adding…"),
                lambda context: credit_lists.add_examples(run.db, run.user),
                self._examples_added,
                Lane.WRITE,
            )

    def _examples_added(self, operation_id: int | None) -> None:
        self.note(operation_id, None)
        if operation_id is None:
            self.tell(tr("Both are there already."), "", Role.INFO, Icon.INFO)
        else:
            self.tell(tr("Added"), tr("Change them as your college needs."), Role.GOOD, Icon.CHECK_CIRCLE)
