"""The Condition Builder, worked by keyboard and mouse over a real database."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QComboBox, QLabel, QLineEdit, QPushButton
from sqlalchemy import func, select

from app.conditions import FieldInfo, Group, Join, Operator, Test
from app.learners.edit import LearnerForm, add
from app.learners.search import FIELDS, keys_query, total_query
from app.tasks import TaskContext
from tests.ui.dialog_room import (
    ACCEPTED,
    REJECTED,
    child,
    choose,
    click,
    clipped,
    gone,
    open_context,
    opened,
    press,
    tab_order,
    type_text,
    unnamed,
)
from ui.grids.condition_builder import ConditionBuilder
from ui.grids.date_field import CalendarPopup, DateField, read_day
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
INFOS = [field.info for field in FIELDS.values()]
NOUNS = ("learner", "learners")


@pytest.fixture
def context(tmp_path):
    with open_context(tmp_path) as context:
        for number, (family, sex, day) in enumerate(
            (("Akhtar", "F", date(2006, 9, 3)), ("Begum", "F", date(2008, 2, 29)), ("Brown, jun.", "M", None))
        ):
            add(context.db, context.user, "19990002", LearnerForm(f"R{number}", "", family, "Jo", "", day, sex))
        yield context


@pytest.fixture
def builder(qtbot, context, runner):
    """Opens a builder that counts in the real database; `builder.counted` are the searches it asked about."""
    counted: list[Group] = []

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        counted.append(group)
        with context.db.read(task) as tx:
            found = tx.execute(select(func.count()).select_from(keys_query(group).subquery())).scalar_one()
            return found, tx.execute(total_query()).scalar_one()

    def open_builder(group: Group | None = None, fields: list[FieldInfo] = INFOS) -> ConditionBuilder:
        return opened(qtbot, ConditionBuilder(None, runner, NOUNS, fields, group, count))

    open_builder.counted = counted
    return open_builder


def shown(dialog: ConditionBuilder) -> str:
    return child(dialog, QPushButton, "builder_show").text()


def words(dialog: ConditionBuilder, name: str) -> str:
    return child(dialog, QLabel, name).text()


def test_a_new_builder_starts_with_one_row_that_has_the_keyboard(builder):
    dialog = builder()
    assert len(dialog.rows) == 1
    assert dialog.rows[0].isAncestorOf(QApplication.focusWidget())


def test_a_search_typed_and_shown_with_enter(builder, qtbot):
    dialog = builder()
    choose(dialog.rows[0].field, "Surname")
    choose(dialog.rows[0].operator, "begins with")
    dialog.rows[0].take_focus()
    type_text("b")
    qtbot.waitUntil(lambda: shown(dialog) == "Show 2 Learners")
    assert words(dialog, "condition_found") == "2"
    assert words(dialog, "condition_of_all") == "of 3 learners"
    assert dialog.sentence.text == "Learners where Surname begins with b"
    assert dialog.sentence.accessibleName() == dialog.sentence.text
    press(Qt.Key.Key_Return)
    assert dialog.ended == ACCEPTED
    assert dialog.group == Group(Join.ALL, (Test("family_name", Operator.BEGINS, "b"),))


def test_one_learner_is_one_learner(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.IS, "akhtar"),)))
    qtbot.waitUntil(lambda: shown(dialog) == "Show 1 Learner")


def test_any_of_several_joins_with_or(builder, qtbot):
    tests = (Test("family_name", Operator.IS, "akhtar"), Test("sex", Operator.IS, "M"))
    dialog = builder(Group(Join.ALL, tests))
    qtbot.waitUntil(lambda: shown(dialog) == "Show 0 Learners")
    choose(dialog.join, "Any")
    qtbot.waitUntil(lambda: shown(dialog) == "Show 2 Learners")
    assert dialog.sentence.text == "Learners where Surname is akhtar or Sex is Male"
    assert dialog.group.join is Join.ANY


def test_the_editor_fits_the_kind_of_the_value(builder):
    dialog = builder()
    row = dialog.rows[0]
    choose(row.field, "Surname")
    assert row.findChild(QLineEdit) is not None
    choose(row.field, "Date of Birth")
    assert child(row, DateField, "").isVisible()
    choose(row.field, "Sex")
    assert isinstance(row.value.target, QComboBox)
    choose(row.operator, "is blank")
    assert row.value.target is None
    choose(row.field, "Has attainments")
    assert [row.operator.itemText(place) for place in range(row.operator.count())] == ["is true", "is not true"]
    assert row.test == Test("has_attainments", Operator.YES, "")


def test_what_was_typed_goes_along_to_another_field_of_its_kind(builder):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.CONTAINS, "ab"),)))
    choose(dialog.rows[0].field, "Forename")
    assert dialog.rows[0].test == Test("given_names", Operator.CONTAINS, "ab")
    choose(dialog.rows[0].operator, "is one of")
    assert dialog.rows[0].test == Test("given_names", Operator.ANY_OF, "ab")


def test_a_list_pasted_from_a_spreadsheet(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("ref", Operator.ANY_OF, ""),)))
    QGuiApplication.clipboard().setText("R0\nR2\n")
    dialog.rows[0].take_focus()
    press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown(dialog) == "Show 2 Learners")


def test_a_day_typed_or_picked(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("birth_date", Operator.FROM, "2008-02-29"),)))
    qtbot.waitUntil(lambda: shown(dialog) == "Show 1 Learner")
    field = child(dialog.rows[0], DateField, "")
    assert field.edit.text() == "29 Feb 2008"
    field.edit.setFocus()
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, CalendarPopup)
    assert child(popup, QCalendarWidget, "").selectedDate().day() == 29
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: field.edit.text() == "28 Feb 2008")
    assert dialog.rows[0].test.value == "2008-02-28"
    assert dialog.sentence.text.endswith("is on or after 28 Feb 2008")


def test_esc_closes_the_calendar_only(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("birth_date", Operator.FROM, ""),)))
    click(child(dialog.rows[0], DateField, "").button)
    assert QApplication.activePopupWidget() is not None
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    assert dialog.isVisible()


def test_several_choices_are_ticked_in_a_menu_that_stays_open(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("sex", Operator.ANY_OF, "M"),)))
    qtbot.waitUntil(lambda: shown(dialog) == "Show 1 Learner")
    dialog.rows[0].take_focus()
    press(Qt.Key.Key_F4)
    menu = QApplication.activePopupWidget()
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert dialog.rows[0].test.value == "F, M"
    female = menu.actionGeometry(menu.actions()[0]).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, female)
    assert menu.isVisible()
    assert dialog.rows[0].test.value == "M"
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    assert dialog.sentence.text == "Learners where Sex is one of Male"


def test_rows_are_added_and_removed_by_keyboard(builder, qtbot):
    dialog = builder()
    press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert len(dialog.rows) == 3
    assert dialog.rows[2].field.hasFocus()
    press(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert len(dialog.rows) == 2
    assert dialog.rows[1].isAncestorOf(QApplication.focusWidget())
    dialog.rows[0].bin.setFocus()
    press(Qt.Key.Key_Space)
    assert len(dialog.rows) == 1
    dialog.add_condition.setFocus()
    press(Qt.Key.Key_Return)
    assert len(dialog.rows) == 2, "Enter on a button presses it and does not show"
    assert dialog.isVisible()


def test_clear_leaves_no_condition_and_everything_is_shown(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.IS, "akhtar"),) * 3))
    click(child(dialog, QPushButton, "builder_clear"))
    assert dialog.rows == []
    assert dialog.sentence.text == "All learners"
    assert dialog.add_condition.hasFocus()
    qtbot.waitUntil(lambda: shown(dialog) == "Show 3 Learners")
    click(child(dialog, QPushButton, "builder_show"))
    assert dialog.group.members == ()
    assert dialog.ended == ACCEPTED


def test_a_missing_value_is_said_beside_its_row(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("sex", Operator.IS, "M"), Test("family_name", Operator.IS, ""))))
    assert dialog.sentence.text == "Learners where Sex is Male and Surname is …"
    dialog.rows[0].field.setFocus()
    click(child(dialog, QPushButton, "builder_show"))
    assert dialog.isVisible()
    assert dialog.rows[1].error.isVisible()
    assert dialog.rows[1].error.text() == "Surname is …: the value is missing. Type a value."
    assert dialog.rows[1].isAncestorOf(QApplication.focusWidget())
    assert not dialog.rows[0].error.isVisible()
    type_text("B")
    assert not dialog.rows[1].error.isVisible()


def test_nothing_is_counted_while_a_value_is_missing(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.IS, ""),)))
    qtbot.wait(400)
    assert builder.counted == []
    assert words(dialog, "condition_found") == "–"
    assert shown(dialog) == "Show Learners"


def test_a_day_that_there_is_not(builder):
    dialog = builder(Group(Join.ALL, (Test("birth_date", Operator.IS, ""),)))
    dialog.rows[0].take_focus()
    type_text("31/02/2026")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.rows[0].error.text() == "No such day. Type it like 14 Feb 2008."


def test_esc_cancels(builder):
    dialog = builder()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    assert dialog.ended == REJECTED


def test_typing_counts_once_not_at_every_key(builder, qtbot):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.CONTAINS, "x"),)))
    qtbot.waitUntil(lambda: len(builder.counted) == 1)
    dialog.rows[0].take_focus()
    type_text("akhtar")
    qtbot.waitUntil(lambda: len(builder.counted) == 2)
    assert builder.counted[-1].members[0].value == "akhtar"


def test_closing_stops_the_count(builder, qtbot, runner):
    dialog = builder(Group(Join.ALL, (Test("family_name", Operator.IS, "x"),)))
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not runner.is_busy())
    qtbot.wait(350)
    assert len(builder.counted) <= 1
    assert gone(dialog)


def test_tab_goes_from_the_head_through_the_rows_to_the_foot(builder):
    dialog = builder(Group(Join.ALL, (Test("birth_date", Operator.IS, ""), Test("sex", Operator.BLANK))))
    names = tab_order(dialog, dialog.join)
    assert names[0:3] == ["condition_join", "condition_add", "condition_add_group"]
    row = ["condition_field", "condition_operator"]
    assert names[3:] == [
        *row,
        "",
        "calendar",
        "condition_remove",
        *row,
        "condition_remove",
        "builder_clear",
        "builder_cancel",
        "builder_show",
    ]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(builder, qtbot, mode):
    theme().set_mode(mode)
    tests = [Test(info.id, info.operators[0], "") for info in INFOS]
    dialog = builder(Group(Join.ALL, (*tests, Test("sex", Operator.ANY_OF, "M,F"))))
    click(child(dialog, QPushButton, "builder_show"))
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    assert dialog.height() <= 768 - 48, "many rows scroll"


def test_hostile_text_stays_text(builder, qtbot):
    field = FieldInfo("x", "<b>Field</b>")
    dialog = builder(Group(Join.ALL, (Test("x", Operator.IS, "<img src=x>\u202e"),)), [field])
    assert dialog.sentence.text == "Learners where <b>Field</b> is <img src=x>‹U+202E›"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14 Feb 2008", date(2008, 2, 14)),
        ("14 february 2008", date(2008, 2, 14)),
        ("14Feb2008", date(2008, 2, 14)),
        ("14/02/2008", date(2008, 2, 14)),
        ("4.2.2008", date(2008, 2, 4)),
        (" 2008-02-14 ", date(2008, 2, 14)),
        ("31/02/2008", None),
        ("2008-13-01", None),
        ("14/02/08", None),
        ("0 Feb 2008", None),
        ("١٤/٠٢/٢٠٠٨", None),
        ("14 Foo 2008", None),
        ("", None),
        ("99999999999999", None),
    ],
)
def test_days_as_people_write_them(text, day):
    assert read_day(text) == day
