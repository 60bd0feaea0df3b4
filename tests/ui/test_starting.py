"""Before there is a window: questions that end only when their tasks have, and failures that leave a trace."""

import argparse
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import logs
from app.errors import AppError
from app.folders import VARIABLE, DataFolder
from app.secrets import Secrets
from app.tasks import TaskContext
from tests.ui.conftest import Rooms
from ui import window
from ui.dialogs.database_place import DatabaseDialog
from ui.dialogs.message import MessageDialog
from ui.starting import EndingDialog, tasks
from ui.window import real_context
from ui.workers import Lane

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]


def shown(kind: type) -> list:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


def test_a_question_ends_when_its_task_has_and_says_so_meanwhile(qtbot: QtBot, tmp_path: Path):
    begun, answered, ended, seen = Event(), Event(), Event(), []

    def slow(context: TaskContext) -> None:
        begun.set()
        answered.wait(10)
        ended.set()

    def look() -> None:
        for dialog in shown(EndingDialog):
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            seen.append((dialog.accessibleName(), dialog.isVisible()))
            answered.set()

    watch = QTimer(interval=20)
    watch.timeout.connect(look)
    watch.start()
    with tasks(DataFolder(tmp_path)) as runner:
        runner.run(slow, lane=Lane.CHECK)
        assert begun.wait(10)
    watch.stop()
    assert set(seen) == {("Stopping…", True)}
    assert ended.is_set()
    assert not runner.is_busy()
    assert shown(EndingDialog) == []


@pytest.mark.expects_log
def test_what_a_task_of_a_question_could_not_is_said_and_stands_in_the_log(qtbot: QtBot, tmp_path: Path):
    told = []

    def close_message() -> None:
        for dialog in shown(MessageDialog):
            told.append(f"{dialog.accessibleName()} {dialog.accessibleDescription()}")
            QTest.keyClick(dialog, Qt.Key.Key_Escape)

    def expected(context: TaskContext) -> None:
        raise AppError("No password store.", hint="Give it again.")

    def bug(context: TaskContext) -> None:
        raise ZeroDivisionError

    watch = QTimer(interval=20)
    watch.timeout.connect(close_message)
    watch.start()
    folder = DataFolder(tmp_path)
    with tasks(folder) as runner:
        for number, work in enumerate((expected, bug), 1):
            runner.run(work, lane=Lane.CHECK)
            qtbot.waitUntil(lambda number=number: len(told) == number)
    watch.stop()
    assert told[0] == "No password store. Give it again."
    assert str(folder.logs) in told[1]
    assert "ZeroDivisionError" in (folder.logs / logs.FILE_NAME).read_text()


def test_a_start_that_fails_leaves_a_trace(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.make()
    folder.database_file.write_bytes(b"no database" * 1000)
    with pytest.raises(AppError), real_context(argparse.Namespace(data=tmp_path, database="")):
        pass
    assert "Not started: DatabaseError" in (folder.logs / logs.FILE_NAME).read_text()


def test_only_the_very_first_start_asks_where_learners_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def close_question() -> None:
        for dialog in shown(DatabaseDialog):
            asked.append(dialog.accessibleName())
            QTest.keyClick(dialog, Qt.Key.Key_Escape)

    watch = QTimer(interval=20)
    watch.timeout.connect(close_question)
    watch.start()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    plain, secrets = argparse.Namespace(data=None, database=""), Secrets({})
    assert not window._place_is_known(plain, secrets), "a question without an answer"
    assert asked == ["Where shall learners be kept?"]
    assert window._place_is_known(argparse.Namespace(data=tmp_path, database=""), secrets)
    assert window._place_is_known(argparse.Namespace(data=None, database="postgresql+psycopg://a@db/lm"), secrets)
    folder = DataFolder.chosen(None)
    assert folder.path.is_relative_to(tmp_path)
    folder.database_file.touch()
    assert window._place_is_known(plain, secrets)
    folder.database_file.unlink()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere"))
    assert window._place_is_known(plain, secrets)
    watch.stop()
    assert len(asked) == 1


def test_what_the_command_line_names_is_not_chosen_in_the_window(rooms: Rooms):
    """As at a start that does not go: *Restart Now* would open the same one again."""
    room = rooms(1)
    room.context.named = True
    room.window.actions_.run("admin.database")
    room.until(lambda: shown(DatabaseDialog) != [])
    (dialog,) = shown(DatabaseDialog)
    assert not dialog.save_button.isEnabled()
    assert "--database" in dialog.save_button.accessibleDescription()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    room.at_rest()
    options = argparse.Namespace(
        data=room.context.folder.path, database=f"sqlite:///{room.context.folder.database_file}"
    )
    with real_context(options) as run:
        assert run.named
