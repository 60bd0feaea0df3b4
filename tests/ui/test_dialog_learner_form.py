"""Adding and editing one learner through the form, over a real database."""

import threading
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from app.access import Role
from app.learners.edit import LearnerForm, add, read, save
from app.tasks import TaskContext
from tests.builders import uln_number, user_with
from tests.ui.dialog_room import (
    ACCEPTED,
    as_user,
    child,
    choose,
    click,
    clipped,
    gone,
    opened,
    press,
    tab_order,
    type_text,
    unnamed,
    when_asked,
    write_into,
)
from tests.ui.load_room import database_held_up
from ui.dialogs.learner_form import LearnerDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme
from ui.workers import Lane

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
CAMPUSES = [(1, "City"), (2, "<b>Riverside</b>\u202e")]
GOOD = uln_number(3)


@pytest.fixture
def form(qtbot, context, runner):
    def open_form(held=None, campuses=(), ukprn="19990002", context=context) -> LearnerDialog:
        dialog = LearnerDialog(None, runner, context, held, list(campuses), ukprn)
        dialog.ids = []
        dialog.saved.connect(dialog.ids.append)
        return opened(qtbot, dialog)

    return open_form


@pytest.fixture
def held(context):
    """A learner to edit."""
    learner_id = add(context.db, context.user, "19990002", LearnerForm("A1", GOOD, "Akhtar", "Ayesha", sex="F"))
    with context.db.read() as tx:
        return read(tx, learner_id)


def edit_of(dialog: LearnerDialog, name: str) -> QLineEdit:
    return child(dialog, QLineEdit, name)


def error_of(dialog: LearnerDialog, name: str) -> str:
    line = child(dialog, QWidget, f"{name}_error")
    return line.accessibleName() if line.isVisible() else ""


def stored(context, learner_id: int) -> LearnerForm:
    with context.db.read() as tx:
        return read(tx, learner_id).form


def test_a_learner_is_added_by_keyboard_alone(form, context, qtbot):
    dialog = form()
    for text in ("B7", GOOD, "Brown", "Jo", "", "14/02/2008"):
        if text:
            type_text(text)
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)  # past the calendar
    press(Qt.Key.Key_Down)  # Female
    press(Qt.Key.Key_Tab)
    type_text("nf17bn")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.ended == ACCEPTED
    assert len(dialog.ids) == 1
    form_now = stored(context, dialog.ids[0])
    assert (form_now.ref, form_now.uln, form_now.family_name, form_now.given_names) == ("B7", GOOD, "Brown", "Jo")
    assert (form_now.birth_date, form_now.sex, form_now.postcode) == (date(2008, 2, 14), "F", "NF1 7BN")


def test_an_edit_is_saved_and_tells_the_learner(form, context, held, qtbot):
    dialog = form(held)
    assert edit_of(dialog, "family_name").text() == "Akhtar"
    write_into(edit_of(dialog, "known_as"), "Aysh")
    click(child(dialog, QPushButton, "learner_save"))
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.ids == [held.id]
    assert stored(context, held.id).known_as == "Aysh"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("ref", "", "The learner needs a person code."),
        ("uln", "1234567890", "This ULN fails its check digit."),
        ("postcode", "nowhere", "This is not a UK postcode."),
        ("email", "nobody", "This is not an e-mail address."),
        ("birth_date", "31/02/2008", "No such day."),
        ("birth_date", "1/1/1850", "This date of birth cannot be."),
    ],
)
def test_a_broken_rule_is_said_beside_its_field(form, held, qtbot, name, text, words):
    dialog = form(held)
    write_into(edit_of(dialog, name), text)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: error_of(dialog, name).startswith(words))
    assert edit_of(dialog, name).hasFocus()
    assert edit_of(dialog, name).accessibleDescription().startswith(words)
    assert edit_of(dialog, name).property("invalid")
    assert not gone(dialog)
    assert clipped(dialog) == []
    type_text("x")
    assert error_of(dialog, name) == ""


def test_a_person_code_that_somebody_has(form, held, qtbot):
    dialog = form()
    write_into(edit_of(dialog, "ref"), "a1")
    write_into(edit_of(dialog, "family_name"), "Brown")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: error_of(dialog, "ref").startswith("Another learner has this person code."))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No ULN: the service cannot be asked"),
        ("9999999999", "Temporary ULN: the service cannot be asked"),
        (GOOD, "Valid"),
        (GOOD[:5], "A ULN has ten digits"),
        (GOOD[:9] + str((int(GOOD[9]) + 1) % 10), "Fails its check digit"),
        (f" {GOOD[:3]} {GOOD[3:]} ", "Valid"),
        ("tbc", "No ULN: the service cannot be asked"),
    ],
)
def test_what_a_uln_is_worth_is_said_while_it_is_typed(form, text, words):
    dialog = form()
    write_into(edit_of(dialog, "uln"), text)
    assert dialog.fields["uln"].state.text == words
    assert dialog.fields["uln"].state.isVisible()


def test_esc_asks_only_if_something_was_typed(form, held, qtbot):
    dialog = form(held)
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    dialog = form(held)
    write_into(edit_of(dialog, "phone"), "0123")
    asked = when_asked(qtbot, "keep")
    press(Qt.Key.Key_Escape)
    assert asked == ["The changes to this learner are not saved."]
    assert not gone(dialog)
    assert edit_of(dialog, "phone").text() == "0123"
    asked = when_asked(qtbot, "discard")
    press(Qt.Key.Key_Escape)
    assert len(asked) == 1
    assert gone(dialog)
    assert dialog.ids == []


def test_a_choice_counts_as_a_change(form, held, qtbot):
    dialog = form(held, CAMPUSES)
    choose(dialog.fields["campus_id"].focus, "City")
    asked = when_asked(qtbot, "discard")
    click(child(dialog, QPushButton, "learner_cancel"))
    assert len(asked) == 1


def test_somebody_else_was_faster(form, context, held, qtbot):
    dialog = form(held)
    changed = LearnerForm("A1", GOOD, "Akhtar-Smith", "Ayesha Noor", known_as="A.", sex="F", phone="01632 960001")
    save(context.db, context.user, held, changed)
    write_into(edit_of(dialog, "phone"), "0123")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.banner.isVisible)
    assert dialog.banner.accessibleName() == "Somebody else changed this learner while you were editing."
    told = dialog.banner.accessibleDescription()
    assert "Known As was empty and is “A.” now." in told
    assert told.endswith(
        "Phone was empty and is “01632 960001” now, and you typed “0123”. Close the form, refresh, and edit again."
    )
    assert edit_of(dialog, "phone").text() == "0123", "nothing typed is lost"
    assert clipped(dialog) == []
    assert stored(context, held.id).known_as == "A."


def test_nothing_is_lost_and_nothing_is_doubled_while_it_is_being_saved(form, context, runner, qtbot):
    dialog = form()
    write_into(edit_of(dialog, "ref"), "C1")
    write_into(edit_of(dialog, "family_name"), "Carr")
    release, started = threading.Event(), threading.Event()

    def block(task: TaskContext) -> None:
        started.set()
        assert release.wait(10)

    runner.run(block, lane=Lane.WRITE)
    qtbot.waitUntil(started.is_set)
    press(Qt.Key.Key_Return)
    assert child(dialog, QPushButton, "learner_save").text() == "Saving…"
    press(Qt.Key.Key_Return)
    assert child(dialog, QWidget, "turn").accessibleName().startswith("Waits until another write is done.")
    click(edit_of(dialog, "family_name"))
    press(Qt.Key.Key_Z)
    assert edit_of(dialog, "family_name").text() == "Carr", "what is typed now would go with the dialog, unsaved"
    press(Qt.Key.Key_Escape)  # it has not begun: it is taken back, and what was typed stays
    assert not gone(dialog)
    assert child(dialog, QWidget, "turn").accessibleName() == "Taken back. Nothing of it was saved."
    assert QApplication.focusWidget() is edit_of(dialog, "family_name")
    assert child(dialog, QPushButton, "learner_save").isEnabled()
    assert edit_of(dialog, "family_name").text() == "Carr"
    release.set()
    qtbot.waitUntil(lambda: not runner.is_busy())
    assert dialog.ids == []
    with database_held_up(context):
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_Escape)
        assert not gone(dialog)
        assert not child(dialog, QWidget, "turn").isVisible()
    qtbot.waitUntil(lambda: gone(dialog))
    assert len(dialog.ids) == 1


@pytest.mark.expects_log
def test_a_bug_while_saving_is_passed_on(form, context, runner, qtbot):
    dialog = form(context=context)
    write_into(edit_of(dialog, "ref"), "C1")
    write_into(edit_of(dialog, "family_name"), "Carr")
    dialog._held = "nobody"  # what no rule of the form foresees
    with qtbot.waitSignal(runner.failed):
        press(Qt.Key.Key_Return)
    assert not gone(dialog)
    assert child(dialog, QPushButton, "learner_save").isEnabled()


def test_without_the_role_the_form_can_be_read_only(form, context, held):
    plr_user = as_user(context, user_with(context.db, Role.PLR_USER, Role.ADMINISTRATOR))
    dialog = form(held, context=plr_user)
    assert dialog.banner.accessibleDescription() == "Needs the role Enrolment Manager. Ask an administrator."
    assert not child(dialog, QPushButton, "learner_save").isEnabled()
    assert edit_of(dialog, "family_name").isReadOnly()
    write_into(edit_of(dialog, "family_name"), "x")
    assert edit_of(dialog, "family_name").text() == "Akhtar"
    press(Qt.Key.Key_Escape)
    assert gone(dialog)


def test_without_a_ukprn_nobody_is_added(form):
    dialog = form(ukprn="")
    assert "UKPRN" in dialog.banner.accessibleDescription()
    assert not child(dialog, QPushButton, "learner_save").isEnabled()


def test_odd_characters_are_made_visible_and_markup_stays_text(form, context):
    learner_id = add(context.db, context.user, "19990002", LearnerForm("A2", "", "<b>Ng</b>\u202e", "Jo\u200b"))
    with context.db.read() as tx:
        held = read(tx, learner_id)
    dialog = form(held, CAMPUSES)
    assert edit_of(dialog, "family_name").text() == held.form.family_name
    assert "‹U+202E›" in dialog.fields["family_name"].state.text
    assert dialog.fields["campus_id"].focus.itemText(2) == "<b>Riverside</b>‹U+202E›"
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_values_that_no_list_knows_are_kept(form, context, qtbot):
    learner_id = add(context.db, context.user, "19990002", LearnerForm("A3", "", "Ng", "Jo", sex="U"))
    with context.db.read() as tx:
        held = read(tx, learner_id)
    dialog = form(held)
    assert not dialog.is_changed
    write_into(edit_of(dialog, "phone"), "1")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert stored(context, learner_id).sex == "U"


def test_tab_goes_in_the_order_of_reading(form, held):
    dialog = form(held)
    assert tab_order(dialog, edit_of(dialog, "ref")) == [
        "ref",
        "uln",
        "family_name",
        "given_names",
        "known_as",
        "birth_date",
        "calendar",
        "sex",
        "postcode",
        "email",
        "phone",
        "campus_id",
        "tutor_group",
        "learner_cancel",
        "learner_save",
    ]
    assert QApplication.focusWidget() is edit_of(dialog, "ref")


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_every_control_has_a_name_and_nothing_is_clipped(form, held, qtbot, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    dialog = form(held, CAMPUSES)
    write_into(edit_of(dialog, "ref"), "")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: error_of(dialog, "ref") != "")
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    for label in dialog.findChildren(QLabel):
        if label.buddy() is not None:
            assert label.buddy().accessibleName() == label.text()
