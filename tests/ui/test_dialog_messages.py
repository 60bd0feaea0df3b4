"""Messages, unexpected failures, signing in, About."""

import keyring
import pytest
import shiboken6
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from app import logs
from app.errors import DatabaseError, InputError
from tests.app.test_secrets import Store, using
from tests.ui.dialog_room import (
    ACCEPTED,
    REJECTED,
    child,
    click,
    clipped,
    gone,
    opened,
    press,
    type_text,
    unnamed,
)
from ui.dialogs.about import AboutDialog
from ui.dialogs.message import MessageDialog
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.sign_in import SignInDialog
from ui.dialogs.unexpected_error import UnexpectedErrorDialog
from ui.grids.form_dialog import FormDialog
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
PASSWORD = "Sixteen-Letters!"


def test_a_message_says_what_happened_then_what_to_do(qtbot):
    dialog = opened(qtbot, MessageDialog(None, DatabaseError("It is in <b>use</b>.", hint="Wait, then try again.")))
    assert child(dialog, QLabel, "dialog_heading").text() == "It is in <b>use</b>."
    assert child(dialog, QLabel, "dialog_heading").textFormat() == Qt.TextFormat.PlainText
    assert child(dialog, QLabel, "dialog_secondary").text() == "Wait, then try again."
    assert [button.text() for button in dialog.findChildren(QPushButton)] == ["Close"]
    press(Qt.Key.Key_Return)
    assert gone(dialog)


def test_a_message_without_a_next_step_has_no_second_line(qtbot):
    dialog = opened(qtbot, MessageDialog(None, InputError("Nothing was found.")))
    assert not child(dialog, QLabel, "dialog_secondary").isVisible()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)


def test_the_report_of_a_bug_names_nobody(qtbot):
    logs.register(PASSWORD)
    report = f"ValueError: 1234567890 jo@example.org {PASSWORD}\n"
    dialog = opened(qtbot, UnexpectedErrorDialog(None, report))
    text = child(dialog, QPlainTextEdit, "error_report").toPlainText()
    for secret in ("1234567890", "jo@example.org", PASSWORD):
        assert secret not in text
    assert "ValueError" in text
    assert "Learner Manager" in text
    click(child(dialog, QPushButton, "error_copy"))
    assert QGuiApplication.clipboard().text() == dialog.report
    assert PASSWORD not in dialog.report
    press(Qt.Key.Key_Escape)
    assert dialog.ended == ACCEPTED


def test_a_bug_can_end_the_program(qtbot):
    window = opened(qtbot, QWidget())
    dialog = opened(qtbot, UnexpectedErrorDialog(window, "ValueError"))
    click(child(dialog, QPushButton, "error_leave"))
    assert gone(dialog)
    assert not window.isVisible(), "the program asks its windows to close"


def sign_in(qtbot, context, runner, secret: str = "lrs_password") -> SignInDialog:
    from dataclasses import replace

    context.settings = replace(
        context.settings, lrs=replace(context.settings.lrs, url="https://lrs.invalid/LearnerServiceR9.svc")
    )
    return opened(qtbot, SignInDialog(None, runner, context, secret))


def test_a_typed_password_is_kept_for_the_session_where_there_is_no_store(qtbot, context, runner, monkeypatch):
    using(NoKeyring(), monkeypatch)
    dialog = sign_in(qtbot, context, runner)
    qtbot.waitUntil(dialog.note.isVisible)
    assert dialog.note.text == (
        "This computer has no password store, so the LRS password is kept only until you leave the program."
    )
    assert child(dialog, QLineEdit, "lrs_password").echoMode() == QLineEdit.EchoMode.Password
    type_text(PASSWORD)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert dialog.ended == ACCEPTED
    assert context.secrets.get("lrs_password", host="lrs.invalid") == PASSWORD
    assert context.secrets.get("lrs_password", host="elsewhere.invalid") is None


def test_a_typed_password_goes_to_the_store(qtbot, context, runner, monkeypatch):
    store = Store()
    using(store, monkeypatch)
    dialog = sign_in(qtbot, context, runner, "lrs_certificate_password")
    qtbot.waitUntil(dialog.note.isVisible)
    assert "never in a file" in dialog.note.text
    type_text("any")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: gone(dialog))
    assert list(store.held.values()) == ["any"]
    assert keyring.get_keyring() is store


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the password."),
        ("short", "The LRS password has exactly 16 characters; this one has 5. Type it again."),
    ],
)
def test_a_password_that_cannot_be_right_is_said_at_once(qtbot, context, runner, monkeypatch, typed, words):
    using(NoKeyring(), monkeypatch)
    dialog = sign_in(qtbot, context, runner)
    type_text(typed)
    press(Qt.Key.Key_Return)
    assert dialog.field.error == words
    assert child(dialog, QLineEdit, "lrs_password").hasFocus()
    assert clipped(dialog) == []
    assert not gone(dialog)
    assert context.secrets.get("lrs_password", host="lrs.invalid") is None


def test_esc_keeps_nothing(qtbot, context, runner, monkeypatch):
    using(NoKeyring(), monkeypatch)
    dialog = sign_in(qtbot, context, runner)
    type_text(PASSWORD)
    press(Qt.Key.Key_Escape)
    assert dialog.ended == REJECTED
    assert context.secrets.get("lrs_password", host="lrs.invalid") is None


def test_the_eye_shows_what_was_typed(qtbot, context, runner, monkeypatch):
    using(NoKeyring(), monkeypatch)
    dialog = sign_in(qtbot, context, runner)
    eye = child(dialog, QToolButton, "secret_eye")
    assert not eye.isEnabled()
    type_text("abc")
    click(eye)
    assert child(dialog, QLineEdit, "lrs_password").displayText() == "abc"
    eye.setFocus()
    press(Qt.Key.Key_Return)
    assert child(dialog, QLineEdit, "lrs_password").displayText() != "abc"
    assert not gone(dialog), "Enter on the eye presses the eye"


def test_a_dialog_accepted_under_its_own_question_outlives_the_answer(qtbot):
    """A task may end the dialog while it asks something: it must not be deleted under the feet of the question."""
    dialog = opened(qtbot, FormDialog(None, title="Form"))
    steps: list[bool] = []

    def accept_then_answer() -> None:
        dialog.accept()
        QTimer.singleShot(100, answer)

    def answer() -> None:
        steps.append(shiboken6.isValid(dialog))
        QApplication.activeModalWidget().reject()

    QTimer.singleShot(50, accept_then_answer)
    assert not confirm_discarding(dialog, "Really?")
    steps.append(shiboken6.isValid(dialog))
    assert steps == [True, True]
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))


def test_about_can_be_copied(qtbot, runner):
    dialog = opened(qtbot, AboutDialog(None, runner))
    click(child(dialog, QPushButton, "about_copy"))
    assert "Version: " in QGuiApplication.clipboard().text()
    press(Qt.Key.Key_Escape)
    assert gone(dialog)


def test_about_leads_to_the_licences_of_others(qtbot, runner):
    dialog = opened(qtbot, AboutDialog(None, runner))
    click(child(dialog, QPushButton, "about_others"))
    others = child(dialog, QDialog, "third_party")
    qtbot.waitUntil(lambda: others.list.hasFocus() and others.parts != [])
    names = [others.list.model().index(row, 0).data() for row in range(others.list.model().rowCount())]
    assert {"Python", "Qt", "lxml", "Phosphor Icons"} <= set(names)
    assert names == sorted(names, key=str.casefold)
    for _ in range(names.index("Qt")):
        press(Qt.Key.Key_Down)
    shown = others.text.toPlainText()
    assert shown.startswith("Qt and Qt for Python are used under")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in shown
    click(child(others, QPushButton, "third_party_copy"))
    qtbot.waitUntil(lambda: "Copied" in child(others, QPushButton, "third_party_copy").text())
    copied = QGuiApplication.clipboard().text()
    assert all(name in copied for name in names)
    press(Qt.Key.Key_Escape)
    assert gone(others)


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_and_nothing_is_clipped(qtbot, context, runner, monkeypatch, mode, size):
    using(NoKeyring(), monkeypatch)
    theme().set_mode(mode)
    set_scale(size)
    long = "A sentence that goes on for a while, so that it takes more than one line. " * 3
    signing = sign_in(qtbot, context, runner)
    qtbot.waitUntil(signing.note.isVisible)
    for dialog in (
        signing,
        opened(qtbot, MessageDialog(None, DatabaseError(long, hint=long))),
        opened(qtbot, UnexpectedErrorDialog(None, "Traceback\n" * 40)),
        opened(qtbot, AboutDialog(None, runner)),
    ):
        assert unnamed(dialog) == [], dialog
        assert clipped(dialog) == [], dialog
