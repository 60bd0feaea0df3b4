"""What tests of the settings window need: the window over a real folder and database, and its parts by name."""

from dataclasses import replace

from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.config import LmsSettings
from app.context import AppContext
from app.sandbox.moodle import MoodleSandbox
from tests.ui.dialog_room import child, click, opened
from ui.dialogs.connection_pane import ConnectionPane
from ui.dialogs.settings import SettingsDialog
from ui.workers import TaskRunner


def open_settings(
    qtbot: QtBot, runner: TaskRunner, context: AppContext, appearance: dict[str, str] | None = None
) -> SettingsDialog:
    """Opens the window and waits until it knows what it asked the computer; `told` has its signals."""
    dialog = SettingsDialog(None, runner, context, appearance or {})
    dialog.told = []
    dialog.saved.connect(lambda: dialog.told.append("saved"))
    dialog.appearance_changed.connect(dialog.told.append)
    opened(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.lrs.note.isVisible() and not runner.is_busy())
    return dialog


def edit_of(dialog: SettingsDialog, name: str) -> QLineEdit:
    return child(dialog, QLineEdit, name)


def changed(dialog: SettingsDialog) -> str:
    return child(dialog, QLabel, "settings_changed").text()


def save_of(dialog: SettingsDialog) -> QPushButton:
    return child(dialog, QPushButton, "settings_save")


def outcomes(pane: ConnectionPane) -> list[str]:
    """The word of each step."""
    return [line.said.split(":")[1].strip() if ":" in line.said else "" for line in pane.steps.values()]


def run_test(pane: ConnectionPane, qtbot: QtBot) -> None:
    """Press *Test* and wait for the end."""
    click(pane.test_button)
    wait_for_test(pane, qtbot)


def wait_for_test(pane: ConnectionPane, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not pane.running, timeout=20_000)
    for _ in range(3):  # wrapped words take their height in several rounds
        QApplication.processEvents()


def for_moodle(context: AppContext, moodle: MoodleSandbox) -> None:
    """Settings and token for the sandbox."""
    lms = LmsSettings(url=moodle.info.url, ca_file=moodle.info.ca_file, read_timeout=20)
    context.settings = replace(context.settings, lms=lms)
    context.secrets.set_for_session("lms_token", moodle.info.token, host="127.0.0.1")
