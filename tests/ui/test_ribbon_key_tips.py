"""Key tips with real key events: Alt, then an area, then a button, slowly or in one go."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from tests.ui.ribbon_example import ExampleWindow, State
from ui.key_tips import Stage
from ui.look.screens import window_behind
from ui.look.tokens import apply, theme
from ui.ribbon_buttons import GroupButton, RibbonButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot, qapp):
    apply(qapp)
    theme().set_mode("light")
    made = ExampleWindow()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.field.setFocus()
    yield made
    QToolTip.hideText()


@pytest.fixture
def tips(window):
    return window.ribbon.key_tips


def press(window, *keys):
    """As the keyboard does it: the events arrive at the native window and find their way from there."""
    for key in keys:
        QTest.keyClick(window_behind(window), key)


def alt(window):
    press(window, Qt.Key.Key_Alt)


def texts(tips):
    return [tip.text for tip in tips.tips]


def test_alt_alone_shows_the_areas(window, tips):
    alt(window)
    assert tips.stage is Stage.AREAS
    assert texts(tips) == ["F", "H", "L", "M", "I", "A", "Q", "F1"]
    alt(window)
    assert tips.stage is Stage.IDLE
    assert texts(tips) == []


def test_alt_sent_to_the_widget_with_the_focus_is_enough(window, tips):
    QTest.keyPress(window.field, Qt.Key.Key_Alt)
    QTest.keyRelease(window.field, Qt.Key.Key_Alt)
    assert tips.stage is Stage.AREAS


def test_an_area_shows_the_keys_of_its_buttons(window, tips):
    alt(window)
    press(window, Qt.Key.Key_M)
    assert window.ribbon.tab == "LMS"
    assert tips.stage is Stage.BUTTONS
    assert texts(tips) == ["S", "P", "U"]


def test_alt_l_d_typed_fast(window, tips):
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_D)
    assert window.done == ["plr"]
    assert tips.stage is Stage.IDLE
    assert window.field.text() == "", "the letters did not reach the field"


def test_the_signal_of_an_area_is_told_as_for_a_click(window, qtbot):
    with qtbot.waitSignal(window.ribbon.tab_changed) as told:
        press(window, Qt.Key.Key_Alt, Qt.Key.Key_A)
    assert told.args == ["Administration"]


def test_esc_steps_back(window, tips):
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L)
    press(window, Qt.Key.Key_Escape)
    assert tips.stage is Stage.AREAS
    assert "F1" in texts(tips)
    press(window, Qt.Key.Key_Escape)
    assert tips.stage is Stage.IDLE
    assert texts(tips) == []


def test_a_click_ends_it_and_still_clicks(window, tips):
    alt(window)
    QTest.mouseClick(window.ribbon.theme_button, LEFT)
    assert tips.stage is Stage.IDLE
    assert theme().mode == "dark"
    theme().set_mode("light")


def test_another_key_ends_it_and_is_used(window, tips):
    alt(window)
    press(window, Qt.Key.Key_Tab)
    assert tips.stage is Stage.IDLE
    assert window.focusWidget() is not window.field


def test_a_letter_that_leads_nowhere_is_swallowed(window, tips):
    alt(window)
    press(window, Qt.Key.Key_Z)
    assert tips.stage is Stage.AREAS
    assert window.field.text() == ""


def test_a_shortcut_with_alt_shows_no_tips(window, tips):
    handle = window_behind(window)
    QTest.keyPress(handle, Qt.Key.Key_Alt)
    QTest.keyClick(handle, Qt.Key.Key_Q, Qt.KeyboardModifier.AltModifier)
    QTest.keyRelease(handle, Qt.Key.Key_Alt)
    assert tips.stage is Stage.IDLE
    assert window.focusWidget() is window.ribbon.search


def test_a_click_while_alt_is_held_shows_no_tips(window, tips):
    QTest.keyPress(window_behind(window), Qt.Key.Key_Alt)
    QTest.mouseClick(window.field, LEFT)
    QTest.keyRelease(window_behind(window), Qt.Key.Key_Alt)
    assert tips.stage is Stage.IDLE


def test_alt_with_shift_shows_no_tips(window, tips):
    QTest.keyClick(window_behind(window), Qt.Key.Key_Alt, Qt.KeyboardModifier.ShiftModifier)
    assert tips.stage is Stage.IDLE


def test_shortcuts_go_on_working_while_tips_are_shown(window, tips):
    alt(window)
    QTest.keyClick(window_behind(window), Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.done == ["excel"]
    assert tips.stage is Stage.IDLE


def test_search_file_and_help(window, tips, qtbot):
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_Q)
    assert window.focusWidget() is window.ribbon.search
    with qtbot.waitSignal(window.ribbon.help_wanted):
        press(window, Qt.Key.Key_Alt, Qt.Key.Key_F1)
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_F)
    assert isinstance(QApplication.activePopupWidget(), QMenu)
    assert tips.stage is Stage.IDLE
    QApplication.activePopupWidget().close()


def test_a_button_with_a_menu_opens_it(window, qtbot):
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_S)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert window.done == ["menu.first"]


def test_what_cannot_be_done_says_why(window, tips):
    window.actions_.refresh(State(learners=0))
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_D)
    assert window.done == []
    assert tips.stage is Stage.IDLE
    assert QToolTip.text() == "There are no learners yet. Load learners first."


@pytest.mark.parametrize("width", [1440, 700, 500])
def test_keys_work_in_folded_groups_too(width, window, tips, qapp):
    window.resize(width, 260)
    qapp.processEvents()
    for key in (Qt.Key.Key_D, Qt.Key.Key_E, Qt.Key.Key_C, Qt.Key.Key_R):
        press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, key)
    assert window.done == ["plr", "excel", "csv", "refresh"]
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_U)
    assert isinstance(QApplication.activePopupWidget(), QMenu)
    QApplication.activePopupWidget().close()


def test_the_tip_of_a_folded_group_has_all_its_letters(window, tips, qapp):
    window.resize(600, 260)
    qapp.processEvents()
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L)
    assert "O E C" in texts(tips)
    assert "U R" in texts(tips)


def test_keys_work_in_a_folded_ribbon(window, tips, qapp):
    window.ribbon.folded = True
    qapp.processEvents()
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L)
    assert window.ribbon.unrolled
    assert "D" in texts(tips)
    press(window, Qt.Key.Key_D)
    assert window.done == ["plr"]
    assert not window.ribbon.unrolled
    press(window, Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_Escape)
    assert not window.ribbon.unrolled
    assert tips.stage is Stage.AREAS


def words_of(button) -> QRect:
    """The part of a button in which its label stands, in its own coordinates."""
    if isinstance(button, GroupButton):
        return QRect(0, 41, button.width(), 15)
    if button.large:
        return QRect(0, 41, button.width(), 30)
    return QRect(30, 0, button.width() - 30, button.height())


@pytest.mark.parametrize("width", [1440, 700, 500])
def test_no_tip_covers_a_label(width, window, tips, qapp):
    window.resize(width, 260)
    qapp.processEvents()
    press(window, Qt.Key.Key_Alt)
    bar = window.ribbon.tab_bar
    for at in range(bar.count()):
        title = bar.title_rect(at)
        title.setHeight(title.height() // 2 + 7)
        words = title.translated(bar.mapTo(window, QPoint(0, 0)))
        assert not [tip.text for tip in tips.tips if tip.geometry().intersects(words)]
    press(window, Qt.Key.Key_L)
    for button in (*window.findChildren(RibbonButton), *window.findChildren(GroupButton)):
        if button.isVisible():
            words = words_of(button).translated(button.mapTo(window, QPoint(0, 0)))
            assert not [tip.text for tip in tips.tips if tip.geometry().intersects(words)], button.objectName()
    assert all(window.rect().contains(tip.geometry()) for tip in tips.tips)


def test_tips_are_18_px_and_named(window, tips):
    alt(window)
    assert {(tip.width(), tip.height()) for tip in tips.tips if len(tip.text) == 1} == {(18, 18)}
    assert all(tip.accessibleName() == tip.text for tip in tips.tips)


def test_resizing_or_leaving_the_window_ends_it(window, tips, qapp):
    alt(window)
    window.resize(1200, 260)
    qapp.processEvents()
    assert tips.stage is Stage.IDLE
