"""A child process of test_single_instance: the whole program, which says when its window is there, minimised, and
each time it was brought to the front again, and minimised once more."""

import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from ui import commands
from ui.main import main
from ui.main_window import MainWindow
from ui.window import application


class Watcher(QObject):
    def begin(self) -> None:
        """As soon as the window is there: while the database is opened, events are served already."""
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
        if not windows:
            QTimer.singleShot(10, self, self.begin)
            return
        self.window = windows[0]
        self.window.installEventFilter(self)
        self.away("minimised")

    def away(self, word: str) -> None:
        self.is_away = True
        self.window.showMinimized()
        assert self.window.isMinimized()
        commands.say(word)

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowStateChange and self.is_away and not self.window.isMinimized():
            self.is_away = False
            # The platform reports the change once more, a turn of the loop later.
            QTimer.singleShot(100, self, lambda: self.away("in front"))
        return False


if __name__ == "__main__":
    application()
    watcher = Watcher()
    QTimer.singleShot(0, watcher, watcher.begin)
    sys.exit(main(sys.argv[1:]))
