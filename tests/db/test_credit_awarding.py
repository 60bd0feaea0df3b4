"""What a completion awards, and what is due to outside bodies because of it, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, update

from app import history
from app.access import User
from app.db.database import Database
from app.db.tables import award, learner, outgoing_report
from app.folding import fold_code
from app.imports import awarding, facts
from app.imports.awarding import Completion, Grant
from app.imports.credit_lists import Reporter
from app.imports.credit_set_up import CourseCredit
from app.json_text import decoded
from tests.builders import add_campus, add_learner, add_learners, learner_values
from tests.imports.credit_rows import (
    DAY,
    add_body,
    add_course,
    add_shell,
    add_type,
    completed,
    facts_of,
    granted,
)


def reports(db: Database) -> list[tuple[int, date, list[str], bool]]:
    """What is due: award, day, missing, taken back."""
    with db.read() as tx:
        rows = tx.execute(select(outgoing_report).order_by(outgoing_report.c.id)).all()
    return [(row.award_id, row.due_on, decoded(row.missing), row.removed_at is not None) for row in rows]


def test_facts_of_courses_are_read_at_once(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd", active=False)
    add_body(db, user, "PARS", ama)
    add_body(db, user, "Closed", ama, active=False)
    one = add_course(db, user, "BIO 1", CourseCredit(ama, 500), CourseCredit(cpd, 100), required_objects=2)
    two = add_course(db, user, "ÉCO", CourseCredit(ama, 300, 100, 50, variable=True))
    shell = add_shell(db, "OLD")
    with db.read() as tx:
        found = facts.of_codes(tx, ["bio  1", "eco", "Old", "nowhere"])
        assert {one.code: one.id for one in found.values()} == {"BIO 1": one, "ÉCO": two, "OLD": shell}
        assert set(found) == {fold_code("BIO 1"), "eco", "old"}
        assert facts.of_ids(tx, [one, two, shell, 999]) == {one.id: one for one in found.values()}
        assert list(facts.types(tx)) == ["ama", "cpd"]
        assert facts.types(tx)["ama"].bodies == ("PARS",)
    bio, eco, old = found["bio 1"], found["eco"], found["old"]
    assert [one.code for one in bio.active] == ["ama"], "a type that is off for the college is off here"
    assert bio.credit["ama"].bodies == ("PARS",)
    assert not bio.nothing_stops
    assert (eco.nothing_stops, eco.awards({})) == (True, ())
    assert old.is_shell
    assert old.nothing_stops


@pytest.mark.rule("CR-44")
def test_a_completion_awards_the_maximum_of_every_active_type_that_is_not_variable(db: Database, user: User):
    ama, cpd, cpe, off = (add_type(db, user, code) for code in ("ama", "cpd", "cpe", "off"))
    course_id = add_course(
        db,
        user,
        "BIO1",
        CourseCredit(ama, 500),
        CourseCredit(cpd, 150),
        CourseCredit(cpe, 900, variable=True),
        CourseCredit(off, 100, active=False),
    )
    who = add_learner(db)
    _, given = completed(db, user, Completion(who, course_id, DAY))
    assert [(one.grant.type_id, one.grant.amount, one.grant.awarded_on) for one in given] == [
        (ama, 500, DAY),
        (cpd, 150, DAY),
    ]
    with db.read() as tx:
        assert set(tx.execute(select(award.c.origin)).scalars()) == {"course"}
    assert completed(db, user, Completion(who, course_id, DAY))[1] == [], "nobody gets the same credit twice"
    assert reports(db) == [], "no body hears of these types"


@pytest.mark.rule("CR-44")
@pytest.mark.rule("CR-43")
def test_credit_of_the_course_is_reported_and_credit_of_a_file_is_not(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    add_body(db, user, "PARS", ama, fields=("uln", "email"), deadline_days=60)
    add_body(db, user, "AMS", ama, cpd, deadline_days=10)
    add_body(db, user, "Closed", ama, active=False)
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500))
    with_email = add_learner(db, email="ann@example.org")
    without, by_file = add_learner(db, uln=None), add_learner(db)
    granted(db, user, Grant(by_file, course_id, ama, 500, DAY))
    assert reports(db) == []
    people = [Completion(one, course_id, DAY) for one in (with_email, without, by_file)]
    _, given = completed(db, user, *people)
    assert [(one.grant.learner_id, one.reports) for one in given] == [(with_email, 2), (without, 2)]
    pars, ams = DAY + timedelta(days=60), DAY + timedelta(days=10)
    first, second = (one.id for one in given)
    assert reports(db) == [
        (first, pars, [], False),
        (first, ams, [], False),
        (second, pars, ["uln", "email"], False),
        (second, ams, [], False),
    ]


def test_the_mapping_decides_and_none_means_everybody(db: Database, user: User):
    north = add_campus(db, "N", "North")
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    doctors = CourseCredit(ama, 500, says=frozenset({("participant_category", "Physician"), ("campus", "n")}))
    course_id = add_course(db, user, "BIO1", doctors, CourseCredit(cpd, 100))
    assert facts_of(db, course_id).mapped
    here, elsewhere, doctor = add_learner(db, campus_id=north), add_learner(db), add_learner(db)
    _, given = completed(
        db,
        user,
        Completion(here, course_id, DAY),
        Completion(elsewhere, course_id, DAY, "Nurse"),
        Completion(doctor, course_id, DAY, "PHYSICIAN"),
    )
    assert [(one.grant.learner_id, one.grant.type_id) for one in given] == [(here, ama), (doctor, ama)]
    grouped = CourseCredit(cpd, 100, says=frozenset({("tutor_group", "é1"), ("last_year_seen", "2026")}))
    other = add_course(db, user, "BIO2", grouped)
    in_group, this_year = add_learner(db, tutor_group="E1"), add_learner(db, last_year_seen="2026")
    people = [Completion(one, other, DAY) for one in (in_group, this_year, elsewhere)]
    assert [one.grant.learner_id for one in completed(db, user, *people)[1]] == [in_group, this_year]


def test_undo_takes_awards_and_what_is_due_back_and_a_second_award_begins_anew(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "PARS", ama, deadline_days=1)
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500)), add_learner(db)
    operation_id, [first] = completed(db, user, Completion(who, course_id, DAY))
    assert history.undo(db, user.id, operation_id).left == 0
    with db.read() as tx:
        assert tx.execute(select(award.c.removed_at)).scalar_one() is not None
    assert reports(db) == [(first.id, DAY + timedelta(days=1), [], True)]
    later = DAY + timedelta(days=30)
    _, [again] = completed(db, user, Completion(who, course_id, later))
    assert (again.id, again.reports) == (first.id, 1)
    assert reports(db) == [(first.id, later + timedelta(days=1), [], False)]


def test_an_award_that_was_changed_stays_with_what_is_due_for_it(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "PARS", ama)
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500)), add_learner(db)
    operation_id, [given] = completed(db, user, Completion(who, course_id, DAY))
    with db.write() as tx:
        tx.execute(update(award).values(amount=100, version=award.c.version + 1))
    assert history.undo(db, user.id, operation_id).left == 2
    assert reports(db) == [(given.id, DAY + timedelta(days=60), [], False)]


def test_a_body_in_use_outlives_the_undo_of_its_making(db: Database, user: User):
    ama = add_type(db, user, "ama")
    from app.imports import credit_lists

    made = credit_lists.save_reporter(db, user, None, Reporter(name="PARS", types=frozenset({ama})))
    course_id, who = add_course(db, user, "BIO1", CourseCredit(ama, 500)), add_learner(db)
    completed(db, user, Completion(who, course_id, DAY))
    assert made.operation_id is not None
    assert history.undo(db, user.id, made.operation_id).left
    with db.read() as tx:
        assert [one.name for one in credit_lists.read(tx).reporters] == ["PARS"]


def test_many_completions_take_as_few_statements_as_two(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "PARS", ama, fields=("email",))
    says = frozenset({("tutor_group", "A")})
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500, says=says))
    ids = add_learners(db, [learner_values(5_000 + at, tutor_group="A") for at in range(402)])
    counts = []
    for people in (ids[:2], ids[2:]):
        with db.write() as tx:
            seen: list[str] = []
            event.listen(tx, "before_cursor_execute", lambda *told, to=seen: to.append(told[2]))
            operation = history.begin(tx, db, user.id, "records_imported")
            completions = [Completion(one, course_id, DAY) for one in people]
            given = awarding.complete(operation, completions, facts.of_ids(tx, [course_id]))
            operation.end(tx)
        assert len(given) == len(people)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with db.read() as tx:
        assert tx.execute(select(func.count()).select_from(outgoing_report)).scalar_one() == 402
        assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == 402
