"""The run of enrolments: what is written, what is kept, how it ends (lms-sync.md 3, 4)."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.access import User
from app.db.database import Database
from app.db.tables import change, lms_course, progress
from app.lms import details, enrolments, enrolments_list
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.lms_class import Class, open_codes, synced
from tests.lms.fake_lms import FakeLms, person, refused, row
from tests.lms.rows import MOMENT, add_account, add_enrolment, add_section


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
