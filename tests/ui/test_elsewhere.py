"""A window hears of what another program writes to its database, and reads nothing twice of its own."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.changes import Changes, Topic
from app.db.database import Database
from app.db.tables import operation
from app.errors import DatabaseError
from app.learners.edit import LearnerForm, add
from tests.ui.conftest import Room
from ui.elsewhere import EVERY_MS


def added(room: Room, ref: str) -> None:
    """A learner, written through a connection of its own as a command would."""
    other = Database.in_file(room.context.folder.database_file)
    try:
        add(other, room.context.user, "19990002", LearnerForm(ref, "", "Aaa", "Jo", "", None, "F"))
    finally:
        other.close()


def heard(room: Room) -> list[Changes]:
    told: list[Changes] = []
    room.window.hub.announced.connect(told.append)
    return told


def test_what_a_command_wrote_is_shown_by_itself(room: Room):
    told, before = heard(room), room.window.learners.total
    room.window.elsewhere.timer.setInterval(20)
    added(room, "NEW1")
    room.until(lambda: room.window.learners.total == before + 1)
    room.at_rest()
    assert told == [Changes.of(Topic.LEARNERS)], "once"


def test_what_the_window_wrote_itself_is_announced_once(room: Room):
    told = heard(room)
    added(room, "NEW2")
    room.window.hub.announce(Changes.of(Topic.LEARNERS))  # as the page that wrote does
    room.at_rest()
    room.window.elsewhere.ask()
    room.at_rest()
    assert told == [Changes.of(Topic.LEARNERS)]
    added(room, "NEW3")
    room.window.elsewhere.ask()
    room.at_rest()
    assert told == [Changes.of(Topic.LEARNERS)] * 2


def test_a_database_out_of_reach_is_no_message_and_is_asked_again(room: Room):
    # What the pages look at a moment later would be a message, and rightly.
    soon = [one for one in room.window.findChildren(QTimer) if one.isSingleShot() and one.interval() < 60_000]
    room.until(lambda: not any(one.isActive() for one in soon))
    room.at_rest()
    told = heard(room)
    file, away = room.context.folder.database_file, room.context.folder.path / "away"
    room.context.db.close()
    file.rename(away)
    file.write_bytes(b"this is no database " * 500)
    with pytest.raises(DatabaseError), room.context.db.read() as tx:
        tx.execute(select(operation.c.id))
    room.window.elsewhere.ask()
    room.at_rest()
    assert told == []
    assert QApplication.activeModalWidget() is None
    assert "damaged" in room.window.offline.cause
    away.replace(file)
    added(room, "NEW4")
    room.window.offline.try_again()
    room.at_rest()
    assert told == [Changes(frozenset(Topic))], "whatever happened meanwhile"
    assert room.window.elsewhere.timer.isActive()
    assert room.window.elsewhere.timer.interval() == EVERY_MS
