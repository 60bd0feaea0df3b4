"""The main window on a college with courses for credit, and files of course records about its learners."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from sqlalchemy import func, select

from app import demo_imports
from app.context import AppContext
from app.db.tables import award, enrolment, file_job, file_row
from app.imports.rules import Outcome
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from tests.ui.load_room import opening
from ui.pages.import_check import ImportCheckPage
from ui.pages.import_jobs import ImportJobsPage
from ui.ribbon import Ribbon

LEARNERS = 40


@dataclass
class ImportRoom:
    """`expected`: what is wrong with the file of the demo, counted while it was written."""

    room: Room
    place: Path
    expected: demo_imports.Expected
    people: list[tuple[str, str]] = field(default_factory=list)

    @property
    def context(self) -> AppContext:
        return self.room.context

    @property
    def bad_file(self) -> Path:
        return self.place / demo_imports.FILE_NAME

    @property
    def page(self) -> ImportCheckPage:
        return self.room.window.imports.page

    @property
    def jobs(self) -> ImportJobsPage:
        return self.room.window.imports.jobs

    @property
    def ribbon(self) -> Ribbon:
        return self.room.window.ribbon

    def rest(self) -> None:
        self.room.at_rest()
        for one in (self.page, self.jobs):
            self.room.until(lambda one=one: not one.grid.is_loading)
        self.room.at_rest()

    def show_jobs(self) -> ImportJobsPage:
        self.room.window.show_page("import_jobs")
        self.rest()
        return self.jobs

    def file(self, name: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
        """A file of course records."""
        path = self.place / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    # By keys and mouse

    def tips(self, *keys: str) -> None:
        """Key tips: Alt, then one key after the other."""
        window = self.room.window
        self.room.in_front(window)
        focus = window.focusWidget() or window
        QTest.keyClick(focus, Qt.Key.Key_Alt)
        self.room.until(lambda: window.ribbon.key_tips.shown)
        for key in keys:
            QTest.keyClick(window.focusWidget() or window, key)

    def dialog(self, name: str) -> QDialog:
        """The dialog of that name, in front and with its work done."""
        self.room.until(lambda: (one := QApplication.activeModalWidget()) is not None and one.objectName() == name)
        found = QApplication.activeModalWidget()
        assert isinstance(found, QDialog)
        self.room.at_rest()
        return found

    def new_import(self, path: Path, course: str = "math", sender: str = "") -> None:
        """*New Import* by key tips; the file, the course and the sender typed; then the findings."""
        self.tips("I", "J", "N")
        dialog = self.dialog("new_import")
        with opening(dialog, path):
            click(named(dialog, "import_choose"))
        assert named(dialog, "import_file_name").text() == path.name  # type: ignore[attr-defined]
        if course:
            QTest.keyClicks(named(dialog, "import_course_filter"), course)
        else:
            click(named(dialog, "global"))
        if sender:
            QTest.keyClicks(named(dialog, "import_sender"), sender)
        self.check(dialog)

    def check(self, dialog: QWidget) -> None:
        button = named(dialog, "import_check_file")
        self.room.until(button.isEnabled)
        click(button)
        self.room.until(lambda: QApplication.activeModalWidget() is None)
        self.rest()

    def line(self, rule: str, *, repaired: bool = False) -> QWidget:
        """The line of a rule among the findings."""
        return named(self.page.findings, f"{'repaired' if repaired else 'finding'}_{rule}")

    def press_in(self, line: QWidget, name: str) -> None:
        """Go to a button of a line with Tab, and press it with Space."""
        line.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(4):
            focus = self.room.window.focusWidget()
            if focus is not None and focus.objectName() == name:
                break
            self.room.press("Tab", self.room.window)
        focus = self.room.window.focusWidget()
        assert focus is not None, name
        assert focus.objectName() == name, focus.objectName()
        self.room.press("Space", self.room.window)
        self.rest()

    def repair(self, rule: str) -> None:
        self.press_in(self.line(rule), f"repair_{rule}")

    def confirm(self, rule: str) -> None:
        self.press_in(self.line(rule), f"confirm_{rule}")

    def repaired(self) -> None:
        """Read the bad file and make all its repairs."""
        self.new_import(self.bad_file)
        for rule in ("CR-02", "CR-11", "CR-12", "CR-36"):
            self.repair(rule)

    def apply(self) -> None:
        """The button in the pane; until the file is applied."""
        click(named(self.page, "import_apply"))
        self.room.until(lambda: not self.room.window.imports.busy)
        self.rest()

    # What stands in the database

    def outcomes(self) -> dict[Outcome, int]:
        """As the pane shows them."""
        lines = self.page.pane._outcomes
        return {outcome: line.number for outcome, line in lines.items() if line.number}

    def written(self) -> tuple[int, int]:
        """How many enrolments and awards there are."""
        with self.context.db.read() as tx:
            return (
                tx.execute(select(func.count(enrolment.c.id)).where(enrolment.c.removed_at.is_(None))).scalar_one(),
                tx.execute(select(func.count(award.c.id)).where(award.c.removed_at.is_(None))).scalar_one(),
            )

    def states(self) -> list[str]:
        """Of the jobs, the latest first."""
        with self.context.db.read() as tx:
            return list(tx.execute(select(file_job.c.state).order_by(file_job.c.id.desc())).scalars())

    def stored_outcomes(self, job_id: int) -> dict[str, int]:
        with self.context.db.read() as tx:
            query = select(file_row.c.outcome, func.count()).where(file_row.c.job_id == job_id)
            return {row[0]: row[1] for row in tx.execute(query.group_by(file_row.c.outcome))}


def with_courses_for_credit(context: AppContext) -> None:
    demo_imports.prepare(context.db, context.user)


def import_room(
    rooms: Rooms, place: Path, *, learners: int = LEARNERS, size: tuple[int, int] = (1440, 900)
) -> ImportRoom:
    """The window with the courses of the demo, and its bad file about all learners."""
    made: list[demo_imports.Expected] = []
    people: list[tuple[str, str]] = []

    def prepare(context: AppContext) -> None:
        made.append(demo_imports.write_bad_file(context.db, place / demo_imports.FILE_NAME, learners))
        with context.db.read() as tx:
            people.extend(demo_imports.people(tx, learners))

    room = rooms(learners, further=with_courses_for_credit, prepare=prepare, size=size)
    found = ImportRoom(room, place, made[0], people)
    found.show_jobs()
    return found
