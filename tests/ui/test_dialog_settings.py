"""The settings window over a real folder, a real database, and a password store."""

from dataclasses import replace
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
)

from app import config
from app.access import Role
from app.config import LrsSettings
from app.db.tables import user_role
from tests.app.test_secrets import using
from tests.builders import licences_on, user_with
from tests.ui.dialog_room import (
    ACCEPTED,
    as_user,
    child,
    choose,
    click,
    clipped,
    gone,
    press,
    tab_order,
    unnamed,
    when_asked,
    write_into,
)
from tests.ui.settings_room import changed, edit_of, open_settings, save_of
from ui.dialogs.settings import SettingsDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
PASSWORD = "Sixteen-Letters!"
END = "/LearnerServiceR9.svc"
LIVE, TEST = f"https://ws.lrs.education.gov.uk{END}", f"https://test.lrs.education.gov.uk{END}"
SAVED = LrsSettings(
    url=LIVE,
    live_url=LIVE,
    test_url=TEST,
    ukprn="19990002",
    organisation_ref="NFC001",
    username="somebody",
    vendor_id=41,
    certificate_file="/nowhere/college.p12",
)


@pytest.fixture
def context(context, store):
    context.settings = replace(context.settings, lrs=SAVED)
    return context


@pytest.fixture
def settings(qtbot, context, runner):
    """Opens the window and waits until it knows what it asked the computer."""

    def open_page(context=context, appearance=None) -> SettingsDialog:
        return open_settings(qtbot, runner, context, appearance)

    return open_page


def error_of(dialog: SettingsDialog, name: str) -> str:
    return dialog.lrs.fields[name].error


def keep(context, name: str, value: str, host: str) -> None:
    context.secrets.set(name, value, host=host)


def test_what_is_saved_is_shown(settings):
    dialog = settings()
    shown = {
        name: edit_of(dialog, name).text() for name in ("url", "ukprn", "organisation_ref", "vendor_id", "parallel")
    }
    assert shown == {
        "url": LIVE,
        "ukprn": "19990002",
        "organisation_ref": "NFC001",
        "vendor_id": "41",
        "parallel": "4",
    }
    types = child(dialog, QComboBox, "default_attainment_type")
    assert types.currentData() == "PLR"
    assert {types.itemData(place) for place in range(types.count())} == {"PLR", "PRIOR", "COLLEGE"}
    assert changed(dialog) == ""
    assert not save_of(dialog).isEnabled()
    assert save_of(dialog).toolTip() == "Nothing was changed."


def test_every_setting_of_the_service_has_a_field(settings):
    dialog = settings()
    not_typed = {"url", "service", "live_url", "test_url", "confirmed_hosts"}
    wanted = {one.name for one in config.options_of(LrsSettings)} - not_typed
    assert wanted | {"url", "lrs_password", "lrs_certificate_password"} == set(dialog.lrs.fields)


def test_changes_are_counted_and_saved(settings, context, qtbot):
    dialog = settings()
    write_into(edit_of(dialog, "parallel"), "8")
    assert changed(dialog) == "1 setting changed"
    choose(child(dialog, QComboBox, "get_type"), "BRIEF")
    choose(child(dialog, QComboBox, "default_attainment_type"), "PRIOR, Prior attainment")
    child(dialog, QCheckBox, "send_all_given_names").setFocus()
    press(Qt.Key.Key_Space)
    assert changed(dialog) == "4 settings changed"
    edit_of(dialog, "parallel").setFocus()
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.told == ["saved"]
    assert dialog.ended == ACCEPTED
    for lrs in (context.settings.lrs, config.load(context.folder.path).lrs):
        assert (lrs.parallel, lrs.get_type, lrs.default_attainment_type) == (8, "BRIEF", "PRIOR")
        assert lrs.send_all_given_names
        assert lrs.url == LIVE


def test_the_switch_changes_the_address_and_keeps_both(settings, context, qtbot):
    keep(context, "lrs_password", PASSWORD, "test.lrs.education.gov.uk")
    dialog = settings()
    click(child(dialog.lrs.service, QAbstractButton, "test"))
    assert edit_of(dialog, "url").text() == TEST
    write_into(edit_of(dialog, "url"), TEST.replace("test", "other"))
    click(child(dialog.lrs.service, QAbstractButton, "live"))
    assert edit_of(dialog, "url").text() == LIVE
    click(child(dialog.lrs.service, QAbstractButton, "test"))
    assert edit_of(dialog, "url").text() == TEST.replace("test", "other")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    lrs = context.settings.lrs
    assert (lrs.service, lrs.url, lrs.live_url) == ("test", TEST.replace("test", "other"), LIVE)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("parallel", "99", "Allowed is a whole number from 1 to 16."),
        ("read_timeout", "5", "Allowed is a whole number from 20 to 300."),
        ("ukprn", "12", "Allowed is 8 letters or digits, or nothing."),
        ("url", "http://ws.lrs.education.gov.uk" + END, "Allowed is an address that begins with https://"),
        ("url", "https://ws.lrs.education.gov.uk/", "The address has to end in /LearnerServiceR9.svc."),
        ("lrs_password", "short", "The LRS password has exactly 16 characters; this one has 5."),
    ],
)
def test_a_broken_rule_is_said_beside_its_field(settings, context, name, text, words):
    dialog = settings()
    write_into(edit_of(dialog, name), text)
    click(save_of(dialog))
    assert error_of(dialog, name).startswith(words)
    assert edit_of(dialog, name).hasFocus()
    assert not gone(dialog)
    assert clipped(dialog) == []
    assert context.settings.lrs == SAVED


def test_an_address_that_breaks_a_rule_behind_the_switch_comes_to_the_front(settings):
    dialog = settings()
    dialog.draft.addresses["test"] = "nonsense"
    write_into(edit_of(dialog, "parallel"), "5")
    click(save_of(dialog))
    assert dialog.lrs.service.value == "test"
    assert edit_of(dialog, "url").text() == "nonsense"
    assert error_of(dialog, "url") != ""


def test_a_kept_password_shows_as_dots_and_is_not_in_the_field(settings, context):
    keep(context, "lrs_password", PASSWORD, "ws.lrs.education.gov.uk")
    dialog = settings()
    assert set(edit_of(dialog, "lrs_password").placeholderText()) == {"●"}
    assert edit_of(dialog, "lrs_password").text() == ""
    assert edit_of(dialog, "lrs_certificate_password").placeholderText() == ""
    assert "password store, never in a file" in dialog.lrs.note.text


def test_a_typed_password_is_written_to_the_store_and_an_empty_one_keeps(settings, context, store, qtbot):
    keep(context, "lrs_certificate_password", "old one", "ws.lrs.education.gov.uk")
    dialog = settings()
    write_into(edit_of(dialog, "lrs_password"), PASSWORD)
    assert edit_of(dialog, "lrs_password").echoMode() == QLineEdit.EchoMode.Password
    assert changed(dialog) == "1 setting changed"
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert sorted(store.held.values()) == [PASSWORD, "old one"]
    assert PASSWORD not in (context.folder.path / config.FILE_NAME).read_text("utf-8")


def test_without_a_store_the_window_says_so(settings, context, monkeypatch, qtbot):
    using(NoKeyring(), monkeypatch)
    dialog = settings()
    assert dialog.lrs.note.text == (
        "This computer has no password store, so the LRS password is kept only until you leave the program."
    )
    write_into(edit_of(dialog, "lrs_password"), PASSWORD)
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert context.secrets.get("lrs_password", host="ws.lrs.education.gov.uk") == PASSWORD


def test_another_host_asks_for_its_secrets_again(settings, context, store, qtbot):
    keep(context, "lrs_password", PASSWORD, "ws.lrs.education.gov.uk")
    keep(context, "lrs_certificate_password", "old one", "ws.lrs.education.gov.uk")
    dialog = settings()
    write_into(edit_of(dialog, "lrs_password"), "Sixteen-Letters?")
    write_into(edit_of(dialog, "url"), f"https://new.education.gov.uk{END}")
    qtbot.waitUntil(lambda: dialog.lrs.fields["lrs_password"].state.isVisible())
    assert edit_of(dialog, "lrs_password").text() == "", "what was typed for one computer does not go to another"
    assert edit_of(dialog, "lrs_password").placeholderText() == ""
    words = "Type it again: the address is on another computer, new.education.gov.uk."
    assert dialog.lrs.fields["lrs_password"].state.text == words
    click(save_of(dialog))
    qtbot.waitUntil(lambda: error_of(dialog, "lrs_password") == words)
    assert context.settings.lrs == SAVED
    write_into(edit_of(dialog, "lrs_password"), "Sixteen-Letters?")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: error_of(dialog, "lrs_certificate_password") == words)
    write_into(edit_of(dialog, "lrs_certificate_password"), "new one")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert context.settings.lrs.host == "new.education.gov.uk"
    assert len(store.held) == 4, "the old ones stay with the old host"


def test_a_host_outside_the_department_is_confirmed_first(settings, context, qtbot):
    dialog = settings()
    write_into(edit_of(dialog, "url"), f"https://lrs.example{END}")
    asked = when_asked(qtbot, "back")
    click(save_of(dialog))
    assert asked == ["lrs.example is outside education.gov.uk."]
    assert not gone(dialog)
    assert dialog.focusWidget() is edit_of(dialog, "url")
    assert context.settings.lrs == SAVED
    asked = when_asked(qtbot, "use")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    assert len(asked) == 1
    assert context.settings.lrs.confirmed_hosts == ("lrs.example",)
    assert not context.settings.lrs.awaits_confirmation


def test_without_the_role_it_can_be_read_only_and_says_why(settings, context):
    licences_on(context.db)
    other = as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER, Role.PLR_USER))
    dialog = settings(other)
    assert dialog.lrs.banner.accessibleDescription() == "Needs the role Administrator. Ask an administrator."
    for name in ("url", "parallel", "lrs_password"):
        assert edit_of(dialog, name).isReadOnly()
    assert not child(dialog, QComboBox, "get_type").isEnabled()
    assert not child(dialog, QPushButton, "certificate_file_choose").isEnabled()
    assert not dialog.lrs.service.isEnabled()
    assert not save_of(dialog).isEnabled()
    write_into(edit_of(dialog, "parallel"), "9")
    assert edit_of(dialog, "parallel").text() == "4"
    press(Qt.Key.Key_Escape)
    assert gone(dialog)


def test_a_role_taken_away_meanwhile_is_refused_by_the_program_itself(settings, context, qtbot):
    dialog = settings()
    with context.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == context.user.id))
    write_into(edit_of(dialog, "parallel"), "9")
    asked = when_asked(qtbot, "message_close")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["You cannot change settings, licences and users."]
    assert not gone(dialog)
    assert context.settings.lrs == SAVED


def test_esc_asks_only_if_something_was_typed(settings, qtbot):
    dialog = settings()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    dialog = settings()
    write_into(edit_of(dialog, "lrs_password"), "x")
    asked = when_asked(qtbot, "keep")
    press(Qt.Key.Key_Escape)
    assert asked == ["The changes to the settings are not saved."]
    assert edit_of(dialog, "lrs_password").text() == "x"
    qtbot.waitUntil(lambda: (QApplication.focusWidget() or dialog).window() is dialog)  # no longer in the question
    asked = when_asked(qtbot, "discard")
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    assert len(asked) == 1


# ----------------------------------------------------------------------------------------- Appearance, look, keys


def test_the_look_changes_at_once_and_cancel_takes_it_back(settings):
    before = {"theme": "light", "rows": "compact", "other": 1}
    dialog = settings(appearance=before)
    dialog.pages.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    click(child(dialog.appearance.theme, QAbstractButton, "dark"))
    assert dialog.told == [{"theme": "dark", "rows": "compact", "notify": "on", "other": 1}]
    click(child(dialog.appearance.rows, QAbstractButton, "comfortable"))
    assert dialog.told[-1] == {"theme": "dark", "rows": "comfortable", "notify": "on", "other": 1}
    press(Qt.Key.Key_Escape)
    assert dialog.told[-1] == before
    assert gone(dialog)


def test_the_look_is_kept_by_save(settings):
    dialog = settings(appearance={"theme": "light"})
    dialog.pages.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    click(child(dialog.appearance.theme, QAbstractButton, "dark"))
    click(save_of(dialog))
    assert gone(dialog)
    assert dialog.told == [{"theme": "dark", "rows": "compact", "notify": "on"}]


def test_about_tells_where_the_data_lies(settings, context):
    dialog = settings()
    dialog.pages.setFocus()
    press(Qt.Key.Key_End)
    texts = [label.text() for label in dialog.stack.currentWidget().findChildren(QLabel)]
    assert str(context.folder.path) in texts


def test_tab_goes_in_the_order_of_reading(settings):
    dialog = settings()
    write_into(edit_of(dialog, "parallel"), "5")
    order = tab_order(dialog, dialog.pages)
    assert order[0] == "settings_pages"
    wanted = ["url", "certificate_file", "certificate_file_choose", "lrs_certificate_password", "ca_file"]
    wanted += ["ca_file_choose", "ukprn", "organisation_ref", "lrs_password", "username", "vendor_id", "user_type"]
    wanted += ["language", "get_type", "parallel", "default_attainment_type", "connect_timeout", "read_timeout"]
    wanted += ["deadline", "send_all_given_names", "test_connection", "settings_cancel", "settings_save"]
    assert [name for name in order if name in wanted] == wanted


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_every_control_has_a_name_and_nothing_is_clipped(settings, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    dialog = settings()
    write_into(edit_of(dialog, "vendor_id"), "-1")
    click(save_of(dialog))
    for row in range(4):
        dialog.pages.setCurrentRow(row)
        assert unnamed(dialog) == []
        assert clipped(dialog) == []
    assert dialog.width() <= 1366 - 40
    assert dialog.height() <= 800 - 80


def test_the_help_of_every_setting_can_be_read(settings):
    dialog = settings()
    for name, field in dialog.lrs.fields.items():
        assert field.focus.toolTip(), name
        assert field.focus.accessibleDescription(), name


def test_no_secret_reaches_a_file_of_the_data_folder(settings, context, monkeypatch, qtbot):
    using(NoKeyring(), monkeypatch)
    dialog = settings()
    write_into(edit_of(dialog, "lrs_password"), PASSWORD)
    write_into(edit_of(dialog, "lrs_certificate_password"), "Certificate-Word")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    for file in Path(context.folder.path).rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes()
            assert b"Certificate-Word" not in file.read_bytes()
