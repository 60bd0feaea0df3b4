"""A layout whose lines come and go."""

from PySide6.QtWidgets import QLayout


def empty(lines: QLayout) -> None:
    """Take away the widgets of a layout, out of sight at once."""
    while (item := lines.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
