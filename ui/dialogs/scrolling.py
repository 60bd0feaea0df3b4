"""What is too high for its place scrolls."""

from PySide6.QtWidgets import QScrollArea, QWidget


def scrolling(page: QWidget) -> QScrollArea:
    """`page` in an area that scrolls where it has to, and shows no frame of its own."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(area.focusPolicy().NoFocus)
    area.setWidget(page)
    # Taking the page in has made it paint the colour of a window.
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
