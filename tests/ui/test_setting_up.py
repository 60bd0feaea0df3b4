"""*Set Up Step by Step*: offered once in a new database, found again, and done by what is really there."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication
from sqlalchemy import delete

from app import setting_up
from app.access import Role
from app.config import LmsSettings, Settings
from app.context import AppContext
from app.db.tables import licence
from app.setting_up import Step
from tests.builders import user_with
from tests.ui.conftest import Room, Rooms
from tests.ui.dialog_room import click
from ui.dialogs.setting_up import SettingUpDialog
from ui.pages.home import HomePage


def bare(context: AppContext) -> None:
    """As a new database is: no settings, no licence on."""
    context.settings = Settings()
    with context.db.write() as tx:
        tx.execute(delete(licence))


def in_front(room: Room, name: str):
    room.until(lambda: (one := QApplication.activeModalWidget()) is not None and one.objectName() == name)
    found = QApplication.activeModalWidget()
    room.at_rest()
    return found


def tiles(room: Room) -> list[str]:
    room.window.show_page("home")
    room.at_rest()
    page = room.window.row.front
    assert page == "home"
    home = room.window.findChild(HomePage)
    assert home is not None
    room.until(lambda: home.settled)
    return [one.accessibleName() for one in home.tiles.findChildren(QAbstractButton) if one.isVisible()]


def test_a_new_database_is_set_up_by_keys_and_what_is_left_is_found_again(rooms: Rooms):
    room = rooms(0, prepare=bare)
    room.window.setting_up.offer()
    dialog = in_front(room, "setting_up")
    assert isinstance(dialog, SettingUpDialog)
    with room.context.db.read() as tx:
        begun = setting_up.done(tx, room.context.settings, room.context.rights)
    room.until(lambda: [step for step, card in dialog.cards.items() if card.state.text() == "Done"] == sorted(begun))
    assert begun == set()
    assert len({(card.open_button.x(), card.open_button.width()) for card in dialog.cards.values()}) == 1
    room.press("Return", dialog.cards[Step.LMS].open_button)
    opened = in_front(room, "settings")
    assert opened.pages.currentRow() == 1, "the page of the LMS"
    room.context.settings = replace(Settings(), lms=LmsSettings(url="https://lms.invalid"))
    opened.saved.emit()
    room.until(lambda: dialog.cards[Step.LMS].state.text() == "Done")
    room.context.settings = Settings()
    opened.saved.emit()
    room.until(lambda: dialog.cards[Step.LMS].state.text() == "To do")
    opened.reject()
    room.until(lambda: QApplication.activeModalWidget() is dialog)
    for step in (Step.LMS, Step.PEOPLE):
        room.press("Space", dialog.cards[step].leave_button)
        assert dialog.cards[step].accessibleName().endswith(": Left out")
    room.press("Escape", dialog)
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert any(name.startswith("3 Steps to set up") for name in tiles(room))
    room.window.setting_up.offer()
    room.at_rest()
    assert QApplication.activeModalWidget() is None, "it opens by itself once"
    room.window.file_menu.setting_up_wanted.emit()
    again = in_front(room, "setting_up")
    assert isinstance(again, SettingUpDialog)
    assert again.cards[Step.PEOPLE].state.text() == "Left out"
    click(again.cards[Step.LICENCES].open_button)
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert room.window.row.front == "licences"


def test_with_learners_and_settings_it_is_not_offered(rooms: Rooms):
    room = rooms(3)
    room.window.setting_up.offer()
    room.at_rest()
    assert QApplication.activeModalWidget() is None


def test_who_may_not_administer_is_told_why(rooms: Rooms):
    room = rooms(0, prepare=bare, as_user=lambda context: user_with(context.db, Role.PLR_USER))
    room.window.setting_up.offer()
    room.at_rest()
    room.window.file_menu.setting_up_wanted.emit()
    assert "Ask an administrator" in room.window.status._work.text()
    assert QApplication.activeModalWidget() is None
    assert not any("set up" in name for name in tiles(room))


@pytest.mark.parametrize("wanted", [set(), {Step.LEARNERS, Step.LRS, Step.LICENCES}])
def test_a_step_is_done_by_what_is_there(rooms: Rooms, wanted: set[Step]):
    room = rooms(3 if wanted else 0)
    settings = room.context.settings if wanted else Settings()
    with room.context.db.read() as tx:
        assert setting_up.done(tx, settings, room.context.rights) >= wanted
        assert (Step.LEARNERS in setting_up.done(tx, settings, room.context.rights)) == bool(wanted)
