"""*Retry* asks about some courses only: that says nothing of the others, nor how old their data are."""

import pytest
from sqlalchemy import select, update

from app.access import User
from app.db.database import Database
from app.db.tables import job_lock, sync_run
from app.lms import connection, schedule
from app.lms.connection import State
from app.lms.errors import Level
from app.lms.settings import Kind
from tests.db.lms_class import Class, codes, open_codes, synced
from tests.db.test_lms_standing import all_runs_earlier, standing
from tests.lms.fake_lms import FakeLms, broken, refused


@pytest.mark.rule("SE-R5", "SE-12", "SE-11")
@pytest.mark.parametrize("code", ["SE-12", "SE-11"])
def test_two_courses_that_refuse_again_are_not_the_connection(db: Database, user: User, code: str):
    lms = FakeLms()
    some = [Class(db, lms, number) for number in ("5", "6", "7")]
    for number, one in enumerate(some, start=1):
        one.learner(number, 5.0)
    lms.failing["5"] = lms.failing["6"] = refused(code)
    synced(db, user, lms)
    assert open_codes(db) == [(code, 2)]
    again = synced(db, user, lms, lms_course_ids=[some[0].id, some[1].id])
    assert (again.failed_by, [one.level for one in again.errors]) == (None, [Level.COURSE, Level.COURSE])
    assert open_codes(db) == [(code, 2)]
    assert standing(db, Kind.ENROLMENTS).state is State.DEGRADED


@pytest.mark.rule("SE-R5", "LS-S2", "LS-N2")
def test_one_course_asked_again_makes_nothing_complete(db: Database, user: User):
    lms = FakeLms()
    first, second = Class(db, lms, "5"), Class(db, lms, "6")
    first.learner(1, 5.0)
    second.learner(2, 5.0)
    synced(db, user, lms)
    all_runs_earlier(db, 40)
    complete = standing(db, Kind.ENROLMENTS).as_of
    lms.failing["5"] = lms.failing["6"] = broken("SE-03")
    synced(db, user, lms)
    assert standing(db, Kind.ENROLMENTS).state is State.DOWN
    notice = connection.take_notice(db, Kind.ENROLMENTS)
    assert notice is not None
    assert notice.down
    lms.failing.clear()
    synced(db, user, lms, lms_course_ids=[first.id])
    now = standing(db, Kind.ENROLMENTS)
    assert (now.state, now.as_of) == (State.LATE, complete), "the LMS answers; the other course is as old as it was"
    assert connection.take_notice(db, Kind.ENROLMENTS) is None, "data are not complete again"
    with db.read() as tx:
        told = schedule.read(db, tx)[1][Kind.ENROLMENTS]
        triggers = list(tx.execute(select(sync_run.c.trigger).order_by(sync_run.c.id)).scalars())
    assert (told.succeeded, told.failures) == (complete, 0), "the whole run is due as before"
    assert triggers == ["person", "person", "retry"]
    synced(db, user, lms)
    recovered = connection.take_notice(db, Kind.ENROLMENTS)
    assert recovered is not None
    assert not recovered.down


@pytest.mark.rule("SE-R4", "LS-S3")
def test_a_run_that_was_taken_over_neither_clears_nor_adds_errors(db: Database, user: User):
    lms = FakeLms(parallel=1)
    first, second = Class(db, lms, "5"), Class(db, lms, "6")
    first.learner(1, 5.0)
    second.learner(2, 5.0)
    lms.failing["5"] = refused("SE-13")
    synced(db, user, lms)
    assert open_codes(db) == [("SE-13", 1)]
    lms.failing.clear()

    def taken_over(call: str, course: str) -> None:
        if call == "participants" and course == "5":
            with db.write() as tx:
                tx.execute(update(job_lock).values(token="theirs"))

    lms.on_call = taken_over
    done = synced(db, user, lms)
    assert done.state == "failed"
    assert open_codes(db) == [("SE-13", 1)], "what is an error now, the other computer says"


def test_an_empty_answer_without_a_total_zeroes_nothing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.learner(2, 5.0, total=5.0)
    synced(db, user, lms)
    assert some.row(1).progress == "100 %"
    gone = some.course.rows
    some.course.people = [one for one in some.course.people if one.user != "1"]
    gone["1"] = [type(one)(**{**_fields(one), "grade": None, "grade_text": None}) for one in gone["1"]]
    assert "SE-21" in codes(synced(db, user, lms))
    assert some.row(1).progress == "100 %"


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}  # type: ignore[attr-defined]
