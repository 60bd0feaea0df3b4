"""The list at the left of the settings: a page to each entry, with a sign where something needs attention."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.look.fonts import Type, font, scaled
from ui.look.icons import Icon, draw
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import tr

_WIDTH, _ROW = 180, 34
_ICON, _ATTENTION = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(scaled(_WIDTH) - 24, scaled(_ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = option.rect.adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            box(painter, rect, CONTROL_RADIUS, fill=Role.ACCENT_SOFT if chosen else Role.HOVER)
        role = Role.ACCENT_TEXT if chosen else Role.TEXT
        draw(painter, Icon(index.data(_ICON)), QRect(rect.left() + 10, rect.top(), 16, rect.height()), role, size=16)
        painter.setFont(font(Type.BODY, weight=600 if chosen else 400))
        painter.setPen(color(role))
        painter.drawText(rect.adjusted(34, 0, -30, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        if index.data(_ATTENTION):
            sign = QRect(rect.right() - 26, rect.top(), 16, rect.height())
            draw(painter, Icon.WARNING, sign, Role.WARN, size=16)


class PageList(QListWidget):
    """Arrow keys choose; `currentRowChanged` tells."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_pages")
        self.setAccessibleName(tr("Pages of the settings"))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setProperty("ring", True)
        self.setItemDelegate(_EntryDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setFixedWidth(scaled(_WIDTH) - 20)

    def add(self, icon: Icon, text: str) -> None:
        item = QListWidgetItem(text)
        item.setData(_ICON, icon.value)
        self.addItem(item)

    def attend(self, row: int, words: str) -> None:
        """Mark a page whose content needs attention; "" takes the mark away."""
        item = self.item(row)
        item.setData(_ATTENTION, bool(words))
        item.setToolTip(words)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)


class PagePane(QWidget):
    """The list with a line at its right."""

    def __init__(self, pages: PageList) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 12, 10, 12)
        column.addWidget(pages)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), color(Role.LINE))
        painter.end()
