"""*Load Learners* with real keys: preview, decisions, load, undo; nothing is left of what was not loaded."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QRadioButton

from app.access import Role
from app.jobs import Foreseen
from app.learners import edit
from tests.builders import user_with
from tests.files.builders import ilr, uln
from tests.ui.conftest import read_csv
from tests.ui.dialog_room import (
    as_user,
    child,
    click,
    gone,
    opened,
    press,
    when_asked,
)
from tests.ui.load_room import (
    bring,
    counts,
    done,
    held,
    left_behind,
    loading_context,
    main,
    number_of,
    opener,
    someone,
    tab_until,
    two_questions,
    write,
)
from ui.dialogs.load_learners import LoadLearnersDialog

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
TAB, ENTER, SPACE, ESC, DOWN = (
    Qt.Key.Key_Tab,
    Qt.Key.Key_Return,
    Qt.Key.Key_Space,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Down,
)

FULL_DISK = "CREATE TRIGGER full_disk BEFORE UPDATE ON file_row BEGIN SELECT RAISE(ABORT, 'disk is full'); END"


@pytest.fixture
def context(tmp_path):
    with loading_context(tmp_path) as context:
        yield context


@pytest.fixture
def open_file(qtbot, runner, context, tmp_path):
    return opener(qtbot, runner, context, tmp_path)


def test_an_ilr_is_previewed_loaded_with_enter_and_nothing_is_written_before(open_file, context, qtbot, runner):
    dialog = open_file(ilr(*(someone(n) for n in range(1, 13))))
    assert counts(dialog) == {"new": 12}
    assert number_of(context) == 0
    assert main(dialog).text() == "Load 12 Learners"
    view = dialog.page.views[Foreseen.NEW]
    assert view.grid.count == 12
    press(ENTER)
    done(qtbot, runner)
    assert gone(dialog)
    [summary] = dialog.summaries
    assert (summary.new, summary.changed, summary.problems) == (12, 0, 0)
    assert number_of(context) == 12
    assert held(context, "R00003").family_name == "Tarn3"


def test_esc_closes_a_preview_and_leaves_nothing(open_file, context, qtbot, runner):
    dialog = open_file(ilr(someone(1)))
    press(ESC)
    assert gone(dialog)
    done(qtbot, runner)
    assert left_behind(context) == (0, 0)
    assert number_of(context) == 0


# -------------------- decisions


def test_decisions_are_made_with_keys_and_carried_out(open_file, context, tmp_path, qtbot, runner):
    dialog = open_file(two_questions(context, tmp_path))
    assert counts(dialog) == {"new": 1, "decision": 5}
    assert main(dialog).text() == "Load 1 Learner"
    view = dialog.page.decisions
    assert [view.tabs.tabText(at) for at in range(view.tabs.count())] == ["ULN changed", "Possible match"]
    tab_until("decision_tabs")
    tab_until("option_keep")
    press(DOWN)
    assert QApplication.focusWidget().objectName() == "option_take"
    press(SPACE)
    done(qtbot, runner)
    assert main(dialog).text() == "Load 2 Learners"
    assert dialog.remark.text() == "4 decisions open"
    view.tabs.setFocus()
    press(Qt.Key.Key_Right)
    done(qtbot, runner)
    assert [card.about.line > 0 for card in view.cards] == [True] * 3
    assert "Same person: update learner R00002" in [one.text() for one in dialog.findChildren(QRadioButton)]
    tab_until("option_same")
    press(SPACE)
    done(qtbot, runner)
    tab_until("decisions_next")
    press(SPACE)
    done(qtbot, runner)
    assert len(view.cards) == 1
    assert view.place.text() == "4–4 of 4"
    assert QApplication.focusWidget() is view.cards[0].boxes[0].radio
    press(DOWN)
    press(SPACE)
    done(qtbot, runner)
    assert "2 of 4 possible matches decided." in view.state.text
    assert main(dialog).text() == "Load 4 Learners"
    press(ENTER)
    done(qtbot, runner)
    [summary] = dialog.summaries
    assert (summary.new, summary.changed, summary.open) == (2, 2, 2)
    assert held(context, "R00001").uln == uln(900)
    assert held(context, "X5").family_name == "Tarn5"
    assert number_of(context) == 7


def test_all_are_decided_the_same_way_and_left_open_again(open_file, context, tmp_path, qtbot, runner):
    dialog = open_file(two_questions(context, tmp_path))
    view = dialog.page.decisions
    view.tabs.setCurrentIndex(1)
    done(qtbot, runner)
    box = child(dialog, QComboBox, "decide_alike")
    assert view.alike_label.text() == "Decide all 4 the same way"
    for words, number in (
        ("Another person: add as new", 5),
        ("Same person, where there is one match", 5),
        ("Leave them open", 1),
    ):
        box.setFocus()
        box.showPopup()
        for _ in range(box.findText(words)):
            press(DOWN)
        press(ENTER)
        done(qtbot, runner)
        assert main(dialog).text() == f"Load {number} Learner{'s' if number > 1 else ''}", words
        assert box.currentText() == "Choose…"
    assert [card.decision for card in view.cards] == ["", "", ""]


def test_what_cannot_be_stored_is_not_shown_as_decided(open_file, context, tmp_path, qtbot, runner):
    dialog = open_file(two_questions(context, tmp_path))
    view = dialog.page.decisions
    with context.db.write() as tx:
        tx.exec_driver_sql(FULL_DISK)
    with qtbot.waitSignal(view.failed):
        click(view.cards[0].boxes[1].radio)
    done(qtbot, runner)
    assert not any(one.radio.isChecked() for one in view.cards[0].boxes)


def test_a_decision_is_taken_back_with_delete(open_file, context, tmp_path, qtbot, runner):
    dialog = open_file(two_questions(context, tmp_path))
    view = dialog.page.decisions
    click(view.cards[0].boxes[1].radio)
    done(qtbot, runner)
    assert dialog.page.decided.any == 1
    press(Qt.Key.Key_Delete)
    done(qtbot, runner)
    assert dialog.page.decided.any == 0
    assert view.cards[0].decision == ""


def test_closing_asks_only_if_something_was_decided(open_file, context, tmp_path, qtbot, runner):
    dialog = open_file(two_questions(context, tmp_path))
    before = left_behind(context)
    click(dialog.page.decisions.cards[0].boxes[1].radio)
    done(qtbot, runner)
    asked = when_asked(qtbot, "keep")
    press(ESC)
    assert asked == ["You decided about 1 learner."]
    assert not gone(dialog)
    when_asked(qtbot, "discard")
    dialog.activateWindow()
    press(ESC)
    assert gone(dialog)
    done(qtbot, runner)
    assert left_behind(context) == (before[0] - 1, before[1] - 6)


# -------------------- changes, edits by hand


def test_old_and_new_are_shown_and_a_ticked_edit_is_taken(open_file, context, tmp_path, qtbot, runner):
    bring(context, tmp_path / "old.xml", someone(1), someone(2), someone(3))
    for ref in ("R00001", "R00002"):
        with context.db.read() as tx:
            form = edit.read(tx, held(context, ref).id)
        edit.save(context.db, context.user, form, replace(form.form, family_name="By Hand"))
    dialog = open_file(ilr(someone(1), someone(2, phone="0123456789"), someone(3, family="Other")))
    assert counts(dialog) == {"changed": 2, "by_hand": 1}
    view = dialog.page.views[Foreseen.CHANGED]
    texts = {view.grid.model().index(row, 4).data() for row in range(2)}
    assert texts == {"Telephone", "Family name"}
    assert view.who.text() == "Tarn2, Marlo · row 2 of the file"
    tab_until("take_family_name")
    press(SPACE)
    done(qtbot, runner)
    assert main(dialog).text() == "Load 2 Learners", "it is loaded anyway"
    dialog.page.lead_here()
    press(DOWN)
    press(DOWN)
    done(qtbot, runner)
    assert dialog.page.side.buttons[Foreseen.BY_HAND].isChecked()
    box = child(dialog.page.views[Foreseen.BY_HAND], QCheckBox, "take_family_name")
    assert "Edited by hand: By Hand. In the file: Tarn1." in box.accessibleDescription()
    assert not box.isChecked()
    press(ENTER)
    done(qtbot, runner)
    [summary] = dialog.summaries
    assert (summary.changed, summary.unchanged, summary.left) == (2, 1, 0)
    assert held(context, "R00001").family_name == "By Hand"
    assert (held(context, "R00002").family_name, held(context, "R00002").phone) == ("Tarn2", "0123456789")


def test_ticking_what_was_only_edited_by_hand_makes_one_learner_more(open_file, context, tmp_path, qtbot, runner):
    bring(context, tmp_path / "old.xml", someone(1))
    with context.db.read() as tx:
        form = edit.read(tx, held(context, "R00001").id)
    edit.save(context.db, context.user, form, replace(form.form, family_name="By Hand"))
    dialog = open_file(ilr(someone(1)))
    assert main(dialog).text() == "Mark as Loaded"
    view = dialog.page.views[Foreseen.BY_HAND]
    with context.db.write() as tx:
        tx.exec_driver_sql(FULL_DISK)
    tab_until("take_family_name")
    with qtbot.waitSignal(view.failed):
        press(SPACE)
    done(qtbot, runner)
    assert not child(view, QCheckBox, "take_family_name").isChecked(), "what could not be stored"
    with context.db.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER full_disk")
    press(SPACE)
    done(qtbot, runner)
    assert main(dialog).text() == "Load 1 Learner"
    press(ENTER)
    done(qtbot, runner)
    assert dialog.summaries[0].changed == 1
    assert held(context, "R00001").family_name == "Tarn1"


# -------------------- questions about the file, problems, cancel, broken files


def test_questions_about_the_file_are_ticked_before_it_can_be_loaded(open_file, context, qtbot, runner):
    other = ilr(someone(1)).replace("99999999", "10009999").replace("<ULN>10009999", "<ULN>99999999")
    dialog = open_file(other)
    assert not main(dialog).isEnabled()
    assert main(dialog).toolTip() == "Tick the questions about the file first."
    assert dialog.remark.text() == "1 question to tick"
    press(ENTER)
    done(qtbot, runner)
    assert not gone(dialog)
    tab_until("accept_other_provider")
    press(SPACE)
    assert main(dialog).isEnabled()
    press(ENTER)
    done(qtbot, runner)
    assert gone(dialog)
    assert held(context, "R00001").ukprn == "10009999"


def test_problems_are_listed_and_exported(open_file, context, tmp_path, qtbot, runner):
    people = [someone(1), someone(1, family="Twice"), someone(3, uln="1234567890", family="=1+1")]
    dialog = open_file(ilr(*people))
    assert counts(dialog) == {"new": 2, "problem": 1}
    dialog.page.side.choose(Foreseen.PROBLEM)
    done(qtbot, runner)
    grid = dialog.page.problems.grid
    assert grid.count == 1
    cells = [grid.model().index(0, column).data() for column in range(1, 7)]
    assert cells[:3] == ["Not loaded", "2", "R00001"]
    path = tmp_path / "problems.csv"
    dialog.start_export(path)
    done(qtbot, runner)
    head, *rows = read_csv(path)
    assert head == ["Row", "Line", "Person Code", "Name", "Level", "Field", "What Is Wrong", "What to Do"]
    assert {row[0] for row in rows} >= {"2", "3"}
    assert next(row[4] for row in rows if row[0] == "2") == "Not loaded"
    assert [row for row in rows if row[5] == "ULN" and row[6]]
    assert "'=1+1, Marlo" in {row[3] for row in rows}
    assert dialog.remark.text() == "Written to problems.csv"


def test_cancel_in_the_middle_of_reading_leaves_nothing(open_file, context, qtbot, runner):
    dialog = open_file(ilr(*(someone(n) for n in range(1, 6_000))), wait=False)
    qtbot.waitUntil(lambda: number_of(context) == 0 and left_behind(context)[1] > 0, timeout=20_000)
    assert QApplication.focusWidget().objectName() == "load_cancel"
    press(SPACE)
    qtbot.waitUntil(lambda: gone(dialog), timeout=20_000)
    done(qtbot, runner)
    assert left_behind(context) == (0, 0)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "return.xml is empty."),
        ("%PDF-1.7", "This is a PDF document, not a file of learners."),
        ("<Message xmlns='ESFA/ILR/2025-26'><Learner><LearnRefNumber>1</LearnRefNumber>", "The file"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><Message/>", ""),
    ],
)
def test_a_broken_file_is_told_in_a_sentence_and_can_be_tried_again(
    open_file, context, tmp_path, qtbot, runner, body, sentence
):
    dialog = open_file(body)
    assert dialog.banner.isVisible()
    assert dialog.banner.accessibleName().startswith(sentence)
    assert dialog.banner.accessibleDescription()
    assert left_behind(context) == (0, 0)
    assert QApplication.focusWidget().objectName() == "load_again"
    write(tmp_path, "return.xml", ilr(someone(1)))
    press(ENTER)
    done(qtbot, runner)
    assert counts(dialog) == {"new": 1}
    assert not dialog.banner.isVisible()


def test_another_encoding_is_offered(open_file, qtbot, runner, context):
    body = ilr(someone(1, family="Zoé")).encode("cp1252")
    asked = when_asked(qtbot, "retry")
    dialog = open_file(body, wait=False)
    qtbot.waitUntil(lambda: dialog.page is not None, timeout=20_000)
    assert len(asked) == 1
    done(qtbot, runner)
    press(ENTER)
    done(qtbot, runner)
    assert held(context, "R00001").family_name == "Zoé"


def test_a_change_by_somebody_else_is_left_and_said(open_file, context, tmp_path, qtbot, runner):
    bring(context, tmp_path / "old.xml", someone(1))
    dialog = open_file(ilr(someone(1, family="File")))
    with context.db.read() as tx:
        form = edit.read(tx, held(context, "R00001").id)
    edit.save(context.db, context.user, form, replace(form.form, family_name="Meanwhile"))
    press(ENTER)
    done(qtbot, runner)
    assert dialog.summaries[0].left == 1
    assert held(context, "R00001").family_name == "Meanwhile"


def test_somebody_without_the_role_is_told(qtbot, runner, context, tmp_path):
    reader = as_user(context, user_with(context.db, Role.PLR_USER))
    path = write(tmp_path, "return.xml", ilr(someone(1)))
    dialog = opened(qtbot, LoadLearnersDialog(None, runner, reader, path))
    done(qtbot, runner)
    assert dialog.banner.isVisible()
    assert left_behind(context) == (0, 0)
    press(ESC)
    assert gone(dialog)
