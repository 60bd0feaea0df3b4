"""The date beside the values of an enrolment is never later than the last good answer about its learner (LS-E18)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.access import User
from app.conditions import Group, Join, Operator, Test
from app.connectors.lms import Trouble
from app.db.database import Database
from app.db.tables import progress
from app.lms import enrolments_list
from tests.builders import add_learner
from tests.db.lms_class import Class, synced
from tests.lms.fake_lms import FakeLms, row


def earlier(db: Database, by: timedelta) -> None:
    """The progress that is stored came so much sooner."""
    with db.write() as tx:
        came = tx.execute(progress.select()).first().changed_at  # type: ignore[union-attr]
        tx.execute(update(progress).values(changed_at=came - by))


def listed(db: Database, *, descending: bool) -> list[int]:
    with db.read() as tx:
        return list(db.ids(tx, enrolments_list.keys_query(sort="as_of", descending=descending)))


@pytest.mark.rule("LS-E18")
@pytest.mark.parametrize("gone", ["failed", "absent"])
def test_who_was_not_heard_of_has_no_date_of_the_course(db: Database, user: User, gone: str):
    lms = FakeLms()
    some = Class(db, lms, "5")
    keys = [some.learner(number, 5.0, total=5.0) for number in (1, 2)]
    synced(db, user, lms)
    earlier(db, timedelta(days=3))
    first = some.row(1)
    assert first.as_of == some.good_at, "unchanged since, and confirmed by the last run"
    last_good = some.good_at
    if gone == "failed":
        some.course.failed["1"] = Trouble.NOT_AN_ANSWER
    else:
        del some.course.rows["1"]
    synced(db, user, lms)
    assert some.good_at > last_good
    told = some.row(1)
    assert told.as_of == told.changed_at
    assert told.as_of < last_good
    assert some.row(2).as_of == some.good_at
    assert listed(db, descending=False) == keys
    assert listed(db, descending=True) == keys[::-1]
    day = (told.as_of + timedelta(days=1)).astimezone().date()
    with db.read() as tx:
        old = Group(Join.ALL, (Test("as_of", Operator.BEFORE, day.isoformat()),))
        assert list(db.ids(tx, enrolments_list.keys_query(old))) == keys[:1]
    some.course.failed.clear()
    some.course.grade(1, 5.0, total=5.0)
    synced(db, user, lms)
    assert some.row(1).as_of == some.good_at


@pytest.mark.rule("LS-E18", "SE-25")
def test_a_grade_that_cannot_be_read_is_as_new_as_the_others(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.course.rows["1"][0] = row("1", None, not_understood=("grade",), grade_text="?")
    synced(db, user, lms)
    earlier(db, timedelta(days=3))
    synced(db, user, lms)
    assert (some.row(1).error, some.row(1).as_of) == ("SE-25", some.good_at)


def test_of_whom_nothing_ever_came_there_is_no_date(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.enrol(add_learner(db, 2), 2)
    synced(db, user, lms)
    assert (some.row(1).as_of, some.row(2).as_of) == (some.good_at, None)
