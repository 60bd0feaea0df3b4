"""Another address of the LMS: nothing is asked or written before a person has said that it is the same site."""

import pytest
from sqlalchemy import func, select

from app.access import Role, User
from app.db.database import Database
from app.db.tables import lms_course, operation
from app.errors import AccessError
from app.lms import courses, enrolments, site
from app.tasks import TaskContext
from tests.builders import user_with
from tests.lms.fake_lms import FakeLms, broken


def synced(db: Database, user: User, lms: FakeLms) -> courses.RunSummary:
    return courses.run(TaskContext(), db, user, lms)


def number_of_courses(db: Database) -> int:
    with db.read() as tx:
        return tx.execute(select(func.count()).select_from(lms_course)).scalar_one()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://vle.college.ac.uk", "https://VLE.college.ac.uk/", True),
        ("https://vle.college.ac.uk:443", "http://vle.college.ac.uk", True),
        ("https://vle.college.ac.uk/moodle", "https://vle.college.ac.uk/moodle/", True),
        ("https://127.0.0.1:40001", "https://127.0.0.1:40002", True),
        ("https://vle.college.ac.uk", "https://vle.college.ac.uk/old", False),
        ("https://vle.college.ac.uk", "https://vle2.college.ac.uk", False),
        ("https://vle.college.ac.uk:8443", "https://vle.college.ac.uk", False),
    ],
)
def test_what_tells_one_site_from_another(one: str, other: str, same: bool):
    assert (site.place(one) == site.place(other)) == same


def test_another_site_is_neither_asked_nor_mixed_up_with_the_first(db: Database, user: User):
    first, other = FakeLms(), FakeLms(address="https://new.example.org")
    first.course("5", short_name="Biology")
    other.course("5", short_name="Welding")
    other.course("6")
    synced(db, user, first)
    for run in (courses.run, enrolments.run):
        done = run(TaskContext(), db, user, other)
        assert (done.state, done.failed_by, done.other_site) == ("failed", None, True)
        assert "lms.example.org" in done.messages[0]
        assert "new.example.org" in done.messages[0]
    assert other.asked == {}
    assert number_of_courses(db) == 1
    assert synced(db, user, first).state == "finished"


def test_the_same_site_at_a_new_address_goes_on_once_somebody_said_so(db: Database, user: User):
    lms = FakeLms()
    lms.course("5")
    synced(db, user, lms)
    lms.address = "https://new.example.org"
    with pytest.raises(AccessError):
        site.moved(db, user_with(db, Role.PLR_USER), lms.address)
    assert site.moved(db, user, lms.address) is not None
    assert site.moved(db, user, lms.address) is None
    done = synced(db, user, lms)
    assert (done.state, done.counts["added"], done.other_site) == ("finished", 0, False)
    with db.read() as tx:
        assert "lms_site_moved" in tx.execute(select(operation.c.kind)).scalars().all()


def test_an_address_that_never_answered_is_not_remembered(db: Database, user: User):
    wrong, right = FakeLms(address="https://wrong.example.org"), FakeLms()
    wrong.failing["courses"] = broken("SE-01")
    synced(db, user, wrong)
    right.course("5")
    assert synced(db, user, right).counts["added"] == 1
