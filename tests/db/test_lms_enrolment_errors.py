"""The run of enrolments: what is an error, and what it leaves alone (lms-sync.md 4, 8)."""

import pytest

from app.access import User
from app.connectors.lms import Trouble
from app.db.database import Database
from app.errors import BusyError
from app.lms import details, errors_list, holds
from app.lms.errors import Level
from tests.builders import add_learner
from tests.db.lms_class import Class, codes, open_codes, synced
from tests.lms.fake_lms import FakeLms, broken, person, refused, row


@pytest.mark.rule("SE-12", "LS-E18", "LS-N3", "SE-R1", "SE-R4")
def test_one_course_that_refuses_stops_no_other_and_keeps_its_values(db: Database, user: User):
    lms = FakeLms()
    bad, good = Class(db, lms, "5"), Class(db, lms, "6")
    bad.learner(1, 5.0, total=5.0)
    good.learner(2, None)
    synced(db, user, lms)
    age = bad.good_at
    bad.course.grade(1, None)
    good.course.grade(2, 9.0, total=9.0)
    lms.failing["5"] = refused("SE-12")
    done = synced(db, user, lms)
    assert (done.state, done.failed_by, codes(done)) == ("messages", None, ["SE-12"])
    assert (done.counts["done"], done.counts["failed"]) == (1, 1)
    assert (bad.row(1).grade_text, bad.good_at, bad.row(1).error) == ("5.00", age, "SE-12")
    assert good.row(2).grade_text == "9.00"
    lms.failing.clear()
    assert synced(db, user, lms).state == "finished"
    assert open_codes(db) == []


@pytest.mark.rule("SE-12", "SE-11", "SE-R7")
@pytest.mark.parametrize("code", ["SE-12", "SE-11"])
def test_the_same_refusal_from_every_course_is_the_connection(db: Database, user: User, code: str):
    lms = FakeLms()
    for number in ("5", "6", "7"):
        Class(db, lms, number).learner(int(number), 5.0)
        lms.failing[number] = refused(code)
    done = synced(db, user, lms)
    assert (done.state, done.failed_by, [one.level for one in done.errors]) == ("failed", code, [Level.CONNECTION])
    assert open_codes(db) == [(code, 1)]


@pytest.mark.rule("SE-03", "SE-04", "SE-R7", "LS-N3")
@pytest.mark.parametrize("code", ["SE-02", "SE-03", "SE-04", "SE-08", "SE-09"])
def test_a_broken_connection_suppresses_the_errors_of_courses(db: Database, user: User, code: str):
    lms = FakeLms()
    first, second = Class(db, lms, "5"), Class(db, lms, "6")
    first.learner(1, 5.0)
    second.learner(2, 5.0)
    lms.parallel = 1
    synced(db, user, lms)
    lms.failing["5"] = refused("SE-13")
    synced(db, user, lms)
    assert open_codes(db) == [("SE-13", 1)]
    lms.failing = {"5": refused("SE-11"), "6": broken(code)}
    done = synced(db, user, lms)
    assert (done.state, done.failed_by, codes(done)) == ("failed", code, [code])
    assert open_codes(db) == [(code, 1), ("SE-13", 1)], "no error of a course is added, none is cleared"
    assert first.row(1).progress == "100 %"


@pytest.mark.rule("SE-01", "SE-05", "SE-07")
@pytest.mark.parametrize("code", ["SE-01", "SE-05", "SE-07"])
def test_a_course_that_breaks_the_lms_does_not_stop_the_others(db: Database, user: User, code: str):
    lms = FakeLms()
    bad, good = Class(db, lms, "5"), Class(db, lms, "6")
    bad.learner(1, 5.0)
    good.learner(2, 5.0)
    lms.failing["5"] = broken(code)
    done = synced(db, user, lms)
    assert (done.state, good.row(2).progress) == ("messages", "100 %")
    assert [(one.code, one.level) for one in done.errors] == [(code, Level.COURSE)]
    lms.failing["site"] = broken(code)
    assert synced(db, user, lms).failed_by == code


@pytest.mark.rule("SE-14")
def test_a_slow_gradebook_gets_more_time(db: Database, user: User):
    lms = FakeLms()
    Class(db, lms, "5").learner(1, 5.0)
    Class(db, lms, "6").learner(2, 5.0)
    lms.failing["5"] = refused("SE-14")
    lms.failing["6"] = refused("SE-19")
    for _ in range(4):
        synced(db, user, lms)
    lms.failing.clear()
    synced(db, user, lms)
    assert sorted(one or 0.0 for one in lms.timeouts) == [0.0, 900.0]


@pytest.mark.rule("SE-13", "SE-10", "SE-19")
@pytest.mark.parametrize("code", ["SE-10", "SE-13", "SE-19", "SE-77"])
def test_errors_of_one_course(db: Database, user: User, code: str):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    lms.failing["5"] = refused(code)
    done = synced(db, user, lms)
    assert codes(done) == [code]
    assert [(one.code, one.level.value, one.cause.code) for one in _groups(db)] == [
        (code, "course", code if code != "SE-77" else "SE-19")
    ]


def _groups(db: Database):
    with db.read() as tx:
        return errors_list.groups(db, tx)


@pytest.mark.rule("SE-06", "LS-S7")
def test_too_many_requests_are_waited_for(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    pauses = [BusyError("Too many requests.", code="SE-06", retry_after=0.01)] * 2

    def busy(call: str, course: str) -> None:
        if call == "gradebook" and pauses:
            raise pauses.pop()

    lms.on_call = busy
    assert synced(db, user, lms).state == "finished"
    lms.failing["5"] = BusyError("Too many requests.", code="SE-06", retry_after=0.01)
    assert synced(db, user, lms).failed_by == "SE-06"


@pytest.mark.rule("SE-15", "LS-E10")
def test_a_gradebook_without_activities_is_no_error(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1)
    done = synced(db, user, lms)
    assert (some.row(1).progress, codes(done)) == ("–", ["SE-15"])
    assert _groups(db)[0].cause.information


@pytest.mark.rule("SE-17")
def test_data_that_is_left_out_without_a_word_changes_nothing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    some.learner(2, 5.0, total=5.0)
    synced(db, user, lms)
    age, people, rows = some.good_at, some.course.people[:], dict(some.course.rows)
    some.course.people = []
    assert codes(synced(db, user, lms)) == ["SE-17"]
    some.course.people, some.course.rows = people, {}
    assert codes(synced(db, user, lms)) == ["SE-17"]
    some.course.rows = {user_: [row(None, 5.0, "course")] for user_ in rows}
    done = synced(db, user, lms)
    assert codes(done) == ["SE-17"]
    assert "view for every type of activity" in (done.errors[0].detail or "")
    assert (some.row(1).progress, some.row(1).missing_since, some.good_at) == ("100 %", None, age)
    some.course.rows = rows
    assert synced(db, user, lms).state == "finished"


@pytest.mark.rule("SE-18")
def test_a_column_that_is_switched_off_is_no_grade_gone(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    synced(db, user, lms)
    off = {"known": False, "grade_text": None, "missing_columns": ("grade", "range")}
    some.course.rows["1"] = [row("1", None, **off), row(None, None, "course", **off)]
    done = synced(db, user, lms)
    assert [(one.code, one.detail) for one in done.errors] == [("SE-18", "Switched off: grade, range.")]
    assert (some.row(1).grade_text, some.row(1).mark) == ("5.00", None)


@pytest.mark.rule("SE-21", "LS-E18")
def test_a_learner_who_is_missing_keeps_the_last_grade_with_its_date(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    some.learner(2, 5.0, total=5.0)
    synced(db, user, lms)
    some.course.people = [person(1, "240001", active=False), person(2, "240002")]
    del some.course.rows["1"]
    done = synced(db, user, lms)
    assert [(one.code, one.detail) for one in done.errors] == [
        ("SE-21", "Suspended, ended or not yet begun in the LMS.")
    ]
    found = some.row(1)
    since = found.missing_since
    assert (found.grade_text, found.progress, found.error) == ("5.00", "100 %", "SE-21")
    assert since is not None
    some.course.people = [person(2, "240002")]
    assert [(one.code, one.detail) for one in synced(db, user, lms).errors] == [("SE-21", None)]
    assert some.row(1).missing_since == since
    with db.read() as tx:
        [group] = errors_list.groups(db, tx)
    assert (group.runs, group.count) == (2, 1)
    some.course.add(1, "240001", 5.0, total=5.0)
    synced(db, user, lms)
    assert (some.row(1).missing_since, open_codes(db)) == (None, [])


@pytest.mark.rule("SE-21")
def test_an_empty_answer_about_somebody_who_is_not_on_the_course_overwrites_nothing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    some.learner(2, 5.0, total=5.0)
    synced(db, user, lms)
    some.course.people = [person(2, "240002")]
    some.course.grade(1, None)
    assert codes(synced(db, user, lms)) == ["SE-21"]
    assert some.row(1).grade_text == "5.00"


@pytest.mark.rule("SE-14", "LS-E18")
def test_a_learner_about_whom_no_answer_came_is_not_missing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    some.learner(2, 5.0, total=5.0)
    synced(db, user, lms)
    some.course.failed = {"1": Trouble.TOO_SLOW}
    done = synced(db, user, lms)
    assert [(one.code, one.level) for one in done.errors] == [("SE-14", Level.ENROLMENT)]
    assert (some.row(1).grade_text, some.row(1).missing_since, some.row(2).progress) == ("5.00", None, "100 %")


@pytest.mark.rule("SE-16")
def test_a_roster_that_shrank_is_held_and_decided(db: Database, user: User):
    lms = FakeLms()
    some, other = Class(db, lms, "5"), Class(db, lms, "6")
    for number in range(1, 19):
        some.learner(number, 5.0, total=5.0)
    other.learner(40, 5.0)
    synced(db, user, lms)
    age = some.good_at
    some.course.people = [one for one in some.course.people if int(one.user) > 5]
    for number in range(1, 6):
        del some.course.rows[str(number)]
    some.course.grade(7, 9.0, total=9.0)
    done = synced(db, user, lms)
    assert (done.state, codes(done), done.counts["failed"]) == ("held", ["SE-16"], 1)
    assert (some.good_at, some.row(7).grade_text, some.row(1).missing_since) == (age, "5.00", None)
    with db.read() as tx:
        [hold] = holds.waiting(tx)
    assert set(hold.items) == {some.enrolments[number] for number in range(1, 6)}
    holds.decide(db, user, hold.id, holds.KEEP)
    assert synced(db, user, lms).state == "held"
    with db.read() as tx:
        [hold] = holds.waiting(tx)
    holds.decide(db, user, hold.id, holds.REMOVE)
    done = synced(db, user, lms)
    assert (done.state, codes(done)) == ("messages", ["SE-21"] * 5)
    assert some.row(1).missing_since is not None
    assert (some.row(1).grade_text, some.row(7).grade_text) == ("5.00", "9.00")
    assert codes(synced(db, user, lms)) == ["SE-21"] * 5


@pytest.mark.rule("SE-16")
@pytest.mark.parametrize(("enrolled", "missing"), [(20, 5), (10, 4)])
def test_a_roster_that_shrank_a_little_is_not_held(db: Database, user: User, enrolled: int, missing: int):
    lms = FakeLms()
    some = Class(db, lms, "5")
    for number in range(1, enrolled + 1):
        some.learner(number, 5.0)
    synced(db, user, lms)
    some.course.people = [one for one in some.course.people if int(one.user) > missing]
    for number in range(1, missing + 1):
        del some.course.rows[str(number)]
    assert codes(synced(db, user, lms)) == ["SE-21"] * missing


@pytest.mark.rule("SE-20")
def test_a_learner_without_an_account_is_told_of(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.enrol(add_learner(db, 2), 2)
    assert [(one.code, one.enrolment_id) for one in synced(db, user, lms).errors] == [("SE-20", some.enrolments[2])]


@pytest.mark.rule("SE-25", "LS-E14")
def test_a_grade_that_is_no_number_is_kept_as_text(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.course.rows["1"] = [row("1", 5.0), row(None, None, "course", grade_text="Very good")]
    assert codes(synced(db, user, lms)) == ["SE-25"]
    assert some.row(1).grade_text == "Very good"


@pytest.mark.rule("SE-25", "LS-E14")
def test_a_grade_of_an_activity_that_cannot_be_read_is_a_grade(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, None, 7.0)
    unread = row("2", None, grade_text="B+", not_understood=("grade",))
    some.course.rows["1"] = [row("1", 5.0), unread, row("3", None), row(None, 5.0, "course")]
    done = synced(db, user, lms)
    assert [(one.code, one.detail) for one in done.errors] == [("SE-25", "Activities and columns concerned: 1.")]
    assert some.row(1).counts == "2 of 3"
    with db.read() as tx:
        told = details.of_enrolment(tx, some.enrolments[1])
    assert told is not None
    assert told.card is not None
    assert told.counted is not None
    assert [(one.grade, one.grade_text) for one in told.card.rows][1] == (None, "B+")
    assert (told.counted.graded, told.counted.ungraded) == (("Task 1", "Task 2"), ("Task 3",))
    assert synced(db, user, lms).counts["enrolments_unchanged"] == 1
