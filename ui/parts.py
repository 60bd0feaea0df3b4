"""F6: from one part of a window to the next, and round again."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def move(parts: Sequence[QWidget], step: int) -> None:
    """Give the focus to the part `step` places on from the one that has it; parts that cannot take it are skipped."""
    focus = QApplication.focusWidget()
    holds = [focus is not None and (focus is part or part.isAncestorOf(focus)) for part in parts]
    at = holds.index(True) if True in holds else 1
    for turn in range(1, len(parts) + 1):
        if _take_focus(parts[(at + step * turn) % len(parts)]):
            return


def _take_focus(part: QWidget) -> bool:
    for widget in (part, *part.findChildren(QWidget)):
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False
