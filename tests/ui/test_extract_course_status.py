"""*Course Status* on the Enrolments page by keys: withdraw, a break, back, new dates; what of it the LMS hears."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from sqlalchemy import delete, select, update

from app.access import Role
from app.context import AppContext
from app.dates import shown
from app.db.tables import campus_term, enrolment, extract_record
from app.lms.extracts.course_status import Step
from tests.builders import user_with
from tests.lms.rows import add_account, add_enrolment
from tests.ui.college_room import listed
from tests.ui.conftest import Room, Rooms
from tests.ui.dialog_room import activity, press, type_text
from tests.ui.extract_room import SmallCollege
from ui.dialogs.course_status import CourseStatusDialog
from ui.pages.enrolments import EnrolmentsPage
from ui.ribbon_search import find

TODAY = date.today()


@dataclass
class Enrolled:
    """Four enrolments on a section that sends; the last one's learner has no account."""

    room: Room
    college: SmallCollege
    keys: list[int]

    @property
    def page(self) -> EnrolmentsPage:
        return self.room.window.lms.enrolments

    def select_all(self) -> None:
        self.room.window.show_page("enrolments")
        self.room.at_rest()
        self.room.until(lambda: not self.page.grid.is_loading and self.page.grid.count == len(self.keys))
        self.page.grid.setFocus()
        self.room.press("Ctrl+A")
        self.room.until(lambda: self.page.selected_count == len(self.keys))
        self.room.at_rest()

    def step(self, step: Step) -> CourseStatusDialog:
        """Alt, M, I, C; down to the step, Return."""
        window = self.room.window
        self.room.until(window.actions_.action("lms.course_status").isEnabled)
        self.room.in_front(window)
        QTest.keyClick(window, Qt.Key.Key_Alt)
        for key in "MIC":
            QTest.keyClick(QApplication.focusWidget() or window, key)
        self.room.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        for _ in range(list(Step).index(step) + 1):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        self.room.until(lambda: isinstance(QApplication.activeModalWidget(), CourseStatusDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CourseStatusDialog)
        self.rest(dialog)
        return dialog

    def rest(self, dialog: CourseStatusDialog) -> None:
        self.room.at_rest()
        self.room.until(lambda: not dialog.busy)

    def press_return(self, dialog: CourseStatusDialog) -> None:
        press(Qt.Key.Key_Return)
        self.rest(dialog)

    def leave(self) -> None:
        press(Qt.Key.Key_Escape)
        self.room.until(lambda: QApplication.activeModalWidget() is None)
        self.room.at_rest()
        self.room.in_front(self.room.window)

    def set(self, key: int, **values: object) -> None:
        self.college.set(enrolment, key, **values)

    def held(self, name: str) -> list[object]:
        with self.room.context.db.read() as tx:
            query = select(enrolment.c[name]).where(enrolment.c.id.in_(self.keys)).order_by(enrolment.c.id)
            return list(tx.execute(query).scalars())

    def records(self) -> list[tuple[str, str]]:
        with self.room.context.db.read() as tx:
            query = select(extract_record.c.change, extract_record.c.status).order_by(extract_record.c.id)
            return [(row[0], row[1]) for row in tx.execute(query)]


def enrolled(rooms: Rooms, *roles: Role) -> Enrolled:
    made: list[tuple[SmallCollege, list[int]]] = []

    def prepare(context: AppContext) -> None:
        college = SmallCollege(context.db)
        for place, key in enumerate(college.people[:3]):
            add_account(context.db, f"u{place}", key)
        keys = [add_enrolment(context.db, key, college.here, origin="adopted") for key in college.people[:4]]
        made.append((college, keys))

    def user(context: AppContext) -> object:
        return user_with(context.db, *roles) if roles else context.user

    room = rooms(6, prepare=prepare, as_user=user)  # type: ignore[arg-type]
    return Enrolled(room, *made[0])


def test_withdrawn_with_who_waits_and_taken_back(rooms: Rooms):
    here = enrolled(rooms)
    here.set(here.keys[0], status="completed")
    here.select_all()
    dialog = here.step(Step.WITHDRAW)
    assert dialog.accessibleName() == "Withdraw 4 enrolments"
    assert "Nobody is unenrolled" in dialog.accessibleDescription()
    assert dialog.foretold.text().splitlines() == [
        "1 is withdrawn, completed or taken back and stays.",
        "Of 3, 2 can be sent to the LMS. The others wait for a gate of their section or for an LMS account.",
    ]
    assert QApplication.focusWidget() is dialog.days["on"].edit
    assert QApplication.focusWidget().accessibleName() == "Withdrawn on"
    here.room.press("Ctrl+A")
    type_text(shown(TODAY - timedelta(days=3)))
    here.press_return(dialog)
    assert dialog.accessibleName() == "3 enrolments were changed"
    assert "1 refused" in dialog.accessibleDescription()
    assert "2 records wait to be sent." in dialog.accessibleDescription()
    [waiting] = listed(dialog, "course_status_held_back")
    assert (waiting[0], waiting[3]) == ("Not one account", "PHYS-A1-26 / 01")
    assert here.held("status") == ["completed", *["dropped"] * 3]
    assert here.held("status_on")[1:] == [TODAY - timedelta(days=3)] * 3
    assert here.records() == [("drop", "ready")] * 2
    while QApplication.focusWidget() is not dialog.undo_button:
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    here.rest(dialog)
    assert dialog.accessibleName() == "Withdraw was undone"
    said = ["Undo of Withdraw: Done: 3 rows were put back.", "Withdraw: Done: 3 enrolments were changed"]
    assert activity(here.room.window) == said
    assert here.held("status") == ["completed", *["current"] * 3]
    assert here.records() == [*[("drop", "ready")] * 2, *[("add", "ready")] * 2], "the LMS hears that they are back"
    here.leave()


def test_a_break_and_back_again(rooms: Rooms):
    here = enrolled(rooms)
    with here.room.context.db.write() as tx:
        tx.execute(update(campus_term).values(send_registrations=False))
    here.select_all()
    dialog = here.step(Step.BREAK)
    here.press_return(dialog)
    assert here.held("status") == ["on_break"] * 4
    assert {row[0] for row in listed(dialog, "course_status_held_back")} == {"A gate fails"}
    assert "gate report" in dialog.foretold.text()
    here.leave()
    with here.room.context.db.write() as tx:
        tx.execute(update(campus_term).values(send_registrations=True))
    here.select_all()
    dialog = here.step(Step.BACK)
    here.press_return(dialog)
    assert here.held("status") == ["current"] * 4
    assert here.records() == [], "the LMS never heard of the break"
    here.leave()


@pytest.mark.parametrize("same", [True, False])
def test_only_the_date_that_is_meant_changes(rooms: Rooms, same: bool):
    here = enrolled(rooms)
    first = date(2026, 9, 1)
    for place, key in enumerate(here.keys):
        here.set(key, starts=first if same else first + timedelta(days=place), ends=date(2027, 7, 1))
    starts = here.held("starts")
    here.select_all()
    dialog = here.step(Step.DATES)
    assert dialog.days["starts"].value == (first if same else None), "a date of its own for each is nobody's proposal"
    assert not dialog.start_button.isEnabled()
    assert dialog.start_button.accessibleDescription() == "Say first which date changes."
    press(Qt.Key.Key_Tab)  # past the tick of the start, whose field cannot be typed in
    assert QApplication.focusWidget().objectName() == "course_status_change_ends"
    press(Qt.Key.Key_Space)
    QTest.keyRelease(QApplication.focusWidget(), Qt.Key.Key_Space)
    press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.days["ends"].edit
    here.room.press("Ctrl+A")
    type_text("1 Jan 2027")
    here.press_return(dialog)
    assert (here.held("starts"), here.held("ends")) == (starts, [date(2027, 1, 1)] * 4)
    here.leave()


def test_a_day_to_come_is_refused_in_words(rooms: Rooms):
    here = enrolled(rooms)
    here.select_all()
    dialog = here.step(Step.WITHDRAW)
    here.room.press("Ctrl+A")
    type_text(shown(TODAY + timedelta(days=1)))
    assert "in the future" in dialog.days["on"].edit.accessibleDescription()
    assert not dialog.start_button.isEnabled()
    assert "in the future" in dialog.start_button.accessibleDescription()
    here.leave()
    assert here.held("status") == ["current"] * 4


def test_where_nothing_can_be_done_it_says_so(rooms: Rooms):
    here = enrolled(rooms)
    here.select_all()
    dialog = here.step(Step.BACK)
    assert not dialog.start_button.isEnabled()
    assert "None of the selected enrolments" in dialog.start_button.accessibleDescription()
    assert "4 are neither on a break nor withdrawn" in dialog.foretold.text()
    here.leave()


def test_without_the_right_the_button_says_who_may(rooms: Rooms):
    here = enrolled(rooms, Role.LMS_ADMINISTRATOR)
    here.select_all()
    assert not here.room.window.actions_.action("lms.course_status").isEnabled()
    assert "Enrolment Manager" in here.room.window.actions_.description("lms.course_status")


def test_it_is_found_by_its_words_and_says_what_to_do_first(rooms: Rooms):
    here = enrolled(rooms)
    actions = here.room.window.actions_
    for words in ("withdraw", "break in learning", "change dates"):
        assert "lms.course_status" in [one.action_id for one in find(actions, words)], words
    assert actions.description("lms.course_status") == "Open the Enrolments page first."
    with here.room.context.db.write() as tx:
        tx.execute(delete(enrolment))
    here.room.window.show_page("enrolments")
    here.room.at_rest()
    here.room.until(lambda: actions.description("lms.course_status") == "There are no enrolments yet.")


def test_of_a_campus_that_is_not_the_users_nothing_is_changed(rooms: Rooms):
    here = enrolled(rooms, Role.ENROLMENT_MANAGER)
    here.select_all()
    dialog = here.step(Step.WITHDRAW)
    words = "4 are of a campus that is not one of yours and stay. Ask an administrator about them."
    assert dialog.foretold.text() == words
    assert not dialog.start_button.isEnabled()
    assert here.held("status") == ["current"] * 4
    here.leave()
