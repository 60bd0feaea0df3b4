"""Pages and dialogs are imported soon after the start, in a task: whoever opens one first would else wait for its
modules, up to a fifth of a second in which the window does not answer."""

import pkgutil
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Slot

import ui.dialogs
import ui.pages
from app.tasks import TaskContext
from ui.collector import Collector
from ui.workers import Lane, TaskRunner

AFTER_MS = 1_500
"""The start has its first rows by then."""
_PAUSE = 0.01


class Warm(QObject):
    """Once, some moments after the window stands."""

    def __init__(self, parent: QObject, runner: TaskRunner, collector: Collector) -> None:
        super().__init__(parent)
        self._runner, self._collector = runner, collector
        QTimer.singleShot(AFTER_MS, self, self._start)

    @Slot()
    def _start(self) -> None:
        self._runner.run(import_what_is_opened_later, lane=Lane.WARM, done=self._imported)

    @Slot(object)
    def _imported(self, _: object) -> None:
        self._collector.set_aside()


def import_what_is_opened_later(context: TaskContext) -> None:
    """Every page, every dialog and the Attainments (PLR) window; raises Cancelled between two of them."""
    names = [
        f"{package.__name__}.{one.name}"
        for package in (ui.pages, ui.dialogs)
        for one in pkgutil.iter_modules(package.__path__)
    ]
    for name in ("ui.plr_window", *names):
        import_module(name)
        context.wait(_PAUSE)
