"""*Test Connection* of the LMS, in the settings and as a dialog, against the sandbox Moodle on a real TLS socket."""

import socket
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.access import Role
from app.config import LmsSettings
from app.connectors.moodle_check import STEPS
from app.db.tables import user_role
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_faults import ELSEWHERE
from app.sandbox.people import people
from tests.app.test_secrets import Store, using
from tests.builders import user_with
from tests.ui.dialog_room import (
    as_user,
    child,
    click,
    clipped,
    gone,
    open_context,
    opened,
    press,
    unnamed,
    write_into,
)
from tests.ui.settings_room import edit_of, for_moodle, open_settings, outcomes, run_test, wait_for_test
from ui.dialogs.lms_test import LmsTestDialog
from ui.dialogs.lms_test_pane import LmsTestPane
from ui.dialogs.settings import SettingsDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
PLANTED = "Zyxwvut"
ALL = len(STEPS)


@pytest.fixture
def context(tmp_path, monkeypatch):
    using(Store(), monkeypatch)
    with open_context(tmp_path) as context:
        yield context


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=people(20)) as sandbox:
        yield sandbox


@pytest.fixture
def moodle(service, context):
    for_moodle(context, service)
    yield service
    service.set_fault(None)
    service.set_latency(0)
    service.restore_token()


@pytest.fixture
def settings(qtbot, context, runner):
    def open_page(context=context) -> SettingsDialog:
        dialog = open_settings(qtbot, runner, context)
        dialog.pages.setFocus()
        press(Qt.Key.Key_Down)
        return dialog

    return open_page


@pytest.fixture
def tested(qtbot, context, runner):
    """Opens the dialog and waits until its test is over."""

    def open_dialog(context=context, wait=True) -> LmsTestDialog:
        dialog = opened(qtbot, LmsTestDialog(None, runner, context))
        if wait:
            wait_for_test(dialog.test, qtbot)
        return dialog

    return open_dialog


def copied(pane: LmsTestPane) -> str:
    click(pane.copy_button)
    return QApplication.clipboard().text()


def failed_at(pane: LmsTestPane) -> str:
    """Everything up to one step passed, everything after it was not tried; what that step says."""
    words = outcomes(pane)
    place = words.index("failed")
    assert words == ["passed"] * place + ["failed"] + ["not tried"] * (ALL - place - 1)
    return list(pane.steps.values())[place].said


@pytest.mark.rule("LS-N4")
def test_all_steps_pass_and_the_report_can_be_copied(settings, moodle, qtbot):
    dialog = settings()
    run_test(dialog.lms_test, qtbot)
    assert outcomes(dialog.lms_test) == ["passed"] * ALL
    assert list(dialog.lms_test.steps) == list(STEPS)
    assert clipped(dialog) == []
    report = copied(dialog.lms_test)
    assert "Secure line: passed: The line is encrypted (TLS 1.3)." in report
    assert f"Address: {moodle.info.url}" in report
    assert not dialog.lms_test.use_button.isVisible()


@pytest.mark.rule("LS-N5")
def test_the_report_has_neither_names_nor_the_token(tested, moodle, context):
    """Planted wherever the sandbox keeps them; the address is the one place where somebody might put a token."""
    with moodle.changing() as site:
        users = [(user, user.first, user.last) for user in site.users.values()]
        courses = [(course, course.full) for course in site.courses.values()]
        for user, _, _ in users:
            user.first, user.last = PLANTED, PLANTED
        for course, _ in courses:
            course.full = f"{PLANTED}'s own course"
    try:
        for fault in (None, "no-rights@gradebook", "broken-gradebook"):
            moodle.set_fault(fault)
            dialog = tested()
            report = copied(dialog.test)
            assert "Course list: passed" in report
            assert PLANTED not in report
            assert moodle.info.token not in report
            press(Qt.Key.Key_Escape)
        lms = replace(context.settings.lms, url=f"{moodle.info.url}/{moodle.info.token}")
        context.settings = replace(context.settings, lms=lms)
        report = copied(tested().test)
        assert "[secret]" in report
        assert moodle.info.token not in report
    finally:
        with moodle.changing():
            for user, first, last in users:
                user.first, user.last = first, last
            for course, full in courses:
                course.full = full


FAULTS = {
    "token-revoked": (
        "Token: failed: The LMS does not know the token: it is wrong, expired or withdrawn. Ask the administrator of "
        "the LMS for a new token of the service account, and type it under File, Settings, LMS.",
        "SE-03",
    ),
    "html": (
        "Answer: failed: A web page came in place of an answer. Something stands between this program and the LMS: a "
        "single sign-on, a firewall or a proxy. Ask whoever looks after the network to let this program through to "
        "the address of the LMS.",
        "SE-07",
    ),
    "elsewhere": (
        f"Answer: failed: The site says its address is {ELSEWHERE}. If that is right, set it under File, Settings, "
        "LMS.",
        "SE-08",
    ),
    "web-services-off": (
        "Answer: failed: The LMS has web services switched off. Ask the administrator of the LMS to switch web "
        "services and the REST protocol on.",
        "SE-09",
    ),
    "maintenance": (
        "Answer: failed: The LMS is closed for maintenance. Nothing to do here: the program asks again by itself.",
        "SE-05",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_step_with_what_to_do(tested, moodle, fault):
    moodle.set_fault(fault)
    dialog = tested()
    words, code = FAULTS[fault]
    assert failed_at(dialog.test) == words
    assert clipped(dialog) == []
    assert f"{words} ({code})" in copied(dialog.test)


def test_a_revoked_token_and_the_same_restored(settings, moodle, qtbot):
    moodle.revoke_token()
    dialog = settings()
    run_test(dialog.lms_test, qtbot)
    assert failed_at(dialog.lms_test).startswith("Token: failed: The LMS does not know the token")
    moodle.restore_token()
    run_test(dialog.lms_test, qtbot)
    assert outcomes(dialog.lms_test) == ["passed"] * ALL


def test_a_missing_function_is_named_and_the_others_are_looked_at(tested, moodle):
    moodle.set_fault("function-missing")
    pane = tested().test
    name = "Function gradereport_user_get_grade_items"
    assert pane.steps[name].said == (
        f"{name}: failed: It is missing. Ask the administrator of the LMS to add it to the web service of the token."
    )
    words = dict(zip(pane.steps, outcomes(pane), strict=True))
    assert [step for step, word in words.items() if word == "not tried"] == ["Course list", "Gradebook"]
    assert [step for step, word in words.items() if word == "failed"] == [name]
    assert "(SE-04)" in copied(pane)


@pytest.mark.parametrize("fault", ["server-stranger", "server-wrong-host", "server-expired"])
def test_the_certificate_of_a_stranger(tested, moodle, fault):
    moodle.set_fault(fault)
    dialog = tested()
    said = failed_at(dialog.test)
    assert said.startswith("Server certificate: failed: ")
    assert "for a college's own authority choose its file under File, Settings, LMS" in said
    assert "(SE-02)" in copied(dialog.test)
    assert moodle.info.token not in dialog.test.report


def test_nobody_there(tested, moodle, context):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
        context.settings = replace(context.settings, lms=replace(context.settings.lms, url=url))
        pane = tested().test
    said = failed_at(pane)
    assert said.startswith("Connection: failed: ")
    assert said.endswith("Check the network, and the address under File, Settings, LMS.")
    assert "(SE-01)" in copied(pane)


@pytest.mark.rule("SE-08")
def test_an_address_that_the_site_names_is_offered_and_never_gone_to(settings, moodle, context, qtbot):
    moodle.set_fault("elsewhere")
    dialog = settings()
    run_test(dialog.lms_test, qtbot)
    before = len(moodle.calls)
    use = child(dialog, QPushButton, "lms_use_address")
    assert ELSEWHERE in use.accessibleDescription()
    assert clipped(dialog) == []
    assert edit_of(dialog, "lms_url").text() == moodle.info.url
    use.setFocus()
    press(Qt.Key.Key_Space)
    assert edit_of(dialog, "lms_url").text() == ELSEWHERE
    assert edit_of(dialog, "lms_url").hasFocus()
    assert not use.isVisible()
    assert context.settings.lms.url == moodle.info.url, "nothing is saved before Save"
    qtbot.waitUntil(lambda: dialog.lms.fields["lms_token"].state.text.startswith("Type it again"))
    click(dialog.lms_test.test_button)
    qtbot.waitUntil(lambda: not dialog.lms_test.running)
    assert dialog.lms_test.message.text() == "Not tested: The LMS token is not known on this computer."
    assert edit_of(dialog, "lms_token").hasFocus()
    assert len(moodle.calls) == before


def test_who_cannot_set_it_is_not_offered_it(tested, settings, moodle, context, qtbot):
    moodle.set_fault("elsewhere")
    other = as_user(context, user_with(context.db, Role.LMS_ADMINISTRATOR))
    assert not tested(other).test.use_button.isVisible()
    press(Qt.Key.Key_Escape)
    dialog = settings(other)
    run_test(dialog.lms_test, qtbot)
    assert failed_at(dialog.lms_test).startswith("Answer: failed: The site says its address is")
    assert not dialog.lms_test.use_button.isVisible()


def test_what_is_typed_is_tested_before_it_is_saved(settings, moodle, context, qtbot):
    url = moodle.info.url
    context.settings = replace(context.settings, lms=LmsSettings(url="https://moodle.invalid"))
    dialog = settings()
    write_into(edit_of(dialog, "lms_url"), url)
    write_into(edit_of(dialog, "lms_ca_file"), moodle.info.ca_file)
    write_into(edit_of(dialog, "lms_token"), moodle.info.token)
    run_test(dialog.lms_test, qtbot)
    assert context.settings.lms.url == "https://moodle.invalid"
    assert outcomes(dialog.lms_test)[:4] == ["passed"] * 4
    # Another host than the one saved: what was typed for it counts.
    write_into(edit_of(dialog, "lms_token"), moodle.info.token)
    run_test(dialog.lms_test, qtbot)
    assert outcomes(dialog.lms_test) == ["passed"] * ALL


def test_no_lms_set_up_is_said_without_a_test(tested, context):
    dialog = tested()
    assert dialog.test.message.text() == "Not tested: No LMS is set up, so nothing is synchronised."
    assert set(outcomes(dialog.test)) == {""}
    assert not dialog.test.copy_button.isEnabled()


def test_a_test_can_be_stopped_and_begun_again(tested, moodle, qtbot):
    moodle.set_latency(60_000, "gradebook")
    dialog = tested(wait=False)
    pane = dialog.test
    qtbot.waitUntil(lambda: "testing…" in pane.steps["Gradebook"].said, timeout=20_000)
    assert outcomes(pane)[:-1] == ["passed"] * (ALL - 1), "each step shows as it is over"
    assert not pane.test_button.isEnabled()
    click(child(dialog, QPushButton, "lms_stop_test"))
    wait_for_test(pane, qtbot)
    assert set(outcomes(pane)) == {""}
    assert not pane.stop_button.isVisible()
    moodle.set_latency(0)
    run_test(pane, qtbot)
    assert outcomes(pane) == ["passed"] * ALL


def test_closing_ends_the_test(tested, moodle, runner, qtbot):
    moodle.set_latency(60_000, "gradebook")
    dialog = tested(wait=False)
    pane = dialog.test
    qtbot.waitUntil(lambda: "testing…" in pane.steps["Gradebook"].said, timeout=20_000)
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    qtbot.waitUntil(lambda: not runner.is_busy())


def test_the_dialog_is_for_who_may_synchronise(tested, moodle, context):
    dialog = tested(as_user(context, user_with(context.db, Role.ENROLMENT_MANAGER)))
    assert outcomes(dialog.test) == ["passed"] * ALL
    press(Qt.Key.Key_Escape)
    assert gone(dialog)
    before = len(moodle.calls)
    dialog = tested(as_user(context, user_with(context.db, Role.PLR_USER)))
    assert dialog.test.message.text() == (
        "Your account has no role that opens Learner Manager. Ask an administrator for one."
    )
    assert len(moodle.calls) == before


def test_a_role_taken_away_meanwhile_ends_the_tests(tested, settings, moodle, context, qtbot):
    with context.db.write() as tx:
        tx.execute(user_role.delete().where(user_role.c.user_id == context.user.id))
    before = len(moodle.calls)
    words = "Not tested: You cannot synchronise with the LMS."
    assert tested().test.message.text() == words
    press(Qt.Key.Key_Escape)
    dialog = settings()
    run_test(dialog.lms_test, qtbot)
    assert dialog.lms_test.message.text() == words
    assert len(moodle.calls) == before


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_every_control_has_a_name_and_nothing_is_clipped(tested, moodle, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    moodle.set_fault("html")
    dialog = tested()
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    assert dialog.test.width() <= dialog.test.parentWidget().width(), "nothing has to be scrolled sideways"
    assert dialog.width() <= 1366 - 40
    assert dialog.height() <= 800 - 80
