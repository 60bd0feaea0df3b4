"""The run of courses: what is added, followed, removed, held back and brought back (lms-sync.md 2, 8)."""

from datetime import date

import pytest
from sqlalchemy import select, update

from app.access import Role, User
from app.conditions import Group, Join, Operator, Test
from app.connectors.lms import Course, Whereabouts
from app.db.database import Database
from app.db.tables import change, operation, sync_error, sync_run
from app.errors import AccessError, BusyError, ConflictError, InputError
from app.lms import courses, courses_list, errors_list, holds, runs_list
from app.lms.states import CourseState
from app.tasks import TaskContext
from tests.builders import add_learner, user_with
from tests.db.lms_courses import by_number, lms_with, set_states, shown, synced
from tests.lms.fake_lms import FakeLms, broken, refused
from tests.lms.rows import add_enrolment, add_section


@pytest.mark.rule("LS-C1", "LS-C6", "LS-C7", "LS-S1", "LS-S4")
def test_new_courses_are_new_and_known_ones_follow_without_their_state(db: Database, user: User):
    lms = FakeLms()
    lms.course("5", short_name="DIG", category="Skills", starts=date(2026, 9, 1))
    done = synced(db, user, lms)
    assert (done.state, done.counts["added"], done.counts["rows_written"]) == ("finished", 1, 1)
    row = by_number(db)["5"]
    assert (row.state, row.category, row.starts) == (CourseState.NEW, "Skills", date(2026, 9, 1))
    with db.read() as tx:
        assert courses_list.to_choose(tx) == []
    set_states(db, user, CourseState.OPEN)
    version = by_number(db)["5"].version
    lms.listed = [Course("5", "DIG-2", "Digital &c", "ID5", "Other", date(2026, 9, 2), None, False)]
    done = synced(db, user, lms)
    assert (done.counts["added"], done.counts["changed"], done.counts["rows_written"]) == (0, 1, 1)
    row = by_number(db)["5"]
    assert (row.short_name, row.full_name, row.id_number, row.lms_visible) == ("DIG-2", "Digital &c", "ID5", False)
    assert row.state is CourseState.OPEN
    assert row.version == version, "the synchronisation is no edit"


@pytest.mark.rule("LS-C9")
def test_hidden_in_the_lms_is_a_mark_and_not_our_state(db: Database, user: User):
    lms = FakeLms()
    lms.course("5", visible=False)
    synced(db, user, lms)
    row = by_number(db)["5"]
    assert (row.lms_visible, row.state, shown(db)) == (False, CourseState.NEW, ["5"])


def test_a_second_run_writes_nothing(db: Database, user: User):
    lms = lms_with(3)
    synced(db, user, lms)
    with db.read() as tx:
        before = len(tx.execute(select(change.c.id)).all()), len(tx.execute(select(operation.c.id)).all())
    done = synced(db, user, lms)
    assert (done.counts["rows_written"], done.counts["changed"], done.state) == (0, 0, "finished")
    with db.read() as tx:
        assert before == (len(tx.execute(select(change.c.id)).all()), len(tx.execute(select(operation.c.id)).all()))


@pytest.mark.rule("LS-C10", "LS-C11", "LS-C12", "LS-C14", "SE-24")
def test_a_course_that_is_gone_leaves_the_list_and_stays_on_its_enrolments(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    set_states(db, user, CourseState.OPEN)
    gone = by_number(db)["103"].id
    add_enrolment(db, add_learner(db), add_section(db, gone))
    lms.unlist("103")
    done = synced(db, user, lms)
    assert (done.counts["removed"], done.counts["held"], done.state) == (1, 0, "messages")
    assert "C103 is no longer in the LMS." in done.messages
    assert shown(db) == ["101", "102", "104", "105"]
    row = by_number(db)["103"]
    assert row.removed_at is not None
    assert (row.state, row.enrolments) == (CourseState.OPEN, 1)
    removed = Group(Join.ALL, (Test("removed", Operator.YES),))
    with db.read() as tx:
        assert list(db.ids(tx, courses_list.keys_query(removed))) == [gone]
        assert tx.execute(errors_list.total_query()).scalar_one() == 0
    assert synced(db, user, lms).counts["rows_written"] == 0


@pytest.mark.rule("LS-C13")
def test_a_course_that_returns_has_its_earlier_state_and_is_told_of(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    set_states(db, user, CourseState.CLOSED)
    kept = lms.listed[:]
    lms.unlist("103")
    synced(db, user, lms)
    lms.listed = kept
    done = synced(db, user, lms)
    row = by_number(db)["103"]
    assert (row.removed_at, row.state, done.counts["returned"]) == (None, CourseState.CLOSED, 1)
    assert any("C103 is back" in message for message in done.messages)


@pytest.mark.rule("LS-C15")
@pytest.mark.parametrize(
    ("live", "missing", "held"),
    [(100, 11, True), (100, 10, False), (5, 1, False), (5, 2, False), (5, 3, True), (29, 3, True)],
)
def test_the_safety_hold(db: Database, user: User, live: int, missing: int, held: bool):
    lms = lms_with(live)
    synced(db, user, lms)
    numbers = [str(number) for number in range(101, 101 + missing)]
    lms.unlist(*numbers)
    lms.course("999")
    done = synced(db, user, lms)
    assert (done.state, done.counts["held"]) == (("held", missing) if held else ("messages", 0))
    assert done.counts["added"] == 1, "additions are applied"
    assert len(shown(db)) == live + 1 - (0 if held else missing)
    assert lms.asked["whereabouts"] == (0 if held else missing)


@pytest.mark.rule("LS-C15")
def test_an_empty_list_is_held_and_removes_nothing(db: Database, user: User):
    lms = lms_with(2)
    synced(db, user, lms)
    lms.listed = []
    assert synced(db, user, lms).state == "held"
    assert len(shown(db)) == 2
    with db.read() as tx:
        [one] = holds.waiting(tx)
    assert len(one.items) == 2
    assert holds.decide(db, user, one.id, holds.KEEP) == 0
    assert synced(db, user, lms).state == "held", "it is checked again, and asked again"
    with db.read() as tx:
        [again] = holds.waiting(tx)
    assert again.id != one.id
    assert holds.decide(db, user, again.id, holds.REMOVE) == 2
    assert shown(db) == []
    with pytest.raises(ConflictError, match="decided already"):
        holds.decide(db, user, again.id, holds.KEEP)
    with db.read() as tx:
        assert [row.decision for row in holds.decided(tx)] == ["remove", "keep"]
    assert synced(db, user, lms).state == "finished", "an empty list of an LMS of which nothing is known"


@pytest.mark.rule("LS-C15")
def test_a_hold_comes_to_nothing_when_the_courses_are_there_again(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    kept = lms.listed[:]
    lms.listed = kept[:1]
    synced(db, user, lms)
    lms.listed = kept
    assert synced(db, user, lms).state == "finished"
    with db.read() as tx:
        assert holds.waiting(tx) == []


@pytest.mark.rule("LS-C15")
def test_only_an_administrator_decides_a_hold(db: Database, user: User):
    lms = lms_with(3)
    synced(db, user, lms)
    lms.listed = []
    synced(db, user, lms)
    staff = user_with(db, Role.ENROLMENT_MANAGER)
    with db.read() as tx:
        [one] = holds.waiting(tx)
    with pytest.raises(AccessError):
        holds.decide(db, staff, one.id, holds.REMOVE)
    with pytest.raises(InputError):
        holds.decide(db, user, one.id, "perhaps")
    assert holds.decide(db, user_with(db, Role.LMS_ADMINISTRATOR), one.id, holds.REMOVE) == 3


@pytest.mark.rule("LS-C14", "LS-N3", "SE-R7", "SE-01")
def test_a_list_that_breaks_off_removes_nothing(db: Database, user: User):
    lms = lms_with(3)
    synced(db, user, lms)
    lms.failing["courses"] = broken("SE-01")
    done = synced(db, user, lms)
    assert (done.state, done.failed_by, len(shown(db))) == ("failed", "SE-01", 3)
    with db.read() as tx:
        [group] = errors_list.groups(db, tx)
    assert (group.code, group.level.value) == ("SE-01", "connection")
    lms.failing.clear()
    assert synced(db, user, lms).state == "finished"
    with db.read() as tx:
        assert errors_list.groups(db, tx) == []


@pytest.mark.rule("LS-C14")
def test_a_connection_that_breaks_while_asking_what_became_of_a_course_removes_nothing(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    lms.unlist("103")
    lms.failing["whereabouts"] = broken("SE-05")
    assert synced(db, user, lms).state == "failed"
    assert len(shown(db)) == 5


@pytest.mark.rule("LS-C14", "SE-11")
def test_a_course_out_of_reach_is_an_error_and_not_a_removal(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    lms.unlist("103", "104")
    lms.where = {"103": Whereabouts.OUT_OF_REACH, "104": Whereabouts.THERE}
    done = synced(db, user, lms)
    assert (done.counts["removed"], len(shown(db))) == (0, 5)
    assert [(one.code, one.lms_course_id) for one in done.errors] == [("SE-11", by_number(db)["103"].id)]


@pytest.mark.rule("LS-C14")
def test_at_most_twenty_are_asked_about_in_a_run_and_the_rest_in_the_next(db: Database, user: User):
    lms = lms_with(260)
    synced(db, user, lms)
    lms.unlist(*(str(number) for number in range(101, 126)))
    lms.where = {"101": Whereabouts.OUT_OF_REACH}
    assert synced(db, user, lms).counts["removed"] == 19
    assert lms.asked["whereabouts"] == 20
    assert synced(db, user, lms).counts["removed"] == 5
    removed = {number for number, row in by_number(db).items() if row.removed_at is not None}
    assert removed == {str(number) for number in range(102, 126)}, "101 cannot be told"


@pytest.mark.rule("SE-11", "SE-R4")
def test_errors_of_courses_that_were_not_asked_about_neither_clear_nor_come_back(db: Database, user: User):
    lms = lms_with(260)
    synced(db, user, lms)
    gone = [str(number) for number in range(101, 126)]
    lms.unlist(*gone)
    lms.where = dict.fromkeys(gone, Whereabouts.OUT_OF_REACH)
    assert [open_errors(db, user, lms) for _ in range(4)] == [20, 25, 25, 25]
    with db.read() as tx:
        cleared = tx.execute(select(sync_error.c.id).where(sync_error.c.cleared_at.is_not(None))).all()
    assert cleared == []
    lms.where = {}
    assert [open_errors(db, user, lms) for _ in range(2)] == [5, 0]


def open_errors(db: Database, user: User, lms: FakeLms) -> int:
    synced(db, user, lms)
    with db.read() as tx:
        return sum(group.count for group in errors_list.groups(db, tx) if group.code == "SE-11")


@pytest.mark.rule("SE-R4")
def test_a_cancelled_run_clears_no_error(db: Database, user: User):
    lms = lms_with(12)
    synced(db, user, lms)
    lms.unlist("101")
    lms.where = {"101": Whereabouts.OUT_OF_REACH}
    assert open_errors(db, user, lms) == 1
    context = TaskContext()
    lms.on_call = lambda call, course: context.cancel() if call == "courses" else None
    assert courses.run(context, db, user, lms).state == "cancelled"
    with db.read() as tx:
        assert [group.code for group in errors_list.groups(db, tx)] == ["SE-11"]


@pytest.mark.rule("SE-06", "LS-S7")
def test_a_busy_lms_is_asked_again(db: Database, user: User):
    lms = lms_with(1)
    answers = [BusyError("Too many requests.", code="SE-06", retry_after=0.01)] * 2

    def busy(call: str, course: str) -> None:
        if call == "courses" and answers:
            raise answers.pop()

    lms.on_call = busy
    assert synced(db, user, lms).state == "finished"
    lms.failing["courses"] = BusyError("Too many requests.", code="SE-06", retry_after=0.01)
    done = synced(db, user, lms)
    assert (done.state, done.failed_by) == ("failed", "SE-06")


def test_a_cancelled_run_writes_nothing_and_says_so(db: Database, user: User):
    lms = lms_with(2)
    context = TaskContext()
    lms.on_call = lambda call, course: context.cancel() if call == "courses" else None
    done = courses.run(context, db, user, lms)
    assert (done.state, shown(db)) == ("cancelled", [])


def test_who_may_synchronise(db: Database, user: User):
    with pytest.raises(AccessError):
        synced(db, user_with(db, Role.PLR_USER), lms_with(1))
    assert synced(db, user_with(db, Role.ENROLMENT_MANAGER), lms_with(1)).state == "finished"


def test_a_bug_leaves_a_failed_run_behind_and_is_not_hidden(db: Database, user: User):
    lms = lms_with(1)
    lms.failing["courses"] = KeyError("x")
    with pytest.raises(KeyError):
        synced(db, user, lms)
    with db.read() as tx:
        row = runs_list.latest(tx, "courses")
    assert row is not None
    assert (row.state, row.failed_by) == ("failed", None)


@pytest.mark.rule("LS-C12", "SE-10")
def test_errors_of_a_course_end_with_it(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    lms.unlist("103")
    lms.failing["whereabouts"] = refused("SE-19")
    synced(db, user, lms)
    with db.read() as tx:
        assert [one.code for one in errors_list.groups(db, tx)] == ["SE-19"]
    lms.failing.clear()
    synced(db, user, lms)
    with db.read() as tx:
        assert errors_list.groups(db, tx) == []


def test_a_run_that_a_dead_program_left_is_buried_by_the_next(db: Database, user: User):
    first = synced(db, user, lms_with(1))
    with db.write() as tx:
        tx.execute(update(sync_run).where(sync_run.c.id == first.run_id).values(state="running", ended_at=None))
    synced(db, user, lms_with(1))
    with db.read() as tx:
        row = runs_list.rows(tx, [first.run_id])[first.run_id]
    assert row.state == "failed"
    assert "ended in the middle" in row.messages[0]
