"""Accounts of the LMS that a person decides about: listed, decided by search or as nobody's, taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.db.tables import learner, lms_account
from app.lms import accounts_decided, compare
from app.lms.accounts_decided import Unsettled
from app.sandbox.moodle_state import Place
from app.tasks import TaskContext
from tests.ui.college_room import CLOSED, OPEN, LmsRoom, listed, words_of
from tests.ui.dialog_room import click, press, type_text, write_into
from ui.dialogs.lms_accounts import AccountsDialog
from ui.dialogs.lms_decide import DecideDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STRANGER = 20
"""A teacher of the sandbox: put on a course as a learner, the account is nobody's."""


def with_stranger(lms: LmsRoom) -> Unsettled:
    """Somebody on the course whom no learner here resembles, and what is known of the account."""
    course = lms.course(CLOSED)
    lms.sandbox.set_place(int(course.number), STRANGER, Place())
    compare.compare(TaskContext(), lms.context.db, lms.context.user, lms.context.lms(), course.id)
    return next(one for one in waiting(lms) if one.user == str(STRANGER))


def waiting(lms: LmsRoom) -> list[Unsettled]:
    with lms.context.db.read() as tx:
        return accounts_decided.unsettled(tx)


def account(lms: LmsRoom, user: str):
    with lms.context.db.read() as tx:
        return tx.execute(select(lms_account).where(lms_account.c.lms_user_number == user)).one()


def opened(lms: LmsRoom) -> AccountsDialog:
    lms.show("enrolments")
    lms.press_action("lms.accounts")
    dialog = lms.dialog("lms_accounts")
    assert isinstance(dialog, AccountsDialog)
    at_rest(lms, dialog)
    return dialog


def at_rest(lms: LmsRoom, dialog: AccountsDialog) -> None:
    lms.room.at_rest()
    lms.room.until(lambda: not dialog.busy)


def decide(lms: LmsRoom, dialog: AccountsDialog) -> DecideDialog:
    click(dialog.decide_button)
    found = lms.dialog("decide_account")
    assert isinstance(found, DecideDialog)
    return found


def test_what_waits_is_listed_and_found(lms: LmsRoom):
    one = with_stranger(lms)
    dialog = opened(lms)
    rows = listed(dialog, "accounts_list")
    assert len(rows) == len(waiting(lms))
    assert str(len(rows)) in dialog.accessibleDescription()
    write_into(dialog.search, one.full_name or "")
    assert [row[1] for row in listed(dialog, "accounts_list")] == [one.full_name]


def test_a_learner_is_found_by_person_code_and_taken_back(lms: LmsRoom):
    one = with_stranger(lms)
    dialog = opened(lms)
    write_into(dialog.search, one.full_name or "")
    deciding = decide(lms, dialog)
    with lms.context.db.read() as tx:
        person = tx.execute(select(learner).where(learner.c.ref.is_not(None)).limit(1)).one()
    type_text(person.ref)
    lms.room.until(lambda: [row[0] for row in listed(deciding, "decide_learners")] == [person.ref])
    lms.room.at_rest()
    click(deciding.take_button)
    at_rest(lms, dialog)
    assert (account(lms, one.user).learner_id, account(lms, one.user).matched_by) == (person.id, "person")
    assert one.user not in [other.user for other in waiting(lms)]
    lms.room.in_front(dialog)
    click(dialog.undo_button)
    at_rest(lms, dialog)
    assert account(lms, one.user).learner_id is None
    assert one.user in [other.user for other in waiting(lms)]


def test_it_is_nobody_of_ours_and_is_not_asked_again(lms: LmsRoom):
    one = with_stranger(lms)
    dialog = opened(lms)
    write_into(dialog.search, one.full_name or "")
    deciding = decide(lms, dialog)
    assert "nobody" in deciding.words.text()
    assert not deciding.take_button.isEnabled()
    click(deciding.nobody_button)
    at_rest(lms, dialog)
    assert one.user not in [other.user for other in waiting(lms)]
    compare.compare(TaskContext(), lms.context.db, lms.context.user, lms.context.lms(), lms.course(CLOSED).id)
    assert one.user not in [other.user for other in waiting(lms)]


def test_what_somebody_decided_since_stays_and_that_is_said(lms: LmsRoom):
    one = with_stranger(lms)
    dialog = opened(lms)
    write_into(dialog.search, one.full_name or "")
    click(decide(lms, dialog).nobody_button)
    at_rest(lms, dialog)
    mine = lms.enrolled(OPEN)[0].learner_id
    with lms.context.db.write() as tx:
        row = lms_account.c.lms_user_number == one.user
        tx.execute(lms_account.update().where(row).values(learner_id=mine, matched_by="email"))
    lms.room.in_front(dialog)
    click(dialog.undo_button)
    at_rest(lms, dialog)
    assert account(lms, one.user).learner_id == mine
    assert "Not taken back" in words_of(dialog.banner)


def test_two_accounts_of_one_learner_clash_until_one_is_chosen(lms: LmsRoom):
    one = with_stranger(lms)
    mine = lms.enrolled(OPEN)[0]
    with lms.context.db.write() as tx:
        row = tx.execute(select(lms_account).where(lms_account.c.learner_id == mine.learner_id)).one()
        tx.execute(lms_account.update().where(lms_account.c.id == row.id).values(clash=True, matched_by="email"))
        tx.execute(
            lms_account.update()
            .where(lms_account.c.id == one.id)
            .values(clash=True, id_number=mine.ref, learner_id=None)
        )
    dialog = opened(lms)
    assert [row[0] for row in listed(dialog, "accounts_list")][:2] == ["Clash", "Clash"]
    place = next(at for at, other in enumerate(waiting(lms)) if other.id == one.id)
    dialog.list.selectRow(place)
    deciding = decide(lms, dialog)
    assert [line[4] for line in listed(deciding, "decide_learners")] == ["Looks the same"]
    click(deciding.take_button)
    at_rest(lms, dialog)
    assert account(lms, one.user).learner_id == mine.learner_id
    assert account(lms, row.lms_user_number).learner_id is None
    assert not any(other.clash for other in waiting(lms))


def test_enter_in_the_search_decides_nothing(lms: LmsRoom):
    one = with_stranger(lms)
    dialog = opened(lms)
    write_into(dialog.search, one.full_name or "")
    press(Qt.Key.Key_Return)
    assert QApplication.activeModalWidget() is dialog
    deciding = decide(lms, dialog)
    type_text("a")
    lms.room.until(lambda: bool(listed(deciding, "decide_learners")))
    press(Qt.Key.Key_Return)
    assert deciding.isVisible()
    assert not deciding.search.hasFocus()
    press(Qt.Key.Key_Escape)
    lms.room.until(lambda: QApplication.activeModalWidget() is dialog)
    assert account(lms, one.user).matched_by is None
