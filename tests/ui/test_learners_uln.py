"""*Find ULN* and *Verify* in the real window: from the ribbon, the details pane and the Attainments (PLR) window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from sqlalchemy import select

from app.access import Role
from app.db.tables import learner
from app.sandbox.people import Kind, Person, people
from tests.builders import user_with
from tests.ui.conftest import LEARNERS, Room, Rooms, answering, named
from tests.ui.dialog_room import child, click, gone
from ui.dialogs.find_uln import FindUlnDialog
from ui.dialogs.verify import VerifyDialog
from ui.look.screens import window_behind

PEOPLE = people(LEARNERS)


def the_one(kind: Kind) -> Person:
    return next(one for one in PEOPLE if one.kind is kind)


def row_of(room: Room, one: Person):
    with room.context.db.read() as tx:
        return tx.execute(select(learner).where(learner.c.ref == one.ref)).one()


def go_to(room: Room, one: Person) -> int:
    """Make the person's row the current and only selected one."""
    grid = room.window.learners.grid
    key = row_of(room, one).id
    room.in_front(room.window)
    index = grid.model().index(list(grid.keys).index(key), 2)
    grid.scrollTo(index)
    click(grid.viewport(), grid.visualRect(index).center())
    room.until(lambda: list(grid.selected_keys()) == [key])
    room.at_rest()
    return key


def key_tips(room: Room, *keys: Qt.Key) -> None:
    for key in (Qt.Key.Key_Alt, *keys):
        QTest.keyClick(window_behind(room.window), key)


def the_dialog(room: Room, kind: type) -> FindUlnDialog | VerifyDialog:
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind)
    room.at_rest()
    return dialog


def ask(room: Room, dialog: FindUlnDialog | VerifyDialog) -> None:
    click(child(dialog, QPushButton, "asking_start"))
    room.at_rest()


def test_from_the_ribbon_by_key_tips_to_a_ready_learner(room: Room):
    one = the_one(Kind.NO_ULN)
    go_to(room, one)
    key_tips(room, Qt.Key.Key_L, Qt.Key.Key_K)
    dialog = the_dialog(room, FindUlnDialog)
    ask(room, dialog)
    room.press("Return")
    room.at_rest()
    assert row_of(room, one).uln == one.lrs_uln
    room.press("Return")
    room.until(lambda: gone(dialog))
    room.at_rest()
    room.until(lambda: room.window.learners.pane.settled)
    facts = room.window.learners.pane.findChild(QPushButton, "details_find_uln")
    assert not facts.isVisible(), "the pane follows what was announced"


@pytest.mark.parametrize("kind", [Kind.NO_ULN, Kind.TEMPORARY, Kind.BAD_CHECK])
def test_the_pane_offers_it_where_the_uln_is_not_right(room: Room, kind: Kind):
    go_to(room, the_one(kind))
    room.until(lambda: room.window.learners.pane.findChild(QPushButton, "details_find_uln").isVisible())
    click(named(room.window, "details_find_uln"))
    dialog = the_dialog(room, FindUlnDialog)
    assert [one.ref for one in dialog.learners] == [the_one(kind).ref]
    room.press("Esc")
    room.until(lambda: gone(dialog))
    go_to(room, the_one(Kind.EXACT))
    room.until(lambda: not room.window.learners.pane.findChild(QPushButton, "details_find_uln").isVisible())


def test_verify_leads_on_to_find(room: Room):
    one = the_one(Kind.ULN_UNKNOWN)
    go_to(room, one)
    key_tips(room, Qt.Key.Key_L, Qt.Key.Key_V)
    dialog = the_dialog(room, VerifyDialog)
    ask(room, dialog)
    assert dialog.accessibleName() == "1 learner to look at"
    click(child(dialog, QPushButton, "verify_find"))
    finding = the_dialog(room, FindUlnDialog)
    assert [found.ref for found in finding.learners] == [one.ref]
    room.press("Esc")
    room.until(lambda: gone(finding))


def test_too_many_selected_is_said_at_the_button(rooms: Rooms):
    room = rooms(1_001, held=False)
    room.select()
    for action in ("learner.find_uln", "learner.verify"):
        assert "at most 1,000" in room.window.actions_.reason(action)
    room.select(3)
    for action in ("learner.find_uln", "learner.verify"):
        assert room.window.actions_.reason(action) == ""


def test_it_says_which_right_is_missing(rooms: Rooms):
    room = rooms(as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    one = the_one(Kind.NO_ULN)
    go_to(room, one)
    assert "Attainments (PLR) User" in room.window.actions_.reason("learner.find_uln")
    room.until(lambda: room.window.learners.pane.findChild(QPushButton, "details_find_uln").isVisible())
    with answering("message_close") as told:
        click(named(room.window, "details_find_uln"))
        room.until(lambda: bool(told))
    assert "Attainments (PLR) User" in told[0]


def select_code(room: Room, code: str) -> int:
    """Select the row with this code in the PLR window."""
    page = room.plr
    key = next(
        row.key
        for row in page.session.rows()
        if row.answer is not None and code in (row.answer.error_code, row.answer.response_code)
    )
    room.in_front(room.plr_window)
    index = page.grid.model().index(list(page.grid.keys).index(key), 2)
    page.grid.scrollTo(index)
    click(page.grid.viewport(), page.grid.visualRect(index).center())
    room.until(lambda: list(page.grid.selected_keys()) == [key])
    room.at_rest()
    return key


@pytest.mark.parametrize(
    ("code", "kind"), [("LOCAL01", Kind.NO_ULN), ("LOCAL04", Kind.TEMPORARY), ("LOCAL05", Kind.BAD_CHECK)]
)
def test_the_loop_of_the_plr_window(room: Room, lrs, code: str, kind: Kind):
    page = room.download()
    one = the_one(kind)
    key = select_code(room, code)
    click(named(room.plr_window, "plr_find_uln"))
    dialog = the_dialog(room, FindUlnDialog)
    ask(room, dialog)
    room.press("Return")
    room.at_rest()
    assert row_of(room, one).uln == one.lrs_uln
    before = len(lrs.calls)
    with answering("refresh") as asked:
        click(child(dialog, QPushButton, "asking_close"))
        room.until(lambda: bool(asked))
    assert "1 learner has another ULN now." in asked[0]
    room.downloaded()
    assert lrs.calls[before:] == [one.lrs_uln], "just the corrected one is asked about again"
    answer = page.session.answer_of(row_of(room, one).id)
    assert answer is not None
    assert answer.error_code == ""
    assert answer.response_code == "WSRC0004"
    assert page.session.row(key) is not None
    room.close_plr()


def test_not_now_asks_nobody(room: Room, lrs):
    room.download()
    select_code(room, "LOCAL01")
    room.press("Ctrl+Shift+U", room.plr_window)
    dialog = the_dialog(room, FindUlnDialog)
    ask(room, dialog)
    room.press("Return")
    room.at_rest()
    before = len(lrs.calls)
    with answering("later") as asked:
        room.press("Return")
        room.until(lambda: bool(asked))
    room.at_rest()
    assert len(lrs.calls) == before
    room.close_plr()


def test_rows_that_need_no_uln_say_so(room: Room):
    room.download()
    select_code(room, "WSRC0004")
    button = named(room.plr_window, "plr_find_uln")
    assert not button.isEnabled()
    assert "WSEC0208" in button.accessibleDescription()
    select_code(room, "WSEC0208")
    assert button.isEnabled()
    room.close_plr()
