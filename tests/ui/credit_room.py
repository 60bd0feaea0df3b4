"""The window on a college that gives credit: a course with a fixed and a variable type, and records of it."""

from dataclasses import dataclass, field

from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.context import AppContext
from app.db.tables import award, learner
from app.imports import credit_lists
from app.imports.awarding import Grant
from app.imports.credit_set_up import CourseCredit
from tests.imports.credit_rows import DAY, add_course, add_shell, add_type, enrol, granted
from tests.ui.conftest import Room
from tests.ui.dialog_room import click
from ui.pages.grid_page import GridPage


@dataclass
class CreditRoom:
    room: Room
    made: dict[str, int] = field(default_factory=dict)

    @property
    def context(self) -> AppContext:
        return self.room.context

    def show(self, name: str) -> GridPage:
        self.room.window.show_page(name)
        self.rest()
        return self.room.window.page

    def rest(self) -> None:
        page = self.room.window.page
        self.room.at_rest()
        self.room.until(lambda: not page.grid.is_loading and (page.details is None or page.details.settled))
        self.room.at_rest()

    def pick(self, page: GridPage, key: int) -> None:
        """Click the row of `key`."""
        index = page.grid.model().index(list(page.grid.keys).index(key), 2)
        click(page.grid.viewport(), page.grid.visualRect(index).center())
        self.room.until(lambda: page.grid.current_key == key)
        self.rest()

    def press_action(self, action: str) -> None:
        found = self.room.window.actions_.action(action)
        self.room.until(found.isEnabled)
        found.trigger()

    def reason(self, action: str) -> str:
        self.room.window.refresh_actions()
        return self.room.window.actions_.reason(action)

    def dialog(self, name: str) -> object:
        self.room.until(lambda: (one := QApplication.activeModalWidget()) is not None and one.objectName() == name)
        found = QApplication.activeModalWidget()
        assert found is not None
        self.room.at_rest()
        self.room.in_front(found)
        return found

    def closed(self) -> None:
        self.room.until(lambda: QApplication.activeModalWidget() is None)
        self.room.in_front(self.room.window)
        self.rest()

    def credit(self) -> list[tuple[int, int]]:
        """Type and amount of what stands, in the order of the types."""
        with self.context.db.read() as tx:
            query = select(award.c.type_id, award.c.amount).where(award.c.removed_at.is_(None))
            return [tuple(row) for row in tx.execute(query.order_by(award.c.type_id))]


def prepared(context: AppContext, made: dict[str, int]) -> None:
    """A course with a fixed and a variable type, one with nothing, a shell; three records."""
    db, user = context.db, context.user
    credit_lists.add_examples(db, user)
    with db.read() as tx:
        made |= {one.code: one.id or 0 for one in credit_lists.read(tx).types}
        people = list(tx.execute(select(learner.c.id).order_by(learner.c.family_fold, learner.c.id)).scalars())
    made["cpd"] = add_type(db, user, "cpd")
    fixed, variable = CourseCredit(made["ama"], 500), CourseCredit(made["cpd"], 300, 50, 25, variable=True)
    made["bio"] = add_course(db, user, "PHYS-A1", fixed, variable, title="Physiology", required_objects=2)
    made["art"] = add_course(db, user, "ART-1", title="Art")
    made["shell"] = add_shell(db, "OLD-1")
    whole = [one for one in people if _has_all(context, one)]
    made["complete"] = enrol(db, whole[0], made["bio"])
    made["wrong"] = enrol(db, whole[1], made["bio"], complete=False, completed_on=None)
    made["bare"] = enrol(db, whole[2], made["bio"], complete=False, completed_on=None)
    granted(db, user, Grant(whole[1], made["bio"], made["ama"], 500, DAY))
    made["who"] = whole[0]


def _has_all(context: AppContext, learner_id: int) -> bool:
    with context.db.read() as tx:
        row = tx.execute(select(learner).where(learner.c.id == learner_id)).one()
    return None not in (row.family_name, row.given_names, row.birth_date, row.email)
