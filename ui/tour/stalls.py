"""How late the window's thread was: the lateness of a 5 ms timer, from the first paint on."""

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.tasks import now

PERIOD = 0.005


class StallMeter(QObject):
    """Collects lateness in seconds while it runs; `skip` leaves the tour's own picture taking out."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._late: list[float] = []
        self._last: float | None = None
        self._timer = QTimer(self, interval=int(PERIOD * 1000))
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._last = None
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def skip(self) -> None:
        """What happened since the last tick is not the program's doing."""
        self._last = None

    @Slot()
    def _tick(self) -> None:
        moment = now()
        if self._last is not None:
            self._late.append(max(0.0, moment - self._last - PERIOD))
        self._last = moment

    def longest_ms(self) -> float:
        return round(max(self._late, default=0.0) * 1000, 1)

    def p99_ms(self) -> float:
        if not self._late:
            return 0.0
        return round(sorted(self._late)[int(len(self._late) * 0.99)] * 1000, 1)
