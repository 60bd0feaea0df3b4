"""Why Not in the LMS? from an enrolment and from a learner, to the dialog that puts it right."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from app.db.tables import section
from tests.ui.college_room import LmsRoom, listed
from tests.ui.conftest import Rooms
from tests.ui.dialog_room import click, press
from tests.ui.extract_room import ExtractRoom, extract_room
from ui.dialogs.why_not_there import WhyNotThereDialog


def of_enrolment(lms: LmsRoom) -> WhyNotThereDialog:
    page = lms.show("enrolments")
    lms.pick(page, page.grid.keys[0])
    lms.press_action("lms.why_not_there")
    dialog = lms.dialog("why_not_there")
    assert isinstance(dialog, WhyNotThereDialog)
    return dialog


@pytest.mark.rule("EX-P0")
def test_from_an_enrolment_to_the_form_of_its_section(lms: LmsRoom):
    dialog = of_enrolment(lms)
    assert [row[:2] for row in listed(dialog, "why_findings")] == [
        ["Holds", "Enrolment"],
        ["Stops here", "Owning campus"],
    ]
    assert dialog.accessibleName().endswith(": the way to the LMS stops at “Owning campus”")
    assert dialog.advice.text() == "Needed is one campus that owns the section."
    assert dialog.remedy_button.text() == "Edit Section"
    assert QApplication.focusWidget() is dialog.remedy_button
    press(Qt.Key.Key_Return)
    form = lms.dialog("section_form")
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: not form.isVisible())


def test_a_learner_without_an_enrolment_is_to_be_enrolled(lms: LmsRoom):
    lms.room.select(1)
    enrolled = {one.learner_id for one in lms.enrolled()}
    grid = lms.room.window.learners.grid
    place = next(at for at, key in enumerate(grid.keys) if key not in enrolled)
    click(grid.viewport(), grid.visualRect(grid.model().index(place, 2)).center())
    lms.room.at_rest()
    lms.press_action("lms.why_not_there")
    dialog = lms.dialog("why_not_there")
    assert [row[:2] for row in listed(dialog, "why_findings")] == [["Stops here", "Enrolment"]]
    lms.close(dialog, "why_not_close")


def test_the_button_says_what_to_select(lms: LmsRoom):
    lms.room.at_rest()
    assert "Select an enrolment" in lms.room.window.actions_.reason("lms.why_not_there")


def test_from_the_pane_of_a_learner(lms: LmsRoom):
    lms.room.select(1)
    pane = lms.room.window.learners.pane
    lms.room.until(pane.why.isVisible)
    pane.why.setFocus()
    press(Qt.Key.Key_Space)
    QTest.keyRelease(pane.why, Qt.Key.Key_Space)
    dialog = lms.dialog("why_not_there")
    assert pane.why.text() == "Why Is This Learner Not in the LMS?"
    lms.close(dialog, "why_not_close")


def test_without_an_lms_a_learner_is_not_asked_about_it(rooms: Rooms):
    room = rooms(3)
    room.select(1)
    assert not room.window.learners.pane.why.isVisible()


def of_record(rooms: Rooms) -> ExtractRoom:
    """The records, one of them looked at: it is Ready, and a gate of its section was lost."""
    ex = extract_room(rooms)
    with ex.context.db.write() as tx:
        tx.execute(update(section).where(section.c.id == ex.college.here).values(lms_course_id=None))
    page = ex.show()
    ex.pick(ex.keys[0])
    ex.room.press("Return", page.grid.window())
    ex.room.until(lambda: page.pane.isVisible() and page.pane.why.isVisible())
    ex.rest()
    return ex


@pytest.mark.rule("EX-P6", "EX-P7")
def test_from_a_record_that_a_gate_keeps_back_to_the_gate_report(rooms: Rooms):
    ex = of_record(rooms)
    pane = ex.page.pane
    assert pane.gates.isVisible()
    pane.gates.setFocus()
    press(Qt.Key.Key_Space)
    QTest.keyRelease(pane.gates, Qt.Key.Key_Space)
    window = ex.room.window
    ex.room.until(lambda: window.page.objectName() == "sections")
    sections = window.lms.sections.page
    ex.room.until(lambda: sections.grid.current_key == ex.college.here)
    ex.room.at_rest()
    report = sections.pane.report
    ex.room.until(lambda: report.words.text() == "6 of 7 gates hold: nothing goes to the LMS")
    assert report.lines["EX-P8"].button.isVisible()


def test_the_way_to_the_gates_is_past_every_filter(rooms: Rooms):
    ex = of_record(rooms)
    window = ex.room.window
    window.show_page("sections")
    sections = window.lms.sections.page
    sections.set_quick("nothing has these words")
    ex.room.until(lambda: sections.shown == 0)
    window.show_page("extracts")
    ex.rest()
    click(ex.page.pane.gates)
    ex.room.until(lambda: sections.grid.current_key == ex.college.here)
    assert window.search.text() == ""
    click_on = ex.keys[1]
    window.show_page("extracts")
    ex.pick(click_on)
    ex.room.until(lambda: not ex.page.pane.gates.isVisible())


def test_from_a_record_by_its_pane_and_by_the_ribbon(rooms: Rooms):
    ex = of_record(rooms)
    click(ex.page.pane.why)
    dialog = ex.dialog("why_not_there")
    words = dialog.accessibleName()
    assert "stops at" in words
    ex.close(dialog, "why_not_close")
    ex.press_action("lms.why_not_there")
    dialog = ex.dialog("why_not_there")
    ex.room.until(lambda: dialog.accessibleName() == words)
    ex.close(dialog, "why_not_close")
