"""*Find ULN*: nothing is asked before a press, a person chooses, and only what was chosen is stored."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from app.access import Role
from app.learners.edit import read, save
from app.sandbox.people import Kind
from app.sandbox.registry import Case, right_uln
from app.secrets import Secrets
from tests.builders import add_learner, user_with
from tests.db.lrs_people import add_person, of_case, of_kind
from tests.ui.conftest import secrets_of, settings_of
from tests.ui.dialog_room import (
    child,
    click,
    gone,
    press,
    type_text,
    when_asked,
)
from tests.ui.uln_room import asking_context, opener, row_of, signed_in, work_done
from ui.dialogs.find_uln import FindUlnDialog

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
FIND = "FindLearnerByDemographics"


@pytest.fixture
def context(tmp_path, lrs):
    with asking_context(tmp_path, lrs) as context:
        yield context


@pytest.fixture
def open_dialog(qtbot, runner, context):
    return opener(qtbot, runner, context)


def states(dialog: FindUlnDialog) -> list[str]:
    return [row.texts[2] for row in dialog.list.states]


# -------------------- before anything is asked


def test_nothing_is_asked_before_the_button_is_pressed(open_dialog, context, lrs, runner, qtbot):
    ids = [add_person(context.db, of_case(case)) for case in (Case.AS_THEY_ARE, Case.TWINS)]
    lacking = add_person(context.db, of_case(Case.MOVED), postcode=None)
    before = lrs.other_calls[FIND]
    dialog = open_dialog([*ids, lacking], start=False)
    assert dialog.accessibleName() == "Ask the Learning Records Service about 2 learners?"
    assert "the learner can see" in dialog.accessibleDescription()
    assert "1 learner cannot be asked about" in dialog.accessibleDescription()
    assert states(dialog)[0] == "Add the last known postcode: the search needs it."
    assert lrs.other_calls[FIND] == before
    start = child(dialog, QPushButton, "asking_start")
    assert start.text() == "Ask About 2 Learners"
    assert start.hasFocus()
    assert start.isDefault()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    assert lrs.other_calls[FIND] == before


def test_nobody_to_ask_about(open_dialog, context):
    key = add_person(context.db, of_case(Case.MOVED), birth_date=None)
    dialog = open_dialog([key], start=False)
    assert not child(dialog, QPushButton, "asking_start").isEnabled()
    assert dialog.accessibleName() == "The service cannot be asked about anybody here."
    press(Qt.Key.Key_Return)
    assert gone(dialog)


# -------------------- choosing


def test_an_exact_match_is_preselected_and_stored_by_one_key(open_dialog, context, qtbot, runner):
    one = of_case(Case.AS_THEY_ARE)
    key = add_person(context.db, one)
    dialog = open_dialog([key])
    assert states(dialog) == ["Exact match"]
    assert dialog.candidate is not None
    assert row_of(context.db, key).uln is None, "nothing is stored until it is used"
    with qtbot.waitSignal(dialog.corrected):
        press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    row = row_of(context.db, key)
    assert (row.uln, row.uln_state) == (one.lrs_uln, "ok")
    assert states(dialog) == ["ULN used"]
    assert dialog.accessibleName() == "Nothing is left to choose."
    assert dialog.accessibleDescription().startswith("1 ULN used.")
    assert list(dialog.used) == [key]
    assert child(dialog, QPushButton, "asking_close").hasFocus()
    press(Qt.Key.Key_Return)
    assert gone(dialog)


def test_among_possible_ones_a_person_chooses_by_keys(open_dialog, context, qtbot, runner):
    one = of_case(Case.TWINS)
    key = add_person(context.db, one)
    dialog = open_dialog([key])
    assert states(dialog) == ["2 possible"]
    assert dialog.candidate is None
    use = child(dialog, QPushButton, "find_use")
    assert not use.isEnabled()
    assert use.accessibleDescription() == "Choose a candidate first."
    press(Qt.Key.Key_Return)
    assert row_of(context.db, key).uln is None
    place = [found.uln for found in dialog.current.answer.learners].index(right_uln(one))
    press(Qt.Key.Key_Space)
    assert dialog.table.chosen_place == 0
    press(Qt.Key.Key_Right)
    assert dialog.table.chosen_place == 1
    if place == 0:
        press(Qt.Key.Key_Left)
    assert dialog.candidate.uln == right_uln(one)
    assert dialog.note.text.startswith("Differs: UK Postcode")
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert row_of(context.db, key).uln == right_uln(one)


def test_a_click_anywhere_on_a_candidate_chooses_it(open_dialog, context, qtbot, runner):
    one = of_case(Case.NAMESAKE)
    key = add_person(context.db, one)
    dialog = open_dialog([key])
    place = [found.uln for found in dialog.current.answer.learners].index(right_uln(one))
    click(dialog.table.columns[place])
    assert dialog.candidate.uln == right_uln(one)
    radio = dialog.table.columns[place].radio
    assert radio.hasFocus()
    assert "UK Postcode" in radio.accessibleDescription()
    assert "differs from the college" in radio.accessibleDescription()
    click(child(dialog, QPushButton, "find_use"))
    work_done(qtbot, runner)
    assert row_of(context.db, key).uln == right_uln(one)


def test_a_merged_record_is_explained_and_not_preselected(open_dialog, context):
    one = of_case(Case.MERGED)
    dialog = open_dialog([add_person(context.db, one)])
    assert states(dialog) == ["Merged record"]
    assert dialog.candidate is None
    assert "Keep the ULN shown here" in dialog.outcome.text()
    merged = next(line for line in dialog._lines if line.name == "linked_ulns")
    assert one.lrs_uln in merged.theirs[0].text


@pytest.mark.parametrize(
    ("case", "state", "words"),
    [(Case.UNKNOWN, "No match", "outside this program"), (Case.CROWD, "Too many", "More than ten")],
)
def test_without_candidates_it_says_what_to_do(open_dialog, context, case, state, words):
    dialog = open_dialog([add_person(context.db, of_case(case))])
    assert states(dialog) == [state]
    assert words in dialog.outcome.text()
    assert not dialog.table.isVisible()
    assert not child(dialog, QPushButton, "find_use").isEnabled()
    assert not child(dialog, QPushButton, "find_none").isEnabled()


# -------------------- one after the other


def test_skip_and_none_of_these_store_nothing(open_dialog, context):
    ids = [add_person(context.db, of_case(case)) for case in (Case.TWINS, Case.MOVED, Case.AS_THEY_ARE)]
    dialog = open_dialog(ids)
    assert dialog.accessibleName() == "3 learners to choose for"
    first = dialog.current.learner.id
    click(child(dialog, QPushButton, "find_skip"))
    assert dialog.current.learner.id == ids[1] != first
    click(child(dialog, QPushButton, "find_none"))
    assert dialog.accessibleName() == "2 learners to choose for"
    assert dialog.current.learner.id == ids[2]
    click(child(dialog, QPushButton, "find_skip"))
    assert dialog.current.learner.id == first, "what was skipped comes again"
    assert states(dialog) == ["2 possible", "None of these", "Exact match"]
    assert [row_of(context.db, key).uln for key in ids] == [None, None, None]


def test_after_a_use_the_next_learner_comes(open_dialog, context, qtbot, runner):
    ids = [add_person(context.db, one) for one in of_kind(Kind.TEMPORARY)[:2]]
    dialog = open_dialog(ids)
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert dialog.current.learner.id == ids[1]
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert [row_of(context.db, key).uln_state for key in ids] == ["ok", "ok"]
    assert dialog.accessibleDescription().startswith("2 ULNs used.")


def test_the_arrow_keys_walk_through_the_learners(open_dialog, context):
    ids = [add_person(context.db, of_case(case)) for case in (Case.AS_THEY_ARE, Case.UNKNOWN)]
    dialog = open_dialog(ids)
    dialog.list.setFocus()
    press(Qt.Key.Key_Down)
    assert dialog.current.learner.id == ids[1]
    assert "finds nobody" in dialog.outcome.text()
    press(Qt.Key.Key_Up)
    assert dialog.table.isVisible()


def test_a_uln_that_is_right_needs_no_choice(open_dialog, context):
    right = add_person(context.db, of_kind(Kind.EXACT)[0])
    wrong = add_person(context.db, of_kind(Kind.BAD_CHECK)[0])
    dialog = open_dialog([right, wrong])
    assert states(dialog) == ["Exact match", "ULN is right"], "what is to be decided comes first"
    assert dialog.accessibleName() == "1 learner to choose for"
    dialog.list.selectRow(1)
    assert "nothing to correct" in dialog.outcome.text()
    assert not child(dialog, QPushButton, "find_use").isEnabled()


def test_two_learners_do_not_get_one_uln(open_dialog, context, qtbot, runner):
    one = of_kind(Kind.TEMPORARY)[0]
    first = add_person(context.db, one)
    second = add_person(context.db, one, ref="777777", ref_fold="777777")
    dialog = open_dialog([first, second])
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert dialog.current.learner.id == second
    use = child(dialog, QPushButton, "find_use")
    assert not use.isEnabled()
    assert one.ref in use.accessibleDescription()
    dialog.list.selectRow(0)
    click(child(dialog, QPushButton, "find_undo"))
    work_done(qtbot, runner)
    dialog.list.selectRow(1)
    assert use.isEnabled(), "taken back, it is nobody's again"


def test_a_key_pressed_while_a_uln_is_saved_does_not_leave_the_learner(open_dialog, context, qtbot, runner):
    ids = [add_person(context.db, one) for one in of_kind(Kind.TEMPORARY)[:3]]
    dialog = open_dialog(ids)
    skip = child(dialog, QPushButton, "find_skip")
    with context.db.write():  # somebody else is writing: saving takes a while
        press(Qt.Key.Key_Return)
        skip.click()
        assert dialog.current.learner.id == ids[0]
        assert not skip.isEnabled()
    work_done(qtbot, runner)
    assert states(dialog)[0] == "ULN used"
    assert dialog.current.learner.id == ids[1]
    dialog.list.selectRow(0)
    with context.db.write():
        click(child(dialog, QPushButton, "find_undo"))
        skip.click()
    work_done(qtbot, runner)
    assert [one.learner.id for one in dialog.summary.results] == ids, "nobody got another's candidates"
    assert dialog.current.learner.id == ids[0]


# -------------------- undo, conflicts, rights


def test_undo_gives_the_former_uln_back(open_dialog, context, qtbot, runner):
    [one] = of_kind(Kind.BAD_CHECK)[:1]
    key = add_person(context.db, one)
    dialog = open_dialog([key])
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert row_of(context.db, key).uln == one.lrs_uln
    undo = child(dialog, QPushButton, "find_undo")
    assert undo.isVisible()
    with qtbot.waitSignal(dialog.corrected):
        click(undo)
    work_done(qtbot, runner)
    assert row_of(context.db, key).uln == one.uln
    assert not undo.isVisible()
    assert states(dialog) == ["Exact match"]
    assert dialog.used == {}
    click(child(dialog, QPushButton, "find_use"))
    work_done(qtbot, runner)
    assert row_of(context.db, key).uln == one.lrs_uln, "it can be used again"


def test_somebody_elses_change_is_told(open_dialog, context, qtbot, runner):
    key = add_person(context.db, of_case(Case.AS_THEY_ARE))
    dialog = open_dialog([key])
    with context.db.read() as tx:
        held = read(tx, key)
    save(context.db, context.user, held, replace(held.form, known_as="Another"))
    press(Qt.Key.Key_Return)
    work_done(qtbot, runner)
    assert dialog.banner.isVisible()
    assert dialog.banner.accessibleName() == "Somebody else changed this learner since the search."
    assert row_of(context.db, key).uln is None
    assert dialog.accessibleName() == "1 learner to choose for"


def test_a_uln_held_by_another_learner_cannot_be_used(open_dialog, context):
    one = of_case(Case.AS_THEY_ARE)
    add_learner(context.db, 77, uln=one.lrs_uln)
    dialog = open_dialog([add_person(context.db, one)])
    use = child(dialog, QPushButton, "find_use")
    assert not use.isEnabled()
    assert "240077" in use.accessibleDescription()
    assert dialog.note.text == use.accessibleDescription()


def test_who_may_only_ask_sees_why_nothing_can_be_used(open_dialog, context):
    key = add_person(context.db, of_case(Case.AS_THEY_ARE))
    user = user_with(context.db, Role.PLR_USER, Role.ADMINISTRATOR)
    dialog = open_dialog([key], other=signed_in(context, user))
    use = child(dialog, QPushButton, "find_use")
    assert not use.isEnabled()
    assert "Enrolment Manager" in use.accessibleDescription()


# -------------------- stopping and leaving


def test_stop_keeps_what_came(open_dialog, context, lrs, qtbot, runner):
    ids = [add_person(context.db, one) for one in of_kind(Kind.NO_ULN)[:20]]
    lrs.set_latency(100)
    dialog = open_dialog(ids, start=False)
    before = lrs.other_calls[FIND]
    press(Qt.Key.Key_Return)
    assert dialog.is_asking
    qtbot.waitUntil(lambda: lrs.other_calls[FIND] - before >= 8, timeout=20_000)
    press(Qt.Key.Key_Escape)
    work_done(qtbot, runner)
    assert not gone(dialog), "the first Esc stops, it does not close"
    assert dialog.banner.accessibleName() == "Not everybody was asked about."
    assert "Not asked" in states(dialog)
    assert len([one for one in dialog.summary.results if one.answer is not None]) >= 4


def test_candidates_left_are_not_thrown_away_unasked(open_dialog, context, qtbot):
    dialog = open_dialog([add_person(context.db, of_case(Case.TWINS))])
    asked = when_asked(qtbot, "keep")
    press(Qt.Key.Key_Escape)
    assert asked == ["1 learner has candidates left."]
    assert not gone(dialog)
    when_asked(qtbot, "forget")
    click(child(dialog, QPushButton, "asking_close"))
    qtbot.waitUntil(lambda: gone(dialog))


def test_a_missing_password_is_asked_for_and_the_run_goes_on(qtbot, lrs, runner, context, open_dialog):
    host = settings_of(lrs).lrs.host
    some = Secrets({})
    some.set_for_session("lrs_certificate_password", lrs.info.certificate_password, host=host)
    key = add_person(context.db, of_case(Case.AS_THEY_ARE))
    dialog = open_dialog([key], other=replace(context, secrets=some))
    question = QApplication.activeModalWidget()
    assert question is not None
    assert question.objectName() == "sign_in"
    child(question, QLineEdit, "lrs_password").setFocus()
    type_text(lrs.info.password)
    click(child(question, QPushButton, "sign_in_go_on"))
    qtbot.waitUntil(lambda: gone(question))
    work_done(qtbot, runner)
    assert states(dialog) == ["Exact match"]
    assert secrets_of(lrs).get("lrs_password", host=host) == lrs.info.password


def test_a_service_that_refuses_is_told_and_everybody_is_in_the_list(open_dialog, context, lrs):
    ids = [add_person(context.db, one) for one in of_kind(Kind.NO_ULN)[:8]]
    lrs.set_fault("out-of-hours")
    dialog = open_dialog(ids)
    assert dialog.banner.isVisible()
    assert "closed" in dialog.banner.accessibleDescription().lower()
    assert set(states(dialog)) <= {"No answer", "Not asked"}
    assert len(states(dialog)) == 8
    assert dialog.accessibleName() == "Nothing is left to choose."
