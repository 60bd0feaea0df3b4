"""What a stranger who followed CONTRIBUTING.md would do next: press the keys. Run in a copy of the project with the
blocks of that document in it; prints what was seen as one line of JSON.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from ui.main_window import MainWindow
from ui.tour.player import Act, Player, Step, Until, press
from ui.window import application, opened, real_context

Seen = dict[str, object]


def steps(window: MainWindow, seen: Seen) -> Iterator[Step]:
    window.activateWindow()
    yield Until(window.isActiveWindow, "the window")
    yield Until(lambda: window.learners.shown > 0 and not window.runner.is_busy(), "the learners")
    yield Act(lambda: press("Ctrl+Alt+G"))
    yield Until(lambda: _said(window) != "", "what the action says")
    seen["said"] = _said(window)
    # The page, by its name in the command search.
    yield Act(lambda: press("Alt+Q"))
    yield Act(lambda: QTest.keyClicks(QApplication.focusWidget(), "campuses"))
    yield Act(lambda: QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return))
    yield Until(lambda: window.page.name == "campuses", "the page")
    grid = window.page.grid
    yield Until(lambda: not grid.is_loading and grid.count > 0, "the grid")
    model = grid.model()
    yield Until(lambda: model.index(0, 1).data() not in {None, ""}, "a page of rows")
    columns = range(1, model.columnCount())  # beside the boxes of the selection
    seen["titles"] = [model.headerData(at, Qt.Orientation.Horizontal) for at in columns]
    seen["rows"] = [[str(model.index(row, at).data()) for at in columns] for row in range(grid.count)]


def _said(window: MainWindow) -> str:
    """What the status bar says of tutor groups."""
    said = (one.text() for one in window.status.findChildren(QLabel) if one.isVisible())
    return next((text for text in said if "tutor group" in text), "")


def main(data: Path) -> int:
    app = application()
    options = argparse.Namespace(data=data, database="")
    seen: Seen = {}
    with real_context(options) as context, opened(context) as window:
        loop = QEventLoop()
        player = Player(steps(window, seen), loop.quit, window)
        player.start()
        loop.exec()
        problem = player.problem
    app.processEvents()
    print(json.dumps(seen if problem is None else {"problem": str(problem), **seen}))
    return 0 if problem is None else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
