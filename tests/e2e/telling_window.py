"""A window that tells the desktop something, for `notified.py`: says `pressed` once that was pressed there, and ends;
else after SECONDS."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui.notifying import Desktop

SECONDS = 60


def main() -> None:
    app = QApplication(sys.argv[:1])
    window = QWidget()
    window.show()
    desktop = Desktop(window)

    def pressed() -> None:
        sys.stdout.write("pressed\n")
        desktop.take_back()
        app.quit()

    desktop.clicked.connect(pressed)
    desktop.tell("Synchronise: Done", "Press to go to the result.")
    QTimer.singleShot(SECONDS * 1000, app, app.quit)
    app.exec()


if __name__ == "__main__":
    main()
