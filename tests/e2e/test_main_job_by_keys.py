"""The whole main job with the keyboard alone, in the real window on the demo's people and its sandbox.

Nothing here presses a mouse button or calls a widget to act: keys go to whoever has the keyboard. The windows are
only looked at, to know when to go on. What a desktop does, putting a window in front after a dialog has gone, is done
by `_in_front`, because the platform without a screen has nobody who does it.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import func, select

from app.db.tables import attainment
from app.plr.plan import Change
from app.plr.update import UpdateSummary
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.main_window import MainWindow
from ui.pages.plr import PlrPage
from ui.tour.player import Act, Player, Step, Until, press, target, type_text
from ui.window import application, demo_context, opened

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEARNERS = 60
_MOST_TABS = 60


class MouseGuard(QObject):
    """Counts what a mouse would have done."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel}:
            self.seen += 1
        return False


class MainJob:
    """The steps, and what was seen on the way."""

    def __init__(self, window: MainWindow, file: Path) -> None:
        self.window, self.file = window, file
        self.before = self.after_undo = self.stored = 0
        self.rows = self.asked = 0
        self.summaries: list[UpdateSummary] = []

    @property
    def plr(self) -> PlrPage:
        assert self.window.plr.window is not None
        return self.window.plr.window.page

    def steps(self) -> Iterator[Step]:
        yield from self._find()
        yield from self._download()
        yield from self._filter()
        yield from self._details()
        yield from self._update("summary_undo")
        yield from self._in_front(self.plr.window())
        yield Until(lambda: not self.plr.busy and self._attainments() == self.before, "what Undo gives back")
        self.after_undo = self._attainments()
        yield from self._update("summary_ok")
        yield from self._export()
        yield from self._close()
        yield from self._look()

    # In the main window

    def _find(self) -> Iterator[Step]:
        window = self.window
        yield from self._in_front(window)
        yield Until(lambda: window.learners.shown == LEARNERS and not _busy(window), "the learners")
        self.before = self._attainments()
        yield Act(lambda: press("Ctrl+Shift+F"))
        yield _dialog("condition_builder")
        yield Act(lambda: press("Return"))  # the condition it begins with: ready to be asked about
        yield from self._in_front(window)
        yield Until(lambda: 0 < window.learners.shown < LEARNERS and not _busy(window), "who is ready")
        self.asked = window.learners.shown

    def _download(self) -> Iterator[Step]:
        window = self.window
        yield Act(lambda: press("Ctrl+A"))
        yield Until(lambda: window.learners.selected_count == window.learners.shown, "every row selected")
        yield Until(lambda: not _busy(window), "the window at rest")
        for key in (Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_D):
            yield Act(lambda key=key: _key(key))
        yield Until(lambda: _is_open("over_limit") or window.plr.window is not None, "the question, or the window")
        if _is_open("over_limit"):
            yield Act(lambda: press("Return"))
        yield Until(lambda: window.plr.window is not None and window.plr.window.isVisible(), "the PLR window")
        yield from self._in_front(self.plr.window())
        yield Until(lambda: self.plr.session.row_count > 0 and not self.plr.busy and self._rest(), "the download", 60)
        self.rows = self.plr.session.row_count

    def _look(self) -> Iterator[Step]:
        window = self.window
        yield from self._in_front(window)
        yield Act(lambda: press("Ctrl+Tab"))
        yield Until(lambda: window.attainments.isVisible() and not _busy(window), "the Attainments")
        yield Until(lambda: window.attainments.grid.hasFocus(), "the keyboard in its grid")
        yield Act(lambda: press("Down"))
        yield Until(lambda: window.attainments.pane.settled and not _busy(window), "the record")
        self.stored = window.attainments.shown

    # In the PLR window

    def _filter(self) -> Iterator[Step]:
        page = self.plr
        yield Act(lambda: press("Ctrl+F"))
        name = next(row.asked.name for row in page.session.rows() if row.event is not None)
        yield Act(lambda: type_text(name.split(",")[0]))
        yield Until(lambda: 0 < page.shown < self.rows and self._rest(), "the rows of one name")
        yield Act(lambda: press("Escape"))
        yield Until(lambda: page.shown == self.rows and self._rest(), "all rows again")
        yield from _to(lambda: press("F6"), "tile_all")
        yield Act(lambda: press("Right"))
        yield Until(lambda: self._all(Change.NEW), "the new rows only")
        yield Act(lambda: press("Left"))
        yield Until(lambda: page.shown == self.rows and self._rest(), "all rows again")

    def _all(self, change: Change) -> bool:
        rows = [self.plr.session.row(key) for key in self.plr.grid.keys]
        return self._rest() and bool(rows) and {row.change for row in rows if row is not None} == {change}

    def _details(self) -> Iterator[Step]:
        page = self.plr
        yield from _to(lambda: press("F6"), "details_close")
        yield Act(lambda: press("Space"))
        yield Until(page.pane.isHidden, "the pane to fold away")
        yield from _to(lambda: press("Tab"), "plr_details_button")
        yield Act(lambda: press("Space"))
        yield Until(page.pane.isVisible, "the pane")
        yield from _to(lambda: press("F6"), "plr_grid")
        yield Act(lambda: press("Down"))
        yield Until(lambda: page.grid.current_key is not None and page.pane.settled, "the comparison")

    def _update(self, answer: str) -> Iterator[Step]:
        page = self.plr
        yield from _to(lambda: press("F6"), "plr_select_all")
        yield Act(lambda: press("Space"))
        yield Until(lambda: page.selected_count == page.shown and self._rest(), "every row selected")
        yield from _to(lambda: press("Tab"), "plr_update_selected")
        yield Act(lambda: press("Space"))
        yield Until(lambda: _is_open("lower_grades") or _summary() is not None, "the question or the summary")
        if _is_open("lower_grades"):
            yield Act(lambda: press("Return"))
        yield Until(lambda: _summary() is not None and not _busy(self.window), "the summary")
        found = _summary()
        assert found is not None
        self.summaries.append(found.summary)
        yield from _to(lambda: press("Tab"), answer)
        yield Act(lambda: press("Return"))
        yield from self._in_front(page.window())
        yield Until(lambda: not page.busy and self._rest(), "the window at rest")

    def _export(self) -> Iterator[Step]:
        yield Act(lambda: press("Ctrl+E"))
        yield _dialog("save_file")
        yield Act(lambda: press("Ctrl+A"))
        yield Act(lambda: type_text(str(self.file)))
        yield Act(lambda: press("Return"))
        yield Until(lambda: self.file.exists() and not self.window.plr_exporting, "the workbook")

    def _close(self) -> Iterator[Step]:
        plr = self.plr.window()
        yield from self._in_front(plr)
        yield Act(lambda: press("Ctrl+W"))
        yield _dialog("closing_plr")
        yield Act(lambda: press("Return"))  # the safe one: Keep Open
        yield from self._in_front(plr)
        assert self.plr.session.row_count == self.rows
        yield Act(lambda: press("Ctrl+W"))
        yield _dialog("closing_plr")
        yield from _to(lambda: press("Tab"), "close")
        yield Act(lambda: press("Return"))
        yield Until(lambda: not plr.isVisible(), "the PLR window to close")

    # Waiting

    def _attainments(self) -> int:
        with self.window.context.db.read() as tx:
            held = select(func.count()).select_from(attainment).where(attainment.c.removed_at.is_(None))
            return int(tx.execute(held).scalar_one())

    def _rest(self) -> bool:
        return not self.plr.grid.is_loading and not _busy(self.window)

    def _in_front(self, window: QWidget) -> Iterator[Step]:
        """What a desktop does when a dialog or a window above has gone."""
        yield Until(lambda: QApplication.activeModalWidget() is None, "no dialog")
        yield Act(window.activateWindow)
        yield Until(window.isActiveWindow, "the window in front")


def _busy(window: MainWindow) -> bool:
    return window.runner.is_busy()


def _key(key: Qt.Key) -> None:
    window = target()
    QTest.keyClick(window.focusWidget() or window, key)


def _is_open(name: str) -> bool:
    modal = QApplication.activeModalWidget()
    return modal is not None and modal.objectName() == name


def _dialog(name: str) -> Until:
    return Until(lambda: _is_open(name) and QApplication.focusWidget() is not None, name)


def _summary() -> UpdateSummaryDialog | None:
    modal = QApplication.activeModalWidget()
    return modal if isinstance(modal, UpdateSummaryDialog) and modal.isVisible() else None


def _to(step: Callable[[], None], name: str) -> Iterator[Step]:
    """Press the key again and again until the control of that name has the keyboard."""
    for _ in range(_MOST_TABS):
        focus = QApplication.focusWidget()
        if focus is not None and focus.objectName() == name:
            return
        yield Act(step)
    raise AssertionError(f"{name} is not reached by this key")


@pytest.mark.expects_log
def test_the_main_job_is_done_with_keys_alone(tmp_path, qtbot, caplog):
    app = application()
    guard = MouseGuard()
    app.installEventFilter(guard)
    file = tmp_path / "records.xlsx"
    with demo_context(LEARNERS, latency_ms=0) as context, opened(context) as window:
        job = MainJob(window, file)
        loop = QEventLoop()
        player = Player(job.steps(), loop.quit, window)
        player.start()
        loop.exec()
        if player.problem is not None:
            raise player.problem
        left = job._attainments()
    app.removeEventFilter(guard)
    assert guard.seen == 0
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert all("This plugin does not support" in words for words in said), said
    first, second = job.summaries
    assert job.asked > 0
    assert first.processed == second.processed == job.rows
    assert len(first.new) > 0
    assert len(first.changed) > 0
    assert _numbers(first) == _numbers(second)  # Undo had taken the first one back
    assert job.after_undo == job.before
    assert left == job.stored == job.before + len(second.new)
    sheet: Any = openpyxl.load_workbook(file, read_only=True).active
    assert sum(1 for _ in sheet.iter_rows()) == job.rows + 1


def _numbers(summary: UpdateSummary) -> tuple[int, ...]:
    return tuple(len(one) for one in (summary.new, summary.changed, summary.unchanged, summary.not_applied))
