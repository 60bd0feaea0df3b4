"""A window of the program in this process, played by steps as in the tour (real keys and clicks)."""

import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from app.context import AppContext
from app.folders import DataFolder
from app.tasks import now
from ui.main_window import MainWindow
from ui.tour.player import Act, Player, Step, Until
from ui.window import application, opened, real_context

Steps = Callable[[MainWindow], Iterator[Step]]


def play(context: AbstractContextManager[AppContext], steps: Steps) -> None:
    """Open the window, play the steps, leave. Raises what a step raised."""
    app = application()
    with context as one, opened(one) as window:
        player = Player(steps(window), lambda: app.exit(0), window)
        player.start()
        app.exec()
        window.end_tasks()
        window.close_for_good()
        if player.problem is not None:
            raise player.problem


def on_folder(folder: DataFolder) -> AbstractContextManager[AppContext]:
    """A run on that data folder."""
    return real_context(Namespace(data=folder.path, database=""))


def until(true: Callable[[], object], every_ms: int = 1) -> None:
    """Run the event loop until it is so."""
    loop = QEventLoop()
    timer = QTimer()
    timer.setInterval(every_ms)
    timer.timeout.connect(lambda: loop.quit() if true() else None)
    timer.start()
    loop.exec()


class Stopwatch:
    """From an act to its effect, inside a play: the loop of `until` would play the next steps meanwhile."""

    def __init__(self, act: Callable[[], object], true: Callable[[], object], then: Callable[[], object]) -> None:
        self.milliseconds: float | None = None
        self._true, self._then = true, then
        self._timer = QTimer()
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._started = now()
        act()

    def _look(self) -> None:
        if self.milliseconds is None and self._true():
            self._then()
            self.milliseconds = (now() - self._started) * 1000
            self._timer.stop()


def timed(
    act: Callable[[], object], true: Callable[[], object], then: Callable[[], object], into: list[float]
) -> Iterator[Step]:
    """Steps that act, wait until it is so, and add the milliseconds between, `then` (a repaint) included."""
    watches: list[Stopwatch] = []
    yield Act(lambda: watches.append(Stopwatch(act, true, then)))
    yield Until(lambda: watches and watches[0].milliseconds is not None, "the effect", 60)
    assert watches[0].milliseconds is not None
    into.append(watches[0].milliseconds)
