"""The figures of Home: read in a task, drawn one after another so that the window goes on between two."""

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.changes import Topic
from app.context import AppContext
from app.tasks import TaskContext
from ui.follower import Follower
from ui.look.tokens import theme
from ui.pages.home_tiles import FlowGrid
from ui.plots.plot_card import PlotCard
from ui.plots.words import PLOTS
from ui.workers import Lane, Task, TaskRunner

if TYPE_CHECKING:
    from app.figures import Figure

TOPICS = frozenset(
    {Topic.EXTRACTS, Topic.SYNC_RUNS, Topic.LMS_COURSES, Topic.ENROLMENTS, Topic.ATTAINMENTS, Topic.LEARNERS}
)
"""What changes a figure."""
NARROWEST = 460


class HomePlots(FlowGrid):
    """Two cards beside each other, or one; `next_wanted` carries the page that an empty one leads to."""

    next_wanted = Signal(str)
    said = Signal(str)

    def __init__(self, context: AppContext, runner: TaskRunner, parent: QWidget) -> None:
        super().__init__(parent, most=2, narrowest=NARROWEST)
        self.setObjectName("home_plots")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._context = context
        self._cards = {plot: PlotCard(plot, self) for plot in PLOTS}
        for one in self._cards.values():
            one.hide()
            one.next_wanted.connect(self.next_wanted)
            one.said.connect(self.said)
        self._follower = Follower(runner, self._ask, self._show, self, Lane.HOME)
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._draw_one)
        theme().changed.connect(self._next.start)

    @property
    def settled(self) -> bool:
        """Whether everything is read and drawn."""
        return self._follower.settled and not self._next.isActive() and self._undrawn() is None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._next.start()  # unseen, nothing is drawn: not in the colours of a theme that has come meanwhile either

    def card(self, plot: str) -> PlotCard:
        return self._cards[plot]

    def look(self) -> None:
        """Read the figures anew."""
        self._follower.look()

    def look_soon(self) -> None:
        """As `look`, a moment after the last of several changes."""
        self._follower.look_soon()

    def _ask(self) -> Task:
        db, user = self._context.db, self._context.user

        def read(context: TaskContext) -> "list[Figure]":
            from app import figures

            with db.read(context) as tx:
                found = figures.figures(db, tx, user)
            import_module("ui.plots.bars")  # here, since it takes long: it brings pyqtgraph and numpy
            return found

        return read

    def _show(self, found: "list[Figure]") -> None:
        for one in found:
            self._cards[one.plot].show_figure(one)
        self.place([self._cards[one.plot] for one in found])
        self._next.start()

    def _undrawn(self) -> PlotCard | None:
        return next((one for one in self._cards.values() if one.waits), None)

    @Slot()
    def _draw_one(self) -> None:
        card = self._undrawn()
        if card is not None and self.isVisible():
            card.draw()
            self._next.start()
