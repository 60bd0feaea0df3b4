"""The page Home: what needs attention, each count leading to its list; the month as a list; figures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.changes import Changes
from app.context import AppContext
from app.dates import shown_time
from app.learners import search
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.pages import home_words
from ui.pages.home_month import MonthCard
from ui.pages.home_plots import TOPICS, HomePlots
from ui.pages.home_tiles import MatterTiles
from ui.workers import Lane, Task, TaskRunner

if TYPE_CHECKING:
    from app.attention import Waiting
    from app.month_list import Line

AGAIN_MS = 5 * 60 * 1000
"""Things fall overdue by themselves: so often the page is read anew while it is seen."""


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    waiting: "list[Waiting]"
    month: "list[Line]"
    learners: bool
    """Whether there are any."""


class HomePage(QWidget):
    """`matter_wanted` and `step_wanted` carry what was pressed; `changed` when the status bar has other words."""

    matter_wanted = Signal(str)
    step_wanted = Signal(str)
    changed = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("home")
        self.setAccessibleName(tr("Home"))
        self._context, self._runner = context, runner
        self._ends: datetime | None = None
        self._steps_left = 0
        self._read: _Read | None = None
        self._stale, self._wants_focus = True, False
        self._build()
        self._follower = Follower(runner, self._ask, self._show, self, Lane.HOME)
        self._timer = QTimer(self, interval=AGAIN_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        hub.announced.connect(self._announced)
        refresh = QShortcut(QKeySequence("F5"), self, self.refresh)
        refresh.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        area = scrolling(inside, "home_area", sideways=False, ground=Role.WINDOW)
        area.setAccessibleName(tr("What needs attention"))
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 0, 8, 8)  # in here, so that the ring of the focus has room
        self._column.setSpacing(8)
        self._column.addLayout(self._head())
        self.tiles = MatterTiles(inside)
        self.tiles.wanted.connect(self.matter_wanted)
        self._column.addWidget(self.tiles)
        self._column.addWidget(self._nothing())
        self.month = MonthCard(inside)
        self.month.wanted.connect(self.step_wanted)
        self._column.addWidget(self.month)
        self.plots = HomePlots(self._context, self._runner, inside)
        self._column.addWidget(self.plots, 1)
        for flow in (self.tiles, self.month.flow):
            flow.moved.connect(area.ensureWidgetVisible)
        whole.addWidget(area, 1)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(6, 4, 6, 0)
        row.addWidget(text_label(tr("What needs attention"), Type.PANE_TITLE), 1)
        self._as_of = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="home_as_of")
        row.addWidget(self._as_of)
        return row

    def _nothing(self) -> QWidget:
        """What stands where no tile does."""
        self._calm = card = Card(padding=12, name="home_calm")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(IconLabel(Icon.CHECK_CIRCLE, Role.GOOD, 20, parent=card))
        self._calm_text = text_label("", Type.BODY, wrap=True)
        row.addWidget(self._calm_text, 1)
        card.column.addLayout(row)
        card.hide()
        return card

    # Reading

    @property
    def settled(self) -> bool:
        """False while something is being read."""
        return self._follower.settled and self.plots.settled and not self._stale

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Count anew, in a task."""
        self._stale = False
        self._follower.look()
        self.plots.look()

    @Slot()
    def _tick(self) -> None:
        if self.isVisible():
            self._follower.look()
        else:
            self._stale = True

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        """What is shown may be out of date: it is read at once if it is seen, else when it is."""
        if not self.isVisible():
            self._stale = True
            return
        self._follower.look_soon()
        if changes.topics & TOPICS:
            self.plots.look_soon()

    def _ask(self) -> Task:
        db, user = self._context.db, self._context.user

        def read(context: TaskContext) -> _Read:
            # Imported here: it knows the queries of every page, and nobody waits for those in the window's thread.
            from app import attention, month_list

            with db.read(context) as tx:
                waiting = attention.waiting(db, tx, user)
                month = month_list.lines(tx, user, waiting, date.today())
                return _Read(db.now(tx), waiting, month, search.any_learner(tx))

        return read

    # Showing

    @Slot(object)
    def show_certificate(self, ends: datetime | None) -> None:
        """When the college's certificate ends, for those it concerns."""
        self._ends = ends
        if self._read is not None:
            self._show(self._read)

    @Slot(int)
    def show_setting_up(self, left: int) -> None:
        """How many steps of setting up are left, for those who may take them."""
        self._steps_left = left
        if self._read is not None:
            self._show(self._read)

    def _show(self, found: _Read) -> None:
        self._read = found
        matters = [home_words.of_matter(one, date.today()) for one in found.waiting if one.number]
        further = (
            home_words.of_certificate(self._ends, datetime.now(UTC)),
            self._licence(),
            home_words.of_setting_up(self._steps_left),
        )
        matters += [one for one in further if one is not None]
        self.tiles.show_matters(matters)
        self.tiles.setVisible(bool(matters))
        self._calm.setVisible(not matters)
        calm = tr("Nothing waits for you.")
        nobody = tr("No learners yet: load the return, the first step of the month, to begin.")
        self._calm_text.setText(calm if found.learners else nobody)
        self.month.show_lines(found.month, date.today())
        self._as_of.setText(tr("as of {moment}", moment=shown_time(found.at)))
        if self._wants_focus:
            self.take_focus()
        self.changed.emit()

    def take_focus(self) -> None:
        """The first tile has the keyboard, or the first step of the month where there is no tile: at once, or as soon
        as there is one."""
        self._wants_focus = not (self.tiles.take_focus() or self.month.flow.take_focus())

    def _licence(self) -> home_words.Shown | None:
        return home_words.of_licence(self._context.rights, date.today())

    def status_words(self) -> list[str]:
        """For the status bar: how many things wait."""
        if self._read is None:
            return []
        number = sum(1 for one in self._read.waiting if one.number)
        return [plural(number, "{n} thing needs attention", "{n} things need attention")]
