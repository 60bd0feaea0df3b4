"""A child process of test_privacy: opens the real window, downloads for everybody, closes without Update."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import config, demo
from ui import commands
from ui.tour.player import Act, Player, Step, Until, click, named, press
from ui.window import application, opened, real_context


def steps(window) -> Iterator[Step]:
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0, "learners in the grid")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.grid.selected_count == window.learners.shown, "every row selected")
    yield Act(lambda: press("Ctrl+D", window))
    yield Until(lambda: window.plr.window is not None and window.plr.window.isVisible(), "the PLR window")
    page = window.plr.window.page
    yield Until(lambda: page.last_download is not None and not page.busy, "the download", 120)
    commands.say(f"downloaded {page.record_count()} {page.last_download.stopped}")
    assert page.record_count() > 100
    yield Act(lambda: click(named("plr_close", page.window())))
    yield Until(lambda: QApplication.activeModalWidget() is not None, "the closing question")
    yield Act(lambda: click(named("close")))
    yield Until(lambda: not page.window().isVisible(), "the PLR window to close")


def main() -> int:
    info = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = commands.folder_of(Namespace(data=None))
    folder.make()
    config.save(folder.path, demo.settings_for(info))
    app = application()
    options = Namespace(data=None, database="")
    with real_context(options) as context:
        demo.fill(context.db, int(sys.argv[2]), held=False)  # what was held before would be found, and rightly so
    with real_context(options) as context, opened(context) as window:
        player = Player(steps(window), lambda: app.exit(0), window)
        player.start()
        app.exec()
        if player.problem is not None:
            raise player.problem
    return 0


if __name__ == "__main__":
    sys.exit(main())
