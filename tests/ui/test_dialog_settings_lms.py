"""The LMS page of the settings over a real folder, a real database, a password store, and the sandbox Moodle."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox
from sqlalchemy import text

from app import config
from app.access import Role
from app.config import LmsSettings
from app.db.tables import user_role
from app.lms import settings as shared
from app.lms.settings import Plan, SyncSettings
from tests.app.test_secrets import using
from tests.builders import user_with
from tests.ui.dialog_room import (
    as_user,
    child,
    click,
    clipped,
    gone,
    press,
    tab_order,
    type_text,
    unnamed,
    when_asked,
    write_into,
)
from tests.ui.settings_room import changed, edit_of, open_settings, save_of
from ui.dialogs.lms_draft import FILE, SHARED
from ui.dialogs.settings import SettingsDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
SAVED = LmsSettings(url="https://moodle.invalid", student_role_id=7)
HELD = SyncSettings(Plan(interval=60), Plan(on=False, paused_until=date(2027, 1, 4)), "IT service desk")
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def context(context, store):
    context.settings = replace(context.settings, lms=SAVED)
    shared.save(context.db, context.user, HELD)
    return context


@pytest.fixture
def settings(qtbot, context, runner):
    """Opens the window at the page LMS, with keys."""

    def open_page(context=context) -> SettingsDialog:
        dialog = open_settings(qtbot, runner, context)
        dialog.pages.setFocus()
        press(Qt.Key.Key_Down)
        assert dialog.lms.isVisible()
        return dialog

    return open_page


def error_of(dialog: SettingsDialog, name: str) -> str:
    return dialog.lms.fields[name].error


def in_database(context) -> SyncSettings:
    with context.db.read() as tx:
        return shared.read(tx)


def test_every_setting_has_a_field(settings):
    dialog = settings()
    assert {one.name for one in config.options_of(LmsSettings)} == set(FILE)
    assert set(dialog.lms.fields) == set(FILE) | set(SHARED) | {"lms_token"}
    for name, field in dialog.lms.fields.items():
        assert field.focus.toolTip(), name
        assert field.focus.accessibleDescription(), name


def test_what_is_saved_is_shown(settings):
    dialog = settings()
    assert child(dialog, QComboBox, "lms_kind").currentText() == "Moodle"
    names = ("url", "student_role_id", "gradebook_timeout", "courses_interval", "enrolments_paused_until", "contact")
    shown = {name: edit_of(dialog, f"lms_{name}").text() for name in names}
    assert shown == {
        "url": "https://moodle.invalid",
        "student_role_id": "7",
        "gradebook_timeout": "180",
        "courses_interval": "60",
        "enrolments_paused_until": "4 Jan 2027",
        "contact": "IT service desk",
    }
    assert child(dialog, QCheckBox, "lms_courses_on").isChecked()
    assert not child(dialog, QCheckBox, "lms_enrolments_on").isChecked()
    assert changed(dialog) == ""


@pytest.mark.rule("LS-S1", "LS-S8", "LS-N6")
def test_both_parts_are_saved_with_keys_only(settings, context, store, qtbot):
    dialog = settings()
    wanted = {
        "lms_url": "https://moodle.invalid/lms",
        "lms_token": TOKEN,
        "lms_parallel": "8",
        "lms_courses_interval": "15",
        "lms_courses_paused_until": "4/9/2027",
        "lms_contact": "Extension 4400",
    }
    for _ in range(60):
        press(Qt.Key.Key_Tab)
        focus = dialog.focusWidget()
        if focus.objectName() in wanted:
            press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            type_text(wanted.pop(focus.objectName()))
        if focus.objectName() == "lms_enrolments_on":
            press(Qt.Key.Key_Space)
        if not wanted:
            break
    assert changed(dialog) == "7 settings changed"
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.told == ["saved"]
    for lms in (context.settings.lms, config.load(context.folder.path).lms):
        assert (lms.url, lms.parallel, lms.student_role_id) == ("https://moodle.invalid/lms", 8, 7)
    paused = date(2027, 9, 4)
    assert in_database(context) == SyncSettings(
        Plan(interval=15, paused_until=paused), Plan(on=True, paused_until=date(2027, 1, 4)), "Extension 4400"
    )
    assert store.held == {("Learner Manager (moodle.invalid)", "lms_token"): TOKEN}
    assert TOKEN not in (context.folder.path / config.FILE_NAME).read_text("utf-8")


@pytest.mark.rule("LS-S8")
def test_what_somebody_else_changed_meanwhile_stays(settings, context, qtbot):
    dialog = settings()
    pause = date(2027, 3, 1)
    now = replace(HELD, courses=replace(HELD.courses, paused_until=pause), contact="Somebody else's words")
    shared.save(context.db, context.user, now)
    write_into(edit_of(dialog, "lms_courses_interval"), "90")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert in_database(context) == replace(now, courses=Plan(interval=90, paused_until=pause))


@pytest.mark.rule("EX-T3", "EX-H2")
def test_overdue_and_how_long_is_kept_are_for_everybody(settings, context, qtbot):
    dialog = settings()
    assert edit_of(dialog, "lms_overdue_hours").text() == "24"
    assert edit_of(dialog, "lms_kept_months").text() == "24"
    write_into(edit_of(dialog, "lms_overdue_hours"), "48")
    write_into(edit_of(dialog, "lms_kept_months"), "36")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert in_database(context) == replace(HELD, overdue_hours=48, kept_months=36)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("lms_url", "http://moodle.invalid", "Allowed is the site's own address, beginning with https://"),
        ("lms_parallel", "99", "Allowed is a whole number from 1 to 16."),
        ("lms_token", "two words", "A token has letters and digits, up to 200, and no blank inside."),
        ("lms_courses_interval", "3", "Allowed is a whole number from 5 to 240."),
        ("lms_overdue_hours", "0", "Allowed is a whole number from 1 to 720."),
        ("lms_kept_months", "2", "Allowed is a whole number from 3 to 120."),
        ("lms_enrolments_paused_until", "soon", "Allowed is a day such as 4 Jan 2027, or nothing."),
    ],
)
def test_a_broken_rule_is_said_beside_its_field(settings, context, name, typed, words):
    dialog = settings()
    write_into(edit_of(dialog, name), typed)
    dialog.pages.setFocus()
    press(Qt.Key.Key_Home)
    click(save_of(dialog))
    assert dialog.lms.isVisible(), "the page of the field comes to the front"
    assert error_of(dialog, name if name == "lms_token" else name.removeprefix("lms_")).startswith(words)
    assert edit_of(dialog, name).hasFocus()
    assert clipped(dialog) == []
    assert context.settings.lms == SAVED
    assert in_database(context) == HELD


def test_another_host_asks_for_the_token_again(settings, context, store, qtbot):
    context.secrets.set("lms_token", TOKEN, host="moodle.invalid")
    dialog = settings()
    assert set(edit_of(dialog, "lms_token").placeholderText()) == {"●"}
    write_into(edit_of(dialog, "lms_token"), "typed for the old one")
    write_into(edit_of(dialog, "lms_url"), "https://new.invalid")
    qtbot.waitUntil(lambda: dialog.lms.fields["lms_token"].state.isVisible())
    assert edit_of(dialog, "lms_token").text() == "", "what was typed for one computer does not go to another"
    words = "Type it again: the address is on another computer, new.invalid."
    assert dialog.lms.fields["lms_token"].state.text == words
    write_into(edit_of(dialog, "lms_contact"), "Extension 4400")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: error_of(dialog, "lms_token") == words)
    assert edit_of(dialog, "lms_token").hasFocus()
    assert context.settings.lms == SAVED
    assert in_database(context) == HELD, "nothing of the page is saved while something of it is refused"
    write_into(edit_of(dialog, "lms_token"), "a" * 32)
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert context.settings.lms.host == "new.invalid"
    assert sorted(store.held.values()) == [TOKEN, "a" * 32]


@pytest.mark.rule("LS-N6")
def test_without_a_store_the_token_is_kept_for_the_session_and_in_no_file(settings, context, monkeypatch, qtbot):
    using(NoKeyring(), monkeypatch)
    dialog = settings()
    assert dialog.lms.note.text == (
        "This computer has no password store, so the LMS token is kept only until you leave the program."
    )
    write_into(edit_of(dialog, "lms_token"), TOKEN)
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert context.secrets.get("lms_token", host="moodle.invalid") == TOKEN
    for file in Path(context.folder.path).rglob("*"):
        if file.is_file():
            assert TOKEN.encode() not in file.read_bytes()


def test_without_any_role_for_it_all_is_read_only_and_says_why(settings, context):
    dialog = settings(as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER)))
    assert dialog.lms.banner.accessibleName() == "These settings can only be read."
    assert dialog.lms.banner.accessibleDescription() == "Needs the role Administrator. Ask an administrator."
    for name in ("lms_url", "lms_token", "lms_courses_interval", "lms_courses_paused_until", "lms_contact"):
        assert edit_of(dialog, name).isReadOnly()
    for name in ("lms_courses_on", "lms_enrolments_on"):
        assert not child(dialog, QCheckBox, name).isEnabled()
    assert not dialog.lms.fields["courses_paused_until"].editor.button.isEnabled()
    assert not child(dialog, QComboBox, "lms_kind").isEnabled()
    assert not save_of(dialog).isEnabled()


def test_who_decides_about_courses_changes_the_shared_part_only(settings, context, qtbot):
    other = as_user(context, user_with(context.db, Role.LMS_ADMINISTRATOR))
    dialog = settings(other)
    assert dialog.lms.banner.accessibleName() == "The connection can only be read."
    assert edit_of(dialog, "lms_url").isReadOnly()
    write_into(edit_of(dialog, "lms_contact"), "Extension 4400")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert in_database(context) == replace(HELD, contact="Extension 4400")
    assert not (context.folder.path / config.FILE_NAME).exists()


def test_a_role_taken_away_meanwhile_is_refused_by_the_program_itself(settings, context, qtbot):
    dialog = settings()
    with context.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == context.user.id))
    write_into(edit_of(dialog, "lms_courses_interval"), "9")
    asked = when_asked(qtbot, "message_close")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["You cannot decide about courses of the LMS."]
    assert in_database(context) == HELD


def test_a_file_that_cannot_be_written_is_told_and_saving_again_writes_the_rest(settings, context, qtbot):
    file = context.folder.path / config.FILE_NAME
    file.mkdir()
    (file / "in the way").touch()
    dialog = settings()
    write_into(edit_of(dialog, "lms_parallel"), "9")
    write_into(edit_of(dialog, "lms_contact"), "Extension 4400")
    asked = when_asked(qtbot, "message_close")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: bool(asked))
    assert not gone(dialog)
    assert changed(dialog) == "2 settings changed"
    assert context.settings.lms == SAVED
    (file / "in the way").unlink()
    file.rmdir()
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert config.load(context.folder.path).lms.parallel == 9
    assert in_database(context).contact == "Extension 4400"


def test_shared_settings_that_cannot_be_read_are_not_overwritten(settings, context, qtbot):
    with context.db.write() as tx:
        tx.execute(text("ALTER TABLE setting RENAME TO setting_away"))
    dialog = settings()
    qtbot.waitUntil(lambda: dialog.lms.fields["courses_on"].state.isVisible())
    assert dialog.lms.fields["courses_on"].state.text.startswith("These could not be read: ")
    assert not edit_of(dialog, "lms_contact").isEnabled()
    with context.db.write() as tx:
        tx.execute(text("ALTER TABLE setting_away RENAME TO setting"))
    write_into(edit_of(dialog, "lms_parallel"), "9")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert context.settings.lms.parallel == 9
    assert in_database(context) == HELD


def test_tab_goes_in_the_order_of_reading(settings):
    dialog = settings()
    write_into(edit_of(dialog, "lms_parallel"), "5")
    order = tab_order(dialog, dialog.pages)
    wanted = ["lms_kind", "lms_url", "lms_token", "lms_ca_file", "lms_ca_file_choose", "lms_proxy"]
    wanted += ["lms_student_role_id", "lms_parallel", "lms_connect_timeout", "lms_read_timeout", "lms_deadline"]
    wanted += ["lms_gradebook_timeout", "lms_courses_on", "lms_enrolments_on", "lms_courses_interval"]
    wanted += ["lms_enrolments_interval", "lms_courses_paused_until", "lms_enrolments_paused_until", "lms_contact"]
    wanted += ["lms_test_connection", "settings_cancel", "settings_save"]
    assert [name for name in order if name in wanted] == wanted


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_every_control_has_a_name_and_nothing_is_clipped(settings, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    dialog = settings()
    write_into(edit_of(dialog, "lms_parallel"), "-1")
    click(save_of(dialog))
    assert error_of(dialog, "parallel") != ""
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    area = dialog.lms.parentWidget()
    assert dialog.lms.width() <= area.width(), "nothing has to be scrolled sideways"
    assert dialog.width() <= 1366 - 40
    assert dialog.height() <= 800 - 80
