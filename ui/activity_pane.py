"""The Activity pane: what runs and what ran in this sitting; *Cancel*, and *Show* which leads to the result."""

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from ui.activity import Activities, Activity
from ui.activity_list import ActivityList
from ui.look.buttons import button, enable, icon_button
from ui.look.cards import Card, HairLine
from ui.look.empty_state import EmptyState
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.words import tr

_LOOK_MS = 300
SIZE = (300, 210)
"""At the right, and at the bottom."""


class ActivityPane(Card):
    """`show_wanted` carries the Activity whose result is to be seen; what it lists, the runner keeps."""

    show_wanted = Signal(object)
    closed = Signal()
    move_wanted = Signal()
    left = Signal()
    """Esc: the keyboard goes back to the page."""

    def __init__(self, activities: Activities, parent: QWidget | None = None) -> None:
        super().__init__(parent, name="activity_pane")
        self.setAccessibleName(tr("Activity"))
        self._activities = activities
        self.setMinimumSize(scaled(220), scaled(150))
        self.column.addLayout(self._head())
        self.column.addWidget(HairLine())
        self.list = ActivityList(activities)
        self._empty = EmptyState(
            tr("Nothing at work"),
            tr("Downloads, exports, imports and synchronisations of this sitting are listed here as they run."),
            icon=Icon.ACTIVITY,
        )
        holder = QWidget()
        self._which = QStackedLayout(holder)
        self._which.addWidget(self.list)
        self._which.addWidget(self._empty)
        self.column.addWidget(holder, 1)
        self.column.addWidget(HairLine())
        self.column.addLayout(self._foot())
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.doubleClicked.connect(self._show)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        activities.changed.connect(self.look)
        self.look()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(4)
        row.addWidget(text_label(tr("Activity"), Type.PANE_TITLE), 1)
        self.clear_button = icon_button(
            Icon.TRASH_SIMPLE, tr("Clear what has ended"), "activity_clear", clicked=self._activities.forget_ended
        )
        self.move_button = icon_button(Icon.ROWS, "", "activity_move", clicked=self.move_wanted)
        close = icon_button(Icon.X, tr("Close the Activity pane"), "activity_close", clicked=self.closed)
        for one in (self.clear_button, self.move_button, close):
            row.addWidget(one)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.cancel_button = button(
            tr("Cancel"), Icon.PROHIBIT, name="activity_cancel", clicked=self._cancel, small=True
        )
        self.show_button = button(
            tr("Show"), Icon.ARROW_SQUARE_OUT, name="activity_show", clicked=self._show, small=True
        )
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.show_button)
        return row

    def show_side(self, *, right: bool) -> None:
        """Where it stands, for the button that moves it."""
        words = tr("Move to the bottom") if right else tr("Move to the right")
        self.move_button.setAccessibleName(words)
        self.move_button.setToolTip(words)

    def take_focus(self) -> None:
        """The keyboard goes to the list, or while that is empty to the first button."""
        (self.list if len(self._activities) else self.move_button).setFocus(Qt.FocusReason.TabFocusReason)

    def go_to(self, activity: Activity) -> None:
        self.list.go_to(activity)

    @Slot()
    def look(self) -> None:
        """Show how things stand, if anybody sees it; again soon while something runs."""
        if not self.isVisible():
            self._timer.stop()
            return
        self.list.read_again()
        self._which.setCurrentWidget(self.list if len(self._activities) else self._empty)
        self._refresh()
        if not self._activities.running:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setMinimumSize(scaled(220), scaled(150))

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        self._refresh()

    def _refresh(self) -> None:
        one = self.list.current
        any_ended = self._activities.running < len(self._activities)
        enable(self.clear_button, "" if any_ended else tr("Nothing has ended yet."), tr("Clear what has ended"))
        enable(self.cancel_button, _why_no_cancel(one), tr("Stop this; what is finished stays."))
        enable(self.show_button, _why_no_show(one), tr("Go to the result"))

    @Slot()
    def _cancel(self) -> None:
        if (one := self.list.current) is not None and one.open:
            one.cancel()
            self.look()
            self.list.setFocus()  # the button that was pressed cannot be pressed again

    @Slot()
    def _show(self) -> None:
        one = self.list.current
        if one is not None and not _why_no_show(one):
            self.show_wanted.emit(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on a line shows it, Delete stops it, Esc leaves the pane."""
        on_list = self.list.hasFocus()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif on_list and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._show()
        elif on_list and event.key() == Qt.Key.Key_Delete and self.cancel_button.isEnabled():
            self._cancel()
        else:
            super().keyPressEvent(event)


def _why_no_cancel(one: Activity | None) -> str:
    if one is None:
        return tr("Choose a line first.")
    if not one.open:
        return tr("It has ended.")
    if one.stopping:
        return tr("It is stopping: a step under way ends first.")
    return "" if one.stoppable else tr("It cannot be stopped: it is one step.")


def _why_no_show(one: Activity | None) -> str:
    if one is None:
        return tr("Choose a line first.")
    if one.open and not one.place:
        return tr("There is something to show when it has ended.")
    return "" if one.shows else tr("There is nothing to show of it.")
