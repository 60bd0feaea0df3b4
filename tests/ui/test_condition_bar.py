"""The bar of conditions: says what is shown, wraps, and can be worked by keyboard alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.conditions import FieldInfo, FieldKind, Group, Join, Operator, Test
from tests.ui.dialog_room import child, click, opened, press
from ui.grids.condition_bar import ConditionBar
from ui.look.chips import Chip

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
FIELDS = {
    one.id: one
    for one in (
        FieldInfo("status", "Status", FieldKind.CHOICE, (("c", "Current"), ("l", "Left"))),
        FieldInfo("campus", "Campus"),
        FieldInfo("start", "Start date", FieldKind.DATE),
    )
}
THREE = Group(
    Join.ALL,
    (
        Test("status", Operator.IS, "c"),
        Test("campus", Operator.ANY_OF, "City,Riverside"),
        Test("start", Operator.FROM, "2026-08-01"),
    ),
)
NOUNS = ("learner", "learners")


@pytest.fixture
def window_with_bar(qtbot):
    """A bar between two fields, in a window of 1,200 px."""
    window = QWidget()
    window.setObjectName("window")
    column = QVBoxLayout(window)
    before, made, after = QLineEdit(), ConditionBar(), QLineEdit()
    before.setObjectName("before")
    after.setObjectName("after")
    for widget in (before, made, after):
        column.addWidget(widget)
    column.addStretch(1)
    window.resize(1200, 300)
    return made, opened(qtbot, window)


@pytest.fixture
def bar(window_with_bar):
    return window_with_bar[0]


def chips(bar: ConditionBar) -> list[Chip]:
    return [chip for chip in bar.findChildren(Chip) if chip.isVisible()]


def words(bar: ConditionBar, name: str) -> str:
    return child(bar, QLabel, name).text()


def test_the_sentence_and_the_count(bar):
    bar.set_state(THREE, FIELDS, 1000, 2500, NOUNS)
    assert words(bar, "conditions_lead") == "Learners where"
    assert [chip.accessibleName() for chip in chips(bar)] == [
        "Status is Current",
        "Campus is one of City, Riverside",
        "Start date is on or after 1 Aug 2026",
    ]
    assert words(bar, "conditions_count") == "1,000 of 2,500 learners"
    assert [label.text() for label in bar.findChildren(QLabel) if label.text() == "and" and label.isVisible()] == [
        "and",
        "and",
    ]
    bar.set_state(Group(Join.ANY, THREE.members[:2]), FIELDS, 1, 1, NOUNS)
    assert len(chips(bar)) == 2
    assert words(bar, "conditions_count") == "1 learner"
    assert [label.text() for label in bar.findChildren(QLabel) if label.text() == "or" and label.isVisible()] == [
        "or"
    ]


def test_without_conditions_the_count_stays(bar):
    bar.set_state(None, FIELDS, 2500, 2500, NOUNS)
    assert bar.isVisible()
    assert words(bar, "conditions_lead") == "All learners"
    assert words(bar, "conditions_count") == "2,500 learners"
    assert not child(bar, QToolButton, "conditions_clear").isVisible()
    assert child(bar, QPushButton, "conditions_add").isVisible()
    bar.set_state(None, FIELDS, 12, 2500, NOUNS)
    assert words(bar, "conditions_lead") == "Learners that pass the filter"


def test_it_can_be_told_to_go_away_when_empty(bar):
    bar.hide_when_empty = True
    bar.set_state(None, FIELDS, 3, 3, NOUNS)
    assert not bar.isVisible()
    bar.set_state(THREE, FIELDS, 3, 3, NOUNS)
    assert bar.isVisible()


def test_it_wraps_and_never_widens_the_window(bar, qtbot):
    window = bar.window()
    bar.set_state(THREE, FIELDS, 1000, 2500, NOUNS)
    qtbot.waitUntil(lambda: bar.height() < 50)
    assert len({chip.y() for chip in chips(bar)}) == 1
    window.resize(420, 400)
    qtbot.waitUntil(lambda: len({chip.y() for chip in chips(bar)}) == 3)
    assert window.width() == 420
    assert bar.height() >= 3 * 26
    for chip in chips(bar):
        assert bar.rect().contains(chip.geometry())
        assert chip.width() >= chip.sizeHint().width()
    shown = [widget for widget in bar.findChildren(QWidget) if widget.isVisible() and widget.parent() is bar]
    for place, widget in enumerate(shown):
        for other in shown[place + 1 :]:
            assert not widget.geometry().intersects(other.geometry()), (widget.objectName(), other.objectName())


def test_a_value_that_is_very_long_neither_widens_nor_leaves_the_bar(bar, qtbot):
    bar.set_state(Group(Join.ALL, (Test("campus", Operator.ANY_OF, "Riverside, " * 80),)), FIELDS, 1, 2, NOUNS)
    window = bar.window()
    window.resize(380, 300)
    qtbot.waitUntil(lambda: bar.width() < 400)
    assert window.width() == 380
    assert bar.rect().contains(chips(bar)[0].geometry())


def test_tab_goes_through_the_chips_in_order(bar):
    bar.set_state(Group(Join.ALL, THREE.members[:1]), FIELDS, 1, 2, NOUNS)
    bar.set_state(THREE, FIELDS, 1, 2, NOUNS)
    window = bar.window()
    child(window, QLineEdit, "before").setFocus(Qt.FocusReason.TabFocusReason)
    names = []
    for _ in range(6):
        press(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        names.append(focus.accessibleName() or focus.objectName())
    assert names == [
        *(chip.accessibleName() for chip in chips(bar)),
        "Add a condition",
        "Remove all conditions",
        "after",
    ]


def test_keys_open_remove_and_clear(bar, qtbot):
    bar.set_state(THREE, FIELDS, 1, 2, NOUNS)
    chips(bar)[1].setFocus()
    with qtbot.waitSignal(bar.edit_requested):
        press(Qt.Key.Key_Return)
    with qtbot.waitSignal(bar.remove_requested) as removed:
        press(Qt.Key.Key_Delete)
    assert removed.args == [1]
    child(bar, QToolButton, "conditions_clear").setFocus()
    with qtbot.waitSignal(bar.cleared):
        press(Qt.Key.Key_Space)
    child(bar, QPushButton, "conditions_add").setFocus()
    with qtbot.waitSignal(bar.edit_requested):
        press(Qt.Key.Key_Space)


def test_the_mouse_does_the_same(bar, qtbot):
    bar.set_state(THREE, FIELDS, 1, 2, NOUNS)
    chip = chips(bar)[2]
    with qtbot.waitSignal(bar.edit_requested):
        click(chip)
    with qtbot.waitSignal(bar.remove_requested) as removed:
        click(chip, chip.rect().topRight() + (chip.rect().bottomRight() - chip.rect().topRight()) / 2)
    assert removed.args == [2]
    with qtbot.waitSignal(bar.cleared):
        click(child(bar, QToolButton, "conditions_clear"))


def test_the_keyboard_stays_when_its_chip_goes(bar):
    bar.set_state(THREE, FIELDS, 1, 2, NOUNS)
    chips(bar)[2].setFocus()
    bar.set_state(Group(Join.ALL, THREE.members[:2]), FIELDS, 1, 2, NOUNS)
    assert chips(bar)[1].hasFocus()
    bar.set_state(None, FIELDS, 2, 2, NOUNS)
    assert child(bar, QPushButton, "conditions_add").hasFocus()


def test_hostile_values_are_shown_as_plain_text(bar):
    hostile = Group(Join.ALL, (Test("campus", Operator.IS, "<b>x</b>\u202egnirts"),))
    bar.set_state(hostile, FIELDS, 1, 2, NOUNS)
    assert chips(bar)[0].accessibleName() == "Campus is <b>x</b>‹U+202E›gnirts"
    assert "&lt;b&gt;x" in chips(bar)[0].toolTip()


def test_a_condition_on_a_column_that_is_gone_is_left_out(bar, qtbot):
    bar.set_state(Group(Join.ALL, (Test("gone", Operator.IS, "x"), THREE.members[0])), FIELDS, 1, 2, NOUNS)
    assert [chip.accessibleName() for chip in chips(bar)] == ["Status is Current"]
    chips(bar)[0].setFocus()
    with qtbot.waitSignal(bar.remove_requested) as removed:
        press(Qt.Key.Key_Delete)
    assert removed.args == [1]


def test_a_bar_that_was_put_nowhere_opens_no_window(qtbot):
    made = ConditionBar()
    qtbot.addWidget(made)
    made.set_state(THREE, FIELDS, 1, 2, NOUNS)
    assert not made.isVisible()


def test_a_click_on_nothing_does_nothing(bar, qtbot):
    bar.set_state(THREE, FIELDS, 1, 2, NOUNS)
    with qtbot.assertNotEmitted(bar.edit_requested), qtbot.assertNotEmitted(bar.remove_requested):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, bar.rect().bottomLeft())
