"""Python's collector, in the window's thread only: in a task's thread it may delete Qt objects, which is a crash.

What a start made (modules, the window) stays as long as the program. It is gone through once, when the window stands,
and set aside: a full collection while a file is loaded would else hold the window for a tenth of a second.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1_000


class Collector(QObject):
    """Looks once a second whether a generation is due, by Python's own thresholds, and collects it here."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._settled = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        if not self._settled:
            self._settled = True
            gc.collect()
            self.set_aside()
            return
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [number for number in (0, 1, 2) if counts[number] > thresholds[number] > 0]
        if due:
            gc.collect(max(due))

    def set_aside(self) -> None:
        """What is here now stays: it need not be walked again and again."""
        gc.freeze()

    def stop(self) -> None:
        """Leave collecting as it was found."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
