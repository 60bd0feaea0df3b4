"""The field to search with: a magnifier on the left, the keys that lead here on the right."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.look.fonts import Type, font, metrics
from ui.look.icons import Icon, draw, qicon
from ui.look.tokens import Role, color, theme
from ui.look.words import tr

_ICON = 15
_ICON_LEFT = 9


class SearchField(QLineEdit):
    """Esc empties it, and leaves it when it is empty (`left`). `takes` is asked about each text that is pasted or
    dropped: where it answers True, it has taken the text, and the field is emptied."""

    left = Signal()

    def __init__(self, placeholder: str, *, name: str = "", keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.takes: Callable[[str], bool] = lambda text: False
        self.setObjectName(name)
        self.setProperty("soft", True)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setFont(font(Type.SECONDARY))
        theme().changed.connect(self._dress)
        self.setTextMargins(_ICON + 5, 0, 0, 0)
        self._clear = QAction(qicon(Icon.X, Role.TEXT3), tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self.textChanged.connect(self._show_clear)

    def explain(self, words: str) -> None:
        """What can be searched for, for the mouse and for a screen reader."""
        self.setToolTip(words)
        self.setAccessibleDescription(words)

    def _show_clear(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    @Slot()
    def _dress(self) -> None:
        self.setFont(font(Type.SECONDARY))
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_or_take()
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
        else:
            self.left.emit()

    @Slot()
    def paste_or_take(self) -> None:
        """What the keys for it do, and *Paste* of the menu."""
        if not self._taken(QGuiApplication.clipboard().mimeData()):
            self.paste()

    def _taken(self, data: QMimeData | None) -> bool:
        taken = data is not None and data.hasText() and self.takes(data.text())
        if taken:
            self.clear()
        return taken

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(self.paste_or_take)
        menu.popup(event.globalPos())

    def dropEvent(self, event: QDropEvent) -> None:
        if self._taken(event.mimeData()):
            event.acceptProposedAction()
            return
        super().dropEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Where there is a clipboard of what is marked, the middle button pastes it."""
        board = QGuiApplication.clipboard()
        pastes = event.button() == Qt.MouseButton.MiddleButton and board.supportsSelection()
        if pastes and self._taken(board.mimeData(board.Mode.Selection)):
            return
        super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        role = Role.TEXT2 if self.isEnabled() else Role.DISABLED
        draw(painter, Icon.MAGNIFYING_GLASS, QRect(_ICON_LEFT, 0, _ICON, self.height()), role, size=_ICON)
        hint = metrics(Type.SECONDARY).horizontalAdvance(self._keys)
        words = self.fontMetrics().horizontalAdvance(self.placeholderText())
        room = self.width() - _ICON_LEFT - _ICON - 8 - words - hint - 20
        if self._keys and not self.text() and room > 0:
            painter.setFont(font(Type.SECONDARY))
            painter.setPen(color(Role.TEXT3 if self.isEnabled() else Role.DISABLED))
            place = self.rect().adjusted(0, 0, -10, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._keys)
        painter.end()
