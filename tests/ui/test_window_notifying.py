"""Notifications of the desktop: when something long ends unseen, without naming anybody, leading to the result."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.errors import InputError
from app.tasks import TaskContext
from tests.ui.conftest import Room, named
from tests.ui.dialog_room import click
from ui.activity import Listed, Outcome, Place
from ui.dialogs.settings import SettingsDialog
from ui.notifying import LONG_S, Desktop, Notifier
from ui.workers import Lane


class HeardDesktop(Desktop):
    """A desktop that writes down what it would show: the platform of the tests has no tray."""

    def __init__(self, window) -> None:
        super().__init__(window)
        self.told: list[tuple[str, str]] = []
        self.taken_back = 0

    def tell(self, title: str, text: str) -> None:
        super().tell(title, text)
        self.told.append((title, text))

    def take_back(self) -> None:
        super().take_back()
        self.taken_back += 1


def test_what_ends_unseen_is_told_and_led_to(room: Room):
    window, part = room.window, room.window.activity
    desktop = HeardDesktop(window)
    notifier = Notifier(part, window, desktop, long_s=0.0)

    def run(title: str, place: Place, *, fails: bool = False) -> None:
        def work(context: TaskContext) -> int:
            if fails:
                raise InputError("The folder of Amelia is gone.", hint="Choose another.")
            return 3

        listed = Listed(title, lambda n: Outcome(f"{n} rows for Amelia"), place)
        window.runner.run(work, lane=Lane.SYNC, failed=lambda error: None, listed=listed)
        room.at_rest()

    run("Seen", Place(page="history"))
    assert desktop.told == []  # the window is in front
    window.setWindowState(Qt.WindowState.WindowMinimized)
    room.until(window.isMinimized)
    run("Synchronise", Place(page="history"))
    assert desktop.told == [("Synchronise: Done", "Press to go to the result.")]
    desktop.clicked.emit()
    room.until(window.isActiveWindow)
    assert not window.isMinimized()
    room.until(lambda: window.state().page == "history")
    assert part.pane.isVisible()
    assert part.pane.list.current is not None
    assert part.pane.list.current.title == "Synchronise"
    assert desktop.taken_back

    window.setWindowState(Qt.WindowState.WindowMinimized)
    room.until(window.isMinimized)
    run("Export", Place(), fails=True)
    assert desktop.told[1:] == [("Export: Failed", "Press to go to the result.")]
    notifier.wanted = False
    run("Quiet", Place())
    assert len(desktop.told) == 2
    desktop.clicked.emit()
    room.until(lambda: QApplication.activeModalWidget() is not None)
    assert "is gone" in QApplication.activeModalWidget().accessibleName()
    room.press("Escape")
    room.until(lambda: QApplication.activeModalWidget() is None)


def test_nothing_is_done_behind_a_dialog_that_waits_for_an_answer(room: Room):
    window, part = room.window, room.window.activity
    desktop = HeardDesktop(window)
    notifier = Notifier(part, window, desktop, long_s=0.0)
    window.setWindowState(Qt.WindowState.WindowMinimized)
    room.until(window.isMinimized)
    listed = Listed("Synchronise", lambda n: Outcome("3 rows"), Place(page="history"))
    window.runner.run(lambda context: 3, lane=Lane.SYNC, listed=listed)
    room.at_rest()
    assert len(desktop.told) == 1
    page = window.state().page
    window.messages.show(InputError("It is full.", hint="Choose another."))
    room.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    desktop.activated(QSystemTrayIcon.ActivationReason.Context)
    assert window.isMinimized(), "the right button asks for a menu"
    desktop.activated(QSystemTrayIcon.ActivationReason.Trigger)
    room.until(dialog.isActiveWindow)
    assert not window.isMinimized()
    room.at_rest()
    assert (window.state().page, part.shown, QApplication.activeModalWidget()) == (page, False, dialog)
    room.press("Escape", dialog)
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert notifier.wanted


def test_they_are_switched_off_in_the_settings(room: Room):
    window = room.window
    assert window.activity.notifier.wanted
    assert LONG_S == 10.0
    window.open_settings()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), SettingsDialog))
    dialog = QApplication.activeModalWidget()
    room.at_rest()
    dialog.pages.setFocus()
    room.press("Down", dialog)
    room.press("Down", dialog)
    switch = named(dialog, "appearance_notify")
    off = next(one for one in switch.children() if getattr(one, "text", str)() == "Off")
    click(off)
    assert not window.activity.notifier.wanted
    room.press("Escape", dialog)
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert window.activity.notifier.wanted  # nothing was saved
