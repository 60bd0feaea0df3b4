"""What tests of dialogs need: a real database in a folder, real keys and clicks, and a look at clipped text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.access import User
from app.context import AppContext
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import open_folder, sign_in
from tests import first_starts
from ui.activity_list import state_words
from ui.look.fonts import set_scale
from ui.look.labels import ElidingLabel
from ui.look.screens import window_behind
from ui.look.tokens import apply, theme
from ui.workers import TaskRunner

LEFT = Qt.MouseButton.LeftButton
LONG_WAIT = 30_000


@contextmanager
def open_context(folder: Path) -> Iterator[AppContext]:
    """An upgraded database and settings in `folder`, its first user signed in with every role."""
    data = DataFolder(folder / "data")
    if not data.path.exists():
        first_starts.put_into(data)
    settings, db = open_folder(data)
    try:
        user, rights = sign_in(db)
        college = replace(settings.college, ukprn="19990002")
        yield AppContext(data, replace(settings, college=college), Secrets({}), db, user, rights)
    finally:
        db.close()


def as_user(context: AppContext, user: User) -> AppContext:
    """The same folder as another user sees it."""
    from app import access

    with context.db.read() as tx:
        rights = access.rights(tx, user)
    return replace(context, user=user, rights=rights)


_open: list[QWidget] = []


@contextmanager
def dressed(app: QApplication) -> Iterator[None]:
    """The look in light at 100 %; afterwards every window opened here is gone.

    They are deleted now and here: left to the collector of garbage they might go in the thread of a task.
    """
    apply(app)
    theme().set_mode("light")
    set_scale(1.0)
    try:
        yield
    finally:
        while _open:
            window = _open.pop()
            if shiboken6.isValid(window):
                shiboken6.delete(window)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        theme().set_mode("light")
        set_scale(1.0)


@contextmanager
def open_runner() -> Iterator[TaskRunner]:
    """A runner whose tasks have ended when the block is left."""
    runner = TaskRunner()
    try:
        yield runner
    finally:
        runner.cancel_all()
        assert runner.wait(LONG_WAIT)
        shiboken6.delete(runner)


def opened(qtbot: QtBot, dialog: Any) -> Any:
    """Show `dialog` and give it the keyboard; `dialog.ended` gets its result when it is closed."""
    _open.append(dialog)
    dialog.ended = []
    if isinstance(dialog, QDialog):
        dialog.finished.connect(dialog.ended.append)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: _has_keyboard(dialog), timeout=LONG_WAIT)
    return dialog


def _has_keyboard(dialog: QWidget) -> bool:
    """Whether the dialog is active, or a question that it asked at once."""
    window = QApplication.activeWindow()
    if window is None:
        dialog.activateWindow()  # without a window manager nobody gives the keyboard back when a window has gone
    while window is not None and window is not dialog:
        window = window.parentWidget()
    return window is dialog


def gone(dialog: QWidget) -> bool:
    """Whether a dialog was closed; it may be deleted by now."""
    return not shiboken6.isValid(dialog) or not dialog.isVisible()


ACCEPTED, REJECTED = [QDialog.DialogCode.Accepted.value], [QDialog.DialogCode.Rejected.value]


def child(parent: QWidget, kind: type[Any], name: str) -> Any:
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


def click(widget: QWidget, place: QPoint | None = None) -> None:
    """A click through the window, so that whatever covers the widget would get it."""
    lay_out()
    window = widget.window()
    point = widget.mapTo(window, place or widget.rect().center())
    QTest.mouseClick(window_behind(window), LEFT, Qt.KeyboardModifier.NoModifier, point)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whoever has the keyboard."""
    popup = QApplication.activePopupWidget()
    inside = popup.focusWidget() if popup is not None else None
    focus = QApplication.focusWidget()
    if focus is not None and not focus.isVisible():  # of a question that has just closed and is not deleted yet
        focus = None
    target = inside or popup or focus or _topmost()
    QTest.keyClick(target, key, modifier)


def _topmost() -> QWidget:
    """Where the keyboard goes back to after a question; `offscreen` leaves that to nobody."""
    window = next(window for window in reversed(_open) if not gone(window))
    window.activateWindow()
    return window.focusWidget() or window


def type_text(text: str) -> None:
    """Letters to whoever has the keyboard."""
    QTest.keyClicks(QApplication.focusWidget(), text)


def write_into(edit: QLineEdit, text: str) -> None:
    """Click into a field, select what it holds and type over it."""
    edit.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, text)


def choose(box: QComboBox, words: str) -> None:
    """Choose an entry with the arrow keys."""
    box.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentText() == words:
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError(f"{words}: not in the list")


def when_asked(qtbot: QtBot, button: str) -> list[str]:
    """Press `button` of the next question as soon as it is shown; its heading is put into the list."""
    headings: list[str] = []
    tries = iter(range(200))

    def answer() -> None:
        if next(tries, None) is None:
            return
        question = QApplication.activeModalWidget()
        found = question.findChild(QAbstractButton, button) if question is not None else None
        if found is None or not found.isVisible():
            QTimer.singleShot(20, answer)
            return
        headings.append(question.accessibleName())
        click(found)

    QTimer.singleShot(20, answer)
    return headings


def tab_order(dialog: QWidget, first: QWidget) -> list[str]:
    """The names of what Tab reaches, from `first` once round."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    names = []
    for _ in range(100):
        focus = QApplication.focusWidget()
        assert focus is not None
        names.append(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            return names
    raise AssertionError(names)


def activity(window: Any) -> list[str]:
    """What the Activity pane says of all that ran, the newest first."""
    return [f"{one.title}: {state_words(one)}" for one in window.runner.activities]


_TEXTS = (QLabel, QAbstractButton, QComboBox)


def lay_out() -> None:
    """Make every layout that is due: on a busy machine things may not stand yet where they belong."""
    for _ in range(3):  # a row that changes its direction as it is resized asks for one more
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def clipped(window: QWidget) -> list[str]:
    """What shows less than its whole text, or has no room for it, once every layout that is due was made."""
    lay_out()
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, _TEXTS) or isinstance(widget, ElidingLabel):
            continue
        if widget.objectName().startswith("qt_"):
            continue
        text = getattr(widget, "text", getattr(widget, "currentText", lambda: ""))()
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height() + 1:
                found.append(f"{widget.objectName()}: {text!r}")
            continue
        need = widget.sizeHint()
        # A list of choices may be narrower than its longest entry: it shows an ellipsis and has a tool tip.
        wide = widget.width() if isinstance(widget, QComboBox) else need.width()
        if wide > widget.width() or need.height() > widget.height():
            found.append(f"{type(widget).__name__} {widget.objectName()}: {text!r} {need} in {widget.size()}")
    return found


def unnamed(window: QWidget) -> list[str]:
    """Controls that Tab reaches and that a screen reader could not name."""
    found = []
    for widget in window.findChildren(QWidget):
        tabbed = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window)
        if not tabbed or (isinstance(widget, QAbstractScrollArea) and not widget.accessibleName()):
            if tabbed:
                found.append(f"{type(widget).__name__} {widget.objectName()}")
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text):
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found
