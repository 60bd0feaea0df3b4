"""The Attainments (PLR) window comes as it was left, and nothing of a learner is in what is remembered."""

from sqlalchemy import select

from app.db.tables import learner
from app.sandbox.lrs import LrsSandbox
from tests.ui.conftest import Rooms
from tests.ui.dialog_room import click
from ui.window_state import FILE_NAME


def test_its_size_columns_order_and_pane_are_remembered_and_nobody_in_them(rooms: Rooms, lrs: LrsSandbox):
    first = rooms(2)
    first.download(2)
    window, grid = first.plr_window, first.plr.grid
    window.resize(1000, 660)
    grid.column_layout.set_hidden("level", True)
    grid.sort_by("grade", descending=True)
    window.search.setText("English")
    click(window.details)
    assert first.plr.pane.isHidden()
    left = (grid.order, [one.id for one in grid.column_layout.visible_columns()])
    with first.context.db.read() as tx:
        people = tx.execute(select(learner.c.ref, learner.c.uln, learner.c.family_name)).all()
    first.at_rest()
    first.window.remember()
    kept = (first.context.folder.path / FILE_NAME).read_text(encoding="utf-8")
    assert '"plr_window"' in kept
    assert [one for row in people for one in row if one and one in kept] == []
    assert "English" not in kept
    window.close_unasked()
    rooms.close(first)
    second = rooms(2, size=())
    second.window.remember()  # not opened in this run: it stays remembered
    rooms.close(second)
    third = rooms(2, size=())
    third.download(1)
    again = third.plr_window
    assert again.height() == 660
    assert again.width() < again.sizeHint().width(), "no wider than it was, or than its words are"
    grid = third.plr.grid
    assert (grid.order, [one.id for one in grid.column_layout.visible_columns()]) == left
    assert third.plr.pane.isHidden()
    assert not again.details.isChecked()
    again.restore({"geometry": 1, "grid": [], "details": "yes"})
    assert again.height() == 660
