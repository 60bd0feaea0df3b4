"""The main window on a college with extract records: two campuses, two terms, records of every status."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from sqlalchemy import select

from app import demo
from app.context import AppContext
from app.db.database import Database
from app.db.tables import change, extract_record, learner, operation
from tests.lms.college import College
from tests.ui.conftest import Room, Rooms, answering, named
from tests.ui.dialog_room import click
from ui.pages.extracts import ExtractsPage


class SmallCollege(College):
    """Campuses Avon and Brook; Autumn runs now on both, Spring on Brook; a section of each, and one shared.

    The learners are those of the room.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        today = date.today()
        self.city, self.river = self.campus("Avon"), self.campus("Brook")
        begins, ends = today - timedelta(days=60), today + timedelta(days=30)
        self.autumn = self.term("Autumn 2026", (self.city, self.river), begins, ends)
        self.spring = self.term("Spring 2027", (self.river,), today + timedelta(days=40), today + timedelta(days=90))
        self.here = self.section("PHYS-A1-26", self.autumn, [self.city])
        self.there = self.section("CARE-L2", self.spring, [self.river], number=3)
        self.shared = self.section("CHEM-A1-26", self.autumn, [self.city, self.river], number=2)
        with db.read() as tx:
            self.people = list(tx.execute(select(learner.c.id).order_by(learner.c.family_fold)).scalars())
        self.at = 0

    def records(self, section_id: int, *statuses: str, **other: object) -> list[int]:
        """Records of the next learners."""
        made = []
        for one in statuses:
            made.append(self.record(section_id, one, self.people[self.at], **other))
            self.at += 1
        return made


@dataclass
class ExtractRoom:
    room: Room
    college: SmallCollege
    keys: list[int] = field(default_factory=list)

    @property
    def page(self) -> ExtractsPage:
        return self.room.window.extracts.page

    @property
    def context(self) -> AppContext:
        return self.room.context

    def show(self) -> ExtractsPage:
        """Bring the page to the front, with its rows."""
        self.room.window.show_page("extracts")
        self.rest()
        return self.page

    def rest(self) -> None:
        self.room.at_rest()
        self.room.until(lambda: not self.page.grid.is_loading)
        self.room.at_rest()

    def tick(self, name: str, title: str) -> None:
        """Click the row of that name in a list of the filters."""
        ticks = named(self.page, f"extract_{name}")
        model = ticks.model()  # type: ignore[attr-defined]
        place = next(row for row in range(model.rowCount()) if model.index(row, 0).data() == title)
        click(ticks.viewport(), ticks.visualRect(model.index(place, 0)).center())  # type: ignore[attr-defined]

    def apply(self) -> None:
        click(named(self.page, "extract_apply"))
        self.rest()

    def pick(self, *keys: int) -> None:
        """Select just these rows, as a user would: a click, then clicks with Ctrl."""
        from PySide6.QtCore import Qt

        grid = self.page.grid
        for place, key in enumerate(keys):
            index = grid.model().index(list(grid.keys).index(key), 2)
            grid.scrollTo(index)
            held = Qt.KeyboardModifier.ControlModifier if place else Qt.KeyboardModifier.NoModifier
            spot = grid.visualRect(index).center()
            QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, held, spot)
        self.room.until(lambda: self.page.selected_count == len(keys))
        self.rest()

    def press_action(self, name: str) -> None:
        """The button of the ribbon."""
        found = self.room.window.actions_.action(name)
        self.room.until(found.isEnabled)
        found.trigger()

    def stage(self, target: str, *keys: int) -> None:
        """Select rows and choose a status in the menu of *Extract Status*."""
        self.pick(*keys)
        menu = self.room.window.extracts.status_menu()
        next(one for one in menu.actions() if one.data() == target).trigger()
        menu.deleteLater()
        self.rest()

    def dialog(self, name: str) -> QDialog:
        """The dialog of that name, in front and with its work done."""
        self.room.until(lambda: (one := QApplication.activeModalWidget()) is not None and one.objectName() == name)
        found = QApplication.activeModalWidget()
        assert isinstance(found, QDialog)
        self.room.at_rest()
        return found

    def close(self, dialog: QWidget, button: str) -> None:
        self.room.close_dialog(dialog, button)
        self.rest()

    def save(self, *answers: str) -> QDialog:
        """Press *Save*, answer what it asks, and wait for the summary."""
        click(named(self.page, "staged_save"))
        with answering(answers[0] if answers else "extract_save_ok"):
            return self.dialog("extract_saved")

    def statuses(self, keys: Sequence[int]) -> list[str]:
        return self.college.statuses(keys)

    def written(self) -> int:
        """How many changes and operations of saves there are."""
        with self.context.db.read() as tx:
            ids = select(operation.c.id).where(operation.c.kind == "extract_statuses")
            found = tx.execute(select(change.c.id).where(change.c.operation_id.in_(ids))).all()
        return len(found)


def extract_room(
    rooms: Rooms, *, as_user: object = None, size: tuple[int, int] = (1440, 900), database: str = ""
) -> ExtractRoom:
    """The window with one record of each status here, two there and one shared."""
    made: list[SmallCollege] = []
    keys: list[int] = []

    def prepare(context: AppContext) -> None:
        if database:
            demo.fill(context.db, 20)
        college = SmallCollege(context.db)
        made.append(college)
        keys.extend(college.records(college.here, "ready", "transmitted", "processed", "rejected", "rejected"))
        keys.extend(college.records(college.there, "ready", "rejected"))
        keys.extend(college.records(college.shared, "rejected"))

    def user(context: AppContext) -> object:
        return as_user(made[0]) if callable(as_user) else context.user

    room = rooms(20, prepare=prepare, as_user=user, size=size, database=database)  # type: ignore[arg-type]
    return ExtractRoom(room, made[0], keys)


def sent_days_ago(college: College, key: int, days: int) -> None:
    college.set(extract_record, key, extracted_at=datetime.now(UTC) - timedelta(days=days))
