"""Acceptance check 9 of the contract of extract statuses: a bulk change over very many records. The dialog counts
right, the window goes on, and a cancel works. The path is the same for a hundred thousand (`tests.bench`)."""

from collections import Counter

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sqlalchemy import func, select

from app.context import AppContext
from app.db.tables import extract_record
from app.lms.extracts.save import SaveSummary
from app.lms.extracts.statuses import SHOWN_OF_EACH
from app.tasks import Progress
from tests.bench.bench_extracts import fill
from tests.ui.conftest import Rooms, named
from tests.ui.dialog_room import click, clipped
from ui.dialogs.extract_lists import SavedStatusesDialog
from ui.dialogs.extract_save import SaveStatusesDialog
from ui.dialogs.update_statuses import UpdateStatusesDialog
from ui.pages.extracts import ExtractsPage

RECORDS = 5_000
"""A tenth is Ready, Transmitted and Rejected each; the rest is Processed."""
CHANGING = RECORDS * 9 // 10


def counted(context: AppContext) -> Counter[str]:
    with context.db.read() as tx:
        query = select(extract_record.c.status, func.count()).group_by(extract_record.c.status)
        return Counter(dict(tx.execute(query).all()))


def cancelled_summary() -> SaveSummary:
    """Of the save that was cancelled: what it wrote all the same is listed."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SavedStatusesDialog)
    assert dialog.summary.cancelled
    listed = len(dialog.summary.updated_list)
    assert listed == dialog.list.model().rowCount() == min(dialog.summary.updated, SHOWN_OF_EACH)
    return dialog.summary


class Officer:
    """What the user does on the page, step by step."""

    def __init__(self, rooms: Rooms) -> None:
        self.room = rooms(0, prepare=lambda context: fill(context.db, RECORDS))
        self.room.window.show_page("extracts")
        self.page: ExtractsPage = self.room.window.extracts.page
        self.rest()

    def rest(self) -> None:
        self.room.at_rest()
        self.room.until(lambda: not self.page.grid.is_loading)
        self.room.at_rest()

    def show_every_status(self) -> None:
        ticks = named(self.page, "extract_statuses")
        place = ticks.model().index(2, 0)  # type: ignore[attr-defined]
        click(ticks.viewport(), ticks.visualRect(place).center())  # type: ignore[attr-defined]
        click(named(self.page, "extract_apply"))
        self.rest()

    def open_update_all(self) -> UpdateStatusesDialog:
        self.room.window.actions_.action("lms.extract_all").trigger()
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, UpdateStatusesDialog)
        self.room.until(lambda: dialog.foreseen is not None)
        return dialog

    def save_until(self, done: int) -> Counter[str]:
        """Save, and cancel once so many are written; how often the window was at its events meanwhile."""
        beats = Counter[str]()
        timer = QTimer(interval=1)
        timer.timeout.connect(lambda: beats.update(beat=1))

        def heard(progress: Progress) -> None:
            if progress.done >= done:
                self.page.staging.cancel()

        self.page.staging.progressed.connect(heard)
        click(named(self.page, "staged_save"))
        asked = QApplication.activeModalWidget()
        assert isinstance(asked, SaveStatusesDialog)
        timer.start()
        click(named(asked, "extract_save_ok"))
        self.room.until(lambda: isinstance(QApplication.activeModalWidget(), SavedStatusesDialog))
        timer.stop()
        return beats


@pytest.mark.rule("EX-U2", "EX-U3", "EX-U4", "EX-U7", "EX-U9")
def test_all_of_very_many_are_counted_staged_and_saved_until_it_is_cancelled(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
):
    officer = Officer(rooms)
    room, page = officer.room, officer.page
    before = counted(room.context)
    officer.show_every_status()
    assert page.shown == RECORDS
    dialog = officer.open_update_all()
    tenth = RECORDS // 10
    assert [line.split(".")[0] for line in dialog.lines] == [
        f"Ready: {tenth:,}",
        f"Transmitted: {tenth:,}",
        f"Processed: {7 * tenth:,}",
        f"Rejected: {tenth:,}",
    ]
    assert dialog.number.text().startswith(f"{CHANGING:,} would be staged")
    assert not clipped(dialog), "it is as high as its lines"
    click(named(dialog, "update_ok"))
    room.until(lambda: page.staging.staged.changing == CHANGING)
    officer.rest()
    assert counted(room.context) == before, "nothing is written until Save"

    monkeypatch.setattr("app.lms.extracts.save.BATCH", 100)
    beats = officer.save_until(500)
    summary = cancelled_summary()
    assert 500 <= summary.updated < CHANGING
    assert summary.updated + summary.unchanged + len(summary.left) == RECORDS
    assert counted(room.context)["ready"] == before["ready"] + summary.updated
    assert beats["beat"] > 5, "the window's events were served while it was saved"
    room.close_dialog(QApplication.activeModalWidget(), "saved_ok")
    officer.rest()
    assert page.staging.staged.changing == CHANGING - summary.updated, "the rest is still staged"
    click(named(page, "staged_discard"))
    officer.rest()
    assert not page.staging.staged
