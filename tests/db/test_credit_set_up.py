"""Types, outside bodies, categories and courses for credit: saved, refused, taken back; on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from app import history
from app.access import Role, User
from app.conditions import Group, Operator, Test
from app.db.database import Database
from app.db.tables import change, course_credit, credit_mapping, operation, reporter
from app.errors import AccessError, ConflictError, InputError
from app.imports import courses_listed, credit_lists, credit_set_up
from app.imports.credit_lists import CreditType, Lists, Reporter
from app.imports.credit_set_up import CourseCredit, CourseSetUp
from tests.builders import add_learner, user_with
from tests.imports.credit_rows import add_body, add_course, add_shell, add_type, enrol


def lists(db: Database) -> Lists:
    with db.read() as tx:
        return credit_lists.read(tx)


def set_up(db: Database, course_id: int) -> CourseSetUp:
    with db.read() as tx:
        found = credit_set_up.read(tx, course_id)
    assert found is not None
    return found


def changes(db: Database) -> int:
    with db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(change)).scalar_one())


def test_a_credit_type_is_added_changed_and_taken_back(db: Database, user: User):
    add_type(db, user, " cpd  points ", title="")
    [one] = lists(db).types
    assert (one.code, one.title, one.active, one.version) == ("cpd points", "cpd points", True, 1)
    done = credit_lists.save_type(db, user, one, replace(one, title="Points", active=False))
    [now] = lists(db).types
    assert (now.title, now.active, now.version) == ("Points", False, 2)
    before = changes(db)
    assert credit_lists.save_type(db, user, now, now).operation_id is None
    assert changes(db) == before, "nothing differs, nothing is written"
    with pytest.raises(ConflictError):
        credit_lists.save_type(db, user, one, replace(one, title="Late"))
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert lists(db).types[0].title == "cpd points"
    with db.read() as tx:
        assert set(tx.execute(select(operation.c.kind)).scalars()) == {"credit_set_up", "undo"}


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (CreditType(code="  "), "code"),
        (CreditType(code="x" * 61), "code"),
        (CreditType(code="y", title="x" * 201), "title"),
        (CreditType(code="AMA"), "code"),
        (Reporter(name=""), "name"),
        (Reporter(name="pars"), "name"),
        (Reporter(name="B", deadline_days=-1), "deadline_days"),
        (Reporter(name="B", deadline_days=3_651), "deadline_days"),
    ],
)
def test_a_type_or_body_that_cannot_be_is_refused(db: Database, user: User, wanted: Any, field: str):
    add_body(db, user, "PARS", add_type(db, user, "ama"))
    before = changes(db)
    save: Any = credit_lists.save_type if isinstance(wanted, CreditType) else credit_lists.save_reporter
    with pytest.raises(InputError) as refused:
        save(db, user, None, wanted)
    assert refused.value.field == field
    assert changes(db) == before


def test_a_body_keeps_its_types_and_what_it_asks_for(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    add_body(db, user, "PARS", ama, fields=("email", "uln", "shoe size"), deadline_days=30)
    [one] = lists(db).reporters
    assert (one.fields, one.types) == (("uln", "email"), frozenset({ama})), (
        "only what a learner has, in the form's order"
    )
    done = credit_lists.save_reporter(db, user, one, replace(one, types=frozenset({cpd}), active=False))
    assert lists(db).reporters[0].types == {cpd}
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    [back] = lists(db).reporters
    assert (back.types, back.active) == (frozenset({ama}), True)
    with pytest.raises(ConflictError):
        credit_lists.save_reporter(db, user, back, replace(back, types=frozenset({999})))


def test_the_two_examples_are_added_once(db: Database, user: User):
    add_type(db, user, "AMA")
    done = credit_lists.add_examples(db, user)
    held = lists(db)
    assert [one.name for one in held.reporters] == ["CPE Monitor", "PARS"]
    assert [one.code for one in held.types] == ["AMA", "cpe"], "a type that is there, however it is spelt, is used"
    assert held.reporters[0].deadline_days == 60
    assert all(one.types for one in held.reporters)
    assert credit_lists.add_examples(db, user) is None
    assert done is not None
    assert history.undo(db, user.id, done).left == 0
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(reporter)).scalar_one() == 0


def test_categories_are_the_college_s_own(db: Database, user: User):
    assert lists(db).categories == credit_lists.CATEGORIES
    wanted = ["Staff ", "Learner", "staff", " "]
    done = credit_lists.save_categories(db, user, credit_lists.CATEGORIES, wanted)
    assert lists(db).categories == ("staff", "Learner")
    with pytest.raises(ConflictError):
        credit_lists.save_categories(db, user, credit_lists.CATEGORIES, ["Other"])
    assert credit_lists.save_categories(db, user, ("staff", "Learner"), ["staff", "Learner"]) is None
    assert done is not None
    history.undo(db, user.id, done)
    assert lists(db).categories == credit_lists.CATEGORIES


def test_a_course_is_set_up_changed_and_taken_back(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    says = frozenset({("campus", "N"), ("tutor_group", "A1")})
    key = add_course(db, user, " BIO  1", CourseCredit(cpd, 500, says=says), required_objects=3)
    one = set_up(db, key)
    assert (one.code, one.title, one.required_objects) == ("BIO 1", "BIO 1", 3)
    assert one.credit == (CourseCredit(cpd, 500, says=says),)
    variable = CourseCredit(cpd, 500, 100, 50, variable=True, says=frozenset({("tutor_group", "A2")}))
    wanted = replace(one, title="Biology", required_objects=None, credit=(CourseCredit(ama, 200), variable))
    done = credit_set_up.save(db, user, one, wanted)
    now = set_up(db, key)
    assert now == replace(wanted, version=2)
    assert credit_set_up.save(db, user, now, now).operation_id is None
    with pytest.raises(ConflictError):
        credit_set_up.save(db, user, one, replace(one, title="Late"))
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    back = set_up(db, key)
    assert (back.title, back.credit, back.required_objects) == ("BIO 1", one.credit, 3)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (CourseSetUp(code=" "), "code"),
        (CourseSetUp(code="x" * 129), "code"),
        (CourseSetUp(code="bio1"), "code"),
        (CourseSetUp(code="B", required_objects=10_000), "objects"),
        (CourseSetUp(code="B", kind="shell", required_objects=1), "objects"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 1_000_000),)), "maximum:1"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 100, 101),)), "minimum:1"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 100, -1),)), "minimum:1"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 100, 0, 0),)), "increment:1"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 100), CourseCredit(1, 200))), "types"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 1, says=frozenset({("sex", "F")})),)), "says:1"),
        (CourseSetUp(code="B", credit=(CourseCredit(1, 1, says=frozenset({("campus", " ")})),)), "says:1"),
    ],
)
def test_a_course_that_cannot_be_is_refused(db: Database, user: User, wanted: CourseSetUp, field: str):
    assert add_type(db, user, "ama") == 1
    add_course(db, user, "BIO1")
    before = changes(db)
    with pytest.raises(InputError) as refused:
        credit_set_up.save(db, user, None, wanted)
    assert refused.value.field == field
    assert refused.value.hint
    assert changes(db) == before


def test_a_type_is_switched_off_and_not_taken_out(db: Database, user: User):
    ama = add_type(db, user, "ama")
    one = set_up(db, add_course(db, user, "BIO1", CourseCredit(ama, 500)))
    with pytest.raises(InputError) as refused:
        credit_set_up.save(db, user, one, replace(one, credit=()))
    assert refused.value.field == "types"
    with pytest.raises(ConflictError):
        credit_set_up.save(db, user, None, CourseSetUp(code="B", credit=(CourseCredit(999, 100),)))
    credit_set_up.save(db, user, one, replace(one, credit=(replace(one.credit[0], active=False),)))


def test_undo_of_a_new_course_takes_all_of_it(db: Database, user: User):
    ama = add_type(db, user, "ama")
    says = frozenset({("campus", "N")})
    done = credit_set_up.save(db, user, None, CourseSetUp(code="B", credit=(CourseCredit(ama, 1, says=says),)))
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).left == 0
    with db.read() as tx:
        assert credit_set_up.read(tx, done.id) is None
        assert tx.execute(select(func.count()).select_from(course_credit)).scalar_one() == 0
        assert tx.execute(select(func.count()).select_from(credit_mapping)).scalar_one() == 0


def test_only_who_may_sets_credit_up(db: Database, user: User):
    other = user_with(db, Role.ENROLMENT_MANAGER)
    for attempt in (
        lambda: credit_lists.save_type(db, other, None, CreditType(code="x")),
        lambda: credit_lists.save_reporter(db, other, None, Reporter(name="x")),
        lambda: credit_lists.save_categories(db, other, credit_lists.CATEGORIES, ["x"]),
        lambda: credit_lists.add_examples(db, other),
        lambda: credit_set_up.save(db, other, None, CourseSetUp(code="x")),
    ):
        with pytest.raises(AccessError):
            attempt()
    assert changes(db) == 0
    done = credit_set_up.save(db, user, None, CourseSetUp(code="x"))
    assert done.operation_id is not None
    with pytest.raises(AccessError):
        history.undo(db, other.id, done.operation_id)


def test_courses_are_listed_with_what_they_give(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    add_body(db, user, "PARS", ama)
    variable = CourseCredit(cpd, 300, 50, 25, variable=True)
    bio = add_course(db, user, "BIO1", CourseCredit(ama, 250), variable, title="Biology")
    art = add_course(db, user, "ART1", CourseCredit(ama, 100, active=False), required_objects=2)
    shell = add_shell(db, "OLD")
    enrol(db, add_learner(db), bio)
    with db.read() as tx:
        every = db.ids(tx, courses_listed.keys_query())
        rows = courses_listed.rows(tx, list(every))
        assert list(every) == [art, bio, shell]
        assert tx.execute(courses_listed.total_query()).scalar_one() == 3
    one = rows[bio]
    assert (one.types, one.bodies, one.enrolled, one.awarded) == (
        "ama 2.5, cpd 0.5 to 3 (variable)",
        ("PARS",),
        1,
        0,
    )
    assert (one.exposed, rows[art].exposed, rows[shell].exposed) == (True, False, False)


def test_courses_are_found_by_every_condition_and_sorted_by_every_column(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    says = frozenset({("campus", "N")})
    bio = add_course(db, user, "BIO1", CourseCredit(ama, 250, says=says), title="Biology")
    art = add_course(db, user, "ART1", CourseCredit(cpd, 100, variable=True), required_objects=2)
    shell = add_shell(db, "OLD")

    def found(*tests: Test, quick: str = "") -> set[int]:
        with db.read() as tx:
            return set(db.ids(tx, courses_listed.keys_query(Group(members=tests), quick)))

    assert found(Test("type", Operator.IS, "ama")) == {bio}
    assert found(Test("type", Operator.IS_NOT, "ama")) == {art, shell}
    assert found(Test("maximum", Operator.AT_LEAST, "2")) == {bio}
    assert found(Test("variable", Operator.YES)) == {art}
    assert found(Test("mapped", Operator.YES)) == {bio}
    assert found(Test("exposed", Operator.YES)) == {bio}
    assert found(Test("credit", Operator.NO)) == {shell}
    assert found(Test("kind", Operator.IS, "shell")) == {shell}
    assert found(Test("objects", Operator.AT_LEAST, "1")) == {art}
    assert found(quick="cpd") == {art}
    assert found(quick="biol 1") == {bio}
    with db.read() as tx:
        for column in courses_listed._SORTS:
            for descending in (False, True):
                keys = db.ids(tx, courses_listed.keys_query(sort=column, descending=descending))
                assert set(keys) == {bio, art, shell}
        for name, field in courses_listed.FIELDS.items():
            for operator in field.info.operators:
                values = {"date": "2026-01-01", "number": "1"}
                value = values.get(field.info.kind.value, "x")
                value = f"{value},{value}" if operator is Operator.BETWEEN else value
                group = Group(members=(Test(name, operator, value if operator.takes_value else ""),))
                db.ids(tx, courses_listed.keys_query(group))
