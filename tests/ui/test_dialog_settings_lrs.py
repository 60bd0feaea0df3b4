"""What only the LRS page of the settings has: its *Test Connection* on the sandbox service, certificate and hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QPushButton,
)

from app import config
from app.config import LrsSettings
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, people
from tests.ui.dialog_room import (
    child,
    click,
    clipped,
    gone,
    press,
    when_asked,
    write_into,
)
from tests.ui.load_room import opening
from tests.ui.settings_room import changed, edit_of, open_settings, outcomes, run_test, save_of
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.settings_saving import Known

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
PASSED = [*["passed"] * 7, "needs a learner", "needs a learner"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with LrsSandbox(tmp_path_factory.mktemp("lrs"), people=people(20)) as sandbox:
        yield sandbox


@pytest.fixture
def context(context, store, sandbox):
    """Set up for the sandbox, without its passwords."""
    info = sandbox.info
    lrs = LrsSettings(
        url=info.url,
        test_url=info.url,
        service="test",
        ca_file=info.ca_file,
        certificate_file=info.certificate_file,
        organisation_ref=info.organisation_ref,
        ukprn=info.ukprn,
        username=info.username,
        vendor_id=info.vendor_id,
        read_timeout=20,
    )
    context.settings = replace(context.settings, lrs=lrs)
    return context


@pytest.fixture
def settings(qtbot, context, runner):
    """Opens the window and waits until it knows what it asked the computer."""
    return partial(open_settings, qtbot, runner, context)


def keep_passwords(context, sandbox: LrsSandbox) -> None:
    context.secrets.set("lrs_password", sandbox.info.password, host="127.0.0.1")
    context.secrets.set("lrs_certificate_password", sandbox.info.certificate_password, host="127.0.0.1")


def type_passwords(dialog: SettingsDialog, sandbox: LrsSandbox) -> None:
    write_into(edit_of(dialog, "lrs_password"), sandbox.info.password)
    write_into(edit_of(dialog, "lrs_certificate_password"), sandbox.info.certificate_password)


def steps(dialog: SettingsDialog) -> list[str]:
    return outcomes(dialog.test)


def test_the_test_passes_on_the_sandbox_and_asks_about_nobody(settings, context, sandbox, qtbot):
    keep_passwords(context, sandbox)
    dialog = settings()
    before = len(sandbox.calls)
    run_test(dialog.test, qtbot)
    assert steps(dialog) == PASSED
    assert len(sandbox.calls) == before
    assert clipped(dialog) == []
    click(child(dialog, QPushButton, "copy_test_report"))
    report = QApplication.clipboard().text()
    assert "Secure line: passed" in report
    assert sandbox.info.password not in report


def test_with_one_learner_the_sign_in_is_tested(settings, context, sandbox, qtbot):
    keep_passwords(context, sandbox)
    dialog = settings()
    before = len(sandbox.calls)
    click(child(dialog, QCheckBox, "test_with_learner"))
    click(child(dialog, QPushButton, "test_connection"))
    assert dialog.test.message.text().startswith("Type the learner’s ULN, first name and surname")
    assert edit_of(dialog, "test_uln").hasFocus()
    assert not dialog.test.running
    person = next(one for one in people(20) if one.kind is Kind.EXACT)
    write_into(edit_of(dialog, "test_uln"), f" {person.uln[:5]} {person.uln[5:]}")
    write_into(edit_of(dialog, "test_given_name"), person.given_names.split()[0])
    write_into(edit_of(dialog, "test_family_name"), person.family_name)
    run_test(dialog.test, qtbot)
    assert steps(dialog) == ["passed"] * 9
    assert sandbox.calls[before:] == [person.uln]
    assert "WSRC0004: Exact match." in dialog.test.steps["Asking about the learner"].said
    assert changed(dialog) == "", "whom one asks about is no setting"
    assert clipped(dialog) == []
    assert person.uln not in dialog.test.report
    sandbox.set_fault("domain-WSEC0005")
    try:
        run_test(dialog.test, qtbot)
    finally:
        sandbox.set_fault(None)
    assert steps(dialog) == [*["passed"] * 7, "failed", "not tried"]
    assert "The organisation password is wrong." in dialog.test.steps["Sign-in"].said


def test_what_is_typed_is_tested_before_it_is_saved(settings, context, sandbox, store, qtbot):
    dialog = settings()
    type_passwords(dialog, sandbox)
    run_test(dialog.test, qtbot)
    assert steps(dialog) == PASSED
    assert store.held == {}
    assert changed(dialog) == "2 settings changed"


def test_a_wrong_certificate_password_fails_at_its_step(settings, context, sandbox, qtbot):
    dialog = settings()
    write_into(edit_of(dialog, "lrs_password"), sandbox.info.password)
    write_into(edit_of(dialog, "lrs_certificate_password"), "wrong")
    run_test(dialog.test, qtbot)
    assert steps(dialog) == ["failed", *["not tried"] * 6, *["needs a learner"] * 2]
    assert "password of the client certificate is wrong" in dialog.test.steps["Client certificate"].said
    assert clipped(dialog) == []
    write_into(edit_of(dialog, "lrs_certificate_password"), sandbox.info.certificate_password)
    run_test(dialog.test, qtbot)
    assert steps(dialog) == PASSED


def test_a_secret_that_is_missing_is_said_beside_its_field(settings, context, sandbox, qtbot):
    dialog = settings()
    run_test(dialog.test, qtbot)
    assert dialog.lrs.fields["lrs_password"].error == "The LRS password is not known on this computer."
    assert dialog.test.message.text() == "Not tested: The LRS password is not known on this computer."
    assert set(steps(dialog)) == {""}


def test_nothing_is_sent_to_a_host_that_nobody_confirmed(settings, context, qtbot):
    dialog = settings()
    write_into(edit_of(dialog, "url"), "https://lrs.example/LearnerServiceR9.svc")
    asked = when_asked(qtbot, "back")
    click(child(dialog, QPushButton, "test_connection"))
    assert len(asked) == 1
    assert not dialog.test.running


def test_the_window_stays_usable_while_the_test_runs_and_closes_at_once(settings, context, sandbox, qtbot):
    sandbox.set_latency(1500)
    try:
        dialog = settings()
        type_passwords(dialog, sandbox)
        click(child(dialog, QPushButton, "test_connection"))
        assert dialog.test.running
        assert not child(dialog, QPushButton, "test_connection").isEnabled()
        write_into(edit_of(dialog, "username"), "typed meanwhile")
        assert edit_of(dialog, "username").text() == "typed meanwhile"
        asked = when_asked(qtbot, "discard")
        press(Qt.Key.Key_Escape)
        assert len(asked) == 1
        assert gone(dialog)
    finally:
        sandbox.set_latency(0)


def test_hours_that_do_not_fit_are_said_beside_their_field(settings, context, qtbot):
    dialog = settings()
    write_into(edit_of(dialog, "opens"), "18:00")
    write_into(edit_of(dialog, "closes"), "08:00")
    click(save_of(dialog))
    assert "closes to a later time than opens" in dialog.lrs.fields["closes"].error
    write_into(edit_of(dialog, "closes"), "8 o'clock")
    click(save_of(dialog))
    assert dialog.lrs.fields["closes"].error == "Allowed is a time such as 08:00, or nothing."
    write_into(edit_of(dialog, "opens"), "08:00")
    write_into(edit_of(dialog, "closes"), "18:00")
    write_into(edit_of(dialog, "days"), "Mon-Fri")
    click(save_of(dialog))
    qtbot.waitUntil(lambda: gone(dialog))
    lrs = config.load(context.folder.path).lrs
    assert (lrs.opens, lrs.closes, lrs.days) == ("08:00", "18:00", "Mon-Fri")


def test_a_certificate_that_ends_soon_is_announced(settings, context, sandbox, tmp_path, qtbot):
    dialog = settings()
    ends = datetime.now(UTC) + timedelta(days=24, hours=1)
    host = dialog.draft.host
    dialog.lrs.show_known(Known(host, frozenset(), context.secrets.store_state(), ends))
    assert dialog.lrs.banner.isVisible()
    assert dialog.lrs.warning.endswith("in 24 days.")
    dialog.lrs.show_known(Known(host, frozenset(), context.secrets.store_state(), ends + timedelta(days=400)))
    assert not dialog.lrs.banner.isVisible()
    dialog.lrs.show_known(Known("elsewhere", frozenset(), context.secrets.store_state(), ends))
    assert not dialog.lrs.banner.isVisible(), "an answer about another host came too late"


def test_the_certificate_is_chosen_in_a_dialog(settings, context, qtbot, tmp_path):
    """By its name as it is typed, whatever else is marked in the list; looked for where the last one was."""
    file = tmp_path / "college.p12"
    for one in (file, tmp_path / "a first one.p12"):
        one.write_bytes(b"x")
    dialog = settings()
    write_into(edit_of(dialog, "certificate_file"), str(tmp_path / "of last year.p12"))
    with opening(SimpleNamespace(), file):
        click(child(dialog, QPushButton, "certificate_file_choose"))
    assert edit_of(dialog, "certificate_file").text() == str(file)
    assert changed(dialog) == "1 setting changed"
