"""The main window: rights and licences, keys from part to part, what it remembers, and how it is left."""

from datetime import date, timedelta
from time import monotonic

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolTip, QWidget
from sqlalchemy import update

from app.access import Role
from app.changes import Changes, Topic
from app.context import AppContext
from app.db import tables
from app.licence_row import Licence
from app.sandbox.lrs import LrsSandbox
from tests.builders import licences_on, user_with
from tests.ui.conftest import Room, Rooms, answering, named
from tests.ui.dialog_room import click, type_text
from ui.dialogs.lms_test import LmsTestDialog
from ui.dialogs.settings import SettingsDialog
from ui.look.segments import Segments
from ui.pages.licences_card import LicenceCard

# Rights


def action(room: Room, name: str):
    return room.window.actions_.action(name)


def test_without_the_licence_the_button_says_so_and_the_page_switches_it_on(rooms: Rooms):
    room = rooms(10, prepare=lambda context: licences_on(context.db, on=False))
    window = room.window
    room.select(2)
    button = action(room, "plr.download")
    assert not button.isEnabled()
    assert "Needs the licence AttainmentsPLRImport." in button.toolTip()
    assert "Licences" in button.toolTip()
    room.press("Ctrl+D")
    assert window.plr.window is None
    window.show_page("licences")
    room.at_rest()
    for licence in Licence:
        switch_on(room, window.licences.cards[licence])
    window.show_page("learners")
    room.until(button.isEnabled)
    room.download(2)
    assert room.plr.session.learner_count == 2
    room.close_plr()


def switch_on(room: Room, card: LicenceCard) -> None:
    """With the keyboard: the switch to On, then Save."""
    segments = card.findChild(Segments, "licence_switch")
    assert segments is not None
    on = next(one for one in segments.findChildren(QAbstractButton) if one.text() == "On")
    click(on)
    assert segments.value == "on"
    click(named(card, "licence_save"))
    room.until(lambda: not card.is_changed)
    room.at_rest()
    assert card.reason.text().startswith("It is on")


def test_a_licence_that_ends_soon_is_told_to_those_whom_it_concerns(rooms: Rooms):
    def ends(context: AppContext, days: int) -> None:
        with context.db.write() as tx:
            tx.execute(update(tables.licence).values(valid_until=date.today() + timedelta(days=days)))

    room = rooms(3, prepare=lambda context: ends(context, 3))
    banner = named(room.window, "licence_banner")
    assert banner.accessibleName().startswith("The licence AttainmentsPLRImport ends on ")  # type: ignore[attr-defined]
    assert "in 3 days" in banner.accessibleName()  # type: ignore[attr-defined]
    ends(room.context, 40)
    room.window.hub.announce(Changes.of(Topic.LICENCES))
    room.until(lambda: not banner.isVisible())
    ends(room.context, 0)
    room.window.hub.announce(Changes.of(Topic.LICENCES))
    room.until(banner.isVisible)
    assert banner.accessibleName().endswith(", today.")  # type: ignore[attr-defined]
    clerk = rooms(
        folder="clerk",
        learners=3,
        as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER),
        prepare=lambda context: ends(context, 3),
    )
    assert not clerk.window.learners._licence_banner.isVisible()


def test_a_role_without_update_cannot_update(rooms: Rooms):
    room = rooms(20, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER, Role.PLR_USER))
    page = room.download(5)
    room.in_front(room.plr_window)
    click(page.grid.viewport())
    room.press("Ctrl+A")
    room.at_rest()
    button = named(room.plr_window, "plr_update_selected")
    assert not button.isEnabled()
    assert "Attainments (PLR) Admin" in button.toolTip()
    room.press("Ctrl+U")
    assert "Attainments (PLR) Admin" in QToolTip.text()
    room.at_rest()
    assert not page.busy
    page.update_selected()  # whatever a window lets through, the program itself refuses
    room.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert "Attainments (PLR) Admin" in dialog.accessibleDescription()
    room.close_dialog(dialog, "message_close")
    room.close_plr()


def test_a_licence_taken_away_during_work_stops_the_next_download(rooms: Rooms):
    room = rooms(10)
    room.select(2)
    licences_on(room.context.db, on=False)
    room.press("Ctrl+D")
    room.until(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert "licence" in dialog.accessibleDescription()
    room.close_dialog(dialog, "message_close")
    room.at_rest()
    assert room.plr.session.learner_count == 0
    assert not action(room, "plr.download").isEnabled()


# Keys


def test_f6_goes_from_part_to_part_and_round(room: Room):
    window = room.window
    room.select(1)
    seen = []
    for _ in range(8):
        room.press("F6")
        focus = QApplication.focusWidget()
        assert focus is not None
        parts = {
            "ribbon": window.ribbon,
            "grid": window.learners.grid,
            "details": window.learners.pane,
            "status bar": window.status,
        }
        part = next((name for name, one in parts.items() if one is focus or one.isAncestorOf(focus)), "")
        assert part, focus.objectName()
        seen.append(part)
    assert seen == 2 * ["details", "status bar", "ribbon", "grid"]
    room.press("Shift+F6")
    assert QApplication.focusWidget() is not None


def test_ctrl_tab_turns_the_pages_and_ctrl_f_filters_the_one_in_front(room: Room):
    window = room.window
    assert window.learners.isVisible()
    room.press("Ctrl+F")
    assert window.search.hasFocus()
    ref = "240444"
    type_text(ref)
    room.until(lambda: window.learners.shown == 1)
    room.press("Ctrl+Tab")
    room.until(window.attainments.isVisible)
    assert window.search.text() == ""
    room.at_rest()
    assert window.attainments.shown > 1
    room.press("Ctrl+Tab")
    room.until(window.learners.isVisible)
    assert window.search.text() == ref
    assert window.learners.shown == 1


def test_ctrl_a_takes_every_row_of_the_filter_only(room: Room):
    window = room.window
    room.press("Ctrl+F")
    type_text("240")
    type_text("4")
    room.until(lambda: 1 < window.learners.shown < window.learners.total)
    room.at_rest()
    room.select()
    assert window.learners.selected_count == window.learners.shown
    assert "All rows of the filter" in window.status.findChild(QLabel, "status_left").text()


def test_the_other_way_to_the_download_is_by_key_tips(room: Room):
    room.select(1)
    for key in (Qt.Key.Key_Alt, Qt.Key.Key_L, Qt.Key.Key_D):
        QTest.keyClick(QApplication.focusWidget(), key)
        QApplication.processEvents()
    room.until(lambda: room.window.plr.window is not None and room.plr_window.isVisible())
    room.downloaded()
    room.close_plr()


# What is remembered


def test_sorting_columns_size_and_panes_are_remembered(rooms: Rooms):
    first = rooms(20)
    window = first.window
    window.resize(790, 690)  # the screen of the tests is 800 x 800
    window.learners.grid.sort_by("ref", descending=True)
    first.at_rest()
    keys = list(window.learners.grid.keys)
    click(named(window, "details_button"))
    assert not window.learners.pane.isVisible()
    first.press("Ctrl+F1")
    folded = window.ribbon.folded
    window.close()
    assert not window.isVisible()
    rooms.close(first)
    second = rooms(20, size=())
    assert second.window.size().toTuple() == (790, 690)
    assert second.window.learners.grid.sort == ("ref", True)
    assert list(second.window.learners.grid.keys) == keys
    assert not second.window.learners.pane.isVisible()
    assert second.window.ribbon.folded is folded is True


def test_the_page_in_front_is_remembered(rooms: Rooms):
    first = rooms(5)
    first.press("Ctrl+5")
    assert first.window.licences.isVisible()
    first.window.close()
    rooms.close(first)
    second = rooms(5)
    assert second.window.licences.isVisible()
    assert second.window.ribbon.tab == "Administration"


def test_pages_are_made_when_they_are_first_opened(rooms: Rooms):
    room = rooms(5)
    window = room.window
    assert window.findChild(QWidget, "attainments") is None
    assert window.findChild(QWidget, "licences") is None
    click(window.learners.grid.viewport())
    room.press("Ctrl+Tab")
    room.at_rest()
    attainments = window.findChild(QWidget, "attainments")
    assert attainments is not None
    assert attainments.isVisible()
    assert window.attainments is attainments
    assert window.attainments.grid.hasFocus()
    assert window.findChild(QWidget, "licences") is None


def test_a_page_that_is_not_opened_keeps_its_layout(rooms: Rooms):
    first = rooms(5)
    first.press("Ctrl+Tab")
    first.at_rest()
    first.window.attainments.grid.sort_by("grade", descending=True)
    first.at_rest()
    click(named(first.window, "details_button"))
    assert not first.window.attainments.pane.isVisible()
    first.press("Ctrl+Shift+Tab")
    first.window.close()
    rooms.close(first)
    second = rooms(5)
    assert second.window.findChild(QWidget, "attainments") is None
    second.window.close()
    rooms.close(second)
    third = rooms(5)
    third.press("Ctrl+Tab")
    third.at_rest()
    assert third.window.attainments.grid.sort == ("grade", True)
    assert third.window.attainments.pane.isHidden()
    assert not named(third.window, "details_button").isChecked()


def test_a_damaged_layout_file_is_ignored(rooms: Rooms, tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "window.json").write_text(
        '{"learners": {"grid": {"order": 7, "widths": [1]}}, "geometry": 3, "page": ["x"]'
    )
    room = rooms(0)
    assert room.window.isVisible()


# Leaving


def test_leaving_while_downloading_asks_and_ends_soon(rooms: Rooms, lrs: LrsSandbox):
    room = rooms()
    lrs.set_latency(400)
    page = room.start_download()
    room.until(lambda: page.session.state()[0] >= 4)
    with answering("stay") as asked:
        room.window.close()
    assert "still running" in asked[0]
    assert room.window.isVisible()
    assert page.busy
    started = monotonic()
    with answering("leave"):
        room.window.close()
    assert monotonic() - started < 5
    assert not room.window.isVisible()
    assert not room.plr_window.isVisible()
    assert room.window.runner.wait(0)


def test_leaving_with_downloaded_records_asks_once(rooms: Rooms):
    room = rooms(20)
    room.download(10)
    with answering("keep") as asked:
        room.window.close()
    assert len(asked) == 1
    assert room.window.isVisible()
    with answering("close"):
        room.window.close()
    assert not room.window.isVisible()


# The LMS


def test_test_connection_of_the_ribbon_and_settings_that_name_an_lms(rooms: Rooms):
    room = rooms(10)
    window = room.window
    button = action(room, "lms.test")
    assert button.isEnabled()
    button.trigger()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), LmsTestDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LmsTestDialog)
    room.until(lambda: dialog.test.message.text() == "Not tested: No LMS is set up, so nothing is synchronised.")
    room.close_dialog(dialog, "lms_test_close")
    window.open_settings()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), SettingsDialog))
    settings = QApplication.activeModalWidget()
    assert isinstance(settings, SettingsDialog)
    room.at_rest()
    settings.pages.setFocus()
    QTest.keyClick(settings.pages, Qt.Key.Key_Down)
    url = settings.lms.fields["url"].focus
    url.setFocus()
    type_text("https://localhost:9")
    QTest.keyClick(url, Qt.Key.Key_Return)
    room.until(lambda: room.context.settings.lms.url == "https://localhost:9")
    room.until(lambda: "LMS" in window.lms.words())
    assert window.lms.sync.set_up


def test_who_enrols_may_test_the_connection(rooms: Rooms):
    room = rooms(10, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    assert action(room, "lms.test").isEnabled()
