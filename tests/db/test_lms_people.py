"""Whose account is it, who comes onto a course, and who is where: matching, Enrol Selected, Adopt, Compare."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import course, enrolment, lms_account, lms_course, section, term
from app.errors import AccessError, ConflictError, InputError
from app.lms import accounts_decided, compare, enrol, enrolments, enrolments_list
from app.lms.compare import Comparison, Offered
from app.tasks import TaskContext
from tests.builders import add_learner, user_with
from tests.db.lms_class import Class, codes, open_codes, synced
from tests.lms.fake_lms import FakeLms, person
from tests.lms.rows import MOMENT, add_account, add_course, add_section, vendor


def linked(db: Database) -> dict[str, tuple[int | None, str | None, bool]]:
    with db.read() as tx:
        return {
            row.lms_user_number: (row.learner_id, row.matched_by, row.clash)
            for row in tx.execute(select(lms_account))
        }


def compared(db: Database, user: User, lms: FakeLms, lms_course_id: int) -> Comparison:
    return compare.compare(TaskContext(), db, user, lms, lms_course_id)


# ---------------------------------------------------------------------------------------------------------- matching


def test_by_id_number_folded_then_by_email(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    by_ref = add_learner(db, 1, ref="Lrn-7", email="x@example.org")
    by_email = add_learner(db, 2, email="Ann@Example.org")
    some.course.add(11, " LRN-7 ", 5.0, email="ann@example.org")
    some.course.add(12, None, 5.0, email="ANN@example.org")
    some.course.add(13, "nobody", 5.0, email="nobody@example.org")
    for number, key in ((1, by_ref), (2, by_email)):
        some.enrol(key, number)
    assert synced(db, user, lms).state == "finished"
    assert linked(db) == {
        "11": (by_ref, "id_number", False),
        "12": (by_email, "email", False),
        "13": (None, None, False),
    }
    with db.read() as tx:
        [one] = accounts_decided.unsettled(tx)
    assert (one.user, one.full_name, one.clash, one.looks_like) == ("13", "Person 13", False, ())


def test_the_code_of_one_who_was_merged_means_the_one_who_stayed(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    stays = add_learner(db, 1, ref="new")
    add_learner(db, 2, ref="OLD", merged_into_id=stays)
    some.course.add(11, "old", 5.0)
    some.enrol(stays, 1)
    synced(db, user, lms)
    assert linked(db) == {"11": (stays, "id_number", False)}


@pytest.mark.rule("SE-23")
def test_two_learners_and_one_account(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    first, second = (add_learner(db, number, email="twins@example.org") for number in (1, 2))
    some.course.add(11, None, 5.0, email="twins@example.org")
    some.enrol(first, 1)
    some.enrol(second, 2)
    assert codes(synced(db, user, lms)) == ["SE-23", "SE-23"]
    assert (some.row(1).progress, some.row(2).progress) == ("–", "–")
    with db.read() as tx:
        [one] = accounts_decided.unsettled(tx)
    assert (one.clash, set(one.looks_like)) == (True, {first, second})
    accounts_decided.decide(db, user, one.id, second)
    assert codes(synced(db, user, lms)) == ["SE-20"]
    assert (some.row(1).progress, some.row(2).progress) == ("–", "100 %")
    with db.read() as tx:
        assert accounts_decided.unsettled(tx) == []


@pytest.mark.rule("SE-23")
def test_two_accounts_and_one_learner_until_somebody_decides(db: Database, user: User):
    lms = FakeLms()
    some, other = Class(db, lms, "5"), Class(db, lms, "6")
    key = add_learner(db, 1, email="ann@example.org")
    some.course.add(11, "240001", 5.0)
    synced(db, user, lms)
    some.course.add(12, None, 7.0, email="ann@example.org")
    other.course.add(11, "240001", 9.0)
    some.enrol(key, 1)
    other.enrol(key, 1)
    assert codes(synced(db, user, lms)) == ["SE-23", "SE-23"]
    assert codes(synced(db, user, lms)) == ["SE-23", "SE-23"], "also where only one of the two is seen"
    assert linked(db) == {"11": (key, "id_number", True), "12": (None, "email", True)}
    with db.read() as tx:
        ids = {one.user: one.id for one in accounts_decided.unsettled(tx)}
    operation_id = accounts_decided.decide(db, user, ids["11"], key)
    assert synced(db, user, lms).state == "finished"
    assert (some.row(1).progress, other.row(1).progress) == ("100 %", "100 %")
    assert linked(db) == {"11": (key, "person", False), "12": (None, "person", False)}
    assert history.undo(db, user.id, operation_id).left == 0
    assert linked(db)["11"] == (key, "id_number", True)


@pytest.mark.rule("SE-23")
def test_an_id_number_that_became_somebody_elses_moves_no_grades(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0, total=5.0)
    second = add_learner(db, 2)
    synced(db, user, lms)
    some.enrol(second, 2)
    some.course.people = [person(1, "240002")]
    assert codes(synced(db, user, lms)) == ["SE-23", "SE-23"]
    assert (some.row(1).grade_text, some.row(2).grade_text) == ("5.00", None)


def test_an_id_number_that_is_gone_changes_nothing(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    synced(db, user, lms)
    some.course.people = [person(1, None)]
    assert synced(db, user, lms).state == "finished"


@pytest.mark.rule("SE-22")
def test_an_account_made_anew_is_offered_to_be_relinked(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    key = add_learner(db, 1, email="ann@example.org")
    some.course.add(11, None, 5.0, total=5.0, email="ann@example.org")
    some.enrol(key, 1)
    synced(db, user, lms)
    some.course.people, some.course.rows = [], {}
    some.course.add(31, None, 8.0, total=8.0, email="Ann@example.org")
    assert codes(synced(db, user, lms)) == ["SE-22"]
    assert some.row(1).grade_text == "5.00"
    [entry] = compared(db, user, lms, some.id).only_here
    assert (entry.offered, entry.user, entry.learner_id) == (Offered.RELINK, "31", key)
    accounts_decided.relink(db, user, some.id, key, "31")
    assert synced(db, user, lms).state == "finished"
    assert (some.row(1).grade_text, open_codes(db)) == ("8.00", [])


def test_relinking_means_the_account_of_the_lms_that_the_course_is_of(db: Database, user: User):
    elsewhere = add_account(db, "31", None, vendor_id=vendor(db, "other"))
    here, key = add_account(db, "31", None), add_learner(db, 1)
    accounts_decided.relink(db, user, add_course(db, "5"), key, "31")
    with db.read() as tx:
        whose = {row.id: row.learner_id for row in tx.execute(select(lms_account))}
    assert whose == {elsewhere: None, here: key}


def test_deciding_needs_the_right_the_account_and_the_learner(db: Database, user: User):
    account = add_account(db, "11", None)
    gone = add_learner(db, 1, removed_at=MOMENT)
    with pytest.raises(AccessError):
        accounts_decided.decide(db, user_with(db, Role.LMS_ADMINISTRATOR), account, None)
    with pytest.raises(ConflictError):
        accounts_decided.decide(db, user, account + 1, None)
    with pytest.raises(ConflictError):
        accounts_decided.relink(db, user, add_course(db, "5"), gone, "99")
    with pytest.raises(InputError, match="removed"):
        accounts_decided.decide(db, user, account, gone)
    accounts_decided.decide(db, user, account, None)
    with db.read() as tx:
        assert accounts_decided.unsettled(tx) == [], "nobody's of ours"


# --------------------------------------------------------------------------------------------------------- enrolling


def test_enrolling_makes_the_section_once(db: Database, user: User):
    lms_id = add_course(db, "5", id_number="BIO-A", short_name="BIO 26", starts=date(2026, 9, 1))
    first, second = add_learner(db, 1), add_learner(db, 2)
    done = enrol.enrol_selected(db, user, [first, first, second], lms_id, date(2026, 9, 2), date(2027, 6, 30))
    assert (done.new, done.back, done.already, done.refused) == (2, 0, 0, 0)
    again = enrol.enrol_selected(db, user, [first, 999_999], lms_id)
    assert (again.new, again.already, again.refused, again.section_id) == (0, 1, 1, done.section_id)
    assert again.operation_id is None, "nothing was done that could be undone"
    with db.read() as tx:
        row = tx.execute(
            select(section.c.number, section.c.starts, course.c.code, course.c.origin, term.c.code.label("term"))
            .join(course, course.c.id == section.c.course_id)
            .join(term, term.c.id == section.c.term_id)
        ).one()
        held = tx.execute(select(enrolment).order_by(enrolment.c.id)).first()
    assert tuple(row) == (1, date(2026, 9, 1), "BIO-A", "lms", "-")
    assert held is not None
    assert (held.origin, held.status, held.starts, held.ends) == (
        "hand",
        "current",
        date(2026, 9, 2),
        date(2027, 6, 30),
    )


def test_a_new_years_course_is_a_new_section_of_the_same_course(db: Database, user: User):
    key = add_learner(db, 1)
    for number in ("5", "6"):
        enrol.enrol_selected(db, user, [key], add_course(db, number, short_name="Bio"))
    with db.read() as tx:
        assert tx.execute(select(section.c.number).order_by(section.c.id)).scalars().all() == [1, 2]
        assert len(tx.execute(select(course.c.id)).all()) == 1


@pytest.mark.rule("LS-C1", "LS-C2", "LS-C3", "LS-C10")
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"state": "new"}, "New"),
        ({"state": "hidden"}, "Hidden"),
        ({"state": "open", "removed_at": MOMENT}, "removed in the LMS"),
    ],
)
def test_new_hidden_and_removed_courses_take_nobody(db: Database, user: User, values: dict, reason: str):
    lms_id = add_course(db, **values)
    with pytest.raises(InputError, match=reason):
        enrol.enrol_selected(db, user, [add_learner(db)], lms_id)
    with pytest.raises(InputError, match=reason):
        enrol.adopt(db, user, lms_id, [add_learner(db)])
    with db.read() as tx:
        assert tx.execute(select(section.c.id)).all() == []


@pytest.mark.rule("LS-C2", "LS-C3")
def test_closed_courses_take_people_and_hiding_unenrols_nobody(db: Database, user: User):
    lms_id = add_course(db, state="closed")
    ids = [add_learner(db) for _ in range(3)]
    assert enrol.enrol_selected(db, user, ids, lms_id).new == 3
    with db.write() as tx:
        tx.execute(update(lms_course).values(state="hidden"))
    with db.read() as tx:
        assert tx.execute(enrolments_list.total_query()).scalar_one() == 3
        assert [one.id for one in enrolments.due_courses(tx, date.today())] == [lms_id], "and it is still followed"


def test_enrolling_is_undone_and_done_again(db: Database, user: User):
    lms_id, key = add_course(db), add_learner(db)
    done = enrol.enrol_selected(db, user, [key], lms_id)
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).undone == 1
    with db.read() as tx:
        assert tx.execute(enrolments_list.total_query()).scalar_one() == 0
    again = enrol.enrol_selected(db, user, [key], lms_id, date.today() + timedelta(days=5))
    assert (again.new, again.back) == (0, 1)
    with db.read() as tx:
        assert tx.execute(select(enrolment.c.status, enrolment.c.removed_at)).one() == ("scheduled", None)


def test_what_enrolling_refuses(db: Database, user: User):
    lms_id = add_course(db)
    with pytest.raises(InputError, match="before the start"):
        enrol.enrol_selected(db, user, [add_learner(db)], lms_id, date(2026, 9, 2), date(2026, 9, 1))
    with pytest.raises(AccessError):
        enrol.enrol_selected(db, user_with(db, Role.LMS_ADMINISTRATOR), [add_learner(db)], lms_id)
    with pytest.raises(ConflictError):
        enrol.enrol_selected(db, user, [add_learner(db)], lms_id + 1)


def test_a_learner_on_another_section_of_the_course_is_there_already(db: Database, user: User):
    lms_id, key = add_course(db), add_learner(db)
    enrol.enrol_selected(db, user, [key], lms_id)
    with db.write() as tx:
        tx.execute(update(section).values(open=False))
    add_section(db, lms_id)
    assert enrol.enrol_selected(db, user, [key], lms_id).already == 1


# --------------------------------------------------------------------------------------------------- adopt, compare


def test_compare_and_adopt(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    some.learner(1, 5.0)
    only_here = add_learner(db, 2)
    some.enrol(only_here, 2)
    to_adopt = add_learner(db, 3, family_name="Three", given_names="Ann")
    some.course.add(3, "240003", 5.0)
    some.course.add(4, "stranger", 5.0)
    some.course.people.append(person(90, "T1", student=False))
    found = compared(db, user, lms, some.id)
    assert [(one.user, one.offered) for one in found.both] == [("1", Offered.NONE)]
    assert [(one.learner_id, one.offered) for one in found.only_here] == [(only_here, Offered.CHECK)]
    assert [(one.user, one.name, one.offered) for one in found.only_there] == [
        ("3", "Three, Ann", Offered.ADOPT),
        ("4", "Person 4", Offered.DECIDE),
    ]
    assert found.to_adopt == (to_adopt,)
    done = enrol.adopt(db, user, some.id, [*found.to_adopt, only_here])
    assert (done.new, done.refused) == (1, 1), "whose account nobody knows is not adopted"
    synced(db, user, lms)
    with db.read() as tx:
        held = tx.execute(select(enrolment.c.origin).where(enrolment.c.learner_id == to_adopt)).scalar_one()
        assert tx.execute(select(lms_course.c.to_adopt)).scalar_one() == 0
    assert held == "adopted"
    assert len(compared(db, user, lms, some.id).both) == 2
    assert done.operation_id is not None
    assert history.undo(db, user.id, done.operation_id).undone == 1


def test_the_number_to_adopt_falls_at_once(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    keys = [add_learner(db, number) for number in (1, 2)]
    for number in (1, 2):
        some.course.add(number, f"{240000 + number}", 5.0)
    synced(db, user, lms)
    with db.read() as tx:
        assert tx.execute(select(lms_course.c.to_adopt)).scalar_one() == 2
    enrol.adopt(db, user, some.id, keys[:1])
    with db.read() as tx:
        assert tx.execute(select(lms_course.c.to_adopt)).scalar_one() == 1


def test_comparing_needs_the_right_and_the_course(db: Database, user: User):
    lms = FakeLms()
    some = Class(db, lms, "5")
    with pytest.raises(AccessError):
        compared(db, user_with(db, Role.LMS_ADMINISTRATOR), lms, some.id)
    with pytest.raises(ConflictError):
        compared(db, user, lms, some.id + 1)
