"""How large a dialog opens: as wished at the present size of the text, but never larger than the screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from ui.look.fonts import scaled

SMALLEST_SCREEN = QSize(1366, 768)
"""What the program is made for; a smaller answer of the system is not believed."""
_MARGIN = QSize(40, 80)


def open_at(dialog: QWidget, width: int, height: int) -> None:
    """Give `dialog` `width` x `height` px at 100 %, more for larger text, bounded by the screen."""
    room = dialog.screen().availableGeometry().size().expandedTo(SMALLEST_SCREEN) - _MARGIN
    dialog.resize(QSize(scaled(width), scaled(height)).boundedTo(room))


def grow(dialog: QWidget) -> None:
    """Make `dialog` as high as what it shows now; it never becomes lower by itself."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    room = dialog.screen().availableGeometry().size().expandedTo(SMALLEST_SCREEN) - _MARGIN
    needed = layout.totalHeightForWidth(dialog.width())
    if needed < 0:
        needed = layout.totalSizeHint().height()
    if needed > dialog.height():
        dialog.resize(dialog.width(), min(needed, room.height()))
