"""*Verify*: problems first, what differs in words, and the way on to *Find ULN*."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.sandbox.people import Kind
from tests.db.lrs_people import add_person, of_kind
from tests.ui.dialog_room import (
    child,
    click,
    clipped,
    gone,
    opened,
    press,
    tab_order,
    unnamed,
)
from tests.ui.uln_room import asking_context, work_done
from ui.dialogs.verify import VerifyDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
VERIFY = "VerifyLearner"


@pytest.fixture
def context(tmp_path, lrs):
    with asking_context(tmp_path, lrs) as context:
        yield context


@pytest.fixture
def open_dialog(qtbot, runner, context):
    def open_it(ids, *, start: bool = True) -> VerifyDialog:
        dialog = opened(qtbot, VerifyDialog(None, runner, context, ids))
        work_done(qtbot, runner)
        if start:
            press(Qt.Key.Key_Return)
            work_done(qtbot, runner)
        return dialog

    return open_it


def results(dialog: VerifyDialog) -> list[str]:
    return [row.texts[2] for row in dialog.list.states]


def some(context) -> list[int]:
    """A good one, a wrong one, one without ULN, a merged one, in that order."""
    good, other = of_kind(Kind.EXACT)[:2]
    return [
        add_person(context.db, good),
        add_person(context.db, other, family_name="Zzyzx"),
        add_person(context.db, of_kind(Kind.NO_ULN)[0]),
        add_person(context.db, of_kind(Kind.LINKED)[0]),
    ]


def test_nothing_is_asked_before_the_button_is_pressed(open_dialog, context, lrs):
    before = lrs.other_calls[VERIFY]
    dialog = open_dialog(some(context), start=False)
    assert dialog.accessibleName() == "Ask the Learning Records Service about 3 learners?"
    assert "the learner can see" in dialog.accessibleDescription()
    assert results(dialog)[0] == "There is no ULN to verify. Use Find ULN first."
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    assert lrs.other_calls[VERIFY] == before


def test_problems_first_in_words(open_dialog, context, lrs):
    before = lrs.other_calls[VERIFY]
    dialog = open_dialog(some(context))
    assert lrs.other_calls[VERIFY] - before == 3
    assert dialog.accessibleName() == "3 learners to look at"
    assert dialog.accessibleDescription() == "1 of 4 match."
    told = results(dialog)
    assert told[0].startswith("Does not match: ")
    assert "surname differs" in told[0]
    assert told[1] == "No call: There is no ULN to verify. Use Find ULN first."
    assert told[2].startswith("Merged: ")
    assert told[3] == "Matches"


def test_the_whole_answer_of_the_current_row_is_below(open_dialog, context):
    dialog = open_dialog(some(context))
    assert "Zzyzx" in dialog.who.text()
    assert "The surname differs." in dialog.what.text()
    assert dialog.list.hasFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    merged = of_kind(Kind.LINKED)[0]
    assert merged.found_uln in dialog.what.text()


def test_it_leads_on_to_find_uln(open_dialog, context, qtbot):
    ids = some(context)
    dialog = open_dialog(ids)
    button = child(dialog, QPushButton, "verify_find")
    assert button.text() == "Find ULN for 3 Learners"
    with qtbot.waitSignal(dialog.find_wanted) as wanted:
        click(button)
    assert wanted.args == [[ids[1], ids[2], ids[3]]]
    assert gone(dialog)


def test_everything_matches(open_dialog, context):
    dialog = open_dialog([add_person(context.db, one) for one in of_kind(Kind.EXACT)[:3]])
    assert dialog.accessibleName() == "Everything matches."
    assert not child(dialog, QPushButton, "verify_find").isVisible()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)


def test_tab_reaches_everything(open_dialog, context):
    dialog = open_dialog(some(context))
    assert tab_order(dialog, dialog.list) == ["verify_list", "verify_why", "verify_find", "asking_close"]


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(open_dialog, context, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    dialog = open_dialog(some(context))
    assert (unnamed(dialog), clipped(dialog)) == ([], [])
    press(Qt.Key.Key_Down)
    QApplication.processEvents()
    assert (unnamed(dialog), clipped(dialog)) == ([], [])
