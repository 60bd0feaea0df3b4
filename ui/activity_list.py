"""The list of the Activity pane: one line of running or past work a row, painted, and read out whole."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.activity import Activities, Activity, Stage
from ui.grids.columns import State
from ui.lms_banners import moment_words
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.plain import visible_text
from ui.look.shapes import box
from ui.look.tokens import Role, color
from ui.look.words import count, tr

Index = QModelIndex | QPersistentModelIndex
_PAD, _ICON, _GAP, _BAR = 12, 24, 3, 4
_MOST_LINES = 4
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_STATES = {
    Stage.WAITING: State(Icon.QUEUE, "Waiting", Role.TEXT2),
    Stage.RUNNING: State(Icon.HOURGLASS, "Running", Role.INFO),
    Stage.DONE: State(Icon.CHECK_CIRCLE, "Done", Role.GOOD),
    Stage.STOPPED: State(Icon.PROHIBIT, "Stopped", Role.TEXT2),
    Stage.FAILED: State(Icon.WARNING_CIRCLE, "Failed", Role.BAD),
}


def state_words(one: Activity) -> str:
    """How it stands: "Running: 412 of 1,000", "Done: 12 rows exported"."""
    state = tr(_STATES[one.stage].text)
    if one.stage is Stage.RUNNING and one.stopping:
        state = tr("Stopping")
    progress = one.progress
    said = one.words
    if one.stage is Stage.RUNNING and progress is not None:
        numbers = ""
        if progress.total:
            numbers = tr("{done} of {total}", done=count(progress.done), total=count(progress.total))
        said = f"{tr(progress.text)} {numbers}".strip() if progress.text else numbers
    return tr("{state}: {words}", state=state, words=said) if said else state


def time_words(one: Activity) -> str:
    """Since when it runs, or when it ran: "since 14:03", "14:03 to 14:05"."""
    began = moment_words(one.began)
    if one.stage is Stage.WAITING:
        return ""
    if one.ended is None:
        return tr("since {moment}", moment=began)
    ended = moment_words(one.ended)
    return began if ended == began else tr("{begin} to {end}", begin=began, end=ended)


class ActivityModel(QAbstractListModel):
    """The rows are those of `activities`; what a screen reader says of one is its whole text."""

    def __init__(self, activities: Activities, parent: QWidget) -> None:
        super().__init__(parent)
        self._activities = activities
        self._rows: list[Activity] = list(activities)

    def at(self, row: int) -> Activity | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, activity: Activity | None) -> int:
        """Its place; -1 where it is not there any more."""
        return next((row for row, one in enumerate(self._rows) if one is activity), -1)

    def read_again(self) -> None:
        """Other work, or another state of it."""
        rows = list(self._activities)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        one = self._rows[index.row()]
        return visible_text(", ".join(part for part in (one.title, state_words(one), time_words(one)) if part))


class _Lines(QStyledItemDelegate):
    """Title and time, state in words, a bar while it runs."""

    def __init__(self, parent: "ActivityList") -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        one = self._list.rows.at(index.row())
        width = self._list.viewport().width()
        if one is None:
            return QSize(width, 0)
        high = metrics(Type.KEY, weight=600).height() + _GAP + self._words_height(one, width)
        if time_words(one):
            high += _GAP + metrics(Type.SECONDARY).height()
        return QSize(width, high + (_GAP + 4 + _BAR if one.stage is Stage.RUNNING else 0) + 2 * 10)

    def _words_height(self, one: Activity, width: int) -> int:
        room = QRect(0, 0, max(60, width - 2 * _PAD - _ICON), 4_000)
        measure = metrics(Type.SECONDARY)
        need = measure.boundingRect(room, _WRAP, visible_text(state_words(one))).height()
        return min(need, _MOST_LINES * measure.lineSpacing())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one = self._list.rows.at(index.row())
        if one is None:
            return
        whole = QRect(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            active = option.state & QStyle.StateFlag.State_Active
            painter.fillRect(whole, color(Role.ACCENT_SOFT if active else Role.SEL_OFF))
        painter.fillRect(whole.left(), whole.bottom(), whole.width(), 1, color(Role.LINE))
        title = metrics(Type.KEY, weight=600)
        inside = whole.adjusted(_PAD + _ICON, 10, -_PAD, -10)
        state = _STATES[one.stage]
        draw(painter, state.icon, QRect(whole.left() + _PAD, inside.top(), 16, title.height()), state.role, size=16)
        painter.setFont(font(Type.KEY, weight=600))
        painter.setPen(color(Role.TEXT))
        shown = title.elidedText(visible_text(one.title), Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
        inside.setTop(inside.top() + title.height() + _GAP)
        self._paint_state(painter, one, inside, whole.width())
        painter.restore()

    def _paint_state(self, painter: QPainter, one: Activity, inside: QRect, width: int) -> None:
        painter.setFont(font(Type.SECONDARY, numbers=True))
        painter.setPen(color(Role.BAD if one.stage is Stage.FAILED else Role.TEXT2))
        words = QRect(inside)
        words.setHeight(self._words_height(one, width))
        painter.drawText(words, _WRAP, visible_text(state_words(one)))
        inside.setTop(words.bottom() + 1 + _GAP)
        progress = one.progress
        if one.stage is Stage.RUNNING:
            bar = QRect(inside.left(), inside.top() + 2, inside.width(), _BAR)
            box(painter, bar, _BAR / 2, fill=Role.LINE2)
            if progress is not None and progress.total:
                done = min(progress.done, progress.total)
                bar.setWidth(max(_BAR, bar.width() * done // progress.total))
                box(painter, bar, _BAR / 2, fill=Role.ACCENT)
            inside.setTop(inside.top() + 2 + _BAR + 2 + _GAP)
        painter.setPen(color(Role.TEXT3))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, time_words(one))


class ActivityList(QListView):
    """One line has the cursor, and keeps it while work comes and goes."""

    def __init__(self, activities: Activities, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activity_list")
        self.setAccessibleName(tr("Activity"))
        self.rows = ActivityModel(activities, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Lines(self))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setProperty("ring", True)
        self.setMinimumHeight(scaled(60))

    @property
    def current(self) -> Activity | None:
        return self.rows.at(self.currentIndex().row())

    def read_again(self) -> None:
        """Show how things stand; without a current line the newest becomes it."""
        current = self.current
        high = [self.sizeHintForRow(row) for row in range(self.rows.rowCount())]
        self.rows.read_again()
        if high != [self.sizeHintForRow(row) for row in range(self.rows.rowCount())]:
            self.scheduleDelayedItemsLayout()
        self.go_to(current)

    def go_to(self, activity: Activity | None) -> None:
        """Make it the current line; the newest where it is not there."""
        row = max(0, self.rows.row_of(activity))
        if self.rows.rowCount() and self.currentIndex().row() != row:
            self.setCurrentIndex(self.rows.index(row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()  # words wrap otherwise now
