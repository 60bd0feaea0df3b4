"""Learners with an enrolment and no known account are looked up in the LMS (SE-20)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import User
from app.connectors.lms import Account
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import lms_account
from app.lms import enrolments, looked_up
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.lms_class import Class, codes, synced
from tests.lms.fake_lms import FakeLms, broken, refused
from tests.lms.rows import add_course, add_enrolment, add_section


def account(user: int, ref: str | None, email: str | None = None, **other: bool) -> Account:
    return Account(str(user), ref, email, f"Person {user}", **{"suspended": False, "deleted": False, **other})


def links(db: Database) -> dict[str, int | None]:
    with db.read() as tx:
        return dict(tx.execute(select(lms_account.c.lms_user_number, lms_account.c.learner_id)).all())


@pytest.mark.rule("SE-20", "SE-21")
def test_an_account_that_is_on_no_course_is_found_by_number_then_by_e_mail(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    keys = {number: add_learner(db, number, email=f"l{number}@example.org") for number in (2, 3, 4)}
    for number, key in keys.items():
        some.enrol(key, number)
    lms.on_site = [account(2, "240002"), account(3, None, "l3@example.org"), account(9, "999999")]
    done = synced(db, user, lms)
    found = {one.enrolment_id: one.code for one in done.errors}
    assert found == {some.enrolments[2]: "SE-21", some.enrolments[3]: "SE-21", some.enrolments[4]: "SE-20"}
    assert lms.looked_up == [
        ("idnumber", ["240002", "240003", "240004"]),
        ("email", ["l3@example.org", "l4@example.org"]),
    ]
    assert {user: key for user, key in links(db).items() if user != "1"} == {"2": keys[2], "3": keys[3]}
    again = synced(db, user, lms)
    assert {one.enrolment_id: one.code for one in again.errors} == found
    assert lms.looked_up[2:] == [("idnumber", ["240004"]), ("email", ["l4@example.org"])]
    assert again.counts["rows_written"] == 0


@pytest.mark.rule("SE-20")
def test_nobody_is_asked_about_whose_account_is_known(db: Database, user: User):
    lms = FakeLms()
    Class(db, lms, "5").learner(1, 5.0)
    assert codes(synced(db, user, lms)) == []
    assert lms.looked_up == []


@pytest.mark.rule("SE-23")
def test_two_accounts_that_are_found_are_left_to_a_person(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.enrol(add_learner(db, 2), 2)
    lms.on_site = [account(2, "240002"), account(3, "240002")]
    assert codes(synced(db, user, lms)) == ["SE-23"]
    assert [key for user, key in links(db).items() if user != "1"] == [None, None]


@pytest.mark.rule("SE-20")
def test_a_deleted_account_is_nobodys(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.enrol(add_learner(db, 2), 2)
    lms.on_site = [account(2, "240002", deleted=True)]
    assert codes(synced(db, user, lms)) == ["SE-20"]


@pytest.mark.parametrize("error", [refused("SE-04"), broken("SE-01")], ids=["refused", "broken"])
def test_a_look_up_that_fails_loses_nothing(db: Database, user: User, error: Exception):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.enrol(add_learner(db, 2), 2)
    lms.failing["accounts"] = error
    done = synced(db, user, lms)
    assert (done.state, codes(done), some.row(1).progress) == ("messages", ["SE-20"], "100 %")
    assert "could not be looked up" in done.messages[0]


def test_each_run_begins_with_others(db: Database, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looked_up, "MOST", 2)
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    for number in range(2, 7):
        some.enrol(add_learner(db, number), number)
    for _ in range(5):
        synced(db, user, lms)
    asked = [refs for by, refs in lms.looked_up if by == "idnumber"]
    assert {len(refs) for refs in asked} == {2}
    assert {ref for refs in asked for ref in refs} == {f"24000{number}" for number in range(2, 7)}


@pytest.mark.rule("SE-20", "SE-21")
def test_in_the_sandbox(db: Database, user: User, tmp_path: Path):
    with MoodleSandbox(tmp_path / "moodle", people=people(120)) as sandbox:
        client = MoodleClient(MoodleAccess(**sandbox.info.as_dict(), connect_timeout=5.0, read_timeout=5.0))
        with client.open() as calls:
            here = {one.user for one in calls.participants("6")}
            other = next(
                one for one in calls.participants("5") if one.student and one.id_number and one.user not in here
            )
        section = add_section(db, add_course(db, "6"))
        at = add_enrolment(db, add_learner(db, 1, ref=other.id_number), section)
        done = enrolments.run(TaskContext(), db, user, client)
    assert [(one.code, one.enrolment_id) for one in done.errors if one.enrolment_id == at] == [("SE-21", at)]
    assert links(db)[other.user] is not None
