"""A list to tick any of: names of which nothing ticked means all. Space ticks, letters find."""

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QListView, QWidget

from ui.look.fonts import scaled
from ui.look.plain import tip_text, visible_text

Index = QModelIndex | QPersistentModelIndex
_ROW = 24
_NOWHERE = QModelIndex()


class _Model(QAbstractListModel):
    """Keys and names; no object for each of them, for sections may be thousands."""

    ticked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.offered: Sequence[tuple[Any, str]] = ()
        self.chosen: set[Any] = set()

    def show(self, offered: Sequence[tuple[Any, str]], chosen: Iterable[Any]) -> None:
        self.beginResetModel()
        self.offered, self.chosen = offered, set(chosen)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.offered)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        key, name = self.offered[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible_text(name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_text(visible_text(name))
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if key in self.chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(40, scaled(_ROW))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        key = self.offered[index.row()][0]
        self.chosen = self.chosen ^ {key}
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True


class TickList(QListView):
    """`changed` after each tick of a person."""

    changed = Signal()

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setProperty("ring", True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.ticks = _Model(self)
        self.setModel(self.ticks)
        self.ticks.ticked.connect(self.changed)

    def show_choices(self, offered: Sequence[tuple[Any, str]], chosen: Iterable[Any]) -> None:
        """Offer these (key, name), with some of them ticked; the place of the keyboard stays."""
        wanted = set(chosen)
        if (offered, wanted) != (self.ticks.offered, self.ticks.chosen):
            at = self.currentIndex().row()
            self.ticks.show(offered, wanted)
            self.updateGeometry()
            if 0 <= at < len(offered):
                self.setCurrentIndex(self.ticks.index(at))

    @property
    def chosen(self) -> tuple[Any, ...]:
        """What is ticked, in the order of the list."""
        return tuple(key for key, _ in self.ticks.offered if key in self.ticks.chosen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on a row ticks it, not only one on its box."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.setCurrentIndex(index)
            self.ticks.setData(index, None, Qt.ItemDataRole.CheckStateRole)
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press has done it."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(160, scaled(_ROW) * max(2, min(4, len(self.ticks.offered) or 2)) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, scaled(_ROW) * 2 + 8)
