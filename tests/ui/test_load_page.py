"""From the Learners page: the button, the empty page, a file dropped, the list of loads; the grid follows."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.files.builders import Learner, ilr, uln
from tests.ui.conftest import Room, Rooms, answering, named
from tests.ui.dialog_room import click
from tests.ui.load_room import UKPRN, opening
from ui.dialogs.load_learners import LoadLearnersDialog
from ui.dialogs.load_summary import LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.dialogs.message import MessageDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ENTER, COPY = Qt.Key.Key_Return, Qt.DropAction.CopyAction


@pytest.fixture
def empty(rooms: Rooms) -> Room:
    """The window without a single learner, for the college of the files."""

    def college(context) -> None:
        context.settings = replace(context.settings, college=replace(context.settings.college, ukprn=UKPRN))

    return rooms(0, prepare=college)


@pytest.fixture
def return_file(tmp_path: Path) -> Path:
    path = tmp_path / "return.xml"
    people = [Learner(ref=f"R{n}", uln=uln(n), family=f"Tarn{n}") for n in range(1, 8)]
    path.write_text(ilr(*people), encoding="utf-8")
    return path


def in_front(room: Room, kind: type) -> QWidget:
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    room.at_rest()
    found = QApplication.activeModalWidget()
    assert isinstance(found, kind)
    room.in_front(found)
    return found


def load(room: Room) -> LoadSummaryDialog:
    """Enter in the preview; returns the summary."""
    dialog = in_front(room, LoadLearnersDialog)
    room.until(lambda: dialog.page is not None and dialog.page.is_read)
    room.press("Return", dialog)
    summary = in_front(room, LoadSummaryDialog)
    assert isinstance(summary, LoadSummaryDialog)
    return summary


def drop(target: QWidget, *paths: Path) -> bool:
    """Drag files over the middle of `target` and let them go; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    enter = QDragEnterEvent(QPoint(middle), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(middle), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def test_the_empty_page_leads_to_the_file_and_the_grid_shows_it(empty: Room, return_file: Path):
    window = empty.window
    with opening(empty.window.learners.loading, return_file):
        click(named(window.learners, "empty_primary"))
        empty.until(lambda: isinstance(QApplication.activeModalWidget(), LoadLearnersDialog))
    summary = load(empty)
    assert summary.summary.new == 7
    empty.until(lambda: window.learners.grid.count == 7)
    click(named(summary, "load_undo"))
    empty.at_rest()
    empty.until(lambda: window.learners.grid.count == 0)
    empty.close_dialog(summary, "load_ok")


def test_ctrl_o_and_the_command_search(empty: Room, return_file: Path):
    action = empty.window.actions_.action("data.load")
    assert action.isEnabled()
    with opening(empty.window.learners.loading, return_file):
        empty.press("Ctrl+O", empty.window)
        empty.until(lambda: isinstance(QApplication.activeModalWidget(), LoadLearnersDialog))
    dialog = in_front(empty, LoadLearnersDialog)
    empty.press("Esc", dialog)
    empty.until(lambda: QApplication.activeModalWidget() is None)


def test_a_file_is_dropped_on_the_page(empty: Room, return_file: Path):
    assert drop(empty.window.learners, return_file)
    summary = load(empty)
    empty.close_dialog(summary, "load_ok")
    empty.until(lambda: empty.window.learners.grid.count == 7)
    assert drop(empty.window.learners, return_file)
    dialog = in_front(empty, LoadLearnersDialog)
    assert dialog.page.to_load == 0
    empty.press("Esc", dialog)


def test_two_files_at_once_are_refused_and_text_is_not_taken(empty: Room, return_file: Path):
    assert drop(empty.window.learners, return_file, return_file)
    message = in_front(empty, MessageDialog)
    assert "2 files" in message.accessibleName()
    empty.press("Return", message)
    data = QMimeData()
    data.setText("no file")
    enter = QDragEnterEvent(QPoint(9, 9), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    QApplication.sendEvent(empty.window.learners, enter)
    assert not enter.isAccepted()


def test_a_load_is_undone_from_the_list(empty: Room, return_file: Path):
    empty.window.learners.loading.open(return_file)
    empty.close_dialog(load(empty), "load_ok")
    empty.until(lambda: empty.window.learners.grid.count == 7)
    empty.window.actions_.action("data.loads").trigger()
    dialog = in_front(empty, LoadsDialog)
    assert dialog.current is not None
    with answering("undo"):
        click(named(dialog, "loads_undo"))
    empty.at_rest()
    empty.until(lambda: empty.window.learners.grid.count == 0)
    empty.close_dialog(dialog, "loads_close")


def test_other_file_asks_for_another_one(empty: Room, return_file: Path, tmp_path: Path):
    other = tmp_path / "other.xml"
    other.write_text(ilr(Learner(ref="O1", uln=uln(90))), encoding="utf-8")
    empty.window.learners.loading.open(return_file)
    dialog = in_front(empty, LoadLearnersDialog)
    with opening(empty.window.learners.loading, other):
        click(named(dialog, "load_other"))
        empty.until(
            lambda: (
                isinstance(QApplication.activeModalWidget(), LoadLearnersDialog)
                and QApplication.activeModalWidget() is not dialog
            )
        )
    second = in_front(empty, LoadLearnersDialog)
    assert second.accessibleName() == "other.xml"
    assert second.page.to_load == 1
    empty.press("Esc", second)
