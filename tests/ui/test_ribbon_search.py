"""The search for commands: found by words, done with Enter, and it says what cannot be done."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.ui.ribbon_example import ExampleWindow, State
from ui.look.fonts import scaled, set_scale
from ui.look.tokens import apply, theme
from ui.ribbon_search import find

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ALT = Qt.KeyboardModifier.AltModifier


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
    return made


@pytest.fixture
def search(window):
    window.ribbon.search.start()
    return window.ribbon.search


def test_the_keys_lead_to_it(window):
    QTest.keyClick(window.field, Qt.Key.Key_Q, ALT)
    assert window.focusWidget() is window.ribbon.search


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("excel", "excel"),
        ("export csv", "csv"),
        ("PLR", "plr"),
        ("att down", "plr"),
        ("processes", "extract"),
        ("administration", "users"),
        ("refr", "refresh"),
    ],
)
def test_words_find_actions(window, typed, first):
    assert find(window.actions_, typed)[0].action_id == first


def test_what_has_not_every_word_is_not_found(window):
    assert find(window.actions_, "excel nonsense") == []
    assert [one.action_id for one in find(window.actions_, "xcel")] == []


def test_enter_does_the_chosen_one_and_goes_back(window, search, qtbot):
    QTest.keyClicks(search, "export")
    assert [one.action_id for one in search.found] == ["excel", "csv"]
    assert search.chosen.action_id == "excel"
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert search.chosen.action_id == "csv"
    with qtbot.waitSignal(search.ran) as told:
        QTest.keyClick(search, Qt.Key.Key_Return)
    assert told.args == ["csv"]
    assert window.done == ["csv"]
    assert search.text() == ""
    assert search.found == []
    assert window.focusWidget() is window.field


def test_the_choice_goes_round(search):
    QTest.keyClicks(search, "export")
    QTest.keyClick(search, Qt.Key.Key_Up)
    assert search.chosen.action_id == "csv"
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert search.chosen.action_id == "excel"


def test_the_choice_stays_when_something_else_in_the_program_changes(window, search):
    QTest.keyClicks(search, "e")
    QTest.keyClick(search, Qt.Key.Key_Down)
    chosen = search.chosen
    assert chosen is not None
    assert chosen != search.found[0]
    window.actions_.refreshed.emit()
    assert search.chosen == chosen


def test_what_had_the_keyboard_may_be_gone_meanwhile(window, qtbot):
    gone = QLineEdit(window)
    gone.show()
    gone.setFocus()
    window.ribbon.search.start()
    shiboken6.delete(gone)
    QTest.keyClick(window.ribbon.search, Qt.Key.Key_Escape)
    assert not window.ribbon.search.hasFocus()


def test_at_200_percent_it_is_as_wide_as_its_text_and_stays_in_the_window(window, search):
    set_scale(2.0)
    QTest.keyClicks(search, "e")
    results = search._results
    assert window.rect().contains(results.geometry())
    assert results.width() == min(scaled(400), window.width() - 16)


def test_a_click_does_it(window, search):
    QTest.keyClicks(search, "csv")
    shown = window.findChild(type(search._results.list), "") or search._results.list
    row = shown.visualItemRect(shown.item(0))
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert window.done == ["csv"]


def test_what_cannot_be_done_says_why_and_is_not_done(window, search):
    window.actions_.refresh(State(learners=0))
    QTest.keyClicks(search, "excel")
    assert search.chosen.reason == "There are no learners yet. Load learners first."
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert window.done == []
    assert search.found, "the list stays open"
    window.actions_.refresh(State())
    assert search.chosen.reason == "", "the open list follows the state"


def test_what_can_be_done_is_chosen_first(window, search):
    window.actions_.refresh(State(learners=0))
    QTest.keyClicks(search, "data")
    assert search.chosen.action_id == "load"


def test_esc_closes_the_list_then_leaves(window, search):
    QTest.keyClicks(search, "export")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.found == []
    assert window.focusWidget() is search
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert window.focusWidget() is window.field


def test_nothing_found_is_said(window, search):
    QTest.keyClicks(search, "zzz")
    assert search.found == []
    assert search._results.isVisible()
    assert search._results.list.item(0).text() == "No command has these words."
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert window.done == []


def test_the_list_stays_inside_the_window(window, search):
    QTest.keyClicks(search, "e")
    assert window.rect().contains(search._results.geometry().topLeft())
    assert search._results.geometry().right() <= window.width()


def test_leaving_the_field_closes_the_list(window, search):
    QTest.keyClicks(search, "export")
    window.field.setFocus()
    assert search.found == []
    search.setFocus()
    assert search.found, "coming back with the words still there opens it again"


def test_a_command_of_another_area_is_found_and_done(window, search):
    QTest.keyClicks(search, "users")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert window.done == ["users"]
