"""Merging and erasing on a real server: in their roles people do it, by plain SQL nobody does it otherwise."""

import pytest
from sqlalchemy import select

from app import users
from app.access import Role, User
from app.db.tables import learner, operation
from app.errors import AppError
from app.learners import erase, merge
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.rights_college import College, refused
from tests.two_learners import EVERYTHING, FULLER, build, tables_of

REASON = "Asked in writing"


def me(college: College, login: str) -> User:
    with college.owner.read() as tx:
        found = users.find(tx, login)
    assert found is not None
    return found


def row_of(college: College, key: int):
    with college.owner.read() as tx:
        return tx.execute(select(learner).where(learner.c.id == key)).one()


def test_an_enrolment_manager_merges_and_parts_and_changes_no_result(college: College):
    stays, goes = build(college.owner, (EVERYTHING, FULLER))
    before = tables_of(college.owner)
    login = college.person(Role.ENROLMENT_MANAGER)
    db, user = college.of(login), me(college, login)
    try:
        seen = merge.compare(TaskContext(), db, user, stays, goes, in_this_order=True)
        done = merge.merge(db, user, seen, {})
        assert row_of(college, goes).merged_into_id == stays
        assert merge.undo(db, user, done.operation_id).left == 0
        after, seen_again = tables_of(college.owner), ("app_user", "user_role")
        assert {name: one for name, one in after.items() if name not in seen_again} == {
            name: one for name, one in before.items() if name not in seen_again
        }
    finally:
        db.close()
    with college.sql(login) as line:
        assert refused(line, "update attainment set grade = '9'")
        assert refused(line, "delete from attainment")


def test_an_administrator_erases_and_nobody_else(college: College):
    key = add_learner(college.owner, family_name="Gone")
    ref = row_of(college, key).ref
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            login = college.person(role)
            db = college.of(login)
            with pytest.raises(AppError):
                erase.erase(db, me(college, login), key, ref, REASON)
            db.close()
    assert row_of(college, key).family_name == "Gone"
    login = college.person(Role.ADMINISTRATOR)
    db, user = college.of(login), me(college, login)
    try:
        done = erase.erase(db, user, key, ref, REASON)
    finally:
        db.close()
    assert row_of(college, key).family_name is None
    with college.owner.read() as tx:
        assert tx.execute(select(operation.c.user_id).where(operation.c.id == done.operation_id)).scalar() == user.id


BEGUN = (
    "insert into operation (kind, user_id, computer, at, state, reason)"
    " select '{}', id, 'PC', now(), 'stopped', {} from app_user where login = '{}'"
)


@pytest.mark.parametrize("role", Role)
def test_the_function_looks_for_itself(college: College, role: Role):
    key = add_learner(college.owner, family_name="Stays")
    call = f"select lm_erase({key}, (select max(id) from operation))"
    login = college.person(role)
    with college.sql(login) as line:
        assert refused(line, f"select lm_erase({key}, 1)"), "nobody by an operation of another"
        right = BEGUN.format("learner_erased", "'Because'", login) + "; " + call
        assert refused(line, right) == (role is not Role.ADMINISTRATOR)
        for kind, reason in (("learner_erased", "null"), ("purged", "'Because'")):
            assert refused(line, f"{BEGUN.format(kind, reason, login)}; {call}"), (kind, reason)
    assert row_of(college, key).family_name == "Stays"


def test_who_is_nobody_here_may_not_call_it(college: College):
    college.server.run("create role outsider login")
    with college.sql("outsider") as line:
        assert refused(line, "select lm_erase(1, 1)")
