"""A child process of test_commands: the window on an empty folder, which says when it can be seen."""

import sys
from argparse import Namespace

from PySide6.QtCore import QTimer

from ui import commands
from ui.window import application, opened, real_context


def main() -> int:
    app = application()
    with real_context(Namespace(data=None, database="")) as context, opened(context) as window:
        QTimer.singleShot(0, window, lambda: commands.say("shown"))
        return int(app.exec())


if __name__ == "__main__":
    sys.exit(main())
