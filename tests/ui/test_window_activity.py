"""The Activity pane in the window: work is listed, cancelled, led to, and the pane comes back as it was left."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QPushButton

from app.sandbox.lrs import LrsSandbox
from tests.ui.conftest import Room, Rooms, named, saving_as
from tests.ui.dialog_room import click
from ui.activity import Stage
from ui.activity_list import state_words


class Opened(QObject):
    """What would be opened by the desktop."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.urls.append(url.toLocalFile())


@pytest.fixture
def opened():
    catcher = Opened()
    QDesktopServices.setUrlHandler("file", catcher, "open")
    yield catcher
    QDesktopServices.unsetUrlHandler("file")


def lines(room: Room) -> list[str]:
    return [f"{one.title} | {state_words(one)}" for one in room.window.runner.activities]


def test_a_days_work_is_listed_cancelled_and_led_to(room: Room, lrs: LrsSandbox, tmp_path: Path, opened: Opened):
    window, pane = room.window, room.window.activity.pane
    assert not pane.isVisible()
    target = tmp_path / "Learners.csv"
    with saving_as(target):
        room.press("Ctrl+Shift+E", window)
        room.until(target.exists)
    room.until(lambda: not window.exports.busy)
    room.in_front(window)
    room.press("Ctrl+Shift+A", window)
    room.until(pane.list.hasFocus)
    assert lines(room) == ["Export Learners | Done: 100 rows exported to Learners.csv"]
    room.press("Return", window)
    room.until(lambda: opened.urls == [str(tmp_path)])
    target.unlink()
    room.press("Return", window)
    room.until(lambda: QApplication.activeModalWidget() is not None)
    assert "no longer where it was written" in QApplication.activeModalWidget().accessibleName()
    room.press("Escape")
    room.until(lambda: QApplication.activeModalWidget() is None)

    lrs.set_latency(300)
    room.start_download(30)
    room.in_front(window)
    button = named(window, "status_activity")
    assert isinstance(button, QPushButton)
    room.until(lambda: button.text() == "Activity: 1 running")
    newest = next(iter(window.runner.activities))
    pane.go_to(newest)
    click(pane.cancel_button)
    room.until(lambda: newest.stage is Stage.STOPPED)
    assert lines(room)[0].startswith("Attainments (PLR) Download | Stopped: ")
    assert lines(room)[0].endswith(" of 30 learners")
    lrs.set_latency(0)
    room.at_rest()
    room.plr_window.setWindowState(Qt.WindowState.WindowMinimized)
    room.until(room.plr_window.isMinimized)
    room.in_front(window)
    click(pane.show_button)
    room.until(lambda: room.plr_window.isActiveWindow() and not room.plr_window.isMinimized())
    room.close_plr()
    room.in_front(window)
    click(pane.show_button)
    room.until(lambda: QApplication.activeModalWidget() is not None)
    assert "what it held is gone" in QApplication.activeModalWidget().accessibleName()
    room.press("Escape")
    room.until(lambda: QApplication.activeModalWidget() is None)
    by_keys(room)


def by_keys(room: Room) -> None:
    """Esc leaves the pane, F6 comes by, its own keys fold it away."""
    window, pane = room.window, room.window.activity.pane
    room.in_front(window)
    pane.list.setFocus()
    room.press("Escape", window)
    room.until(window.learners.grid.hasFocus)
    for _ in range(5):  # F6 reaches it: grid, details, pane, status bar, ribbon
        room.press("F6", window)
        if pane.isAncestorOf(QApplication.focusWidget()):
            break
    assert pane.isAncestorOf(QApplication.focusWidget())
    room.press("Ctrl+Shift+A", window)
    room.until(window.learners.grid.hasFocus)
    assert not pane.isVisible()


def test_the_pane_comes_back_as_it_was_left(rooms: Rooms):
    room = rooms(3)
    part = room.window.activity
    click(named(room.window, "status_activity"))
    room.until(part.pane.isVisible)
    click(part.pane.move_button)
    assert part.pane.move_button.accessibleName() == "Move to the right"
    high = part.pane.height()
    room.window.close()
    rooms.close(room)
    again = rooms(3)
    part = again.window.activity
    again.until(part.pane.isVisible)
    again.until(lambda: part.pane.height() == high)
    assert part.pane.mapTo(again.window, part.pane.rect().topLeft()).y() > again.window.height() / 2
    click(named(again.window, "activity_close"))
    assert not part.pane.isVisible()
    again.window.close()
    rooms.close(again)
    assert not rooms(3).window.activity.shown


def test_a_layout_that_is_nonsense_changes_nothing(rooms: Rooms):
    part = rooms(0).window.activity
    before = part.state()
    part.restore({"shown": "yes", "right": 0, "wide": True, "high": 1e9, "more": None})
    assert part.state() == before
