"""A plugin of pytest: every task begins late and its end is told late, as on a machine busy with something else.

`python -m pytest -p tests.late_tasks tests/ui` finds tests, and windows, that count on a task to be quick.
"""

import random
from threading import Event
from typing import Any

from app.tasks import TaskContext
from ui.workers import Task, TaskThread

MOST_S = 0.15
_chance = random.Random()
_nothing = Event()


def pytest_configure() -> None:
    begin = TaskThread.run

    def late(task: Task, context: TaskContext) -> Any:
        _nothing.wait(_chance.random() * MOST_S)
        try:
            return task(context)
        finally:
            _nothing.wait(_chance.random() * MOST_S)

    def run(thread: TaskThread) -> None:
        task = thread._task
        if task is not None:
            thread._task = lambda context: late(task, context)
        begin(thread)

    TaskThread.run = run  # type: ignore[method-assign]
