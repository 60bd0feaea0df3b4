"""What a keyboard can do with a dialog, and where its controls stand."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QScrollArea,
    QWidget,
)

TAB, ENTER, ESC = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape
_MOST_STOPS = 150
_ROW = 6
"""Controls of one row may stand this much higher than those before them."""


def typing(name: str) -> Callable[[QDialog], None]:
    """Tab to the field of that name, and type."""

    def act(dialog: QDialog) -> None:
        tab_to(dialog, lambda widget: widget.objectName() == name)
        QTest.keyClicks(QApplication.focusWidget(), "x1")

    return act


def keys(*pressed: Qt.Key) -> Callable[[QDialog], None]:
    def act(dialog: QDialog) -> None:
        for key in pressed:
            press(key)

    return act


def has_keyboard(dialog: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and focus.window() is dialog


def press(key: Qt.Key) -> None:
    focus = QApplication.focusWidget() or QApplication.activeModalWidget()
    assert focus is not None
    QTest.keyPress(focus, key)  # it may be gone before the key is let go


def holder(widget: QWidget | None) -> QWidget:
    """The control that a field belongs to."""
    assert widget is not None
    above = widget.parentWidget()
    return above if isinstance(widget, QLineEdit) and isinstance(above, QComboBox | QAbstractSpinBox) else widget


def tab_to(dialog: QDialog, wanted: Callable[[QWidget], bool]) -> QWidget:
    for _ in range(_MOST_STOPS):
        focus = QApplication.focusWidget()
        assert focus is not None
        if wanted(focus):
            return focus
        press(TAB)
    raise AssertionError("Tab does not lead there")


def walk(dialog: QDialog, look: Callable[[QWidget], None]) -> list[QWidget]:
    """What Tab reaches, once round; `look` sees each while it has the keyboard."""
    start = QApplication.focusWidget()
    stops: list[QWidget] = []
    for _ in range(_MOST_STOPS):
        focus = QApplication.focusWidget()
        stops.append(holder(focus))
        look(stops[-1])
        press(TAB)
        if QApplication.focusWidget() is start:
            return stops
    raise AssertionError([stop.objectName() for stop in stops])


def controls(dialog: QDialog) -> list[QWidget]:
    """What can be used and should be reached with Tab."""
    found = []
    for widget in dialog.findChildren(QWidget):
        mine = widget.isVisible() and widget.isEnabled() and widget.window() is dialog
        if mine and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and holder(widget) is widget:
            found.append(widget)
    return found


def area(dialog: QDialog, widget: QWidget) -> QRect:
    """Where a control stands in the dialog; in what scrolls, before it was scrolled, at its lower edge if
    that is further down."""
    place = QRect(widget.mapTo(dialog, QPoint(0, 0)), widget.size())
    parent = widget.parentWidget()
    while parent is not None and parent is not dialog:
        if isinstance(parent, QScrollArea):
            place.translate(0, parent.verticalScrollBar().value())
            lower = parent.mapTo(dialog, QPoint(0, parent.height())).y()
            if place.top() > lower:
                place = QRect(place.left(), lower, place.width(), 1)
        parent = parent.parentWidget()
    return place


def goes_on(before: QRect, after: QRect) -> bool:
    """Whether `after` is read later: further down, or further right; a step up leads to the next column."""
    if after.top() >= before.bottom() - _ROW:
        return True
    return after.left() >= before.right() - _ROW or (
        after.top() >= before.top() - _ROW and after.left() > before.left()
    )


def named(widget: QWidget) -> str:
    return widget.objectName() or f"{type(widget).__name__} {widget.accessibleName()}"
