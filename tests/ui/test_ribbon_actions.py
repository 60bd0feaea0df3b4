"""The list of actions: shortcuts, reasons, tool tips, and what a screen reader is told."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.ribbon_example import ExampleWindow, State, example_actions
from ui.actions import Action, ActionSet, shown_keys
from ui.look.icons import Icon
from ui.look.tokens import apply, theme
from ui.ribbon_buttons import RibbonButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NO_LEARNERS = "There are no learners yet. Load learners first."


@pytest.fixture
def window(qtbot, qapp):
    apply(qapp)
    theme().set_mode("light")
    made = ExampleWindow()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def ribbon_button(window, action_id) -> RibbonButton:
    return next(one for one in window.ribbon.findChildren(RibbonButton) if one.action_id == action_id)


def test_a_shortcut_works_from_anywhere_in_the_window(window):
    QTest.keyClick(window.field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.field, Qt.Key.Key_F5)
    assert window.done == ["excel", "refresh"]


def test_an_action_that_cannot_be_done_is_not_done_by_any_way(window):
    window.actions_.refresh(State(learners=0))
    QTest.keyClick(window.field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(ribbon_button(window, "excel"), Qt.MouseButton.LeftButton)
    assert window.actions_.run("excel") is False
    assert window.done == []
    window.actions_.refresh(State())
    assert window.actions_.run("excel") is True
    assert window.done == ["excel"]


def test_the_reason_is_in_the_tool_tip_and_in_the_accessible_description(window):
    button = ribbon_button(window, "plr")
    assert button.accessibleName() == "Attainments (PLR) Download"
    assert button.accessibleDescription() == "What Attainments (PLR) Download does"
    assert button.toolTip() == "Attainments (PLR) Download (Alt, L, D)\nWhat Attainments (PLR) Download does"
    window.actions_.refresh(State(learners=0))
    assert not button.isEnabled()
    assert NO_LEARNERS in button.toolTip()
    assert button.accessibleDescription() == NO_LEARNERS
    assert window.actions_.reason("plr") == NO_LEARNERS
    window.actions_.refresh(State())
    assert button.isEnabled()
    assert NO_LEARNERS not in button.toolTip()
    assert button.accessibleDescription() == "What Attainments (PLR) Download does"


def test_a_shortcut_stands_in_the_tool_tip(window):
    assert window.actions_.action("excel").toolTip().startswith("Export to Excel (Ctrl E)\n")
    assert shown_keys("Ctrl+Shift+F") == "Ctrl Shift F"


def test_refresh_touches_only_what_changed(window, qtbot):
    heard = []
    for entry in window.actions_:
        action = window.actions_.action(entry.id)
        action.changed.connect(lambda action_id=entry.id: heard.append(action_id))
    with qtbot.assertNotEmitted(window.actions_.refreshed):
        window.actions_.refresh(State())
    assert heard == []
    with qtbot.waitSignal(window.actions_.refreshed):
        window.actions_.refresh(State(learners=0))
    assert "plr" in heard
    assert "load" not in heard


def test_two_actions_of_one_id_are_refused(window):
    actions = example_actions()
    with pytest.raises(ValueError, match="same id"):
        ActionSet([actions[0], actions[0]], window)


def test_a_checkable_action_shows_that_it_is_on(window):
    window.ribbon.set_tab("LMS")
    button = ribbon_button(window, "pause")
    before = button.grab().toImage()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.done == ["pause"]
    assert window.actions_.action("pause").isChecked()
    assert button.grab().toImage() != before


def test_words_of_an_action_are_never_markup(qtbot, qapp):
    apply(qapp)
    action = Action("x", "Loss & <b>Gain</b>", "", Icon.X, "Home", "Group", "X", lambda window: None)
    made = ExampleWindow([action, *example_actions()])
    qtbot.addWidget(made)
    made.ribbon.set_tab("Home")
    made.show()
    button = ribbon_button(made, "x")
    assert button.accessibleName() == "Loss & <b>Gain</b>"
    assert button.shortcut().isEmpty()
