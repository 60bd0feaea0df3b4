"""The Attainments page: chosen learners, history after an update, and the way back into the college's MIS."""

from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.db.tables import attainment
from tests.ui.conftest import Room, answering, named, saving_as
from tests.ui.dialog_room import click


def updated(room: Room, learners: int = 10):
    """Download and update for the first learners; returns the summary."""
    room.download(learners)
    dialog = room.update()
    room.close_dialog(dialog, "summary_ok")
    room.close_plr()
    room.in_front(room.window)
    room.at_rest()
    return dialog.summary


def test_it_shows_the_chosen_learners_only(room: Room):
    window = room.window
    room.select(4)
    chosen = set(window.learners.grid.selected_keys())
    window.show_attainments()
    room.at_rest()
    page = window.attainments
    with room.context.db.read() as tx:
        rows = tx.execute(select(attainment.c.id, attainment.c.learner_id).where(attainment.c.removed_at.is_(None)))
        held = {row.id for row in rows if row.learner_id in chosen}
    assert set(page.grid.keys) == held
    assert "4 chosen learners" in " ".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())
    click(named(page, "show_everybody"))
    room.at_rest()
    assert page.shown == page.total > len(held)


def test_an_update_appears_with_its_history(room: Room):
    page = room.window.attainments
    room.at_rest()
    before = page.total
    summary = updated(room)
    room.window.show_page("attainments")
    room.at_rest()
    assert page.total == before + len(summary.new) > before
    with room.context.db.read() as tx:
        newest = tx.execute(select(attainment.c.id).order_by(attainment.c.id.desc()).limit(1)).scalar_one()
    page.grid.select_keys([newest])
    place = list(page.grid.keys).index(newest)
    page.grid.scrollTo(page.grid.model().index(place, 2))
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(place, 2)).center())
    room.until(lambda: page.pane.settled)
    room.at_rest()
    words = " ".join(one.text() for one in page.pane.findChildren(QLabel) if one.isVisible())
    assert "Update Selected" in words
    assert str(datetime.now().year) in words


def test_export_changes_asks_the_layout_once_and_marks_what_it_wrote(room: Room, tmp_path: Path):
    summary = updated(room)
    window = room.window
    window.show_page("attainments")
    room.at_rest()
    first = tmp_path / "changes.xlsx"
    with answering("layout_ok") as asked, saving_as(first):
        assert window.actions_.run("data.changes")
        room.until(first.exists)
    assert len(asked) == 1
    room.until(lambda: not window.exports.busy)
    room.at_rest()
    rows = CalamineWorkbook.from_path(first).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Person Code", "Surname", "Forename", "Change"]
    with room.context.db.read() as tx:
        marked = tx.execute(select(attainment.c.id).where(attainment.c.exported_version.is_not(None))).all()
    assert len(rows) - 1 == len(marked) >= summary.updated
    assert all(isinstance(row[0], str) and row[0].isdigit() for row in rows[1:])
    assert window.actions_.run("data.changes")
    second = tmp_path / "again.xlsx"
    with saving_as(second):
        room.until(lambda: QApplication.activeModalWidget() is not None)
        room.until(lambda: getattr(QApplication.activeModalWidget(), "objectName", str)() == "message")
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert "Nothing is new or changed" in dialog.accessibleName()
    room.close_dialog(dialog, "message_close")
    assert not second.exists()
