"""The whole program as a child process of `bench_program`: started as by its command, watched from a timer.

`start`: says `shown` once the first rows are painted and the window answers, then leaves. `memory`: says the memory
of an empty window, then of one with all learners after scrolling, sorting and Ctrl-A. `load`: says the memory of an
empty window, then the most that there was until a file was loaded. `leave`: begins a download,
and once four calls are under way leaves as a user would; says the moment of the answer that made it leave.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from ui import main

main.opening()  # in the program's own order, before the Qt that watches it

# isort: split
from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from ui.window import application  # noqa: E402


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def start(data: str) -> int:
    """Leaves by itself: how long that takes is not measured here."""
    app = application()
    timer = QTimer(interval=1)

    def look() -> None:
        window = main_window()
        if window is None or not window.learners.grid.count or window.learners.grid.model().row(0) is None:
            return
        timer.stop()
        window.repaint()
        # Behind everything that is queued: the window takes keys and clicks now.
        QTimer.singleShot(0, window, lambda: (say("shown"), window.leave()))

    timer.timeout.connect(look)
    timer.start()
    status = main.main(["--data", data])
    del app
    return status


def main_window():
    for widget in QApplication.topLevelWidgets():
        if widget.objectName() == "main_window" and widget.isVisible():
            return widget
    return None


def memory(empty: str, full: str, learners: str) -> int:
    from tests.bench.playing import on_folder, play

    play(on_folder(_folder(empty)), _look_around)
    say("empty", resident_mib())
    play(on_folder(_folder(full)), lambda window: _go_through(window, int(learners)))
    return 0


def _folder(path: str):
    from app.folders import DataFolder

    return DataFolder(Path(path))


def _look_around(window) -> Iterator:
    from ui.tour.player import Act, Until

    yield Until(lambda: not window.runner.is_busy() and not window.learners.grid.is_loading, "the window at rest")
    yield Act(window.repaint)
    yield Act(lambda: say("window", resident_mib()))


def _go_through(window, learners: int) -> Iterator:
    """From one end to the other and back, sorted two ways, everything selected: what a morning does."""
    from ui.tour.player import Act, Until, click, press

    grid = window.learners.grid
    bar = grid.verticalScrollBar()

    def rest() -> bool:
        return not window.runner.is_busy() and not grid.is_loading

    yield Act(window.activateWindow)
    yield Until(lambda: grid.count == learners and rest(), "learners", 120)
    say("opened", resident_mib())
    for _ in range(2):
        for step in (*range(201), *range(200, -1, -4)):
            yield Act(lambda step=step: bar.setValue(bar.maximum() * step // 200))
            yield Until(rest, "the page", 60)
        say("scrolled", resident_mib())
        yield Act(lambda: grid.sort_by("tutor_group", descending=True))
        yield Until(rest, "the sort", 120)
        yield Act(lambda: click(grid.viewport()))
        yield Act(lambda: press("Ctrl+A", window))
        yield Until(lambda: grid.selected_count == learners and window.learners.pane.settled and rest(), "all", 120)
        say("selected", resident_mib())
        yield Act(lambda: grid.sort_by("family_name"))
        yield Until(rest, "the sort", 120)
    yield Act(window.repaint)
    yield Act(lambda: say("full", resident_mib()))


def load(data: str, path: str) -> int:
    from tests.bench.bench_load_window import at_rest, left, loaded, previewed
    from tests.bench.playing import on_folder, play
    from ui.tour.player import Act

    def steps(window) -> Iterator:
        yield from at_rest(window)
        yield Act(lambda: say("window", resident_mib()))
        yield from previewed(window, Path(path))
        yield from loaded(window)
        yield Act(lambda: say("most", resident_mib("VmHWM")))
        yield from left()

    play(on_folder(_folder(data)), steps)
    return 0


def resident_mib(which: str = "VmRSS") -> float:
    """Now, or with "VmHWM" the most that there was."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(which)


def leave(data: str) -> int:
    """The download is begun by keys, the question answered by a click."""
    import time

    from ui.tour.player import Act, Player, Until, click, named, press

    app = application()

    def steps() -> Iterator:
        yield Until(lambda: main_window() is not None, "the window", 60)
        window = main_window()
        grid = window.learners.grid
        yield Act(window.activateWindow)
        yield Until(lambda: grid.count and not grid.is_loading and not window.runner.is_busy(), "learners", 60)
        yield Act(lambda: click(grid.viewport()))
        yield Act(lambda: press("Ctrl+A", window))
        yield Act(lambda: press("Ctrl+D", window))
        yield Until(lambda: len(window.context.plr.keys_since(0)[1]) == 4, "four calls under way", 60)
        yield Act(window.leave)
        yield Until(lambda: QApplication.activeModalWidget() is not None, "the question")
        button = named("leave", QApplication.activeModalWidget())

        def answer() -> None:
            say("leaving", time.monotonic())
            click(button)

        yield Act(answer)

    # Not `quit`: it would close the windows, and ask. The program ends by itself.
    player = Player(steps(), lambda: None, app)
    player.start()
    status = main.main(["--data", data])
    if player.problem is not None:
        raise player.problem
    return status


if __name__ == "__main__":
    which, *arguments = sys.argv[1:]
    sys.exit({"start": start, "memory": memory, "load": load, "leave": leave}[which](*arguments))
