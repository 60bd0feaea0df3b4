"""Groups of the Condition Builder: nested, moved and removed by keyboard; the editors of the newer operators."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolButton

from app.conditions import DEEPEST, MOST_MEMBERS, FieldInfo, FieldKind, Group, Join, Operator, Test
from app.learners.search import FIELDS
from tests.ui.dialog_room import (
    ACCEPTED,
    child,
    choose,
    click,
    clipped,
    open_runner,
    opened,
    press,
    tab_order,
    type_text,
    unnamed,
)
from ui.grids.condition_builder import ConditionBuilder
from ui.grids.condition_group import GroupBox
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
INFOS = [field.info for field in FIELDS.values()]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
A, B, C, D = (Test("family_name", Operator.IS, name) for name in "abcd")


@pytest.fixture
def builder(qtbot):
    with open_runner() as runner:

        def open_builder(group=None, fields=INFOS, save=None) -> ConditionBuilder:
            dialog = ConditionBuilder(
                None, runner, ("learner", "learners"), fields, group, lambda task, asked: (1, 2), save
            )
            return opened(qtbot, dialog)

        yield open_builder


def any_of(*members, negated: bool = False) -> Group:
    return Group(Join.ANY, members, negated)


def all_of(*members, negated: bool = False) -> Group:
    return Group(Join.ALL, members, negated)


def boxes(dialog: ConditionBuilder) -> list[GroupBox]:
    return [one for one in dialog.root.walk() if isinstance(one, GroupBox)]


TREE = all_of(A, any_of(B, all_of(C, D, negated=True)), any_of(D, negated=True))


def test_a_tree_is_shown_and_read_as_it_is(builder):
    dialog = builder(TREE)
    assert dialog.group == TREE
    assert dialog.sentence.text == (
        "Learners where Surname is a and (Surname is b or not (Surname is c and Surname is d)) and not Surname is d"
    )
    assert [one.join.currentText() for one in boxes(dialog)] == ["Any", "Not all", "None"]


def test_a_search_with_a_group_built_by_keyboard_alone(builder):
    dialog = builder()
    choose(dialog.rows[0].field, "Surname")
    choose(dialog.rows[0].operator, "is")
    dialog.rows[0].take_focus()
    type_text("a")
    press(Qt.Key.Key_G, CTRL)
    assert [one.join.currentText() for one in boxes(dialog)] == ["Any"]
    row = dialog.rows[1]
    assert row.field.hasFocus()
    choose(row.field, "Surname")
    choose(row.operator, "is")
    row.take_focus()
    type_text("b")
    press(Qt.Key.Key_Plus, CTRL)
    row = dialog.rows[2]
    assert row.field.hasFocus()
    choose(row.field, "Surname")
    choose(row.operator, "is")
    row.take_focus()
    type_text("c")
    press(Qt.Key.Key_Return)
    assert dialog.ended == ACCEPTED
    assert dialog.group == all_of(A, any_of(B, C))


def test_each_way_to_join(builder):
    dialog = builder(all_of(A, B))
    found = []
    for words in ("All", "Any", "None", "Not all"):
        choose(dialog.join, words)
        found.append(dialog.group)
    assert found == [all_of(A, B), any_of(A, B), any_of(A, B, negated=True), all_of(A, B, negated=True)]


def test_moving_goes_past_into_and_out_of_groups(builder):
    dialog = builder(all_of(A, any_of(B, C), D))
    dialog.rows[0].take_focus()
    seen = []
    for _ in range(6):
        press(Qt.Key.Key_Down, CTRL | SHIFT)
        seen.append(dialog.group)
        assert QApplication.focusWidget().text() == "a", "the keyboard stays with what moves"
    assert seen == [
        all_of(any_of(A, B, C), D),
        all_of(any_of(B, A, C), D),
        all_of(any_of(B, C, A), D),
        all_of(any_of(B, C), A, D),
        all_of(any_of(B, C), D, A),
        all_of(any_of(B, C), D, A),
    ]
    for _ in range(6):
        press(Qt.Key.Key_Up, CTRL | SHIFT)
    assert dialog.group == all_of(A, any_of(B, C), D)


def test_a_group_moves_as_a_whole_and_out_of_its_group(builder):
    dialog = builder(all_of(any_of(A, all_of(B, C)), D))
    boxes(dialog)[1].take_focus()
    press(Qt.Key.Key_Up, CTRL | SHIFT)
    assert dialog.group == all_of(any_of(all_of(B, C), A), D)
    press(Qt.Key.Key_Up, CTRL | SHIFT)
    assert dialog.group == all_of(all_of(B, C), any_of(A), D)
    assert boxes(dialog)[0].level == 2
    assert boxes(dialog)[0].join.hasFocus()
    press(Qt.Key.Key_Down, CTRL | SHIFT)
    assert dialog.group == all_of(any_of(A), all_of(B, C), D)


def test_the_last_of_a_group_takes_the_group_along(builder):
    dialog = builder(all_of(A, any_of(all_of(B))))
    dialog.rows[1].take_focus()
    press(Qt.Key.Key_Up, CTRL | SHIFT)
    assert dialog.group == all_of(A, any_of(B))
    press(Qt.Key.Key_Minus, CTRL)
    assert dialog.group == all_of(A)
    assert dialog.rows[0].isAncestorOf(QApplication.focusWidget())


def test_a_group_is_removed_by_its_bin_and_by_keyboard(builder):
    dialog = builder(TREE)
    click(boxes(dialog)[1].bin)
    assert dialog.group == all_of(A, any_of(B), any_of(D, negated=True))
    boxes(dialog)[1].join.setFocus()
    press(Qt.Key.Key_Minus, CTRL)
    assert dialog.group == all_of(A, any_of(B))
    click(child(dialog, QPushButton, "builder_clear"))
    assert dialog.group == all_of()


def test_no_deeper_than_can_be_asked(builder):
    dialog = builder()
    for _ in range(DEEPEST + 2):
        press(Qt.Key.Key_G, CTRL)
    assert max(one.level for one in boxes(dialog)) == DEEPEST
    deepest = next(one for one in boxes(dialog) if one.level == DEEPEST)
    assert not deepest.add_group.isVisible()


def test_no_more_than_can_be_asked(builder):
    dialog = builder(all_of(*[A] * (MOST_MEMBERS - 1)))
    press(Qt.Key.Key_Plus, CTRL)
    press(Qt.Key.Key_G, CTRL)
    assert len(dialog.rows) == MOST_MEMBERS - 1


def test_a_missing_value_in_a_group_is_said_beside_it(builder):
    dialog = builder(all_of(A, any_of(B, Test("family_name", Operator.IS, ""))))
    dialog.rows[0].take_focus()
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.rows[2].error.isVisible()
    assert dialog.rows[2].isAncestorOf(QApplication.focusWidget())


def test_tab_goes_through_groups_in_reading_order(builder):
    dialog = builder(all_of(A, any_of(B)))
    row = ["condition_field", "condition_operator", "", "condition_remove"]
    head = ["condition_join", "condition_add", "condition_add_group"]
    foot = ["builder_clear", "builder_cancel", "builder_show"]
    assert tab_order(dialog, dialog.join) == [*head, *row, *head, "group_remove", *row, *foot]


def test_days_between_and_days_back(builder):
    dialog = builder(all_of(Test("birth_date", Operator.BETWEEN, "2007-09-01, 2010-08-31")))
    row = dialog.rows[0]
    first, second = row.findChildren(QLineEdit)
    assert (first.text(), second.text()) == ("1 Sep 2007", "31 Aug 2010")
    assert dialog.sentence.text == "Learners where Date of Birth is between 1 Sep 2007 and 31 Aug 2010"
    second.setFocus()
    second.selectAll()
    type_text("1/1/2007")
    press(Qt.Key.Key_Return)
    assert "the first value is after the second" in row.error.text()
    choose(row.operator, "is in the last")
    row.take_focus()
    type_text("60")
    assert row.test == Test("birth_date", Operator.IN_LAST, "60")
    assert dialog.sentence.text == "Learners where Date of Birth is in the last 60 days"
    type_text("x")
    press(Qt.Key.Key_Return)
    assert "is not a number of days" in row.error.text()


def test_numbers(builder):
    fields = [FieldInfo("credits", "Credits", FieldKind.NUMBER)]
    dialog = builder(all_of(Test("credits", Operator.AT_LEAST, "7.5")), fields)
    assert dialog.sentence.text == "Learners where Credits is at least 7.5"
    choose(dialog.rows[0].operator, "is between")
    first, second = dialog.rows[0].value.tab_stops
    for edit, text in ((first, "5"), (second, "twelve")):
        edit.setFocus()
        edit.selectAll()
        type_text(text)
    press(Qt.Key.Key_Return)
    assert "“twelve” is not a number" in dialog.rows[0].error.text()


def test_related_things_are_asked_for_by_any_and_none(builder):
    dialog = builder(all_of(Test("attainment_type", Operator.IS_NOT, "GCSE"), Test("aim_code", Operator.NOT_BLANK)))
    assert dialog.rows[0].operator.currentText() == "none is"
    assert dialog.sentence.text == "Learners where no Attainment Type is GCSE and any Aim Code is held"


def test_a_long_list_is_kept_whole_and_shown_by_its_beginning(builder):
    ulns = [f"{3_000_000_000 + number}" for number in range(5_000)]
    dialog = builder(all_of(Test("uln", Operator.ANY_OF, ",".join(ulns))))
    assert dialog.rows[0].test.value.split(",") == ulns
    assert dialog.sentence.text.endswith(f"{ulns[7]}, and 4,992 more")


def test_save_search_asks_only_for_what_can_be_asked(builder):
    saved = []

    def save(parent, group) -> bool:
        saved.append(group)
        return True

    dialog = builder(all_of(Test("family_name", Operator.IS, "")), save=save)
    click(child(dialog, QPushButton, "builder_save"))
    assert saved == []
    assert dialog.rows[0].error.isVisible()
    dialog.rows[0].take_focus()
    type_text("a")
    click(child(dialog, QPushButton, "builder_save"))
    assert saved == [all_of(A)]
    assert dialog.isVisible()
    press(Qt.Key.Key_Escape)
    assert not dialog.isVisible(), "what was saved is not lost: nothing is asked"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_nothing_of_a_deep_tree_is_clipped_or_nameless(builder, mode):
    theme().set_mode(mode)
    tree = all_of(Test("birth_date", Operator.BETWEEN, ""), A)
    for _ in range(DEEPEST - 1):
        tree = any_of(Test("aim_start", Operator.IN_LAST, "60"), tree)
    dialog = builder(tree)
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    assert dialog.height() <= 768 - 48
    assert child(boxes(dialog)[0], QToolButton, "group_remove").isEnabled()
