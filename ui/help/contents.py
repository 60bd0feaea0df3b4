"""The left side of the help: the field to search with, and under it the contents, or what was found."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.help.search import Hit, Index
from app.help.topics import Book
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.labels import text_label
from ui.look.search_field import SearchField
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color, theme
from ui.look.words import plural, tr

_HIT = Qt.ItemDataRole.UserRole
_PAD = 10
_Place = QModelIndex | QPersistentModelIndex


class _Lines(QStyledItemDelegate):
    """A heading, a topic, or a hit with its words around."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Place) -> QSize:
        hit = index.data(_HIT)
        if isinstance(hit, Hit):
            return QSize(0, metrics(Type.KEY).height() + 2 * metrics(Type.SECONDARY).height() + 18)
        return QSize(0, scaled(34 if hit is None and index.row() else 28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Place) -> None:
        rect: QRect = option.rect
        state = option.state
        hit = index.data(_HIT)
        chosen = bool(state & QStyle.StateFlag.State_Selected) and hit is not None
        if chosen or (bool(state & QStyle.StateFlag.State_MouseOver) and hit is not None):
            box(painter, rect.adjusted(1, 1, -1, -1), CONTROL_RADIUS, fill=Role.ACCENT_SOFT if chosen else Role.HOVER)
        inside = rect.adjusted(_PAD, 0, -_PAD, 0)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        words = str(index.data(Qt.ItemDataRole.DisplayRole))
        if hit is None:
            low = inside.adjusted(0, rect.height() - scaled(24), 0, 0)
            _line(painter, low, middle, words, Type.CAPTION, Role.TEXT3)
        elif not isinstance(hit, Hit):
            role = Role.ACCENT_TEXT if chosen else Role.TEXT
            _line(painter, inside, middle, words, Type.KEY if chosen else Type.BODY, role)
        else:
            _paint_hit(painter, inside, hit, words)


def _line(painter: QPainter, rect: QRect, how: Qt.AlignmentFlag, words: str, kind: Type, role: Role) -> None:
    painter.setFont(font(kind))
    painter.setPen(color(role))
    painter.drawText(rect, how, metrics(kind).elidedText(words, Qt.TextElideMode.ElideRight, rect.width()))


def _paint_hit(painter: QPainter, inside: QRect, hit: Hit, words: str) -> None:
    high = metrics(Type.KEY).height()
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    top = QRect(inside.left(), inside.top() + 7, inside.width(), high)
    _line(painter, top, left, words, Type.KEY, Role.TEXT)
    below = QRect(inside.left(), top.bottom() + 3, inside.width(), 2 * metrics(Type.SECONDARY).height())
    painter.setFont(font(Type.SECONDARY))
    painter.setPen(color(Role.TEXT2))
    painter.drawText(below, left | Qt.TextFlag.TextWordWrap, hit.excerpt)


class _List(QListWidget):
    """Enter, too, goes to the text."""

    entered_ = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_.emit()
            return
        super().keyPressEvent(event)


class Contents(QWidget):
    """`chosen` carries topic and heading of what is to be shown; `done`: go on in the text."""

    chosen = Signal(str, str)
    done = Signal()

    def __init__(self, book: Book, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._index: Index | None = None
        self._topic = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        self.search = SearchField(tr("Search the help"), name="help_search", keys="Ctrl F")
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._first)
        self.search.left.connect(self.done)
        self.list = _List()
        self.list.setObjectName("help_contents")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setProperty("ring", True)
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setMouseTracking(True)
        self.list.viewport().setAutoFillBackground(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._moved)
        self.list.itemClicked.connect(self._moved)
        self.list.entered_.connect(self.done)
        self.told = text_label("", Type.SECONDARY, Role.TEXT2, name="help_told")
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        theme().changed.connect(self.list.doItemsLayout)
        self._list_topics()

    @property
    def hits(self) -> list[Hit]:
        """What was found and is listed."""
        found = (self.list.item(row).data(_HIT) for row in range(self.list.count()))
        return [one for one in found if isinstance(one, Hit)]

    def show_current(self, topic: str) -> None:
        """This topic is shown: mark it in the contents."""
        self._topic = topic
        if self.search.text().strip():
            return
        for row in range(self.list.count()):
            if self.list.item(row).data(_HIT) == topic:
                self.list.blockSignals(True)
                self.list.setCurrentRow(row)
                self.list.blockSignals(False)

    def _list_topics(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        self.list.setAccessibleName(tr("Contents of the help"))
        group = ""
        for topic in self._book:
            if topic.group != group:
                group = topic.group
                heading = QListWidgetItem(tr(group))
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(heading)
            item = QListWidgetItem(topic.title)
            item.setData(_HIT, topic.id)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.told.hide()
        self.show_current(self._topic)

    @Slot(str)
    def _typed(self, text: str) -> None:
        if not text.strip():
            self._list_topics()
            return
        if self._index is None:
            self._index = Index(self._book)
        self.list.blockSignals(True)
        self.list.clear()
        hits = self._index.find(text)
        for hit in hits:
            item = QListWidgetItem(hit.heading or hit.title)
            item.setData(_HIT, hit)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, hit.excerpt)
            item.setToolTip(f"{hit.title} › {hit.heading}" if hit.heading else hit.title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.toolTip())
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setAccessibleName(tr("Places found in the help"))
        self.told.setText(
            plural(len(hits), "{n} place found", "{n} places found")
            if hits
            else tr("Nothing found. Try fewer words, or only the beginning of one.")
        )
        self.told.show()

    @Slot()
    def _first(self) -> None:
        """Enter in the field: to the first place that was found."""
        if self.hits:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            self.list.setCurrentRow(0)

    @Slot()
    def _moved(self) -> None:
        item = self.list.currentItem()
        hit = item.data(_HIT) if item is not None else None
        if isinstance(hit, Hit):
            self.chosen.emit(hit.topic, hit.heading)
        elif isinstance(hit, str):
            self.chosen.emit(hit, "")
