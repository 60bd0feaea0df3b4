"""One learner, one page: everything that is stored of them, within the campuses of who looks; on both databases."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from app.access import Role, User
from app.db.database import Database
from app.db.tables import learner, plr_check, user_campus
from app.errors import AccessError
from app.past import one_learner
from app.past.one_learner import OneLearner, Part
from tests.builders import add_attainment, add_learner, user_with
from tests.db.loading import Loader, an_aim, record
from tests.db.test_past import rename
from tests.imports.importing import Importing, done
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import TERM, Sections


def read(db: Database, user: User, learner_id: int, most: int = 200) -> OneLearner:
    with db.read() as tx:
        found = one_learner.read(tx, user, learner_id, most)
    assert found is not None
    return found


def parts(found: OneLearner) -> dict[str, Part]:
    assert all(len(row) == len(one.columns) == len(one.shares) for one in found.parts for row in one.rows)
    return {one.name: one for one in found.parts}


def test_who_it_is_and_what_was_achieved(db: Database, user: User):
    key = add_learner(
        db, 4, family_name="Begum", given_names="Elif", birth_date=date(2008, 3, 4), email="e@example.org"
    )
    for number in range(3):
        add_attainment(db, key, subject=f"Subject {number}", grade="7", award_date=date(2024, 8, 20 + number))
    with db.write() as tx:
        tx.execute(insert(plr_check).values(learner_id=key, at=db.now(tx), outcome="none"))
    found = read(db, user, key, 2)
    facts = dict(found.facts)
    assert found.name == "Elif Begum"
    assert (facts["Date of birth"], facts["Email"]) == ("4 Mar 2008", "e@example.org")
    assert facts["Last PLR"].endswith("no records")
    held = parts(found)["attainments"]
    assert (held.total, [row[0] for row in held.rows]) == (3, ["Subject 2", "Subject 1"]), "the latest few"
    assert "Elif" not in repr(found)


def test_the_timeline_tells_every_change_the_latest_first(db: Database, user: User):
    key = add_learner(db, 1, family_name="Old", tutor_group="A1")
    rename(db, user, key, family_name="New")
    rename(db, user, key, tutor_group="B2")
    line = parts(read(db, user, key))["timeline"]
    assert line.total == 2
    assert [row[5] for row in line.rows] == ["Tutor group: A1 → B2", "Family name: Old → New"]
    assert {row[1] for row in line.rows} == {user.name}
    assert [row[0] for row in parts(read(db, user, add_learner(db, 2)))["timeline"].rows] == []


def test_aims_and_files_that_told_of_them(db: Database, user: User, tmp_path: Path):
    Loader(db, user, tmp_path).bring(record(1, aims=[an_aim(1), an_aim(2)]))
    with db.read() as tx:
        key = tx.execute(learner.select()).one().id
    held = parts(read(db, user, key))
    assert [row[1] for row in held["aims"].rows] == ["6034411X", "6034411X"]
    [brought] = held["imports"].rows
    assert brought[1:4] == ("Learners", "learners.xml", "1")
    assert {row[3].split()[0] for row in held["timeline"].rows} == {"Learner", "Aim"}


def test_credit_and_records_of_an_import(db: Database, user: User, tmp_path: Path):
    world = Importing(db, user, tmp_path)
    [key] = world.add_people(1)
    world.bring([done(1)])
    held = parts(read(db, user, key))
    assert held["credit"].total == 1
    assert held["imports"].rows[0][1] == "Course records"
    assert held["enrolments"].total == 1


def test_extract_records_of_other_campuses_are_not_told(db: Database, user: User):
    some, lms = Sections(db, user), FakeLms()
    lms.course("5")
    some.learner(1, some.section("5"), **TERM)
    some.send(lms)
    key = some.learners[1]
    mine = parts(read(db, user, key))
    assert mine["records"].rows[0][3] == "Processed"
    assert any("Extract record" in row[3] for row in mine["timeline"].rows)
    outsider = user_with(db, Role.LMS_ADMINISTRATOR)
    theirs = parts(read(db, outsider, key))
    assert (theirs["records"].total, theirs["records"].rows) == (0, [])
    assert not any("Extract record" in row[3] for row in theirs["timeline"].rows)
    with db.write() as tx:
        tx.execute(insert(user_campus).values(user_id=outsider.id, campus_id=some.campus))
    assert parts(read(db, outsider, key))["records"].rows == mine["records"].rows


def test_nobody_who_is_gone_and_nobody_for_strangers(db: Database, user: User):
    key = add_learner(db, 1)
    with db.read() as tx:
        assert one_learner.read(tx, user, 10**9) is None
        with pytest.raises(AccessError):
            one_learner.read(tx, user_with_nothing(db), key)
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == key).values(removed_at=db.now(tx)))
    with db.read() as tx:
        assert one_learner.read(tx, user, key) is None


def user_with_nothing(db: Database) -> User:
    return User(10**6, "nobody", "nobody")
