"""Credit in the window: types and bodies, a course set up, records edited and replaced, a body's file; by keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from sqlalchemy import select

from app.access import Role
from app.context import AppContext
from app.db.tables import outgoing_report
from app.imports import credit_lists, credit_set_up
from app.imports.awarding import Completion
from app.imports.credit_lists import CreditType
from app.imports.credit_set_up import CourseCredit
from tests.builders import user_with
from tests.imports.credit_rows import DAY, completed
from tests.ui.college_room import words_of
from tests.ui.conftest import Rooms, named, read_csv, saving_as
from tests.ui.credit_room import CreditRoom, prepared
from tests.ui.dialog_room import choose, click, clipped, gone, press, type_text, unnamed, when_asked, write_into
from ui.dialogs.credit_course import CreditCourseDialog
from ui.dialogs.credit_course_parts import TypeRow
from ui.dialogs.credit_lists import CreditListsDialog
from ui.dialogs.edit_credit import EditCreditDialog
from ui.look.fonts import set_scale
from ui.pages.course_records import CourseRecordsPage
from ui.pages.credit_courses import CreditCoursesPage
from ui.pages.outgoing_reports import OutgoingReportsPage


@pytest.fixture
def credit(rooms: Rooms) -> Iterator[CreditRoom]:
    """The window on a college that gives credit."""
    made: dict[str, int] = {}
    yield CreditRoom(rooms(prepare=lambda context: prepared(context, made), size=(1366, 768)), made)
    rooms.close_all()
    set_scale(1.0)


def test_the_tab_leads_to_its_pages_by_keys_and_says_what_is_missing(rooms: Rooms):
    room = rooms(0)
    room.press("Ctrl+4")
    room.until(lambda: room.window.ribbon.tab == "Imports")
    for _ in range(room.window.tabs.count()):
        if room.window.state().page == "credit_courses":
            break
        room.press("Ctrl+Tab")
    credit = CreditRoom(room)
    credit.rest()
    page = room.window.page
    assert isinstance(page, CreditCoursesPage)
    assert "No courses yet" in words_of(page)
    assert credit.reason("imports.edit_credit") == "Open the Course Records page first."
    assert credit.reason("imports.set_up_course") == "There are no courses yet."
    for name in ("course_records", "outgoing_reports"):
        room.press("Ctrl+Tab")
        room.until(lambda name=name: room.window.state().page == name)
        credit.rest()
    assert credit.reason("imports.edit_credit") == "Open the Course Records page first."
    assert credit.reason("imports.export_for_body") == "There are no reports yet."


def test_types_and_bodies_are_set_up_by_keys(credit: CreditRoom):
    credit.press_action("imports.credit_types")
    dialog = credit.dialog("credit_lists")
    assert isinstance(dialog, CreditListsDialog)
    assert not unnamed(dialog)
    assert [row.texts[0] for row in dialog.list.states] == ["ama", "cpd", "cpe"]
    click(named(dialog, "credit_lists_add"))
    type_text("ancc")
    assert dialog.types.edited
    press(Qt.Key.Key_Return)
    credit.room.at_rest()
    assert [row.texts[0] for row in dialog.list.states] == ["ama", "ancc", "cpd", "cpe"]
    click(named(dialog, "credit_lists_add"))
    type_text("AMA")
    press(Qt.Key.Key_Return)
    credit.room.at_rest()
    assert "already" in dialog.types.fields["code"].error
    write_into(dialog.types.code, "half typed")
    dialog.tabs.setFocus()
    asked = when_asked(credit.room.qtbot, "discard")
    press(Qt.Key.Key_Right)
    credit.room.at_rest()
    assert asked
    credit.room.in_front(dialog)
    assert dialog.page == "bodies"
    assert [row.texts[0] for row in dialog.list.states] == ["CPE Monitor", "PARS"]
    dialog.bodies.types[credit.made["cpd"]].setFocus()
    press(Qt.Key.Key_Space)
    assert dialog.save_button.isEnabled()
    click(dialog.save_button)
    credit.room.at_rest()
    with credit.context.db.read() as tx:
        first = credit_lists.read(tx).reporters[0]
    assert credit.made["cpd"] in first.types
    click(dialog.undo_button)
    credit.room.at_rest()
    with credit.context.db.read() as tx:
        assert credit.made["cpd"] not in credit_lists.read(tx).reporters[0].types
    dialog.tabs.setFocus()
    press(Qt.Key.Key_Right)
    credit.room.at_rest()
    dialog.categories.edit.setFocus()
    type_text("Nurse")
    press(Qt.Key.Key_Return)
    click(dialog.save_button)
    credit.room.at_rest()
    with credit.context.db.read() as tx:
        assert credit_lists.read(tx).categories[0] == "Nurse"
    press(Qt.Key.Key_Escape)
    credit.closed()


def test_the_two_examples_come_by_a_button(rooms: Rooms):
    credit = CreditRoom(rooms(0))
    credit.show("outgoing_reports")
    click(next(one for one in credit.room.window.page.findChildren(QPushButton) if one.text() == "Outside Bodies"))
    dialog = credit.dialog("credit_lists")
    assert isinstance(dialog, CreditListsDialog)
    click(dialog.examples)
    credit.room.at_rest()
    assert [row.texts[0] for row in dialog.list.states] == ["CPE Monitor", "PARS"]
    click(dialog.examples)
    credit.room.at_rest()
    assert "there already" in words_of(dialog)
    press(Qt.Key.Key_Escape)
    credit.closed()


def test_a_course_is_set_up_by_keys_and_taken_back(credit: CreditRoom):
    page = credit.show("credit_courses")
    assert isinstance(page, CreditCoursesPage)
    credit.pick(page, credit.made["art"])
    page.grid.setFocus()
    press(Qt.Key.Key_Return)
    dialog = credit.dialog("credit_course")
    assert isinstance(dialog, CreditCourseDialog)
    assert not unnamed(dialog)
    assert dialog.objects.hasFocus()
    row = next(one for one in dialog.rows if one.key == credit.made["cpd"])
    row.gives.setFocus()
    press(Qt.Key.Key_Space)
    assert "completed and credited at once" in dialog.exposed.text
    row.variable.setFocus()
    press(Qt.Key.Key_Space)
    write_into(row.edits["maximum"], "2,5")
    assert "not an amount" in dialog.trouble.text
    assert not dialog.save_button.isEnabled()
    write_into(row.edits["maximum"], "2.5")
    write_into(row.edits["minimum"], "3")
    click(named(dialog, "mapping_add"))
    line = dialog.whom.lines[0]
    assert line.type.hasFocus()
    choose(line.type, "cpd")
    choose(line.field, "Participant Category")
    assert "needs a value" in dialog.trouble.text
    line.value.lineEdit().setFocus()
    type_text("physician")
    press(Qt.Key.Key_Return)
    credit.room.at_rest()
    assert "minimum is more" in row.error.text
    write_into(row.edits["minimum"], "1")
    write_into(dialog.objects, "4")
    assert dialog.exposed.text == ""
    press(Qt.Key.Key_Return)
    credit.closed()
    with credit.context.db.read() as tx:
        now = credit_set_up.read(tx, credit.made["art"])
    assert now is not None
    says = frozenset({("participant_category", "physician")})
    assert now.required_objects == 4
    assert now.credit == (CourseCredit(credit.made["cpd"], 250, 100, 1, variable=True, says=says),)
    assert credit.reason("imports.undo_credit") == ""
    credit.press_action("imports.undo_credit")
    credit.rest()
    with credit.context.db.read() as tx:
        assert (back := credit_set_up.read(tx, credit.made["art"])) is not None
    assert back.credit == ()
    assert credit.reason("imports.undo_credit").startswith("Nothing of credit")


def test_a_course_is_added_and_what_is_typed_is_not_lost_unasked(credit: CreditRoom):
    page = credit.show("credit_courses")
    credit.press_action("imports.add_course")
    dialog = credit.dialog("credit_course")
    assert isinstance(dialog, CreditCourseDialog)
    type_text("phys-a1")
    press(Qt.Key.Key_Return)
    credit.room.at_rest()
    assert "already" in dialog.fields["code"].error
    asked = when_asked(credit.room.qtbot, "keep")
    press(Qt.Key.Key_Escape)
    assert asked
    credit.room.in_front(dialog)
    write_into(dialog.code, "CHEM-1")
    press(Qt.Key.Key_Return)
    credit.closed()
    assert page.total == 4


def test_credit_is_edited_by_keys_within_the_rules(credit: CreditRoom):
    page = credit.show("course_records")
    assert isinstance(page, CourseRecordsPage)
    credit.pick(page, credit.made["bare"])
    assert "not complete" in credit.reason("imports.edit_credit")
    assert "nothing to replace" in credit.reason("imports.replace_credit")
    credit.pick(page, credit.made["complete"])
    assert credit.reason("imports.edit_credit") == ""
    assert credit.reason("imports.replace_credit") == "This record is complete: use Edit Credit."
    page.grid.setFocus()
    press(Qt.Key.Key_Return)
    dialog = credit.dialog("edit_credit")
    assert isinstance(dialog, EditCreditDialog)
    assert not unnamed(dialog)
    ama, cpd = dialog.rows
    assert ama.has.hasFocus()
    assert not dialog.save_button.isEnabled()
    press(Qt.Key.Key_Space)
    write_into(ama.amount, "3")
    assert "Variable" in ama.state.text
    assert "Variable" in dialog.save_button.toolTip()
    write_into(ama.amount, "5")
    assert ama.state.text == ""
    cpd.has.setFocus()
    press(Qt.Key.Key_Space)
    write_into(cpd.amount, "0.6")
    assert "in steps of 0.25" in cpd.state.text
    write_into(cpd.awarded.edit, "32/13/2026")
    assert "No such day" in cpd.state.text
    write_into(cpd.awarded.edit, "21 Nov 2026")
    press(Qt.Key.Key_Return)
    credit.closed()
    assert credit.credit() == [(credit.made["ama"], 500), (credit.made["ama"], 500), (credit.made["cpd"], 60)]
    credit.press_action("imports.undo_credit")
    credit.rest()
    assert credit.credit() == [(credit.made["ama"], 500)]


def test_credit_on_an_incomplete_record_is_replaced_with_a_reason(credit: CreditRoom):
    page = credit.show("course_records")
    assert isinstance(page, CourseRecordsPage)
    credit.pick(page, credit.made["wrong"])
    assert "Credit on an incomplete record" in words_of(page.pane)
    credit.press_action("imports.replace_credit")
    dialog = credit.dialog("edit_credit")
    assert isinstance(dialog, EditCreditDialog)
    ama, _ = dialog.rows
    press(Qt.Key.Key_Space)
    assert not ama.has.isChecked()
    assert "needs a reason" in dialog.save_button.toolTip()
    dialog.reason.setFocus()
    type_text("Entered for the wrong course")
    press(Qt.Key.Key_Return)
    credit.closed()
    assert credit.credit() == []
    credit.pick(page, credit.made["wrong"])
    assert "Entered for the wrong course" in words_of(page.pane)


def test_the_file_of_a_body_is_written_and_marked_by_keys(credit: CreditRoom, tmp_path: Path):
    made = credit.made
    completed(credit.context.db, credit.context.user, Completion(made["who"], made["bio"], DAY))
    page = credit.show("outgoing_reports")
    assert isinstance(page, OutgoingReportsPage)
    assert page.shown == 1
    path = tmp_path / "pars.csv"
    with saving_as(path):
        credit.press_action("imports.export_for_body")
        credit.room.until(path.exists)
    credit.rest()
    heading, row = read_csv(path)
    assert heading[:2] == ["Surname", "Forename"]
    assert row[-4:] == ["ama", "5", "2026-11-20", "2027-02-18"]
    with credit.context.db.read() as tx:
        assert tx.execute(select(outgoing_report.c.exported_at)).scalar_one() is not None
    credit.press_action("imports.undo_credit")
    credit.rest()
    with credit.context.db.read() as tx:
        assert tx.execute(select(outgoing_report.c.exported_at)).scalar_one() is None


def test_records_of_a_course_are_one_button_away(credit: CreditRoom):
    page = credit.show("credit_courses")
    assert isinstance(page, CreditCoursesPage)
    credit.pick(page, credit.made["bio"])
    click(named(page, "credit_course_records"))
    credit.room.until(lambda: credit.room.window.state().page == "course_records")
    credit.rest()
    assert credit.room.window.page.shown == 3


def test_who_may_not_is_told_so(rooms: Rooms):
    made: dict[str, int] = {}

    def other(context: AppContext):
        return user_with(context.db, Role.ENROLMENT_MANAGER)

    credit = CreditRoom(rooms(prepare=lambda context: prepared(context, made), as_user=other), made)
    page = credit.show("course_records")
    credit.pick(page, made["complete"])
    for action in ("edit_credit", "replace_credit", "set_up_course", "credit_types", "add_course"):
        assert "Course Record Importer" in credit.reason(f"imports.{action}")
    assert not named(page, "record_edit").isEnabled()
    assert "Course Record Importer" in named(page, "record_edit").toolTip()


@pytest.mark.parametrize("name", ["credit_courses", "course_records", "outgoing_reports"])
def test_nothing_of_a_page_is_clipped_or_without_a_name(credit: CreditRoom, name: str):
    completed(credit.context.db, credit.context.user, Completion(credit.made["who"], credit.made["bio"], DAY))
    page = credit.show(name)
    credit.pick(page, next(iter(page.grid.keys)))
    assert not unnamed(page)
    assert not clipped(page)


def test_the_dialogs_with_large_text_show_all_of_it_and_fit_an_office_screen(credit: CreditRoom):
    """What is wrong is told in full there too."""
    window, room = credit.room.window, credit.room
    set_scale(2.0)
    window.credit.open_course(credit.made["bio"])
    course = credit.dialog("credit_course")
    assert isinstance(course, CreditCourseDialog)
    write_into(course.rows[0].edits["maximum"], "2,5")
    assert "not an amount" in course.trouble.text
    assert not clipped(course)
    assert course.width() <= 1366
    assert course.height() <= 768
    asked = when_asked(room.qtbot, "discard")
    press(Qt.Key.Key_Escape)
    credit.closed()
    assert asked
    window.credit.open_credit(credit.made["complete"], False)
    edit = credit.dialog("edit_credit")
    assert isinstance(edit, EditCreditDialog)
    press(Qt.Key.Key_Space)
    write_into(edit.rows[0].amount, "3")
    assert "Variable" in edit.rows[0].state.text
    room.at_rest()
    assert not clipped(edit)
    assert edit.width() <= 1366
    when_asked(room.qtbot, "discard")
    press(Qt.Key.Key_Escape)
    credit.closed()


def test_key_tips_lead_to_the_credit_types(credit: CreditRoom):
    credit.show("credit_courses")
    QTest.keyClick(credit.room.window.focusWidget(), Qt.Key.Key_Alt)
    for key in (Qt.Key.Key_I, Qt.Key.Key_T):
        QTest.keyClick(QApplication.focusWidget() or credit.room.window, key)
    dialog = credit.dialog("credit_lists")
    press(Qt.Key.Key_Escape)
    credit.closed()
    assert gone(dialog)


def test_an_ampersand_of_a_credit_type_is_seen_once(qtbot):
    around = QWidget()
    qtbot.addWidget(around)
    row = TypeRow(CreditType(1, code="A&L"), around)
    row.gives.setChecked(True)
    row.edits["maximum"].setText("many")
    assert row.problem.startswith("A&L, Maximum: ")
    assert row.gives.text() == "A&&L"
