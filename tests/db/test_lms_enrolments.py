"""The run of enrolments: what is written, what is kept, what is an error (lms-sync.md 3, 4, 8)."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.access import User
from app.connectors.lms import Trouble
from app.db.database import Database
from app.db.tables import change, lms_course, progress
from app.errors import BusyError
from app.lms import details, enrolments, enrolments_list, errors_list, holds
from app.lms.enrolments_list import EnrolmentRow
from app.lms.errors import Level
from app.lms.run import RunSummary
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.lms.fake_lms import FakeLms, broken, person, refused, row
from tests.lms.rows import MOMENT, add_account, add_course, add_enrolment, add_section


class Class:
    """A course of the fake LMS, known here as Open, with learners enrolled on it."""

    def __init__(self, db: Database, lms: FakeLms, number: str, **other) -> None:
        self.db, self.lms = db, lms
        self.course = lms.course(number)
        self.id = add_course(db, number, **other)
        self.section = add_section(db, self.id)
        self.enrolments: dict[int, int] = {}

    def learner(self, number: int, *grades: float | None, total: float | None = None, **other) -> int:
        """A learner with person code 240000 + number, on the course there and enrolled here."""
        self.course.add(number, str(240000 + number), *grades, total=total)
        return self.enrol(add_learner(self.db, number, **other), number)

    def enrol(self, learner_id: int, number: int) -> int:
        self.enrolments[number] = add_enrolment(self.db, learner_id, self.section)
        return self.enrolments[number]

    def row(self, number: int) -> EnrolmentRow:
        key = self.enrolments[number]
        with self.db.read() as tx:
            return enrolments_list.rows(tx, [key])[key]

    @property
    def good_at(self):
        with self.db.read() as tx:
            return tx.execute(select(lms_course.c.grades_good_at).where(lms_course.c.id == self.id)).scalar_one()


def synced(db: Database, user: User, lms: FakeLms, **other) -> RunSummary:
    return enrolments.run(TaskContext(), db, user, lms, **other)


def codes(done: RunSummary) -> list[str]:
    return sorted(one.code for one in done.errors)


def open_codes(db: Database) -> list[tuple[str, int]]:
    with db.read() as tx:
        return [(one.code, one.count) for one in errors_list.groups(db, tx)]


@pytest.mark.rule("LS-E1", "LS-E14", "LS-E15", "LS-S6")
def test_progress_grade_and_card_are_filled(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 50.0, None, 0.0, 70.0, total=120.0)
    done = synced(db, user, lms)
    assert (done.state, done.counts["done"], done.counts["enrolments_changed"]) == ("finished", 1, 1)
    found = some.row(1)
    assert (found.progress, found.counts, found.grade_text, found.mark) == ("75 %", "3 of 4", "120.00", None)
    assert found.as_of is not None
    assert found.missing_since is None
    with db.read() as tx:
        told = details.of_enrolment(tx, found.id)
    assert told is not None
    assert told.card is not None
    assert [one.name for one in told.card.rows] == ["Task 1", "Task 2", "Task 3", "Task 4", None]
    assert told.counted is not None
    assert (told.counted.graded, told.counted.ungraded) == (("Task 1", "Task 3", "Task 4"), ("Task 2",))


@pytest.mark.rule("LS-E0")
def test_a_run_neither_creates_nor_ends_an_enrolment(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.course.add(2, "240002", 5.0)
    add_learner(db, 2)
    synced(db, user, lms)
    some.course.people.clear()
    some.course.rows.clear()
    synced(db, user, lms)
    with db.read() as tx:
        assert tx.execute(enrolments_list.total_query()).scalar_one() == 1
        assert tx.execute(select(lms_course.c.to_adopt)).scalar_one() == 1, "the one that is proposed"


def test_a_second_run_writes_only_the_age(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    for number in range(1, 6):
        some.learner(number, 5.0, None, total=5.0)
    first = synced(db, user, lms)
    assert first.counts["rows_written"] == 10, "progress and account of each"
    age = some.good_at
    with db.read() as tx:
        changes = tx.execute(select(func.count(change.c.id))).scalar_one()
    done = synced(db, user, lms)
    assert (done.counts["rows_written"], done.counts["enrolments_unchanged"]) == (0, 5)
    assert some.good_at > age
    with db.read() as tx:
        assert tx.execute(select(func.count(change.c.id))).scalar_one() == changes


@pytest.mark.rule("LS-E17")
def test_a_grade_that_is_gone_is_marked_kept_in_history_and_never_zeroed(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 65.0, total=65.0)
    synced(db, user, lms)
    some.course.grade(1, None)
    synced(db, user, lms)
    found = some.row(1)
    assert (found.grade_text, found.mark, found.progress) == (None, "grade_gone", "0 %")
    with db.read() as tx:
        told = details.of_enrolment(tx, found.id)
    assert told is not None
    columns = {name: (old, new) for name, old, new in told.history[0].columns}
    assert columns["grade_text"] == ("65.00", None)
    assert "report_card" not in columns
    assert told.history[0].run_id is not None
    synced(db, user, lms)
    assert some.row(1).mark == "grade_gone", "until something changes"
    some.course.grade(1, 70.0, total=70.0)
    synced(db, user, lms)
    assert (some.row(1).grade_text, some.row(1).mark) == ("70.00", None)


@pytest.mark.rule("LS-E11")
def test_a_fall_is_marked(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, 5.0, 5.0, 5.0, total=20.0)
    synced(db, user, lms)
    some.course.add(2, "240002", 5.0, None, None, None, None)
    some.course.grade(1, 5.0, 5.0, 5.0, 5.0, None, total=20.0)
    synced(db, user, lms)
    assert (some.row(1).progress, some.row(1).mark) == ("80 %", "fell")


@pytest.mark.rule("LS-C2", "LS-C10")
def test_which_courses_are_asked_about(db: Database, user: User):
    lms = FakeLms()
    today = date.today()
    Class(db, lms, "1", state="new").learner(1, 5.0)
    Class(db, lms, "2", state="hidden").learner(2, 5.0)
    Class(db, lms, "3", state="hidden")
    Class(db, lms, "4", removed_at=MOMENT).learner(4, 5.0)
    Class(db, lms, "5", paused_until=today + timedelta(days=1)).learner(5, 5.0)
    Class(db, lms, "6", paused_until=today).learner(6, 5.0)
    Class(db, lms, "7", state="closed")
    with db.read() as tx:
        assert [one.number for one in enrolments.due_courses(tx, today)] == ["2", "6", "7"]
    synced(db, user, lms)
    assert lms.asked["gradebook"] == 2, "of a course without enrolments only the participants are of interest"
    assert lms.asked["participants"] == 3


@pytest.mark.rule("LS-S8")
def test_a_paused_course_is_left_alone(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5", paused_until=date.today() + timedelta(days=7))
    some.learner(1, 5.0)
    assert synced(db, user, lms).counts["courses"] == 0
    assert some.row(1).progress == "–"


# -------------------------------------------------------------------------------- what goes wrong


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


# ------------------------------------------------------------------------------------------------------ runs that end


@pytest.mark.rule("LS-S6")
def test_a_cancel_keeps_what_is_finished_and_the_next_run_begins_with_the_rest(db: Database, user: User):
    lms = FakeLms(parallel=1)
    classes = [Class(db, lms, str(number)) for number in range(101, 111)]
    for number, one in enumerate(classes):
        one.learner(number + 1, 5.0)
    context, asked = TaskContext(), []

    def fifth(call: str, course: str) -> None:
        if call == "participants":
            asked.append(course)
            if len(asked) == 5:
                context.cancel()
                lms.failing[course] = refused("SE-01")

    lms.on_call = fifth
    done = enrolments.run(context, db, user, lms)
    assert (done.state, done.counts["done"]) == ("cancelled", 4)
    assert [one.row(number + 1).progress for number, one in enumerate(classes)] == ["100 %"] * 4 + ["–"] * 6
    assert open_codes(db) == []
    lms.failing.clear()
    asked.clear()
    lms.on_call = lambda call, course: asked.append(course) if call == "participants" else None
    synced(db, user, lms)
    assert asked[:6] == [str(number) for number in range(105, 111)]


@pytest.mark.rule("SE-R5")
def test_only_some_courses_again(db: Database, user: User):
    lms = FakeLms()
    bad, good = Class(db, lms, "5"), Class(db, lms, "6")
    bad.learner(1, 5.0)
    good.learner(2, 5.0)
    lms.failing["5"] = refused("SE-13")
    lms.failing["6"] = refused("SE-14")
    synced(db, user, lms)
    with db.read() as tx:
        assert enrolments.with_errors(tx) == [bad.id, good.id]
    lms.failing.clear()
    synced(db, user, lms, lms_course_ids=[bad.id])
    assert open_codes(db) == [("SE-14", 1)], "SE-R5: the other course was not asked about"
    assert (bad.row(1).progress, good.row(2).progress) == ("100 %", "–")


def test_calls_run_side_by_side_and_writes_in_the_tasks_thread(db: Database, user: User):
    lms = FakeLms(parallel=4)
    for number in range(101, 109):
        Class(db, lms, str(number)).learner(number, 5.0)
    together = threading.Barrier(4, timeout=20)

    def wait(call: str, course: str) -> None:
        if call == "gradebook":
            together.wait()

    lms.on_call = wait
    assert synced(db, user, lms).counts["done"] == 8


@pytest.mark.rule("LS-E16", "LS-E15")
def test_hostile_texts_are_stored_and_stop_nothing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    nasty = "a\0b\ud800<script>x</script>\u202e"
    some.course.rows["1"] = [row("1", 5.0, name=nasty, feedback=nasty), row(None, 5.0, "course", grade_text=nasty)]
    some.course.people = [person(1, "240001", full_name=nasty, email=nasty)]
    assert synced(db, user, lms).state == "finished"
    assert synced(db, user, lms).counts["rows_written"] == 0


def test_another_link_of_the_same_learner_on_two_sections_of_one_course(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    key = add_learner(db, 1)
    some.course.add(1, "240001", 5.0)
    some.enrol(key, 1)
    second = add_enrolment(db, key, add_section(db, some.id))
    add_account(db, "1", key)
    synced(db, user, lms)
    with db.read() as tx:
        assert enrolments_list.rows(tx, [second])[second].progress == "100 %"
        assert tx.execute(select(func.count(progress.c.id))).scalar_one() == 2


def test_a_learner_who_was_removed_is_not_written_about(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    some.learner(2, 5.0, removed_at=MOMENT)
    done = synced(db, user, lms)
    assert (done.counts["enrolments"], done.state) == (1, "finished")


def test_the_writing_of_a_course_ends_when_another_computer_took_over(db: Database, user: User):
    from app.db.tables import job_lock

    lms = FakeLms(parallel=1)
    first, second = Class(db, lms, "5"), Class(db, lms, "6")
    first.learner(1, 5.0)
    second.learner(2, 5.0)

    def taken_over(call: str, course: str) -> None:
        if call == "participants" and course == "6":
            with db.write() as tx:
                tx.execute(update(job_lock).values(token="theirs"))

    lms.on_call = taken_over
    done = synced(db, user, lms)
    assert (done.state, first.row(1).progress, second.row(2).progress) == ("failed", "100 %", "–")
    assert "another one has taken over" in done.messages[0]
