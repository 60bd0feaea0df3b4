"""The real main window on a real database of invented learners, with a real sandbox service behind it."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app import access, config, demo
from app.access import User
from app.config import Settings
from app.context import AppContext
from app.folders import DataFolder
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import people
from app.secrets import Secrets
from app.start import open_folder, sign_in
from tests import first_starts
from tests.app.test_secrets import Store, using
from tests.db import postgresql
from tests.db.postgresql import Server
from tests.ui.dialog_room import click, dressed, open_context, open_runner
from tests.ui.dialog_samples import Desk
from tests.ui.grid_people import Opener
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.look.fonts import set_scale
from ui.look.tokens import apply, theme
from ui.main_window import MainWindow
from ui.pages.plr import PlrPage
from ui.plr_window import PlrWindow
from ui.window import forget_clipboard
from ui.workers import TaskRunner

if TYPE_CHECKING:
    from tests.ui.college_room import LmsRoom

LEARNERS = 100
"""Every kind of person that the LRS treats differently is among them."""
LONG = 30_000
_POLL_MS = 10


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own, started when first asked for."""
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with postgresql.running_server(*postgresql.FEW_ROWS) as running:
        yield running


@pytest.fixture
def dressed_up(qapp: QApplication) -> Iterator[None]:
    with dressed(qapp):
        yield


@pytest.fixture
def light(qapp: QApplication) -> Iterator[None]:
    """The look in light at 100 %, also afterwards."""
    apply(qapp)
    theme().set_mode("light")
    yield
    set_scale(1.0)
    theme().set_mode("light")


@pytest.fixture
def open_grid(light: None, qtbot: QtBot) -> Iterator[Opener]:
    """Opens grids in windows of their own."""
    opener = Opener(qtbot)
    yield opener
    opener.close()


@pytest.fixture
def runner() -> Iterator[TaskRunner]:
    with open_runner() as runner:
        yield runner


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    with open_context(tmp_path) as context:
        yield context


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A password store."""
    backend = Store()
    using(backend, monkeypatch)
    return backend


@pytest.fixture
def desk(qtbot: QtBot, dressed_up: None, context: AppContext, runner: TaskRunner, tmp_path: Path) -> Desk:
    """What every dialog is opened at, on a computer without a password store."""
    return Desk(qtbot, context, runner, tmp_path)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with LrsSandbox(tmp_path_factory.mktemp("service"), people=people(1_300)) as sandbox:
        yield sandbox


@pytest.fixture
def lrs(service: LrsSandbox) -> Iterator[LrsSandbox]:
    """A healthy service that answers at once; a test may spoil it."""
    yield service
    service.set_fault(None)
    service.set_latency(0)


def settings_of(lrs: LrsSandbox, *, parallel: int = 4) -> Settings:
    return demo.settings_for(lrs.info.as_dict(), parallel=parallel)


def secrets_of(lrs: LrsSandbox) -> Secrets:
    """The passwords of the sandbox, for this session only, whatever store the computer has."""
    found = Secrets({})
    host = settings_of(lrs).lrs.host
    found.set_for_session("lrs_password", lrs.info.password, host=host)
    found.set_for_session("lrs_certificate_password", lrs.info.certificate_password, host=host)
    return found


@dataclass
class Room:
    """A window with what a test does to it: keys and clicks, and waits."""

    qtbot: QtBot
    context: AppContext
    window: MainWindow

    def until(self, true: Callable[[], bool], timeout: int = LONG) -> None:
        self.qtbot.waitUntil(true, timeout=timeout)

    @property
    def plr_window(self) -> PlrWindow:
        assert self.window.plr.window is not None
        return self.window.plr.window

    @property
    def plr(self) -> PlrPage:
        return self.plr_window.page

    def at_rest(self) -> None:
        """Until no task is at work and everything queued was done."""
        for _ in range(3):
            self.until(lambda: not self.window.runner.is_busy())
            QApplication.processEvents()

    def in_front(self, window: QWidget) -> None:
        window.activateWindow()
        self.until(window.isActiveWindow)
        QApplication.processEvents()  # what was put into it just now is shown, so that Tab finds it

    def press(self, keys: str, window: QWidget | None = None) -> None:
        """A combination of keys, to whoever has the keyboard in `window` (or in the one in front)."""
        found = window or QApplication.activeModalWidget() or QApplication.activeWindow()
        assert found is not None
        combination = QKeySequence(keys)[0]
        target = found.focusWidget() or found
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def select(self, rows: int | None = None) -> None:
        """The first `rows` learners, or all of them, as a user would."""
        grid = self.window.learners.grid
        self.in_front(self.window)
        self.until(lambda: not grid.is_loading and grid.count > 0)
        click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center())
        if rows is None:
            self.press("Ctrl+A")
        for _ in range((rows or 1) - 1):
            self.press("Shift+Down")
        self.until(lambda: grid.selected_count == (grid.count if rows is None else rows))
        self.at_rest()

    def start_download(self, rows: int | None = None) -> PlrPage:
        """Select learners and press Ctrl-D; returns when the window is there."""
        self.select(rows)
        self.press("Ctrl+D")
        self.until(lambda: self.window.plr.window is not None and self.plr_window.isVisible())
        return self.plr

    def download(self, rows: int | None = None) -> PlrPage:
        page = self.start_download(rows)
        self.downloaded()
        return page

    def downloaded(self) -> None:
        """Until the download has ended and its rows are shown."""
        self.until(lambda: not self.plr.busy)
        self.at_rest()
        self.until(lambda: not self.plr.grid.is_loading)

    def update(self, *, lower: str = "leave") -> UpdateSummaryDialog:
        """Ctrl-A and Update Selected in the PLR window; returns the summary, which stays open."""
        page = self.plr
        self.in_front(self.plr_window)
        click(page.grid.viewport())
        self.press("Ctrl+A")
        self.until(lambda: page.grid.selected_count == page.shown)
        self.at_rest()
        with answering(lower):
            click(named(self.plr_window, "plr_update_selected"))
            self.until(lambda: isinstance(QApplication.activeModalWidget(), UpdateSummaryDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, UpdateSummaryDialog)
        self.at_rest()
        return dialog

    def close_dialog(self, dialog: QWidget, button: str) -> None:
        """By its button, once it is done: one that writes stays open until it is known what came of that."""
        self.until(lambda: not (getattr(dialog, "busy", False) or getattr(dialog, "writing", False)))
        click(named(dialog, button))
        self.until(lambda: QApplication.activeModalWidget() is None)

    def close_plr(self) -> None:
        with answering("close"):
            click(named(self.plr_window, "plr_close"))
        self.until(lambda: not self.plr_window.isVisible())

    def shown_names(self) -> list[str]:
        """The names in the PLR grid, from top to bottom."""
        return [row.asked.name for key in self.plr.grid.keys if (row := self.plr.session.row(key)) is not None]


def named(window: QWidget, name: str) -> QWidget:
    """The visible widget of that object name."""
    for widget in window.findChildren(QWidget, name):
        if widget.isVisible():
            return widget
    raise AssertionError(f"there is no visible {name}")


@contextmanager
def answering(button: str) -> Iterator[list[str]]:
    """While the block runs, press `button` of any question that has one; the list gets the questions' headings.

    Needed because a question waits in a loop of its own, inside the click that asked it.
    """
    asked: list[str] = []
    timer = QTimer(interval=_POLL_MS)

    def look() -> None:
        question = QApplication.activeModalWidget()
        found = question.findChild(QAbstractButton, button) if isinstance(question, QDialog) else None
        if found is None or not found.isVisible():
            return
        asked.append(f"{question.accessibleName()} {question.accessibleDescription()}")
        click(found)

    timer.timeout.connect(look)
    timer.start()
    try:
        yield asked
    finally:
        timer.stop()


@contextmanager
def saving_as(path: Path) -> Iterator[None]:
    """While the block runs, answer the file dialog with `path`, typed and confirmed with Return."""
    timer = QTimer(interval=_POLL_MS)

    typed: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog) or not dialog.isVisible():
            return
        edit = (QApplication.activePopupWidget() or dialog).focusWidget() or dialog
        if not typed:
            typed.append(str(path))
            QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClicks(edit, str(path))
        else:
            # The first one may only close the list of file names that the dialog offers. The dialog is gone
            # before the key is let go.
            QTest.keyPress(edit, Qt.Key.Key_Return)

    timer.timeout.connect(look)
    timer.start()
    try:
        yield
    finally:
        timer.stop()


def read_csv(path: Path) -> list[list[str]]:
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in text
    return list(csv.reader(text.decode("utf-8-sig").splitlines()))


class Rooms:
    """Opens windows and closes them, with everything they started, when the test is over."""

    def __init__(self, qtbot: QtBot, lrs: LrsSandbox, place: Path) -> None:
        self._qtbot, self._lrs, self._place = qtbot, lrs, place
        self._open: list[Room] = []

    def __call__(
        self,
        learners: int = LEARNERS,
        *,
        folder: str = "data",
        held: bool = True,
        further: first_starts.Further | None = None,
        secrets: Secrets | None = None,
        as_user: Callable[[AppContext], User] | None = None,
        prepare: Callable[[AppContext], object] | None = None,
        size: Sequence[int] = (1440, 900),
        parallel: int = 4,
        database: str = "",
    ) -> Room:
        """The window on `learners` people; a folder that exists is opened as it is. On a `database` elsewhere there
        are those whom `prepare` makes. `further` is what first_starts.put_into takes."""
        data = DataFolder(self._place / folder)
        settings = settings_of(self._lrs, parallel=parallel)
        if not data.path.exists():
            first_starts.put_into(data, learners, held=held, further=further)
            if learners:
                config.save(data.path, settings)
        _, db = open_folder(data, database)
        user, rights = sign_in(db)
        context = AppContext(data, settings, secrets or secrets_of(self._lrs), db, user, rights)
        if prepare is not None:
            prepare(context)
        if as_user is not None:
            context.user = as_user(context)
        with db.read() as tx:
            context.rights = access.rights(tx, context.user)
        window = MainWindow(context)
        room = Room(self._qtbot, context, window)
        self._open.append(room)
        if size:
            window.resize(*size)
        window.show()
        room.in_front(window)
        room.until(lambda: not window.learners.grid.is_loading)
        room.at_rest()
        return room

    def close(self, room: Room) -> None:
        """As leaving the program would."""
        self._open.remove(room)
        window = room.window
        window.end_tasks()
        window.close_for_good()
        while window.runner.is_busy():  # what still waited for its turn is started only to be stopped
            assert window.runner.wait(LONG)
            QApplication.sendPostedEvents()
        if window.plr.window is not None:
            window.plr.window.deleteLater()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        room.context.db.close()

    def close_all(self) -> None:
        while self._open:
            self.close(self._open[-1])


@pytest.fixture
def rooms(qtbot: QtBot, lrs: LrsSandbox, tmp_path: Path, qapp: QApplication) -> Iterator[Rooms]:
    apply(qapp)
    opener = Rooms(qtbot, lrs, tmp_path)
    yield opener
    opener.close_all()
    forget_clipboard()


@pytest.fixture
def room(rooms: Rooms) -> Room:
    """The window on a hundred learners."""
    return rooms()


@pytest.fixture
def lms(rooms: Rooms) -> Iterator["LmsRoom"]:
    """The window on a hundred learners, eight of whom are enrolled on a course of a sandbox Moodle."""
    from tests.ui import college_room

    with college_room.serving() as sandbox:
        room = rooms(further=college_room.adopted, prepare=lambda context: college_room.use(context, sandbox))
        yield college_room.LmsRoom(room, sandbox)
        rooms.close_all()
