"""Files of learners on the disk, and the dialog that loads them, for tests."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from sqlalchemy import func, select

from app.context import AppContext
from app.db.file_tables import file_job, file_row
from app.db.tables import learner
from app.learners import load, load_apply, load_file
from app.tasks import TaskContext
from tests.files.builders import Learner, ilr, uln
from tests.ui.dialog_room import (
    child,
    open_context,
    opened,
    press,
)
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_learners import LoadLearnersDialog
from ui.grids.grid_view import GridView
from ui.workers import Lane, TaskRunner

UKPRN = "99999999"


@contextmanager
def loading_context(folder: Path) -> Iterator[AppContext]:
    """A context of the college that the files of `tests/files/builders.py` are from."""

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


def someone(number: int, **values: object) -> Learner:
    told = {"ref": f"R{number:05}", "uln": uln(number), "family": f"Tarn{number}", "postcode": f"NF{number % 9} 7BN"}
    born = {"born": f"2007-05-{number % 28 + 1:02}"}
    return Learner(**{**told, **born, **values})  # type: ignore[arg-type]


def tab_until(name: str) -> None:
    for _ in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus.objectName() == name:
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {name}")


def counts(dialog: LoadDialog) -> dict[str, int]:
    """Rows of each kind that there are any of."""
    assert dialog.page is not None
    return {one.value: button.number for one, button in dialog.page.side.buttons.items() if button.number}


def main(dialog: LoadDialog) -> QPushButton:
    return child(dialog, QPushButton, "load_main")


def shown(grid: GridView) -> list[list[str]]:
    """What stands in the rows."""
    model = grid.model()
    return [
        [str(model.index(row, column).data() or "") for column in range(1, model.columnCount())]
        for row in range(model.rowCount())
    ]


def two_questions(context, tmp_path) -> str:
    """Learner 1 has another real ULN in the file; learners 2 to 5 look like stored ones under other codes."""
    alike = {"uln": "9999999999"}
    bring(context, tmp_path / "old.xml", someone(1), *(someone(n, **alike) for n in range(2, 6)))
    again = [someone(n, ref=f"X{n}", **alike) for n in range(2, 6)]
    return ilr(someone(1, uln=uln(900)), *again, someone(50))


def opener(qtbot: Any, runner: TaskRunner, context: AppContext, folder: Path) -> Callable[..., LoadLearnersDialog]:
    """Opens *Load Learners* on a file with this content."""

    def open_it(body: str | bytes, name: str = "return.xml", *, wait: bool = True) -> LoadLearnersDialog:
        path = write(folder, name, body)
        dialog = opened(qtbot, LoadLearnersDialog(None, runner, context, path))
        dialog.summaries = []
        dialog.loaded.connect(dialog.summaries.append)
        if wait:
            done(qtbot, runner)
        return dialog

    return open_it


@contextmanager
def damaged(context: AppContext) -> Iterator[None]:
    """While it lasts, the database file is none."""
    file, away = context.folder.database_file, context.folder.path / "away"
    context.db.close()
    file.rename(away)
    file.write_bytes(b"this is no database " * 500)
    yield
    context.db.close()
    away.replace(file)


@contextmanager
def full_disk(context: AppContext) -> Iterator[None]:
    """While it lasts, nothing is kept; what a page reads meanwhile is not disturbed."""
    full = "begin select raise(abort, 'database or disk is full'); end"
    with context.db.write() as tx:
        tx.exec_driver_sql(f"create trigger no_room before insert on operation {full}")
    yield
    with context.db.write() as tx:
        tx.exec_driver_sql("drop trigger no_room")


@contextmanager
def database_held_up(context: AppContext) -> Iterator[None]:
    """While it lasts, what is being written waits for another program."""
    assert context.db.file is not None
    with closing(sqlite3.connect(context.db.file, isolation_level=None, timeout=30)) as other:
        other.execute("begin immediate")
        try:
            yield
        finally:
            other.rollback()


@contextmanager
def held_up(runner: TaskRunner, lane: Lane = Lane.WRITE) -> Iterator[None]:
    """While it lasts, whatever is to be written (or done in another lane) waits behind another task."""
    gate = Event()
    runner.run(lambda context: gate.wait(30), lane=lane)
    try:
        yield
    finally:
        gate.set()
