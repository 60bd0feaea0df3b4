"""What is too high for its place scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from ui.look.tokens import Role

RING = 4
"""Margin of a page for the ring around what has the keyboard."""


def scrolling(page: QWidget, name: str = "", *, sideways: bool = True, ground: Role = Role.SURFACE) -> QScrollArea:
    """`page` in an area that scrolls where it has to, and shows no frame of its own: with large text on a low screen
    the page is not squeezed. Not `sideways`: it is as wide as its place. `ground`: what lies behind it."""
    area = QScrollArea()
    for bar in (area.verticalScrollBar(), area.horizontalScrollBar()):
        bar.setProperty("ground", ground.name)
    area.setObjectName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if not sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    # Taking the page in has made it paint the colour of a window.
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def reveal(widget: QWidget) -> None:
    """Scroll whatever it is in until all of it can be seen."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget, 0, RING)
        around = around.parentWidget()
