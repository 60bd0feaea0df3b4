"""*Load Learners* to look at: names, room for all of it, many learners, plain text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox

from app.jobs import Foreseen
from tests.files.builders import Aim, ilr
from tests.ui.dialog_room import (
    child,
    choose,
    clipped,
    gone,
    press,
    unnamed,
)
from tests.ui.load_room import bring, counts, done, loading_context, main, number_of, opener, someone, two_questions
from ui.look.fonts import set_scale

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
ENTER, SPACE, DOWN = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Down


@pytest.fixture
def context(tmp_path):
    with loading_context(tmp_path) as context:
        yield context


@pytest.fixture
def open_file(qtbot, runner, context, tmp_path):
    return opener(qtbot, runner, context, tmp_path)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_every_category_has_names_and_room(open_file, context, tmp_path, qtbot, runner, factor):
    set_scale(factor)
    dialog = open_file(two_questions(context, tmp_path))
    for category in dialog.page.side.buttons:
        dialog.page.side.choose(category)
        done(qtbot, runner)
        assert not unnamed(dialog), category
        assert not clipped(dialog), category
    assert dialog.minimumSizeHint().width() <= 1366
    assert dialog.minimumSizeHint().height() <= 700


def test_thousands_make_no_widget_each(open_file, qtbot, runner):
    few = open_file(ilr(*(someone(n) for n in range(1, 4))), "few.xml")
    many = open_file(ilr(*(someone(n) for n in range(1, 3_000))), "many.xml")
    assert many.page.views[Foreseen.NEW].grid.count == 2_999
    assert len(many.findChildren(object)) < len(few.findChildren(object)) + 50


def test_text_of_the_file_is_plain(open_file, qtbot, runner, context, tmp_path):
    bring(context, tmp_path / "old.xml", someone(2, uln="9999999999", family="<b>Bold"))
    dialog = open_file(ilr(someone(2, ref="X2", uln="9999999999", family="<b>Bold", aims=[Aim()])))
    [card] = dialog.page.decisions.cards
    assert card.accessibleName() == "<b>Bold, Marlo"
    assert "Name: <b>Bold, Marlo" in card.boxes[0].radio.accessibleDescription()
    choose(child(dialog, QComboBox, "decide_alike"), "Choose…")


def test_cancel_while_loading_comes_back_to_the_preview(open_file, context, qtbot, runner):
    dialog = open_file(ilr(*(someone(n) for n in range(1, 6_000))))
    press(ENTER)
    bar = dialog.stack.currentWidget()
    qtbot.waitUntil(lambda: bar.words.text().endswith(" of 5,999 learners"), timeout=20_000)
    assert QApplication.focusWidget().objectName() == "load_cancel"
    press(SPACE)
    qtbot.waitUntil(lambda: dialog.stack.currentWidget() is dialog.page, timeout=20_000)
    done(qtbot, runner)
    assert not gone(dialog)
    assert dialog.summaries == []
    assert number_of(context) == 0
    assert main(dialog).isEnabled()
    assert main(dialog).text() == "Load 5,999 Learners"


def test_a_spelling_of_the_code_that_stands_twice_is_left_out_and_said(open_file, context, qtbot, runner):
    dialog = open_file(ilr(someone(1, ref="ab1"), someone(2, ref="AB1"), someone(1, ref="CD1")))
    assert counts(dialog) == {"new": 2, "problem": 1}
    assert dialog.page.side.to_look_at.text() != "0", "the ULN that two learners share"
    dialog.page.side.choose(Foreseen.PROBLEM)
    done(qtbot, runner)
    dialog.page.problems.grid.setFocus()
    press(DOWN)
    done(qtbot, runner)
    assert "Give each learner a code of their own." in dialog.page.problems.whole.text
    main(dialog).setFocus()
    press(ENTER)
    done(qtbot, runner)
    assert (dialog.summaries[0].new, dialog.summaries[0].problems) == (2, 1)
