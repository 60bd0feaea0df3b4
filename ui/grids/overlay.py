"""What stands in a grid that shows no row: loading, nothing found, or why it could not be loaded."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.look.fonts import Type, font
from ui.look.tokens import Role, color, theme
from ui.look.words import tr

PATIENCE_MS = 250
"""A load that is quicker says nothing; a word that flashes up is only unrest."""


class GridOverlay(QWidget):
    """Lies over the rows, as large as they are. A child of the grid, because a viewport scrolls its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._empty: QWidget | None = None
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._room = QVBoxLayout(self)
        self._room.addWidget(self._label)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._say_loading)
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def set_empty_widget(self, widget: QWidget) -> None:
        """What is shown when there is no row; the grid owns it from now on."""
        if self._empty is not None:
            self._empty.deleteLater()
        self._empty = widget
        self._room.addWidget(widget)
        widget.setVisible(False)

    def show_nothing(self) -> None:
        """There are rows to see."""
        self._patience.stop()
        self.hide()

    def show_loading(self) -> None:
        """No row yet; said only when it takes a while."""
        self.show_text("")
        self._patience.start()

    def show_empty(self) -> None:
        if self._empty is None:
            self.show_text(tr("There is nothing to show here."))
            return
        self._patience.stop()
        self._label.hide()
        self._empty.show()
        self._show()

    def show_text(self, text: str) -> None:
        self._patience.stop()
        self._label.setText(text)
        self._label.show()
        if self._empty is not None:
            self._empty.hide()
        self._show()

    def _show(self) -> None:
        self.show()
        self.raise_()

    @Slot()
    def _say_loading(self) -> None:
        self._label.setText(tr("Loading…"))

    @Slot()
    def _dress(self) -> None:
        self._label.setFont(font(Type.BODY))
        palette = self._label.palette()
        palette.setColor(self._label.foregroundRole(), color(Role.TEXT3))
        self._label.setPalette(palette)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), color(Role.SURFACE))
        painter.end()
