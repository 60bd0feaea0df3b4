"""A child process of test_leaving: the window in the middle of a download, one of its questions open if asked to.

Says "busy" when it is; whatever ends it comes from outside.
"""

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

OPTIONS = Namespace(data=None, database="")


def steps(window, what: str) -> Iterator[Step]:
    yield Act(window.activateWindow)
    yield Until(lambda: window.learners.shown > 0 and not window.runner.is_busy(), "learners in the grid")
    yield Act(lambda: click(window.learners.grid.viewport()))
    yield Act(lambda: press("Ctrl+A", window))
    yield Until(lambda: window.learners.grid.selected_count == window.learners.shown, "every row selected")
    yield Act(lambda: press("Ctrl+D", window))
    yield Until(lambda: window.plr.window is not None and window.plr.window.isVisible(), "the PLR window")
    page = window.plr.window.page
    yield Until(lambda: page.session.state()[0] > 3, "the first answers")
    if what != "busy":
        ask = {"asking": lambda: click(named("plr_close", page.window())), "quitting": window.close}[what]
        yield Act(ask)
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the question")
    assert page.busy
    commands.say("busy")
    yield Until(lambda: False, "the end from outside", 60)


def main() -> int:
    info = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = commands.folder_of(Namespace(data=None))
    folder.make()
    config.save(folder.path, demo.settings_for(info))
    app = application()
    with real_context(OPTIONS) as context:
        demo.fill(context.db, 100, held=False)
    with real_context(OPTIONS) as context, opened(context) as window:
        player = Player(steps(window, sys.argv[2]), lambda: app.exit(9), window)
        player.start()
        status = app.exec()
        if player.problem is not None:
            raise player.problem
    return status


if __name__ == "__main__":
    sys.exit(main())
