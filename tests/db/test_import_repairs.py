"""Repairs that are remembered for the files of a sender: one's own, and harmless whatever is stored."""

import pytest
from sqlalchemy import insert

from app import saved
from app.access import Role, User
from app.db.database import Database
from app.db.tables import saved as table
from app.errors import InputError
from app.imports.remembered import remember, remembered, senders
from app.imports.repairs import NO_REPAIRS, Repair, Repairs
from app.saved import Kind
from tests.builders import user_with

ONE = Repairs(frozenset({Repair("CR-12", "date_completed", "day"), Repair("CR-35")}))
OTHER = Repairs(frozenset({Repair("CR-02")}))


def known(db: Database, user: User, sender: str) -> Repairs:
    with db.read() as tx:
        return remembered(tx, user, sender)


def names(db: Database, user: User) -> list[str]:
    with db.read() as tx:
        return senders(tx, user)


def test_what_was_chosen_for_a_sender_comes_back_and_is_replaced(db: Database, user: User):
    assert (known(db, user, "Awarding body"), names(db, user)) == (NO_REPAIRS, [])
    remember(db, user, " Awarding  body", ONE)
    remember(db, user, "Another", OTHER)
    assert known(db, user, "awarding BODY") == ONE
    remember(db, user, "Awarding Body", OTHER)
    assert (known(db, user, "Awarding body"), names(db, user)) == (OTHER, ["Another", "Awarding body"])
    remember(db, user, "Awarding body", NO_REPAIRS)
    remember(db, user, "Never heard of", NO_REPAIRS)
    assert names(db, user) == ["Another"]


def test_they_are_nobody_elses(db: Database, user: User):
    other = user_with(db, Role.ADMINISTRATOR, login="other")
    remember(db, user, "Awarding body", ONE)
    saved.save(db, other, Kind.IMPORT_REPAIRS, "Shared", OTHER.dump(), shared=True)
    assert (known(db, other, "Awarding body"), names(db, user)) == (NO_REPAIRS, ["Awarding body"])


def test_a_sender_needs_a_name(db: Database, user: User):
    with pytest.raises(InputError, match="needs a name"):
        remember(db, user, "  ", ONE)


@pytest.mark.parametrize("body", ["", "null", "{", '{"a": 1}', "[[[]]]", '[["CR-12", "date_completed", "week"]]'])
def test_a_stored_text_that_is_none_of_ours_repairs_nothing(db: Database, user: User, body):
    values = {"kind": Kind.IMPORT_REPAIRS.value, "owner_id": user.id, "name": "x", "body": body, "shared": False}
    with db.write() as tx:
        tx.execute(insert(table).values(**values))
    assert known(db, user, "x") == NO_REPAIRS
    remember(db, user, "x", ONE)
    assert known(db, user, "x") == ONE
