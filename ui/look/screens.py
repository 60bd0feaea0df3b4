"""The screen a widget is on.

Never `widget.screen()` nor `widget.windowHandle()`: the binding makes the screen (or the window behind a widget) a
child of whoever was asked. When that one becomes garbage in a ring of references, the collector hands the screen to
Python, and deletes it under everybody's feet.
"""

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QScreen, QWindow
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid


def room_on_screen(widget: QWidget) -> QRect:
    """What is free of the screen that `widget` is on."""
    return screen_behind(widget).availableGeometry()


def screen_behind(widget: QWidget) -> QScreen:
    """The screen on which the middle of the widget's window is; of a dialog before it is shown, its parent's."""
    window = widget.window()
    parent = window.parentWidget()
    if not window.isVisible() and parent is not None:
        window = parent.window()
    return QGuiApplication.screenAt(window.frameGeometry().center()) or QGuiApplication.primaryScreen()


def window_behind(widget: QWidget) -> QWindow | None:
    """The system's window in which a visible widget is drawn."""
    wanted = widget.window().winId()
    for one in QGuiApplication.topLevelWindows():
        if isValid(one) and one.isVisible() and one.winId() == wanted:
            return one
    return None
