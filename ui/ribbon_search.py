"""The search for commands: words typed, actions found, Enter does the chosen one."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid

from ui.actions import Action, ActionSet
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.search_field import SearchField
from ui.look.shapes import CARD_RADIUS, CONTROL_RADIUS, box
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.look.words import tr

_ROW = 30
_ROW_WITH_REASON = 46
_MOST_ROWS = 9
_WIDTH = 400
_EDGE = 8
_FOUND = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the list."""

    action_id: str
    icon: Icon
    text: str
    place: str
    keys: str
    reason: str


def find(actions: ActionSet, typed: str, area: str = "") -> list[Found]:
    """The actions that have every word typed, as the start of one of their words; best first.

    What stands on several tabs is listed once: as on the tab `area` if it is there."""
    wanted = typed.casefold().split()
    hits: list[tuple[int, int, Action]] = []
    for at, entry in enumerate(actions):
        name = tr(entry.text).casefold()
        around = " ".join(tr(part) for part in (entry.tab, entry.group, entry.tip, entry.words) if part)
        own = name.replace("(", " ").replace(")", " ").split()
        other = around.casefold().split()
        if not all(any(part.startswith(word) for part in (*own, *other)) for word in wanted):
            continue
        in_name = all(any(part.startswith(word) for part in own) for word in wanted)
        rank = 0 if wanted and name.startswith(wanted[0]) and in_name else 1 if in_name else 2
        hits.append((rank, at, entry))
    best: dict[str, str] = {}
    for *_, entry in sorted(hits, key=lambda hit: hit[:2]):
        one = entry.repeats or entry.id
        if one not in best or entry.tab == area:
            best[one] = entry.id
    return [_found(actions, action_id) for action_id in best.values()]


def _found(actions: ActionSet, action_id: str) -> Found:
    entry = actions.entry(action_id)
    place = f"{tr(entry.tab)}, {tr(entry.group)}"
    reason = actions.reason(action_id)
    return Found(action_id, entry.icon, tr(entry.text), place, actions.keys(action_id), reason)


class _Lines(QStyledItemDelegate):
    """Icon, name, where it stands, keys; below, why it cannot be done."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        found = index.data(_FOUND)
        return QSize(scaled(_WIDTH), scaled(_ROW_WITH_REASON if found is not None and found.reason else _ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = index.data(_FOUND)
        if not isinstance(found, Found):
            return
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            box(painter, rect, CONTROL_RADIUS, fill=Role.ACCENT_SOFT)
        first = QRect(rect.left(), rect.top(), rect.width(), scaled(_ROW))
        can = not found.reason
        draw(
            painter,
            found.icon,
            QRect(rect.left() + 10, first.top(), 16, first.height()),
            Role.TEXT2 if can else Role.TEXT3,
            size=16,
        )
        left = QRect(rect.left() + 36, first.top(), first.width() - 46, first.height())
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(Type.BODY))
        painter.setPen(color(Role.TEXT if can else Role.TEXT3))
        name = metrics(Type.BODY).elidedText(found.text, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, side, name)
        self._paint_place(painter, left, found)
        if found.reason:
            below = QRect(left.left(), rect.top() + scaled(24), left.width(), scaled(18))
            painter.setPen(color(Role.TEXT3))
            shown = metrics(Type.SECONDARY).elidedText(found.reason, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, side, shown)

    def _paint_place(self, painter: QPainter, left: QRect, found: Found) -> None:
        painter.setFont(font(Type.SECONDARY))
        painter.setPen(color(Role.TEXT3))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        used = metrics(Type.BODY).horizontalAdvance(found.text) + 12
        room = left.width() - used
        words = f"{found.place}   {found.keys}" if found.keys else found.place
        measure = metrics(Type.SECONDARY)
        if measure.horizontalAdvance(words) > room:
            words = found.keys or found.place
        painter.drawText(left, right, measure.elidedText(words, Qt.TextElideMode.ElideRight, max(room, 0)))


class _Results(QFrame):
    """The list under the field; a child of the window, so that typing goes on in the field."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commandResults")
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(tr("Commands found"))
        self.hide()

    def fill(self, found: list[Found], below: QWidget) -> None:
        self.list.clear()
        for one in found:
            item = QListWidgetItem(one.text)
            item.setData(_FOUND, one)
            item.setToolTip("")
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, one.reason or one.place)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem(tr("No command has these words."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setData(_FOUND, Found("", Icon.MAGNIFYING_GLASS, item.text(), "", "", ""))
            self.list.addItem(item)
        heights = [self.list.sizeHintForRow(row) for row in range(min(self.list.count(), _MOST_ROWS))]
        window = below.window()
        width = min(scaled(_WIDTH), window.width() - 2 * _EDGE)
        corner = below.mapTo(window, QPoint(below.width() - width, below.height() + 3))
        height = min(sum(heights) + 10, window.height() - corner.y() - _EDGE)
        self.setGeometry(max(corner.x(), _EDGE), corner.y(), width, height)
        self.list.setGeometry(self.rect().adjusted(5, 5, -5, -5))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, self.rect(), CARD_RADIUS, fill=Role.SURFACE, line=Role.LINE2)
        painter.end()


class CommandSearch(SearchField):
    """The field in the ribbon. Down and Up choose, Enter does it, Esc goes back to where the focus was."""

    ran = Signal(str)
    """The id of an action that was done."""

    def __init__(self, actions: ActionSet, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Search commands"), name="commandSearch", keys=keys, parent=parent)
        self.area = ""
        """The tab in front."""
        self._actions = actions
        self._results: _Results | None = None
        self._before: QWidget | None = None
        self.textEdited.connect(self._search)
        self.textChanged.connect(self._close_when_empty)
        self.left.connect(self._go_back)
        actions.refreshed.connect(self._search_again)

    @property
    def found(self) -> list[Found]:
        """What the open list shows; empty while it is closed."""
        shown = self._results
        if shown is None or not shown.isVisible():
            return []
        rows = (shown.list.item(row).data(_FOUND) for row in range(shown.list.count()))
        return [one for one in rows if one.action_id]

    @property
    def chosen(self) -> Found | None:
        """The line that Enter would do."""
        if self._results is None or not self._results.isVisible():
            return None
        item = self._results.list.currentItem()
        found = item.data(_FOUND) if item is not None else None
        return found if isinstance(found, Found) and found.action_id else None

    def start(self) -> None:
        """Give it the focus and remember where the focus was."""
        self._remember()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _remember(self) -> None:
        now = self.window().focusWidget()
        if now is not self:
            self._before = now

    def _go_back(self) -> None:
        self._hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.clearFocus()

    def _hide(self) -> None:
        if self._results is not None:
            self._results.hide()

    def _close_when_empty(self, text: str) -> None:
        if not text:
            self._hide()

    def _search_again(self) -> None:
        """What can be done may have changed; the line that was chosen stays chosen."""
        if self._results is None or not self._results.isVisible():
            return
        before = self.chosen
        self._search(self.text())
        rows = [row for row, one in enumerate(self.found) if before is not None and one.action_id == before.action_id]
        if rows and before != self.chosen:
            self._choose(rows[0])

    def _search(self, typed: str) -> None:
        if not typed.strip():
            self._hide()
            return
        if self._results is None:
            self._results = _Results(self.window())
            self._results.list.itemClicked.connect(self._run_chosen)
        found = find(self._actions, typed, self.area)
        self._results.fill(found, self)
        if found:
            first = next((row for row, one in enumerate(found) if not one.reason), 0)
            self._choose(first)

    def _choose(self, row: int) -> None:
        assert self._results is not None
        self._results.list.setCurrentRow(row)
        chosen = self.chosen
        if chosen is not None:
            announce(self, f"{chosen.text}. {chosen.reason or chosen.place}")

    def event(self, event: QEvent) -> bool:
        # While the list is open, Esc and Enter are for it and not for a shortcut or the default button.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        open_list = self._results.list if self._results is not None and self._results.isVisible() else None
        if open_list is None and key == Qt.Key.Key_Down and self.text():
            self._search(self.text())
        elif open_list is not None and key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._choose((open_list.currentRow() + step) % open_list.count())
        elif open_list is not None and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._run_chosen()
        else:
            super().keyPressEvent(event)

    def _run_chosen(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.reason:
            announce(self, chosen.reason)
            return
        self.clear()
        self._go_back()
        if self._actions.run(chosen.action_id):
            self.ran.emit(chosen.action_id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.text():
            self._search(self.text())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._hide()
