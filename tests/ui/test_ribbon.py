"""The ribbon by mouse and by keys: areas, groups, folding, what happens where there is no room."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from tests.ui.ribbon_example import ExampleWindow, State, example_actions
from ui.look import fonts
from ui.look.tokens import DARK, Role, apply, theme
from ui.ribbon_buttons import GroupButton, RibbonButton, two_lines
from ui.ribbon_groups import body_height

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


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
    fonts.set_scale(1.0)
    theme().set_mode("light")
    QToolTip.hideText()


def ribbon_button(window, action_id) -> RibbonButton:
    return next(one for one in window.findChildren(RibbonButton) if one.action_id == action_id)


def open_menu(qtbot) -> QMenu:
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def click_tab(window, area):
    at = window.ribbon.areas.index(area)
    QTest.mouseClick(window.ribbon.tab_bar, LEFT, pos=window.ribbon.tab_bar.tabRect(at).center())


def narrow(window, qapp, width):
    window.resize(width, 260)
    qapp.processEvents()


def test_heights_are_those_of_the_look(window):
    assert window.ribbon.tab_bar.height() == 38
    assert window.ribbon.card.height() == 100
    assert window.ribbon.search.width() == 230
    assert ribbon_button(window, "plr").height() == 76
    assert ribbon_button(window, "excel").height() == 25


def test_only_areas_with_actions_are_shown(qtbot, qapp):
    apply(qapp)
    made = ExampleWindow([one for one in example_actions() if one.tab in {"Learners", "Administration"}])
    qtbot.addWidget(made)
    assert made.ribbon.areas == ["Learners", "Administration"]
    assert made.ribbon.tab_bar.count() == 2
    with pytest.raises(ValueError, match="Home"):
        made.ribbon.set_tab("Home")


def test_a_click_on_a_tab_shows_its_groups_and_tells(window, qtbot):
    with qtbot.waitSignal(window.ribbon.tab_changed) as told:
        click_tab(window, "LMS")
    assert told.args == ["LMS"]
    assert [group.name for group in window.ribbon.panel.groups] == ["Synchronise", "Extract"]
    with qtbot.assertNotEmitted(window.ribbon.tab_changed):
        window.ribbon.set_tab("Learners")
    assert window.ribbon.tab == "Learners"


def test_a_button_does_what_its_action_does(window):
    QTest.mouseClick(ribbon_button(window, "plr"), LEFT)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        QTest.keyClick(ribbon_button(window, "csv"), key)
    assert window.done == ["plr", "csv", "csv"]


def test_a_button_with_a_menu_opens_it(window, qtbot):
    QTest.mouseClick(ribbon_button(window, "searches"), LEFT)
    menu = open_menu(qtbot)
    assert window.done == [], "the menu is opened instead"
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert window.done == ["menu.first"]
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_buttons_are_reached_with_tab(window):
    window.ribbon.tab_bar.setFocus()
    reached = []
    for _ in range(20):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        now = window.focusWidget()
        if isinstance(now, RibbonButton):
            reached.append(now.action_id)
    assert reached[:4] == ["plr", "conditions", "searches", "clear"]
    assert len(reached) == 12


def test_arrows_move_between_buttons(window):
    ribbon_button(window, "plr").setFocus()
    walked = []
    for key in "RRDUDRRLL":
        keys = {"R": Qt.Key.Key_Right, "L": Qt.Key.Key_Left, "D": Qt.Key.Key_Down, "U": Qt.Key.Key_Up}
        QTest.keyClick(window.focusWidget(), keys[key])
        walked.append(window.focusWidget().action_id)
    assert walked == ["conditions", "searches", "clear", "searches", "clear", "invert", "load", "all", "searches"]


def test_arrows_lead_from_the_tabs_into_the_groups_and_back(window):
    window.ribbon.tab_bar.setFocus()
    QTest.keyClick(window.ribbon.tab_bar, Qt.Key.Key_Down)
    assert window.focusWidget().action_id == "plr"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Up)
    assert window.focusWidget() is window.ribbon.tab_bar
    QTest.keyClick(window.ribbon.tab_bar, Qt.Key.Key_Right)
    assert window.ribbon.tab == "LMS"


def test_arrows_pass_by_what_cannot_be_used(window):
    window.actions_.refresh(State(learners=0))
    window.ribbon.tab_bar.setFocus()
    QTest.keyClick(window.ribbon.tab_bar, Qt.Key.Key_Down)
    assert window.focusWidget().action_id == "load"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    assert window.focusWidget().action_id == "columns"


def test_the_ribbon_folds_by_every_way(window, qtbot):
    ribbon = window.ribbon
    for fold in (
        lambda: QTest.keyClick(window.field, Qt.Key.Key_F1, CTRL),
        lambda: QTest.mouseClick(ribbon.fold_button, LEFT),
        lambda: QTest.mouseDClick(ribbon.tab_bar, LEFT, pos=ribbon.tab_bar.tabRect(1).center()),
    ):
        fold()
        assert ribbon.folded
        assert not ribbon.card.isVisible()
        fold()
        assert not ribbon.folded
        assert ribbon.card.isVisible()


def test_a_folded_ribbon_gives_its_room_to_the_page(window, qapp):
    before = window.field.y()
    window.ribbon.folded = True
    qapp.processEvents()
    assert window.field.y() == before - 100
    assert "Show the ribbon" in window.ribbon.fold_button.accessibleName()


def test_a_folded_ribbon_unrolls_over_the_page_until_it_was_used(window, qapp):
    ribbon = window.ribbon
    ribbon.folded = True
    qapp.processEvents()
    place = window.field.geometry()
    click_tab(window, "LMS")
    assert ribbon.unrolled
    assert ribbon.card.isVisible()
    assert ribbon.card.geometry().top() == 38
    qapp.processEvents()
    assert window.field.geometry() == place, "the page does not move"
    QTest.mouseClick(ribbon_button(window, "sync"), LEFT)
    assert window.done == ["sync"]
    assert not ribbon.unrolled
    assert not ribbon.card.isVisible()


@pytest.mark.parametrize("way", ["esc", "outside", "again", "unfold", "other tab"])
def test_an_unrolled_ribbon_is_rolled_up(way, window, qapp):
    ribbon = window.ribbon
    ribbon.folded = True
    qapp.processEvents()
    click_tab(window, "Learners")
    assert ribbon.unrolled
    if way == "esc":
        QTest.keyClick(window.field, Qt.Key.Key_Escape)
    elif way == "outside":
        QTest.mouseClick(window.field, LEFT)
    elif way == "again":
        click_tab(window, "Learners")
    elif way == "unfold":
        QTest.keyClick(window.field, Qt.Key.Key_F1, CTRL)
        assert not ribbon.folded
        assert ribbon.card.isVisible()
        assert ribbon.card.parentWidget() is ribbon
    else:
        click_tab(window, "LMS")
        assert ribbon.unrolled, "another tab shows its own groups"
        assert ribbon.panel.tab == "LMS"
        click_tab(window, "LMS")
    assert not ribbon.unrolled


def test_the_unrolled_ribbon_is_used_with_keys(window, qapp):
    window.ribbon.folded = True
    qapp.processEvents()
    window.ribbon.tab_bar.setFocus()
    QTest.keyClick(window.ribbon.tab_bar, Qt.Key.Key_Down)
    assert window.focusWidget().action_id == "plr"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.focusWidget() is window.ribbon.tab_bar
    assert not window.ribbon.unrolled


@pytest.mark.parametrize("width", [1440, 900, 800, 700, 600, 560, 500])
def test_everything_can_be_reached_at_every_width(width, window, qapp):
    narrow(window, qapp, width)
    reached = set()
    for group in window.ribbon.panel.groups:
        assert group.geometry().right() <= window.ribbon.panel.width()
        if group.folded:
            assert group.group_button.isVisible()
            menu = group.group_button.make_menu()
            reached |= {action.objectName() or action.text() for action in menu.actions()}
            menu.deleteLater()
        else:
            assert all(button.isVisible() for button in group.buttons)
            reached |= {button.action_id for button in group.buttons}
    texts = {entry.text for entry in window.actions_ if entry.tab == "Learners" and entry.menu}
    expected = {entry.id for entry in window.actions_ if entry.tab == "Learners"}
    assert {entry for entry in expected if entry not in reached} <= {"searches", "columns"}
    missing = {"searches": "Saved Searches", "columns": "Columns"}
    assert all(missing[one] in reached for one in expected - reached)
    assert texts == set(missing.values())


def test_groups_fold_from_the_right(window, qapp):
    narrow(window, qapp, 700)
    folded = [group.folded for group in window.ribbon.panel.groups]
    assert folded == sorted(folded)
    assert folded[-1]
    assert not folded[0]
    narrow(window, qapp, 1440)
    assert not any(group.folded for group in window.ribbon.panel.groups)


def test_the_menu_of_a_folded_group_does_its_actions(window, qapp, qtbot):
    narrow(window, qapp, 700)
    button = next(one for one in window.findChildren(GroupButton) if one.accessibleName() == "Data")
    QTest.mouseClick(button, LEFT)
    menu = open_menu(qtbot)
    assert [action.text() for action in menu.actions()] == ["Load Learners", "Export to Excel", "Export to CSV"]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert window.done == ["excel"]


def test_the_menu_of_a_folded_group_has_submenus_and_reasons(window, qapp, qtbot):
    window.actions_.refresh(State(learners=0))
    narrow(window, qapp, 500)
    button = next(one for one in window.findChildren(GroupButton) if one.accessibleName() == "Find")
    menu = button.make_menu()
    entries = {action.text(): action for action in menu.actions()}
    assert entries["Saved Searches"].menu() is not None
    assert not entries["Saved Searches"].isEnabled()
    assert "no learners" in entries["Clear"].toolTip()
    assert menu.toolTipsVisible()
    menu.deleteLater()


def test_the_window_cannot_become_narrower_than_the_folded_groups(window):
    assert window.minimumSizeHint().width() >= window.ribbon.panel.minimumSizeHint().width()


def test_the_tool_tip_of_a_button_that_cannot_be_used_is_shown(window, qapp):
    window.actions_.refresh(State(learners=0))
    button = ribbon_button(window, "plr")
    qapp.sendEvent(button, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), button.mapToGlobal(QPoint(5, 5))))
    assert QToolTip.isVisible()
    assert "Not available: there are no learners yet. Load learners first." in QToolTip.text()
    assert "Alt, L, D" in QToolTip.text()


def test_theme_help_and_file(window, qtbot):
    ribbon = window.ribbon
    assert ribbon.theme_button.accessibleName() == "Dark colours"
    with qtbot.waitSignal(ribbon.theme_chosen) as told:
        QTest.mouseClick(ribbon.theme_button, LEFT)
    assert told.args == ["dark"]
    assert theme().mode == "dark"
    assert ribbon.theme_button.accessibleName() == "Light colours"
    with qtbot.waitSignal(ribbon.help_wanted):
        QTest.mouseClick(ribbon.help_button, LEFT)
    ribbon.open_file_menu()
    assert [action.text() for action in open_menu(qtbot).actions()] == ["Settings"]
    open_menu(qtbot).close()


def test_a_change_of_theme_repaints_the_ribbon(window, qapp):
    theme().set_mode("dark")
    qapp.processEvents()
    image = window.ribbon.grab().toImage()
    assert image.pixelColor(700, 80) == QColor(DARK[Role.SURFACE])
    assert image.pixelColor(700, 20) == QColor(DARK[Role.WINDOW])


def test_larger_text_makes_a_larger_ribbon(window, qtbot):
    fonts.set_scale(1.5)
    qtbot.waitUntil(lambda: window.ribbon.card.height() == body_height())
    assert window.ribbon.card.height() > 100
    assert window.ribbon.tab_bar.height() == 57
    for group in window.ribbon.panel.groups:
        for button in group.buttons:
            assert not button.isVisible() or button.geometry().bottom() <= group.height()
            assert button.width() >= button.sizeHint().width()


def test_labels_of_large_buttons_break_at_their_last_gap(qapp):
    assert two_lines("Attainments (PLR) Download") == ("Attainments (PLR)", "Download")
    assert two_lines("Update All Statuses") == ("Update All", "Statuses")
    assert two_lines("Refresh") == ("Refresh",)
    assert two_lines("Replace Credit on Incomplete Record") == ("Replace Credit on", "Incomplete Record")


def test_every_button_has_a_name_for_screen_readers(window):
    for area in window.ribbon.areas:
        window.ribbon.set_tab(area)
    assert all(button.accessibleName() for button in window.ribbon.findChildren(RibbonButton))
    for button in (window.ribbon.theme_button, window.ribbon.help_button, window.ribbon.fold_button):
        assert button.accessibleName()


def test_a_window_that_is_gone_leaves_nothing_that_listens(qtbot, qapp):
    apply(qapp)
    made = ExampleWindow()
    made.show()
    made.ribbon.folded = True
    made.ribbon.unroll()
    made.close()
    made.deleteLater()
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme().set_mode("dark")
    theme().set_mode("light")


@pytest.mark.parametrize("way", ["pressed", "by another"])
def test_a_button_that_goes_grey_gives_the_keyboard_away_and_tab_goes_on_as_ever(window, qtbot, way):
    button, beside = ribbon_button(window, "all"), ribbon_button(window, "invert")
    window.ribbon.keyboard_lost.connect(window.field.setFocus)
    action = window.ribbon.actions_.action("all")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is beside
    button.setFocus()
    with qtbot.waitSignal(window.ribbon.keyboard_lost):
        if way == "pressed":
            action.triggered.connect(lambda: action.setEnabled(False))
            QTest.keyClick(button, Qt.Key.Key_Return)
        else:
            action.setEnabled(False)
    assert QApplication.focusWidget() is window.field


def test_a_button_that_goes_grey_where_nobody_takes_the_keyboard_passes_it_on(window):
    ribbon_button(window, "all").setFocus()
    window.ribbon.actions_.action("all").setEnabled(False)
    assert QApplication.focusWidget() is ribbon_button(window, "invert")
