"""Why Not in the LMS? from an enrolment and from a learner, to the dialog that puts it right."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.college_room import LmsRoom, listed
from tests.ui.dialog_room import click, press
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
