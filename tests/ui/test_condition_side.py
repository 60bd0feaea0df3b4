"""The searches at the left of the Condition Builder: listed, counted one after another, chosen, folded away."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.conditions import Group, Join, Operator, Test
from app.errors import DatabaseError
from app.learners.search import FIELDS
from app.tasks import TaskContext
from tests.ui.dialog_room import child, click, clipped, gone, opened, press, unnamed, when_asked
from ui.grids.condition_builder import ConditionBuilder
from ui.grids.condition_side import Offer, SearchSide
from ui.look.fonts import set_scale
from ui.look.icons import Icon

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
INFOS = [field.info for field in FIELDS.values()]
NESTED = Group(
    Join.ALL,
    (
        Test("sex", Operator.IS, "F"),
        Group(Join.ANY, (Test("uln", Operator.BLANK), Test("ref", Operator.IS, "x"))),
    ),
)
NEITHER = Group(Join.ANY, (Test("family_name", Operator.IS, "a"), Test("sex", Operator.IS, "M")), negated=True)
OFFERS = [
    Offer("Ready searches", Icon.SPARKLE, "A rather long name of a search that finds no room at all", NESTED),
    Offer("Mine", Icon.BOOKMARK_SIMPLE, "Mine & <b>mine</b>", NEITHER),
]


def number(task: TaskContext, group: Group) -> tuple[int, int]:
    if group == NEITHER:
        raise DatabaseError("It is in use.")
    return (1_234 if group == NESTED else 5), 9_000


def builder(qtbot, runner, count=number) -> ConditionBuilder:
    dialog = ConditionBuilder(None, runner, ("learner", "learners"), INFOS, None, count, with_searches=True)
    dialog.side.show_offers(OFFERS)
    return opened(qtbot, dialog)


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_each_is_counted_and_fills_the_builder(qtbot, runner, way):
    dialog = builder(qtbot, runner)
    first, second = dialog.side.buttons
    qtbot.waitUntil(lambda: (first.number, second.number) == ("1,234", "–"))
    assert first.accessibleName().endswith("at all, 1,234")
    assert second.accessibleName() == "Mine & <b>mine</b>, not counted"
    for button, group in ((first, NESTED), (second, NEITHER)):
        if way == "mouse":
            click(button)
        else:
            button.setFocus()
            press(Qt.Key.Key_Space)
        assert dialog.group == group
    assert dialog.isVisible()
    press(Qt.Key.Key_Escape)
    assert gone(dialog), "nothing of one's own would be lost"


def test_what_was_built_is_not_replaced_without_a_question(qtbot, runner):
    dialog = builder(qtbot, runner)
    dialog.add()
    built = dialog.group
    asked = when_asked(qtbot, "keep")
    click(dialog.side.buttons[0])
    assert asked == ["The conditions that you changed are not in use yet."]
    assert dialog.group == built
    when_asked(qtbot, "discard")
    click(dialog.side.buttons[0])
    assert dialog.group == NESTED


def test_closing_stops_the_counts(qtbot, runner):
    contexts: list[TaskContext] = []
    go_on = threading.Event()

    def slow(task: TaskContext, group: Group) -> tuple[int, int]:
        contexts.append(task)
        assert go_on.wait(10)
        task.raise_if_cancelled()
        return 1, 2

    dialog = builder(qtbot, runner, slow)
    qtbot.waitUntil(lambda: len(contexts) == 1)
    assert {one.number for one in dialog.side.buttons} == {"…"}
    press(Qt.Key.Key_Escape)
    assert contexts[0].cancelled
    go_on.set()
    qtbot.waitUntil(lambda: not runner.is_busy())
    assert len(contexts) == 1


@pytest.mark.parametrize("size", [1.0, 2.0])
def test_folded_where_there_is_no_room_and_nothing_is_clipped(qtbot, runner, size):
    set_scale(size)
    dialog = builder(qtbot, runner)
    qtbot.waitUntil(lambda: dialog.found.text() == "5" and not runner.is_busy())
    assert child(dialog, SearchSide, "condition_side").isVisible() == (size == 1.0)
    dialog.resize(int(900 * size), dialog.height())
    QApplication.processEvents()
    assert not dialog.side.isVisible()
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
