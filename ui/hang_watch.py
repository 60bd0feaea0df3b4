"""Notices when the window's thread does not answer for ten seconds, and notes down where every thread is.

The thread counts beats of its own, not time: of a laptop that slept it sees one late beat, not ten missed ones.
"""

import logging
import threading

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app import __version__, crash_notes, logs

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
MISSED = 5
"""So many beats without an answer are a hang."""


class HangWatch(QObject):
    """One note per hang. Costs two wake-ups every two seconds; begins when the event loop first turns."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._answers = 0
        self._window_thread = threading.get_ident()
        self._end = threading.Event()
        self._timer = QTimer(self, interval=round(BEAT_SECONDS * 1_000), timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._answer)
        self._timer.start()
        self._thread = threading.Thread(target=self._watch, name="hang watch", daemon=True)
        self._thread.start()

    @Slot()
    def _answer(self) -> None:
        self._answers += 1

    def _watch(self) -> None:
        seen = missed = 0
        while not self._end.wait(BEAT_SECONDS):
            if self._answers != seen or self._answers == 0:
                if missed >= MISSED:
                    logger.warning("The window answers again after some %d s", missed * BEAT_SECONDS)
                seen, missed = self._answers, 0
                continue
            missed += 1
            if missed == MISSED:
                self._note()

    def _note(self) -> None:
        seconds = MISSED * BEAT_SECONDS
        words = f"{crash_notes.HANG} for {seconds:.0f} seconds (version {__version__}).\n"
        logs.note(f"{words}{crash_notes.stacks(self._window_thread)}\n")  # first: it may be ended by force any time
        logger.warning("The window has not answered for %d s; see %s", seconds, logs.CRASH_FILE_NAME)

    def stop(self) -> None:
        """End the watch and its thread."""
        self._timer.stop()
        self._end.set()
        self._thread.join()
