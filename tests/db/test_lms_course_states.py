"""What people decide about courses: states, rules, a course made anew (lms-sync.md 2)."""

import pytest
from sqlalchemy import select

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import section, sync_run
from app.errors import AccessError, InputError
from app.lms import course_states
from app.lms.course_states import Rule, RuleField
from app.lms.states import CourseState
from tests.builders import user_with
from tests.db.lms_courses import by_number, lms_with, set_states, synced
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_section


@pytest.mark.rule("LS-C2", "LS-C3", "LS-C4")
def test_states_one_and_many_with_history_and_undo(db: Database, user: User):
    lms = lms_with(3)
    synced(db, user, lms)
    ids = [row.id for row in by_number(db).values()]
    done = course_states.set_state(db, user, [*ids, ids[0]], CourseState.OPEN)
    assert (done.changed, done.unchanged, done.removed) == (3, 0, 0)
    hidden = course_states.set_state(db, user, ids[:2], CourseState.HIDDEN)
    assert course_states.set_state(db, user, ids, CourseState.HIDDEN).unchanged == 2
    with db.read() as tx:
        changes = course_states.history_of(tx, ids[0])
    assert [one.columns for one in changes[:2]] == [(("state", "open", "hidden"),), (("state", "new", "open"),)]
    assert changes[0].who == user.name
    assert hidden.operation_id is not None
    assert history.undo(db, user.id, hidden.operation_id).undone == 2
    assert by_number(db)["101"].state is CourseState.OPEN


@pytest.mark.rule("LS-C3", "LS-C4")
def test_nothing_returns_to_new_and_staff_decide_nothing(db: Database, user: User):
    synced(db, user, lms_with(1))
    [row] = by_number(db).values()
    with pytest.raises(InputError, match="New"):
        course_states.set_state(db, user, [row.id], CourseState.NEW)
    with pytest.raises(AccessError):
        course_states.set_state(db, user_with(db, Role.ENROLMENT_MANAGER), [row.id], CourseState.OPEN)


def test_nothing_is_decided_about_a_removed_course(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    lms.unlist("101")
    synced(db, user, lms)
    row = by_number(db)["101"]
    done = course_states.set_state(db, user, [row.id], CourseState.OPEN)
    assert (done.changed, done.removed, done.operation_id) == (0, 1, None)


def test_what_a_run_brought_is_not_undone(db: Database, user: User):
    done = synced(db, user, lms_with(1))
    with db.read() as tx:
        operation_id = tx.execute(select(sync_run.c.operation_id).where(sync_run.c.id == done.run_id)).scalar_one()
    assert operation_id is not None
    with pytest.raises(InputError, match="nothing to undo"):
        history.undo(db, user.id, operation_id)


@pytest.mark.rule("LS-C5")
def test_rules_propose_and_a_person_confirms(db: Database, user: User):
    lms = FakeLms()
    lms.course("5", short_name="BIO-1", category="Science")
    lms.course("6", short_name="SANDBOX", full_name="Staff sandbox")
    lms.course("7")
    synced(db, user, lms)
    rules = (
        Rule(RuleField.NAME, "sandbox", CourseState.HIDDEN),
        Rule(RuleField.CATEGORY, "SCIENCE", CourseState.OPEN),
    )
    course_states.save_rules(db, user, rules)
    rows = by_number(db)
    with db.read() as tx:
        assert course_states.read_rules(tx) == rules
        proposals = course_states.proposals(tx)
    assert proposals == {rows["5"].id: CourseState.OPEN, rows["6"].id: CourseState.HIDDEN}
    assert {row.state for row in by_number(db).values()} == {CourseState.NEW}, "nothing is decided by a rule"
    course_states.set_state(db, user, [rows["6"].id], CourseState.CLOSED)
    course_states.accept_proposals(db, user, proposals)
    assert [by_number(db)[number].state.value for number in "567"] == ["open", "closed", "new"]
    for wrong in (Rule(RuleField.NAME, " ", CourseState.OPEN), Rule(RuleField.NAME, "x", CourseState.NEW)):
        with pytest.raises(InputError):
            course_states.save_rules(db, user, [wrong])
    with pytest.raises(AccessError):
        course_states.save_rules(db, user_with(db, Role.ENROLMENT_MANAGER), rules)


@pytest.mark.rule("LS-C13")
def test_a_re_created_course_is_new_offered_and_linked_by_hand_only(db: Database, user: User):
    lms = lms_with(5)
    synced(db, user, lms)
    set_states(db, user, CourseState.CLOSED)
    old = by_number(db)["101"].id
    taught = add_section(db, old)
    lms.unlist("101")
    lms.course("201", short_name="c101", full_name="Course again")
    synced(db, user, lms)
    new = by_number(db)["201"]
    assert (new.state, new.recreated) == (CourseState.NEW, True)
    with pytest.raises(InputError):
        course_states.link(db, user, by_number(db)["102"].id, old)
    assert course_states.link(db, user, new.id, old) == 1
    with db.read() as tx:
        assert tx.execute(select(section.c.lms_course_id).where(section.c.id == taught)).scalar_one() == new.id
    row = by_number(db)["201"]
    assert (row.state, row.recreated) == (CourseState.CLOSED, False)
