"""The parts of a window: F6 goes from one to the next and round again, Tab goes through them in reading order."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from ui.look.speech import announce


def stacked(above: Sequence[QWidget], main: QWidget, below: Sequence[QWidget]) -> QWidget:
    """What a window is filled with: `main` has the room that the others leave."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in above:
        column.addWidget(part)
    column.addWidget(main, 1)
    for part in below:
        column.addWidget(part)
    return whole


def move(parts: Sequence[QWidget], step: int) -> None:
    """Give the focus to the part `step` places on from the one that has it; hidden ones are skipped.

    A part without anything to press takes the focus itself, so that a screen reader reads it.
    """
    focus = QApplication.focusWidget()
    holds = [focus is not None and (focus is part or part.isAncestorOf(focus)) for part in parts]
    # From between the first part and the second, where the quick filter stands, it goes to the one or the other.
    at = holds.index(True) if True in holds else max(0, -step)
    for turn in range(1, len(parts) + 1):
        if _take_focus(parts[(at + step * turn) % len(parts)]):
            return


def in_reading_order(parts: Sequence[QWidget]) -> None:
    """Let Tab go through `parts`, which stand in one window, in this order, and inside each of them as before.

    Qt's own order is that in which the controls were made, and pages are made before what stands above them.
    """
    chain = _reached_by_tab(parts[0].window()) if parts else []
    for first, second in pairwise([widget for part in parts for widget in chain if _is_in(widget, part)]):
        QWidget.setTabOrder(first, second)


def _reached_by_tab(window: QWidget) -> list[QWidget]:
    """What Tab reaches in `window`, shown or not, in its present order."""
    found: list[QWidget] = []
    step = window.nextInFocusChain()
    while step is not None and step is not window:
        if _by_tab(step) and step.window() is window:
            found.append(step)
        step = step.nextInFocusChain()
    return found


def _is_in(widget: QWidget, part: QWidget) -> bool:
    return widget is part or part.isAncestorOf(widget)


def _by_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _take_focus(part: QWidget) -> bool:
    if not part.isVisible():
        return False
    # In the order of Tab, so that F6 enters a part where reading it begins.
    for widget in _reached_by_tab(part.window()):
        if _is_in(widget, part) and widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    texts = [label.text() for label in part.findChildren(QLabel) if label.isVisible() and label.text()]
    part.setProperty("ring", True)
    part.setAccessibleDescription(". ".join(texts))
    part.setFocus(Qt.FocusReason.TabFocusReason)
    announce(part, ". ".join([part.accessibleName(), *texts]))
    return True
