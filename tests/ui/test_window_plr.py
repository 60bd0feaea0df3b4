"""Attainments (PLR): download, filter, stop, update, undo and close, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from sqlalchemy import func, select, update

from app.context import AppContext
from app.db.tables import learner
from app.plr.plan import Change
from app.sandbox.lrs import LrsSandbox
from app.secrets import Secrets
from tests.builders import snapshot
from tests.ui.conftest import LEARNERS, Room, Rooms, answering, named, settings_of
from tests.ui.dialog_room import click, type_text
from ui.pages.plr import AT_MOST


def title(room: Room) -> str:
    found = room.plr_window.findChild(QLabel, "plr_progress_title")
    assert found is not None
    return found.text()


def note(room: Room) -> str:
    found = room.plr_window.findChild(QLabel, "plr_note")
    assert found is not None
    return found.text()


# The question about a thousand


def test_over_a_thousand_is_asked_and_the_rest_is_offered(rooms: Rooms, lrs: LrsSandbox):
    room = rooms(1_030, held=False)
    with answering("take") as asked:
        page = room.start_download()
    assert asked
    assert "You selected 1,030 learners." in asked[0]
    assert "1,000" in asked[0]
    room.downloaded()
    first = list(room.window.learners.grid.keys[:AT_MOST])
    assert page.session.learner_ids() == first
    more = named(room.plr_window, "plr_next")
    assert more.text() == "Continue with the Next 1,000 (30 left)"
    click(more)
    room.downloaded()
    assert page.session.learner_ids() == list(room.window.learners.grid.keys)
    assert not more.isVisible()
    asked = len(lrs.calls)
    rows = page.grid.count
    click(named(room.plr_window, "plr_refresh"))  # of everybody, more than one download takes
    room.downloaded()
    assert page.last_download is not None
    assert (page.last_download.total, page.last_download.stopped) == (1_030, "")
    assert len(lrs.calls) - asked == page.last_download.calls > 900
    assert page.grid.count == rows
    room.close_plr()


def test_going_back_downloads_nothing(rooms: Rooms, lrs: LrsSandbox):
    room = rooms(1_001, held=False)
    before = len(lrs.calls)
    room.select()
    with answering("back") as asked:
        room.press("Ctrl+D")
    assert asked
    room.at_rest()
    assert room.window.plr.window is None
    assert len(lrs.calls) == before


# Rows


def test_every_learner_has_rows_and_the_numbers_of_the_strip_add_up(room: Room):
    page = room.download()
    rows = page.session.rows()
    assert len({row.asked.id for row in rows}) == LEARNERS
    assert page.grid.count == len(rows)
    tiles = {name: tile_number(room, name) for name in ("all", "new", "changed", "same", "cannot", "no_events")}
    lower = sum(1 for row in rows if row.change is Change.LOWER)
    assert tiles["all"] == len(rows) == sum(tiles.values()) - tiles["all"] + lower
    assert tiles["cannot"] == sum(1 for row in rows if row.change is Change.CANNOT) > 0
    assert title(room) == "100 learners downloaded"
    room.close_plr()


def tile_number(room: Room, name: str) -> int:
    text = named(room.plr_window, f"tile_{name}").text()
    return int(text.rpartition(": ")[2].replace(",", ""))


def test_a_tile_filters_and_all_shows_everything(room: Room):
    page = room.download()
    for name, change in (("new", Change.NEW), ("cannot", Change.CANNOT), ("no_events", Change.NO_EVENTS)):
        click(named(room.plr_window, f"tile_{name}"))
        room.at_rest()
        shown = [page.session.row(key) for key in page.grid.keys]
        assert shown
        assert {row.change for row in shown if row is not None} == {change}
        assert len(shown) == tile_number(room, name)
    click(named(room.plr_window, "tile_all"))
    room.at_rest()
    assert page.grid.count == len(page.session.rows())
    room.close_plr()


def test_a_code_filters(room: Room):
    page = room.download()
    button = named(room.plr_window, "plr_codes")
    action = next(one for one in button.menu().actions() if one.data() == "LOCAL03")
    seen = int(action.text().rpartition("(")[2].split()[0])
    click(button)
    room.until(button.menu().isVisible)
    while button.menu().activeAction() is not action:
        room.press("Down", button.menu())
    room.press("Return", button.menu())
    room.at_rest()
    shown = [page.session.row(key) for key in page.grid.keys]
    assert len(shown) == seen > 0
    assert {row.answer.error_code for row in shown if row is not None and row.answer is not None} == {"LOCAL03"}
    assert button.text() == "LOCAL03"
    room.close_plr()


def test_the_quick_filter_finds_by_name_and_forgets(room: Room):
    page = room.download()
    wanted = next(row.asked for row in page.session.rows() if row.event is not None)
    room.press("Ctrl+F", room.plr_window)
    type_text(wanted.ref)
    room.until(lambda: 0 < page.grid.count < len(page.session.rows()))
    room.at_rest()
    assert {row.asked.ref for key in page.grid.keys if (row := page.session.row(key))} == {wanted.ref}
    room.press("Ctrl+A", room.plr_window)
    room.press("Delete", room.plr_window)
    room.until(lambda: page.grid.count == len(page.session.rows()))
    room.close_plr()


def test_a_click_on_a_title_sorts_both_ways(room: Room):
    page = room.download(30)
    header = page.grid.horizontalHeader()
    section = next(n for n, column in enumerate(page.grid.columns, start=1) if column.id == "ref")
    x = header.sectionViewportPosition(section) + header.sectionSize(section) // 2
    place = header.viewport().rect().center()
    place.setX(x)

    def refs() -> list[str]:
        return [row.asked.ref for key in page.grid.keys if (row := page.session.row(key))]

    click(header.viewport(), place)
    room.at_rest()
    assert refs() == sorted(refs())
    click(header.viewport(), place)
    room.at_rest()
    assert refs() == sorted(refs(), reverse=True)
    room.close_plr()


def test_copied_rows_have_titles_and_whole_ulns(room: Room):
    page = room.download(20)
    room.in_front(room.plr_window)
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(0, 2)).center())
    room.press("Shift+Down")
    QApplication.clipboard().clear()
    room.press("Ctrl+C")
    room.until(lambda: bool(QApplication.clipboard().text()))
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == 3
    titles = lines[0].split("\t")
    assert titles[:3] == ["Change", "Person Code", "Name"]
    row = page.session.row(page.grid.keys[0])
    assert row is not None
    assert lines[1].split("\t")[titles.index("ULN sent")] == (row.asked.uln or "")
    room.close_plr()


# Stopping and going on


def test_a_cancelled_download_keeps_its_rows_and_can_be_completed(rooms: Rooms, lrs: LrsSandbox):
    room = rooms()
    lrs.set_latency(60)
    page = room.start_download()
    room.until(lambda: page.session.state()[0] >= 30)
    click(named(room.plr_window, "plr_cancel"))
    room.until(lambda: not page.busy)
    lrs.set_latency(0)
    room.at_rest()
    held = len(page.session.rows())
    assert 30 <= page.session.state()[0] < LEARNERS
    assert title(room).startswith("Stopped after ")
    assert title(room).endswith("of 100 learners")
    assert note(room) == "You stopped the download."
    assert page.grid.count == held
    click(named(room.plr_window, "plr_refresh_failed"))
    room.downloaded()
    assert page.session.state()[0] == LEARNERS
    assert page.grid.count == len(page.session.rows())
    room.close_plr()


@pytest.mark.parametrize("fault", ["wrong-password", "wrong-password-miap"])
def test_a_wrong_password_stops_says_where_to_set_it_and_keeps_the_rows(rooms: Rooms, lrs: LrsSandbox, fault: str):
    room = rooms()
    lrs.set_latency(30)
    page = room.start_download()
    room.until(lambda: page.session.state()[0] >= 30)
    got = len(page.session.rows())
    lrs.set_fault(fault)
    room.downloaded()
    assert page.grid.count >= got
    assert "password" in note(room)
    assert "Settings" in note(room)
    assert title(room).startswith("Stopped after ")
    events = page.record_count()
    assert events > 0
    lrs.set_fault(None)
    lrs.set_latency(0)
    click(named(room.plr_window, "plr_refresh_failed"))
    room.downloaded()
    assert page.record_count() > events
    room.close_plr()


def test_a_missing_password_is_asked_for_and_the_download_goes_on(rooms: Rooms, lrs: LrsSandbox):
    secrets = Secrets({})
    host = settings_of(lrs).lrs.host
    secrets.set_for_session("lrs_certificate_password", lrs.info.certificate_password, host=host)
    room = rooms(secrets=secrets)
    page = room.start_download(20)
    room.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert "LRS password" in dialog.accessibleName()
    room.at_rest()
    type_text(lrs.info.password)
    click(named(dialog, "sign_in_go_on"))
    room.until(lambda: QApplication.activeModalWidget() is None)
    room.until(lambda: page.last_download is not None)
    room.downloaded()
    assert page.record_count() > 0
    room.close_plr()


# Updating


def test_update_adds_up_a_second_changes_nothing_and_undo_restores(room: Room):
    page = room.download()
    before = snapshot(room.context.db, "attainment", "attainment_event")
    first = room.update()
    summary = first.summary
    assert summary.updated > 100
    assert summary.processed == len(page.session.rows())
    assert summary.updated == len(summary.new) + len(summary.changed)
    assert summary.processed == summary.updated + len(summary.unchanged) + len(summary.not_applied)
    assert summary.left == 0
    shown = {name: first.tiles.tile(name).content.number for name in ("processed", "updated", "unchanged")}
    assert shown == {
        "processed": summary.processed,
        "updated": summary.updated,
        "unchanged": len(summary.unchanged),
    }
    for name in ("processed", "updated", "unchanged", "not_applied"):
        click(first.tiles.tile(name))
        assert first.list.model().rowCount() == first.tiles.tile(name).content.number
    after = snapshot(room.context.db, "attainment", "attainment_event")
    assert after != before
    room.close_dialog(first, "summary_ok")
    second = room.update()
    assert second.summary.updated == 0
    assert snapshot(room.context.db, "attainment", "attainment_event") == after
    assert not named(second, "summary_undo").isEnabled()
    room.close_dialog(second, "summary_ok")
    room.close_plr()


def test_undo_takes_the_whole_update_back(room: Room):
    page = room.download()
    before = snapshot(room.context.db, "attainment", "attainment_event")
    changes = [row.change for row in page.session.rows()]
    dialog = room.update()
    assert snapshot(room.context.db, "attainment", "attainment_event") != before
    room.close_dialog(dialog, "summary_undo")
    room.until(lambda: not page.busy)
    room.at_rest()
    assert snapshot(room.context.db, "attainment", "attainment_event") == before
    assert title(room) == "Update taken back"
    assert [row.change for row in page.session.rows()] == changes
    room.close_plr()


# Closing


def test_closing_asks_keeps_or_clears(room: Room):
    page = room.download(30)
    records = page.record_count()
    with answering("keep") as asked:
        click(named(room.plr_window, "plr_close"))
    assert asked[0].startswith(
        f"Closing clears the {records:,} records downloaded in this session. They are not stored."
    )
    assert room.plr_window.isVisible()
    assert page.record_count() == records
    click(named(room.plr_window, "tile_new"))
    room.close_plr()
    room.at_rest()
    assert page.record_count() == 0
    assert page.session.learner_count == 0
    assert page.grid.count == 0
    chosen = room.window.learners.grid.selected_keys()
    room.window.plr.download(chosen)
    room.until(lambda: not page.busy)
    room.at_rest()
    assert page.grid.count == len(page.session.rows()) > 0, "everything is shown"
    assert named(room.plr_window, "tile_all").isChecked()
    with answering("keep"):
        room.plr_window.showMinimized()
        room.window.plr.download(chosen)
    assert not room.plr_window.isMinimized(), "the window that was kept is seen"
    room.close_plr()


def test_closing_without_records_asks_nothing(rooms: Rooms, lrs: LrsSandbox):
    room = rooms(20)
    lrs.set_fault("answer-WSRC0004")
    page = room.download(10)
    assert page.record_count() == 0
    with answering("keep") as asked:
        click(named(room.plr_window, "plr_close"))
        room.until(lambda: not room.plr_window.isVisible())
    assert asked == []


def test_closing_while_downloading_says_so(rooms: Rooms, lrs: LrsSandbox):
    room = rooms()
    lrs.set_latency(80)
    page = room.start_download()
    room.until(lambda: page.record_count() > 0)
    with answering("keep") as asked:
        click(named(room.plr_window, "plr_close"))
    assert "Closing stops what is running" in asked[0]
    assert page.busy
    room.close_plr()
    room.until(lambda: not page.busy)
    room.at_rest()
    assert page.session.learner_count == 0
    assert page.grid.count == 0


STRANGE = "Fen\u202ewick<img src=x>\u200b"


def test_strange_names_are_shown_as_plain_visible_text(rooms: Rooms):
    def rename(context: AppContext) -> None:
        with context.db.write() as tx:
            first = select(func.min(learner.c.id)).scalar_subquery()
            tx.execute(update(learner).where(learner.c.id == first).values(family_name=STRANGE))

    room = rooms(prepare=rename)
    room.download(20)
    page = room.plr
    place = next(n for n, name in enumerate(room.shown_names()) if "Fen" in name)
    shown = page.grid.model().index(place, 3).data()
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(place, 3)).center())
    room.at_rest()
    texts = [label.text() for label in page.pane.findChildren(QLabel) if label.isVisible() and "Fen" in label.text()]
    assert texts
    for text in (shown, *texts):
        assert "<img src=x>" in text
        assert not set("\u202e\u200b") & set(text)
        assert len(text) > len(STRANGE)
    for label in (*room.window.findChildren(QLabel), *room.plr_window.findChildren(QLabel)):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text(), label.text()
    room.close_plr()
