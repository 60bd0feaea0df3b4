"""The window closes and opens anew in the same program: after the database was moved or a copy restored."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from ui import window
from ui.main import _parser
from ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Hand(QObject):
    """Restarts the first window that stands and closes the second one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[MainWindow] = []
        self._timer = QTimer(self, interval=20)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        for one in QApplication.topLevelWidgets():
            if isinstance(one, MainWindow) and one.isVisible() and one not in self.seen and not one.runner.is_busy():
                self.seen.append(one)
                if len(self.seen) == 1:
                    one.database.restart()
                else:
                    self._timer.stop()
                    one.close()


@pytest.mark.expects_log  # what Qt says about a screen that is none
def test_restart_closes_the_window_and_opens_another_one(tmp_path: Path, qapp: QApplication):
    hand = Hand()
    options = _parser().parse_args(["--data", str(tmp_path / "data")])
    assert window.run(options) == 0
    assert len(hand.seen) == 2
    assert hand.seen[0] is not hand.seen[1]
