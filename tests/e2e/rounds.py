"""A child process of test_stress: does the same thing many times and says what it cost, as one JSON document.

`downloads N INFO`: start a download, cancel it, close its window, in one window. `windows N`: the whole window, from
opening the data folder to closing the database.
"""

import gc
import json
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import config, demo
from ui import commands
from ui.tour.player import Act, Player, Step, Until, click, named, press
from ui.window import application, opened, real_context

OPTIONS = Namespace(data=None, database="")
LEARNERS = 100


def resident_kb() -> int:
    """The memory in use, in kB; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def sample() -> dict[str, int]:
    gc.collect()
    files = Path("/proc/self/fd")
    return {
        "threads": len(os.listdir("/proc/self/task")) if files.exists() else threading.active_count(),
        "files": len(os.listdir(files)) if files.exists() else 0,
        "kb": resident_kb(),
        "objects": len(gc.get_objects()),
    }


def download_steps(window, rounds: int, samples: list[dict[str, int]]) -> Iterator[Step]:
    """Each round meets the download at another moment: before the first answer, in the middle, near its end."""
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0 and not window.runner.is_busy(), "learners in the grid")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.grid.selected_count == window.learners.shown, "every row selected")
    for number in range(rounds):
        yield from one_round(window, number)
        if number % 10 == 9:
            samples.append(sample())


def closing() -> QWidget | None:
    """The button that closes, once the question is seen: it is in front a moment before its buttons are."""
    question = QApplication.activeModalWidget()
    button = None if question is None else question.findChild(QWidget, "close")
    return button if button is not None and button.isVisible() else None


def one_round(window, number: int) -> Iterator[Step]:
    ready = window.actions_.action("plr.download").isEnabled
    yield Act(window.activateWindow)
    yield Until(lambda: window.isActiveWindow() and ready(), "the window in front")
    yield Act(lambda: press("Ctrl+D", window))
    yield Until(lambda: window.plr.window is not None and window.plr.window.isVisible(), "the PLR window")
    page = window.plr.window.page
    visible = page.window().isVisible
    some = (0, 1, 7, 30, 95)[number % 5]
    yield Until(lambda: page.session.state()[0] >= some or not page.busy, f"{some} answers")
    if number % 2 and page.busy:
        yield Act(page.cancel)
        yield Until(lambda: not page.busy, "the end of the download")
    yield Act(lambda: click(named("plr_close", page.window())))
    yield Until(lambda: not visible() or closing() is not None, "the closing question")
    if (button := closing()) is not None:
        yield Act(lambda: click(button))
    yield Until(lambda: not visible() and not window.runner.is_busy(), "everything to end")


def downloads(rounds: int, info: dict[str, str]) -> list[dict[str, int]]:
    folder = commands.folder_of(Namespace(data=None))
    folder.make()
    config.save(folder.path, demo.settings_for(info))
    samples: list[dict[str, int]] = []
    app = application()
    with real_context(OPTIONS) as context:
        demo.fill(context.db, LEARNERS, held=False)
    with real_context(OPTIONS) as context, opened(context) as window:
        player = Player(download_steps(window, rounds, samples), lambda: app.exit(0), window)
        player.start()
        app.exec()
        if player.problem is not None:
            raise player.problem
    return samples


class Leaver(QObject):
    """Closes the window as soon as its grid is filled, or at once, every other time."""

    def __init__(self, window, at_once: bool) -> None:
        super().__init__(window)
        self.window = window
        self.at_once = at_once
        self.timer = QTimer(self, interval=5)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        if self.at_once or not self.window.runner.is_busy():
            self.timer.stop()
            self.window.leave()


def windows(rounds: int) -> list[dict[str, int]]:
    samples: list[dict[str, int]] = []
    app = application()
    for number in range(rounds):
        with real_context(OPTIONS) as context, opened(context) as window:
            Leaver(window, number % 2 == 1)
            app.exec()
        window.deleteLater()
        if window.plr.window is not None:
            window.plr.window.deleteLater()
        del window, context
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if number % 10 == 9:
            samples.append(sample())
    return samples


def main() -> int:
    what, rounds, *rest = sys.argv[1:]
    if what == "downloads":
        samples = downloads(int(rounds), json.loads(Path(rest[0]).read_text(encoding="utf-8")))
    else:
        samples = windows(int(rounds))
    commands.say(json.dumps(samples))
    return 0


if __name__ == "__main__":
    sys.exit(main())
