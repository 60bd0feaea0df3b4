"""Rules that propose: edited, previewed, saved, shown as marks, and accepted by a person."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.lms import course_states
from app.lms.course_states import Rule, RuleField
from app.lms.states import CourseState
from tests.ui.college_room import NEW, OPEN, LmsRoom, listed, marks_shown
from tests.ui.conftest import answering
from tests.ui.dialog_room import choose, click, press, write_into
from ui.dialogs.lms_rules import RulesDialog

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.rule("LS-C5")]


def opened(lms: LmsRoom) -> RulesDialog:
    lms.show("lms_courses")
    lms.press_action("lms.rules")
    dialog = lms.dialog("lms_rules")
    assert isinstance(dialog, RulesDialog)
    lms.room.until(lambda: not dialog.busy)
    return dialog


def add(dialog: RulesDialog, field: str, text: str, state: str) -> None:
    choose(dialog.field, field)
    choose(dialog.state, state)
    write_into(dialog.text, text)
    click(dialog.add_rule)


def saved(lms: LmsRoom) -> tuple[Rule, ...]:
    with lms.context.db.read() as tx:
        return course_states.read_rules(tx)


def save(lms: LmsRoom, dialog: RulesDialog) -> None:
    click(dialog.save_button)
    lms.room.until(lambda: not dialog.busy)
    lms.room.at_rest()


def test_a_rule_is_previewed_saved_marked_and_accepted(lms: LmsRoom):
    new = lms.course(NEW[0])
    dialog = opened(lms)
    add(dialog, "Name contains", NEW[0].lower(), "Open")
    assert {row[1]: row[0] for row in listed(dialog, "rules_preview")} == {
        NEW[0]: "Open",
        NEW[1]: "Nothing proposed",
        NEW[2]: "Nothing proposed",
    }
    assert "Save the rules first" in dialog.accept_button.accessibleDescription()
    assert saved(lms) == ()
    save(lms, dialog)
    assert saved(lms) == (Rule(RuleField.NAME, NEW[0].lower(), CourseState.OPEN),)
    page = lms.room.window.lms.courses
    assert "Rule proposes Open" in marks_shown(page, new.id)
    assert lms.course(NEW[0]).state is CourseState.NEW
    click(dialog.accept_button)
    lms.room.until(lambda: lms.course(NEW[0]).state is CourseState.OPEN)
    lms.room.at_rest()
    assert [lms.course(name).state for name in NEW[1:]] == [CourseState.NEW] * 2
    assert "Rule proposes Open" not in marks_shown(page, new.id)


def test_the_selection_of_the_page_does_not_narrow_what_was_confirmed(lms: LmsRoom):
    course_states.save_rules(lms.context.db, lms.context.user, [Rule(RuleField.NAME, "c10", CourseState.CLOSED)])
    lms.pick_course(OPEN)
    dialog = opened(lms)
    click(dialog.accept_button)
    lms.room.until(lambda: all(lms.course(name).state is CourseState.CLOSED for name in NEW))
    lms.room.at_rest()
    assert lms.course(OPEN).state is CourseState.OPEN


def test_the_first_rule_that_fits_proposes_and_the_order_can_be_changed(lms: LmsRoom):
    category = lms.course(NEW[1]).category
    dialog = opened(lms)
    add(dialog, "Category is", category or "", "Hidden")
    add(dialog, "Name contains", NEW[1], "Closed")
    before = {row[1]: row[0] for row in listed(dialog, "rules_preview")}
    assert before[NEW[1]] == "Hidden"
    click(dialog.up_rule)
    after = {row[1]: row[0] for row in listed(dialog, "rules_preview")}
    assert after[NEW[1]] == "Closed"
    assert not dialog.up_rule.isEnabled()
    click(dialog.remove_rule)
    assert [row[0] for row in listed(dialog, "rules_list")] == ["Category is"]
    write_into(dialog.text, "Something else")
    click(dialog.change_rule)
    assert dialog.rules == [Rule(RuleField.CATEGORY, "Something else", CourseState.HIDDEN)]
    save(lms, dialog)
    assert saved(lms) == tuple(dialog.rules)


def test_rules_that_are_not_saved_are_asked_about(lms: LmsRoom):
    dialog = opened(lms)
    add(dialog, "Name contains", "x", "Open")
    with answering("keep") as asked:
        press(Qt.Key.Key_Escape)
    assert "The rules are not saved." in asked[0]
    assert dialog.isVisible()
    lms.room.in_front(dialog)
    with answering("discard"):
        press(Qt.Key.Key_Escape)
    lms.room.until(lambda: QApplication.activeModalWidget() is None)
    assert saved(lms) == ()
