"""Plays steps against the running event loop: real key and mouse events, and waits that never block it.

A step is either `Act` (done from the event loop, so that a dialog it opens may run a loop of its own) or `Until`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.tasks import now
from ui.look.screens import window_behind

_POLL_MS = 10


class TourError(Exception):
    """A step could not be done, or what it waited for did not come."""


@dataclass(frozen=True, slots=True)
class Act:
    do: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Until:
    true: Callable[[], bool]
    what: str
    seconds: float = 30.0


Step = Act | Until


class Player(QObject):
    """Calls `finished` once, with `problem` set if a step failed."""

    def __init__(self, steps: Iterator[Step], finished: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps = steps
        self._finished = finished
        self._waiting: Until | None = None
        self._deadline = 0.0
        self._pending: Act | None = None
        self.problem: Exception | None = None
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        self._timer.start()

    @Slot()
    def _turn(self) -> None:
        try:
            if self._pending is not None or (self._waiting is not None and not self._reached(self._waiting)):
                return
            self._waiting = None
            step = next(self._steps, None)
            if step is None:
                self._end(None)
            elif isinstance(step, Until):
                self._waiting, self._deadline = step, now() + step.seconds
            else:
                # Not from here: a timer does not tick again inside its own tick, and a dialog that this
                # step opens runs a loop of its own, in which the next steps are played.
                self._pending = step
                QTimer.singleShot(0, self, self._do)
        except Exception as error:
            self._end(error)

    def _reached(self, step: Until) -> bool:
        if step.true():
            return True
        if now() > self._deadline:
            raise TourError(f"Waited {step.seconds:.0f} s in vain for: {step.what}.")
        return False

    @Slot()
    def _do(self) -> None:
        step, self._pending = self._pending, None
        try:
            if step is not None:
                step.do()
        except Exception as error:
            self._end(error)

    def _end(self, error: Exception | None) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.problem = error
            self._finished()


# ------------------------------------------------------------------------------------------------- keys and mouse


def target() -> QWidget:
    """Where keys go: the open dialog, the open menu, else the active window."""
    found = QApplication.activePopupWidget() or QApplication.activeModalWidget() or QApplication.activeWindow()
    if found is None:
        raise TourError("No window is active.")
    return found


def press(keys: str, on: QWidget | None = None) -> None:
    """Press a key or a combination, such as "Ctrl+A"."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]
    widget = listening(on)
    QTest.keyPress(widget, combination.key(), combination.keyboardModifiers())
    if isValid(widget):  # Return closes a dialog while it is still held down
        QTest.keyRelease(widget, combination.key(), combination.keyboardModifiers())


def type_text(text: str) -> None:
    """Type a text into whatever has the focus."""
    widget = listening(None)
    for mark in text:
        QTest.keyClick(widget, mark)  # type: ignore[call-overload]


def listening(on: QWidget | None = None) -> QWidget:
    """The widget that a key goes to: the one with the focus in that window."""
    window = (on or target()).window()
    return window.focusWidget() or window


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Click through the window, so that whatever covers the widget gets the click, as with a real mouse."""
    if not widget.isVisible():
        raise TourError(f"{widget.objectName()} is not visible.")
    if not widget.isEnabled():
        raise TourError(f"{widget.objectName()} is disabled: {widget.toolTip()}")
    window = widget.window()
    point = widget.mapTo(window, at or widget.rect().center())
    handle = window_behind(window)
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    if handle is not None:
        QTest.mouseClick(handle, button, keys, point)
        return
    # The binding may know the wrapper of a window long gone at the same address: look ourselves for what is hit.
    modal = QApplication.activeModalWidget()
    hit = window.childAt(point) or window
    if (modal is not None and modal is not window) or not (hit is widget or widget.isAncestorOf(hit)):
        raise TourError(f"{widget.objectName()} is covered.")
    QTest.mouseClick(hit, button, keys, hit.mapFrom(window, point))


def named(name: str, within: QWidget | None = None) -> QWidget:
    """The visible widget of that object name, in the open dialog or window."""
    for widget in (within or target()).findChildren(QWidget, name):
        if widget.isVisible():
            return widget
    raise TourError(f"There is no visible “{name}”.")
