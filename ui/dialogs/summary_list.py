"""The list below a summary: a light table of texts to read through with the arrow keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.look.fonts import Type, font, scaled
from ui.look.plain import tip_text, visible_text
from ui.look.shapes import HEADER_HEIGHT
from ui.look.tokens import Role, color

Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 26
_PADDING = 6
_FONTS = {"code": Type.CODE, "key": Type.KEY, "text": Type.BODY, "number": Type.BODY}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`kind` is "code", "key", "text" or "number", which stands at the right; `share` its part of the width."""

    title: str
    kind: str
    share: int
    elide_middle: bool = False
    """Titles of qualifications differ at their ends."""


class TextsModel(QAbstractTableModel):
    """Rows made when they are looked at: `texts_of` gives the texts of the row at a place."""

    def __init__(self, columns: Sequence[ListColumn], parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = columns
        self._count = 0
        self._texts_of: Callable[[int], Sequence[str]] = lambda place: ()

    def show(self, count: int, texts_of: Callable[[int], Sequence[str]]) -> None:
        """Other rows."""
        self.beginResetModel()
        self._count, self._texts_of = count, texts_of
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.FontRole:
            kind = self._columns[index.column()].kind
            return font(_FONTS[kind], numbers=kind == "number")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = visible_text(self._texts_of(index.row())[index.column()])
        return tip_text(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = self._columns[column].kind == "number"
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class LineDelegate(QStyledItemDelegate):
    """Text under the title of its column, and a thin line under each row."""

    def __init__(self, parent: QWidget, elisions: Sequence[Qt.TextElideMode] = ()) -> None:
        """`elisions`: for each column where words are cut short; without them at the end."""
        super().__init__(parent)
        self._elisions = elisions

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            active = option.state & QStyle.StateFlag.State_Active
            painter.fillRect(rect, color(Role.ACCENT_SOFT if active else Role.SEL_OFF))
        face = index.data(Qt.ItemDataRole.FontRole)
        painter.setFont(face)
        painter.setPen(color(Role.TEXT))
        room = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        how = self._elisions[index.column()] if self._elisions else Qt.TextElideMode.ElideRight
        text = QFontMetrics(face).elidedText(index.data(), how, room.width())
        painter.drawText(room, index.data(Qt.ItemDataRole.TextAlignmentRole), text)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color(Role.LINE))


class SummaryList(QTableView):
    """One row has the cursor; nothing can be edited."""

    def __init__(self, columns: Sequence[ListColumn], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._columns = columns
        self._when_empty = ""
        self.texts = TextsModel(columns, self)
        self.setModel(self.texts)
        right, middle = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
        self.setItemDelegate(LineDelegate(self, [middle if one.elide_middle else right for one in columns]))
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setProperty("ring", True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(scaled(_ROW_HEIGHT))
        rows.setDefaultSectionSize(scaled(_ROW_HEIGHT))
        head = self.horizontalHeader()
        head.setMinimumSectionSize(20)
        head.setFixedHeight(scaled(HEADER_HEIGHT))
        head.setFont(QFont(font(Type.HEADER)))
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        # A header that looks at the selection asks about every row of it.
        head.setSelectionModel(QItemSelectionModel(self.texts, head))
        self.verticalScrollBar().setProperty("headerHeight", scaled(HEADER_HEIGHT))
        self.setMinimumHeight(scaled(HEADER_HEIGHT + 3 * _ROW_HEIGHT))

    def show_rows(self, count: int, texts_of: Callable[[int], Sequence[str]]) -> None:
        """Show `count` rows whose texts are asked for when they are painted."""
        self.texts.show(count, texts_of)
        self.setAccessibleDescription("" if count else self._when_empty)

    def say_when_empty(self, words: str) -> None:
        """What stands where the rows would be while there are none: why, and how to get some."""
        self._when_empty = words
        self.setAccessibleDescription("" if self.texts.rowCount() else words)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._when_empty or self.texts.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setFont(font(Type.BODY))
        painter.setPen(color(Role.TEXT2))
        room = self.viewport().rect().adjusted(2 * _PADDING, _PADDING, -2 * _PADDING, -_PADDING)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._when_empty)
        painter.end()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        whole = sum(column.share for column in self._columns)
        left = room
        for place, column in enumerate(self._columns[:-1]):
            width = room * column.share // whole
            self.setColumnWidth(place, width)
            left -= width
        self.setColumnWidth(len(self._columns) - 1, left)
