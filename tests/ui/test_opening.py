"""A start that waits for its database: the loop of events turns, and whoever does not want to wait need not."""

import argparse
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from select import select
from threading import Event

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app import logs
from app.db import server_lines
from app.errors import OfflineError
from app.folders import DataFolder
from app.secrets import Secrets
from tests import first_starts
from tests.app.test_secrets import Store
from ui import opening, starting, window
from ui.dialogs.database_place import DatabaseDialog
from ui.dialogs.opening import OpeningDialog
from ui.starting import EndingDialog, StartDialog
from ui.window import real_context

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
NOTHING_KNOWN = Secrets({})


class Hand(QObject):
    """Looks every 10 ms, as somebody in front of the screen would; counts how often the events let it."""

    def __init__(self, kind: type[QDialog], act: Callable[[QDialog], object]) -> None:
        super().__init__()
        self.looks, self.seen = 0, 0
        self._kind, self._act = kind, act
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._look)

    def _look(self) -> None:
        self.looks += 1
        for one in QApplication.topLevelWidgets():
            if isinstance(one, self._kind) and one.isVisible():
                self.seen += 1
                self._act(one)

    def __enter__(self) -> "Hand":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()


def press_esc(dialog: QDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def esc_once_called(server: socket.socket) -> Callable[[QDialog], None]:
    """Press Esc, but not before the program has called the server."""

    def look(dialog: QDialog) -> None:
        if select([server], [], [], 0)[0]:
            press_esc(dialog)

    return look


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A server that accepts, and never says a word."""
    pytest.importorskip("psycopg")
    monkeypatch.setitem(server_lines.OPTIONS, "connect_timeout", 2)  # the least that the driver takes
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def address_of(server: socket.socket) -> str:
    return f"postgresql+psycopg://ann:word@127.0.0.1:{server.getsockname()[1]}/learners"


def test_a_silent_server_is_waited_for_in_a_window_and_given_up_with_a_next_step(tmp_path: Path, silent):
    with (
        Hand(OpeningDialog, lambda dialog: None) as hand,
        pytest.raises(OfflineError, match="cannot be reached") as told,
    ):
        opening.begin(DataFolder(tmp_path), address_of(silent), NOTHING_KNOWN)
    assert told.value.hint.startswith("Check the network")
    assert hand.seen > 20, "the window was there while it was waited for"
    assert hand.looks - hand.seen > 5, "what ends sooner shows none"
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, OpeningDialog) and one.isVisible()]


def test_esc_leaves_at_once_and_the_program_ends_when_the_thread_has(tmp_path: Path, silent):
    ending: list[bool] = []
    with Hand(OpeningDialog, esc_once_called(silent)), pytest.raises(opening.Stopped) as stopped:
        opening.begin(DataFolder(tmp_path), address_of(silent), NOTHING_KNOWN)
    assert not stopped.value.elsewhere
    assert opening._left[0].runner.is_busy(), "the server is silent still, and nobody waits for it"

    def hang_up(dialog: QDialog) -> None:
        ending.append(dialog.isVisible())
        silent.accept()[0].close()

    with Hand(EndingDialog, hang_up):
        opening.wait_for_left()
    assert ending == [True]
    assert opening._left == []


def test_what_was_opened_for_nobody_is_closed(tmp_path: Path):
    """Another program writes while the start has something to write too, and ends when nobody waits."""
    folder = DataFolder(tmp_path)
    first_starts.put_into(folder)
    with closing(sqlite3.connect(folder.database_file, isolation_level=None)) as other:
        other.execute("delete from attainment_type")
        other.execute("begin immediate")
        with (
            Hand(OpeningDialog, lambda dialog: dialog.other_button.click()),
            pytest.raises(opening.Stopped) as stopped,
        ):
            opening.begin(folder, "", NOTHING_KNOWN)
        other.execute("rollback")
    assert stopped.value.elsewhere
    opening.wait_for_left()
    left = [one.name for one in folder.path.iterdir() if one.name.startswith(folder.database_file.name)]
    assert left == [folder.database_file.name], "its log is folded in when the last connection is closed"


def test_a_locked_password_store_that_is_opened_in_time(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
):
    answered = Event()
    ask = store.get_password
    monkeypatch.setattr(store, "get_password", lambda *words: answered.wait(10) and ask(*words))
    pytest.importorskip("psycopg")
    with Hand(OpeningDialog, lambda dialog: answered.set()) as hand, pytest.raises(OfflineError):
        opening.begin(DataFolder(tmp_path), "postgresql+psycopg://ann@127.0.0.1:1/learners", NOTHING_KNOWN)
    assert hand.seen


def test_other_database_leads_to_where_it_is_chosen(tmp_path: Path, silent):
    seen: list[str] = []

    def look(dialog: QDialog) -> None:
        seen.append(type(dialog).__name__)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    error = opening.Stopped(elsewhere=True).error
    with Hand(DatabaseDialog, look), Hand(StartDialog, lambda dialog: look(dialog) if seen else None):
        assert not starting.ask_again(DataFolder(tmp_path), "", error, NOTHING_KNOWN, elsewhere=True)
    assert seen == ["DatabaseDialog", "StartDialog"]


def test_a_session_that_was_stopped_ends_in_peace(tmp_path: Path, silent, capsys):
    options = argparse.Namespace(data=tmp_path, database=address_of(silent), demo=False, smoke=None)
    app = window.application()
    with Hand(OpeningDialog, esc_once_called(silent)):
        end = window._session(app, options, NOTHING_KNOWN, asks=True)
    assert (end.status, end.error) == (0, None)
    assert capsys.readouterr().err == ""
    silent.accept()[0].close()
    opening.wait_for_left()


@pytest.mark.expects_log
def test_a_bug_of_the_start_is_told_and_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    def bug(file: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(window, "take_turn", bug)
    options = argparse.Namespace(data=tmp_path, database="", demo=False, smoke=None)
    end = window._session(window.application(), options, NOTHING_KNOWN, asks=True)
    assert end.error is not None
    assert str(DataFolder(tmp_path).logs) in end.error.hint
    assert "reason that nobody foresaw" in capsys.readouterr().err
    assert "ZeroDivisionError" in (DataFolder(tmp_path).logs / logs.FILE_NAME).read_text()


@pytest.mark.expects_log
def test_what_fails_in_a_run_is_not_called_a_start_that_did_not_go(tmp_path: Path):
    options = argparse.Namespace(data=tmp_path, database="")
    with pytest.raises(OfflineError), real_context(options):
        raise OfflineError("Gone.", hint="Wait.")
    written = (DataFolder(tmp_path).logs / logs.FILE_NAME).read_text()
    assert "The run ended by a failure" in written
    assert "Not started" not in written
