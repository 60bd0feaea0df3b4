"""The count of the Condition Builder when it comes too late or not at all."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.conditions import Group, Join, Operator, Test
from app.errors import DatabaseError, OfflineError
from app.learners.search import FIELDS
from app.tasks import TaskContext
from tests.ui.dialog_room import (
    ACCEPTED,
    child,
    click,
    opened,
    press,
    type_text,
)
from tests.ui.test_condition_builder import shown, words
from ui.grids.condition_builder import ConditionBuilder

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
INFOS = [field.info for field in FIELDS.values()]
NOUNS = ("learner", "learners")
BROKEN = Test("sex", Operator.IS, "F")


@pytest.mark.parametrize("late", [(999, 999), DatabaseError("It is in use.")], ids=["number", "failure"])
def test_a_count_that_comes_too_late_is_cancelled_and_dropped(qtbot, runner, late):
    started = [threading.Event(), threading.Event()]
    go_on = [threading.Event(), threading.Event()]
    contexts: list[TaskContext] = []

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        turn = len(contexts)
        contexts.append(task)
        started[turn].set()
        assert go_on[turn].wait(10)
        if turn:
            return 7, 10
        if isinstance(late, DatabaseError):
            raise late
        return late

    group = Group(Join.ALL, (Test("family_name", Operator.IS, "slow"),))
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, group, count))
    qtbot.waitUntil(started[0].is_set)
    dialog.rows[0].take_focus()
    type_text("er")
    assert contexts[0].cancelled
    go_on[0].set()
    # Tasks of a lane take turns: once the second runs, the answer of the first was delivered.
    qtbot.waitUntil(started[1].is_set)
    qtbot.wait(20)
    assert (words(dialog, "condition_found"), shown(dialog)) == ("–", "Show Learners")
    assert words(dialog, "condition_of_all") == ""
    go_on[1].set()
    qtbot.waitUntil(lambda: shown(dialog) == "Show 7 Learners")


def test_a_count_that_fails_is_said_and_the_search_can_still_be_shown(qtbot, runner):
    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        raise DatabaseError("The database is in use.", hint="Try again.")

    group = Group(Join.ALL, (Test("family_name", Operator.IS, "x"),))
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, group, count))
    qtbot.waitUntil(lambda: words(dialog, "condition_of_all") == "not counted")
    assert child(dialog, QLabel, "condition_of_all").toolTip() == "The database is in use. Try again."
    click(child(dialog, QPushButton, "builder_show"))
    assert dialog.ended == ACCEPTED


@pytest.mark.expects_log
def test_a_bug_while_counting_reaches_whoever_shows_failures(qtbot, runner):
    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        raise ZeroDivisionError

    group = Group(Join.ALL, (Test("family_name", Operator.IS, "x"),))
    with qtbot.waitSignal(runner.failed) as failed:
        opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, group, count))
    assert isinstance(failed.args[0], ZeroDivisionError)


def test_each_condition_says_what_it_finds_alone_and_is_asked_once(qtbot, runner):
    asked: list[Group] = []

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        asked.append(group)
        if group == Group(Join.ALL, (BROKEN,)):
            raise DatabaseError("It is in use.")
        return 1_000 * len(group.members) + len(asked), 9_000

    first, empty = Test("family_name", Operator.IS, "a"), Test("given_names", Operator.IS, "")
    inner = Group(Join.ANY, (BROKEN, empty))
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, Group(Join.ALL, (first, inner)), count))
    qtbot.waitUntil(lambda: [row.found.text() for row in dialog.rows] == ["1,001", "–", ""])
    assert dialog.rows[0].found.accessibleName() == "This condition alone finds 1,001"
    assert asked == [Group(Join.ALL, (one,)) for one in (first, BROKEN)], "the whole has a value missing"
    dialog.rows[2].take_focus()
    type_text("b")
    qtbot.waitUntil(lambda: shown(dialog) == "Show 2,003 Learners" and bool(dialog.rows[2].found.text()))
    assert [row.found.text() for row in dialog.rows] == ["1,001", "–", "1,004"]
    assert len(asked) == 4, "the whole, and the one that changed"


def test_a_search_of_one_condition_is_counted_once(qtbot, runner):
    asked: list[Group] = []

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        asked.append(group)
        return 7, 10

    alone = Group(Join.ALL, (Test("family_name", Operator.IS, "a"),))
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, alone, count))
    qtbot.waitUntil(lambda: dialog.rows[0].found.text() == "7" and not runner.is_busy())
    assert asked == [alone]


@pytest.mark.expects_log
@pytest.mark.parametrize("why", [OfflineError("It does not answer."), ZeroDivisionError()], ids=["offline", "bug"])
def test_what_could_not_be_counted_for_a_moment_is_counted_after_the_next_edit(qtbot, runner, why):
    down, asked = threading.Event(), []
    down.set()

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        asked.append(group)
        if down.is_set() and len(group.members) == 1:
            raise why
        return 5, 10

    first, second = Test("family_name", Operator.IS, "a"), Test("given_names", Operator.IS, "b")
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, Group(Join.ALL, (first, second)), count))
    qtbot.waitUntil(lambda: len(asked) >= 2 and not runner.is_busy())
    down.clear()
    dialog.rows[1].take_focus()
    type_text("c")
    qtbot.waitUntil(lambda: [row.found.text() for row in dialog.rows] == ["5", "5"])


def test_a_condition_that_comes_back_before_its_count_has_stopped_is_counted(qtbot, runner):
    begun, go_on, asked = threading.Event(), threading.Event(), []

    def count(task: TaskContext, group: Group) -> tuple[int, int]:
        asked.append(group)
        if len(asked) == 2:
            begun.set()
            assert go_on.wait(10)
        task.raise_if_cancelled()
        return 5, 10

    first, second = Test("family_name", Operator.IS, "a"), Test("given_names", Operator.IS, "b")
    dialog = opened(qtbot, ConditionBuilder(None, runner, NOUNS, INFOS, Group(Join.ALL, (first, second)), count))
    qtbot.waitUntil(begun.is_set)
    dialog.rows[0].take_focus()
    press(Qt.Key.Key_End)
    type_text("x")
    press(Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: not dialog._timer.isActive())
    go_on.set()
    qtbot.waitUntil(lambda: [row.found.text() for row in dialog.rows] == ["5", "5"])
