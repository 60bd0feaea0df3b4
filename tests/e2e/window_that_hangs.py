"""A child process of test_notes: the whole program, whose window's thread stops answering, or crashes, or neither.

`hang`: blocked until a byte comes on standard input, then left. `crash`: the interpreter itself ends. `look`: says
what the start has to tell, and leaves.
"""

import faulthandler
import sys
import threading

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from ui import commands, hang_watch
from ui.dialogs.unexpected_error import LastTimeDialog
from ui.main import main
from ui.main_window import MainWindow
from ui.window import application


class Child(QObject):
    def begin(self) -> None:
        """Once the loop of the program turns: while the database is opened, events are served already."""
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
        if not windows:
            QTimer.singleShot(10, self, self.begin)
            return
        self.window = windows[0]
        what = sys.argv[1]
        if what == "crash":
            commands.say("crashing")
            faulthandler._sigsegv()
        elif what == "look":
            dialogs = [one for one in QApplication.topLevelWidgets() if isinstance(one, LastTimeDialog)]
            commands.say(" | ".join(one.accessibleName() for one in dialogs) or "nothing")
            for one in dialogs:
                one.copy_report()
                commands.say(QApplication.clipboard().text())
            self.window.leaving.now()
        else:
            # The watch begins when the loop has turned once.
            QTimer.singleShot(round(hang_watch.BEAT_SECONDS * 1_500), self, self.block_the_window_for_1234567890)

    def block_the_window_for_1234567890(self) -> None:
        commands.say("blocked")
        sys.stdin.read(1)
        commands.say("free")
        QTimer.singleShot(round(hang_watch.BEAT_SECONDS * 2_500), self.window, self.window.leaving.now)


if __name__ == "__main__":
    hang_watch.BEAT_SECONDS = 0.2  # a hang is a second then
    threading.current_thread().name = "main"
    application()
    child = Child()
    QTimer.singleShot(0, child, child.begin)
    sys.exit(main([]))
