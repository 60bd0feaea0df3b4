"""The Activity pane in the main window: at the right of the pages or below them, folded away until it is wanted."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.errors import InputError
from app.tasks import TaskContext
from ui.activity import Activities, Activity
from ui.activity_pane import SIZE, ActivityPane
from ui.look.fonts import scaled
from ui.look.shapes import WINDOW_GAP
from ui.notifying import Desktop, Notifier, to_front
from ui.remembered import Remembered
from ui.workers import Lane

if TYPE_CHECKING:
    from ui.main_window import MainWindow

_SMALLEST, _LARGEST = 100, 4_000


class _Place(QSplitter):
    """`appeared` when it has got its size: before, what stands in it cannot have one."""

    appeared = Signal()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit()


class ActivityPart(QObject):
    """`changed` when the pane was shown or hidden. `place` stands in the window, with the pages in it."""

    changed = Signal()

    def __init__(self, window: "MainWindow", pages: QWidget, memory: Remembered) -> None:
        super().__init__(window)
        self._window = window
        self.place = _Place(Qt.Orientation.Horizontal, window)
        self.place.setObjectName("activity_place")
        self.place.setChildrenCollapsible(False)
        self.place.setHandleWidth(1)
        self.pane = ActivityPane(window.runner.activities)
        self._holder = QWidget()
        self._margins = QVBoxLayout(self._holder)
        self._margins.addWidget(self.pane)
        self._holder.hide()
        self.place.addWidget(pages)
        self.place.addWidget(self._holder)
        self.place.setStretchFactor(0, 1)
        self.place.setStretchFactor(1, 0)
        self._sizes = {Qt.Orientation.Horizontal: SIZE[0], Qt.Orientation.Vertical: SIZE[1]}
        self.place.appeared.connect(self._size)
        self.pane.closed.connect(self.hide)
        self.pane.move_wanted.connect(self._move)
        self.pane.left.connect(window.row.to_page)
        self.pane.show_wanted.connect(self.show_result)
        self.place.splitterMoved.connect(self._dragged)
        self.notifier = Notifier(self, window, Desktop(window))
        window.status.activity_wanted.connect(self.toggle)
        window.runner.activities.changed.connect(self._count)
        self._say_side()
        self._count()
        memory.also["activity"] = self.state
        state = memory.kept("activity")
        self.restore(state if isinstance(state, dict) else {})

    # Where it is

    @property
    def shown(self) -> bool:
        return not self._holder.isHidden()

    @Slot()
    def _count(self) -> None:
        tip = self._window.actions_.tool_tip("view.activity")
        self._window.status.show_activity(self._window.runner.activities.running, tip)

    @Slot()
    def toggle(self) -> None:
        """*Activity*: show the pane, with the keyboard in it, or fold it away."""
        if self.shown:
            self.hide()
        else:
            self._show()
            self.pane.take_focus()

    def _show(self) -> None:
        self._holder.show()
        self._size()
        self.changed.emit()

    @Slot()
    def hide(self) -> None:
        focus = self._window.focusWidget()
        held = focus is not None and self.pane.isAncestorOf(focus)
        self._holder.hide()
        if held:
            self._window.row.to_page()
        self.changed.emit()

    @Slot()
    def _size(self) -> None:
        """As large as it was left, in steps of the text's size."""
        way = self.place.orientation()
        whole = self.place.width() if way is Qt.Orientation.Horizontal else self.place.height()
        most = whole // 3 if way is Qt.Orientation.Horizontal else whole * 2 // 5
        wanted = min(scaled(self._sizes[way]), most)  # large text must not squeeze the page away
        self.place.setSizes([max(1, whole - wanted), wanted])

    @Slot(int, int)
    def _dragged(self, position: int, index: int) -> None:
        self._sizes[self.place.orientation()] = max(_SMALLEST, round(self.place.sizes()[1] / scaled(1_000) * 1_000))

    @Slot()
    def _move(self) -> None:
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.place.setOrientation(down if self.place.orientation() is across else across)
        self._say_side()
        self._size()

    def _say_side(self) -> None:
        right = self.place.orientation() is Qt.Orientation.Horizontal
        self._margins.setContentsMargins(0 if right else WINDOW_GAP, 0 if right else WINDOW_GAP - 1, WINDOW_GAP, 0)
        self.pane.show_side(right=right)

    def state(self) -> dict[str, Any]:
        """How it stands, for the next run."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        right = self.place.orientation() is across
        return {"shown": self.shown, "right": right, "wide": self._sizes[across], "high": self._sizes[down]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """As it was left; what is nonsense is left out."""
        for way, name in ((Qt.Orientation.Horizontal, "wide"), (Qt.Orientation.Vertical, "high")):
            size = state.get(name)
            if type(size) is int and _SMALLEST <= size <= _LARGEST:
                self._sizes[way] = size
        if state.get("right") is False:
            self._move()
        if state.get("shown") is True:
            self._show()

    # Results

    @property
    def activities(self) -> Activities:
        """What the runner tells."""
        return self._window.runner.activities

    def lead_to(self, one: Activity) -> None:
        """From a notification: its line in the pane, and its result; a folder is not opened unasked."""
        if not self.shown:
            self._show()
        self.pane.take_focus()
        self.pane.look()
        self.pane.go_to(one)
        if one.place.file is None and one.shows:
            self.show_result(one)

    @Slot(object)
    def show_result(self, one: Activity) -> None:
        """*Show*: the page, the folder of the file, the job, the PLR window, or what went wrong."""
        window, place = self._window, one.place
        if one.error is not None:
            window.messages.show(one.error)
        elif one.report:
            window.messages.show_report(one.report)
        elif place.job:
            window.imports.work.open(place.job)
        elif place.plr:
            self._show_plr()
        elif place.file is not None:
            self._show_folder(place.file)
        elif place.page:
            window.show_page(place.page)
            window.row.to_page()

    def _show_plr(self) -> None:
        plr = self._window.plr.window
        if plr is None or not plr.isVisible():
            gone = InputError(
                "The Attainments (PLR) window was closed, and what it held is gone.",
                hint="Select the learners and download again.",
            )
            self._window.messages.show(gone)
            return
        to_front(plr)

    def _show_folder(self, file: Path) -> None:
        def look(context: TaskContext) -> Path:
            if not file.exists():
                raise InputError(
                    f"{file.name} is no longer where it was written.",
                    hint="Look for it where it was moved to, or export again.",
                )
            return file.parent

        self._window.runner.run(look, lane=Lane.CHECK, done=self._folder_known)

    @Slot(object)
    def _folder_known(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
