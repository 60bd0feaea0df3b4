"""What the panes say of a course and of a record: everything at once, and how it came to be; on both databases."""

from dataclasses import replace
from datetime import date

from app import history
from app.access import User
from app.db.database import Database
from app.imports import credit_details, credit_lists, credit_set_up, edit_credit, set_up_choices
from app.imports.awarding import Completion
from app.imports.credit_set_up import CourseCredit
from app.imports.edit_credit import Wanted
from tests.builders import add_campus, add_learner
from tests.imports.credit_rows import DAY, add_body, add_course, add_type, completed, enrol


def told(db: Database, course_id: int) -> list[tuple[str, tuple[str, ...]]]:
    """The changes of a course, the latest first: kind and parts."""
    with db.read() as tx:
        looked = credit_details.of_course(tx, course_id)
    assert looked is not None
    return [(one.kind, one.parts) for one in looked.history]


def test_the_history_of_a_course_tells_every_part_in_words(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    says = frozenset({("campus", "N")})
    key = add_course(db, user, "BIO1", CourseCredit(ama, 500, says=says))
    add_course(db, user, "OTHER", CourseCredit(ama, 100, says=frozenset({("campus", "S")})))
    with db.read() as tx:
        first = credit_set_up.read(tx, key)
    assert first is not None
    given = replace(first.credit[0], variable=True, minimum=100, says=frozenset())
    wanted = replace(first, title="Biology", required_objects=3, credit=(given, CourseCredit(cpd, 50, variable=True)))
    done = credit_set_up.save(db, user, first, wanted)
    assert told(db, key)[0] == (
        "credit_set_up",
        (
            "Title BIO1 → Biology",
            "Required objects none → 3",
            "ama minimum 0 → 1",
            "ama Variable no → yes",
            "cpd maximum 0.5",
            "cpd Variable yes",
            "ama no longer for Campus N",
        ),
    )
    assert told(db, key)[1] == ("credit_set_up", ("Added", "ama maximum 5", "ama for Campus N"))
    assert done.operation_id is not None
    history.undo(db, user.id, done.operation_id)
    latest = told(db, key)[0]
    assert latest[0] == "undo"
    assert "ama for Campus N" in latest[1]
    assert len(told(db, key)) == 3


def test_the_history_of_a_record_tells_credit_who_and_why(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500), CourseCredit(cpd, 100))
    who, other = add_learner(db), add_learner(db)
    completed(db, user, Completion(who, course_id, DAY), Completion(other, course_id, DAY))
    key = enrol(db, who, course_id)
    with db.read() as tx:
        before = edit_credit.read(tx, key)
    assert before is not None
    wanted = [Wanted("cpd", 100, DAY, date(2028, 1, 1))]
    edit_credit.save(db, user, before, wanted, reason="Wrong type")
    with db.read() as tx:
        looked = credit_details.of_record(tx, key)
        assert credit_details.of_record(tx, 9_999) is None
    assert looked is not None
    assert [(one.kind, one.parts, one.reason, one.who) for one in looked.history] == [
        ("credit_edited", ("ama taken back", "cpd expires none → 1 Jan 2028"), "Wrong type", user.name),
        ("records_imported", ("ama 5 given", "cpd 1 given"), "", user.name),
    ]
    assert [one.code for one in looked.record.held] == ["cpd"]


def test_what_a_set_up_is_chosen_from(db: Database, user: User):
    add_campus(db, "N", "North")
    ama, off = add_type(db, user, "ama"), add_type(db, user, "off")
    add_type(db, user, "never", active=False)
    add_learner(db, tutor_group="B")
    add_learner(db, tutor_group="A", last_year_seen="2627")
    key = add_course(db, user, "BIO1", CourseCredit(ama, 100), CourseCredit(off, 100))
    with db.read() as tx:
        types = credit_lists.read(tx).types
    switched = next(one for one in types if one.code == "off")
    credit_lists.save_type(db, user, switched, replace(switched, active=False))
    with db.read() as tx:
        here, new = set_up_choices.read(tx, key), set_up_choices.read(tx, None)
        assert set_up_choices.read(tx, 9_999).course is None
    assert [one.code for one in here.types] == ["ama", "off"], "what the course has is offered, though it is off"
    assert [one.code for one in new.types] == ["ama"]
    assert here.course is not None
    assert here.values == {
        "campus": ["N"],
        "tutor_group": ["A", "B"],
        "last_year_seen": ["2627"],
        "participant_category": ["physician", "non-physician"],
    }


def test_a_course_says_who_hears_of_it_and_who_counts(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "PARS", ama)
    key = add_course(db, user, "BIO1", CourseCredit(ama, 100))
    with db.read() as tx:
        looked = credit_details.of_course(tx, key)
        assert credit_details.of_course(tx, 9_999) is None
    assert looked is not None
    assert looked.row.bodies == ("PARS",)
    assert looked.participation.counted == []
