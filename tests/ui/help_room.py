"""The window of the help beside a window under test."""

from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Room
from ui.help.window import HelpWindow


def helped(room: Room) -> HelpWindow:
    """The window of the help, once it has the keyboard."""
    desk = room.window.file_menu.help
    room.until(lambda: desk.window is not None and desk.window.isActiveWindow())
    assert desk.window is not None
    QApplication.processEvents()
    return desk.window


def rule_shown(room: Room) -> str:
    """The rule whose entry F1 opens where the keyboard is; the help is closed again."""
    room.press("F1")
    shown = helped(room)
    heading = shown.page.textCursor().block().text()
    room.press("Escape", shown)
    return heading.partition(":")[0]
