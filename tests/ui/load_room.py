"""Files of learners on the disk, and the dialog that loads them, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from sqlalchemy import func, select

from app.context import AppContext
from app.db.file_tables import file_job, file_row
from app.db.tables import learner
from app.learners import load, load_apply, load_file
from app.tasks import TaskContext
from tests.files.builders import Learner, ilr
from tests.ui.dialog_room import open_context
from ui.workers import TaskRunner

UKPRN = "99999999"


@contextmanager
def loading_context(folder: Path) -> Iterator[AppContext]:
    """A context of the college that the files of `tests/files/builders.py` are from."""
    from dataclasses import replace

    with open_context(folder) as context:
        college = replace(context.settings.college, ukprn=UKPRN)
        yield replace(context, settings=replace(context.settings, college=college))


def write(folder: Path, name: str, body: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def bring(context: AppContext, path: Path, *learners: Learner) -> load_apply.LoadSummary:
    """Load an ILR of these learners, without a window."""
    path.write_text(ilr(*learners), encoding="utf-8")
    kind = load_file.kind_of(path)
    reading = load_file.reading(TaskContext(), path, kind)
    seen = load.preview(TaskContext(), context.db, context.user, path, reading, load.LoadOptions(UKPRN))
    return load_apply.apply(TaskContext(), context.db, context.user, seen.job_id, frozenset())


def done(qtbot: Any, runner: TaskRunner) -> None:
    """Until no task is at work and what they left was taken in."""
    for _ in range(3):
        qtbot.waitUntil(lambda: not runner.is_busy(), timeout=30_000)
        QApplication.processEvents()


def held(context: AppContext, ref: str) -> Any:
    with context.db.read() as tx:
        return tx.execute(select(learner).where(learner.c.ref == ref)).one()


def number_of(context: AppContext, table: Any = learner) -> int:
    with context.db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def left_behind(context: AppContext) -> tuple[int, int]:
    return number_of(context, file_job), number_of(context, file_row)


@contextmanager
def opening(loading: Any, path: Path) -> Iterator[None]:
    """While the block runs, answer the file dialog of `loading` with the name of `path`, and Return."""
    loading.folder = path.parent
    timer, typed = QTimer(interval=30), list[str]()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog) or not isinstance(edit := dialog.focusWidget(), QLineEdit):
            return
        if not typed:
            typed.append(path.name)
            QTest.keyClicks(edit, path.name)
        else:
            QTest.keyPress(edit, Qt.Key.Key_Return)

    timer.timeout.connect(look)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
