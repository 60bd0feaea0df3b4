"""Course records listed, who is counted as a participant, and what is due outside exported; on both databases."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from app import history
from app.access import Role, User
from app.conditions import Group, Operator, Test
from app.db.database import Database
from app.db.tables import enrolment, learner
from app.errors import AccessError, InputError
from app.imports import course_records, courses_listed, outgoing, outgoing_export, participation
from app.imports.awarding import Completion, Grant
from app.imports.credit_set_up import CourseCredit
from app.imports.outgoing import Stage
from app.tasks import TaskContext
from tests.builders import add_learner, user_with
from tests.imports.credit_rows import (
    DAY,
    add_body,
    add_course,
    add_type,
    completed,
    enrol,
    found,
    granted,
    row_of_file,
    stages,
)


def due(db: Database, user: User, *, fields: Sequence[str] = (), people: Sequence[int] = ()) -> list[int]:
    """Ids of records that are due to one body."""
    ama = add_type(db, user, "ama")
    add_body(db, user, "PARS", ama, fields=tuple(fields), deadline_days=10)
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 250), title="=Biology")
    completed(db, user, *(Completion(one, course_id, DAY) for one in people))
    with db.read() as tx:
        return list(db.ids(tx, outgoing.keys_query()))


def test_records_are_listed_with_their_credit(db: Database, user: User):
    ama, cpd = add_type(db, user, "ama"), add_type(db, user, "cpd")
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500), CourseCredit(cpd, 100), title="Biology")
    other = add_course(db, user, "ART1")
    ann = add_learner(db, family_name="Abel", tutor_group="A")
    bob = add_learner(db, family_name="Bell")
    completed(db, user, Completion(ann, course_id, DAY))
    granted(db, user, Grant(bob, course_id, ama, 200, DAY, date(2030, 1, 1)))
    first = enrol(db, ann, course_id, attended=True, participant_category="Physician", starts=date(2026, 9, 1))
    second = enrol(db, bob, course_id, complete=False, completed_on=None)
    third = enrol(db, bob, other)
    gone = enrol(db, add_learner(db), course_id)
    with db.write() as tx:
        tx.execute(update(enrolment).where(enrolment.c.id == gone).values(removed_at=db.now(tx)))
    with db.read() as tx:
        rows = course_records.rows(tx, [first, second, third, gone])
        assert tx.execute(course_records.total_query()).scalar_one() == 3
        assert tx.execute(course_records.total_query(course_id=course_id)).scalar_one() == 2
        with db.ids_as_table(tx, [bob]) as picked:
            assert list(db.ids(tx, course_records.keys_query(learners=picked))) == [second, third]
    assert set(rows) == {first, second, third}
    assert [one.words for one in rows[first].awards] == ["ama 5", "cpd 1"]
    assert (rows[first].complete, rows[first].attended, rows[first].category) == (True, True, "Physician")
    assert rows[second].mistaken
    assert not rows[third].awards
    assert found(db) == [first, second, third]
    assert found(db, course_id=other) == [third]
    assert found(db, Test("complete", Operator.YES)) == [first, third]
    assert found(db, Test("mistaken", Operator.YES)) == [second]
    assert found(db, Test("type", Operator.IS, "cpd")) == [first]
    assert found(db, Test("credit", Operator.IS, "2")) == [second]
    assert found(db, Test("credit", Operator.AT_LEAST, "2")) == [first, second]
    assert found(db, Test("expires_on", Operator.BETWEEN, "2029-01-01,2031-01-01")) == [second]
    assert found(db, Test("award_origin", Operator.IS, "course")) == [first]
    assert found(db, quick="bell biol") == [second]


def test_every_column_sorts_and_every_condition_is_asked(db: Database, user: User):
    ama = add_type(db, user, "ama")
    add_body(db, user, "AMS", ama, fields=("email",))
    course_id = add_course(db, user, "BIO1", CourseCredit(ama, 500))
    people = [add_learner(db) for _ in range(3)]
    keys = {enrol(db, one, course_id) for one in people}
    completed(db, user, *(Completion(one, course_id, DAY) for one in people))
    for listed in (course_records, outgoing):
        with db.read() as tx:
            everything = set(db.ids(tx, listed.keys_query()))
            assert len(everything) == 3
            for column in listed._SORTS:
                for descending in (False, True):
                    order = listed.keys_query(sort=column, descending=descending)
                    assert set(db.ids(tx, order)) == everything
            for name, field in listed.FIELDS.items():
                for operator in field.info.operators:
                    value = {"date": "2026-01-01", "number": "1"}.get(field.info.kind.value, "x")
                    value = "5" if operator.takes_days else value
                    value = f"{value},{value}" if operator is Operator.BETWEEN else value
                    group = Group(members=(Test(name, operator, value if operator.takes_value else ""),))
                    db.ids(tx, listed.keys_query(group, "a"))
    assert keys == set(found(db))


@pytest.mark.rule("CR-18", "CR-39", "CR-41")
def test_who_is_counted_in_participation_reports(db: Database, user: User):
    course_id = add_course(db, user, "BIO1")
    by_course, by_global = row_of_file(db, user, "course:BIO1"), row_of_file(db, user, "global")
    starts = date(2026, 9, 1)
    told = {"starts": starts, "participant_category": "physician"}
    counted = [enrol(db, add_learner(db), course_id, file_row_id=by_course, **told) for _ in range(2)]
    counted.append(
        enrol(db, add_learner(db), course_id, file_row_id=by_course, **{**told, "participant_category": "x"})
    )
    enrol(db, add_learner(db), course_id, file_row_id=by_course, participant_category="physician")
    enrol(db, add_learner(db), course_id, file_row_id=by_course, starts=starts)
    enrol(db, add_learner(db), course_id, file_row_id=by_course)
    enrol(db, add_learner(db), course_id, file_row_id=by_global, **told)
    enrol(db, add_learner(db), course_id, origin="hand", **told)
    with db.read() as tx:
        of_course = participation.of_course(tx, course_id)
    assert of_course == participation.Participation([("physician", 2), ("x", 1)], 1, 1, 1)
    assert sorted(found(db, Test("counted", Operator.YES))) == sorted(counted)
    with db.read() as tx:
        assert courses_listed.rows(tx, [course_id])[course_id].participants == 3
        three = Group(members=(Test("participants", Operator.IS, "3"),))
        assert list(db.ids(tx, courses_listed.keys_query(three))) == [course_id]


def test_records_go_into_a_file_and_are_marked(db: Database, user: User, tmp_path: Path):
    whole = add_learner(db, email="ann@example.org", family_name="O'Neil")
    lacking = add_learner(db, email=None)
    keys = due(db, user, fields=("family_name", "birth_date", "email"), people=[whole, lacking])
    assert stages(db) == [Stage.DUE, Stage.INCOMPLETE]
    with db.read() as tx:
        assert [one.missing for one in outgoing.rows(tx, keys).values()] == [(), ("Email",)]
    path = tmp_path / "pars.csv"
    done = outgoing_export.export_for_body(TaskContext(), db, user, keys, path)
    assert (done.body, done.file.rows, done.incomplete) == ("PARS", 1, 1)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        heading, *rows = csv.reader(stream)
    assert heading == [
        "Surname", "Date of Birth", "Email", "Course Code", "Course", "Credit Type", "Credit", "Awarded On", "Due On",
    ]  # fmt: skip
    expected = [
        "O'Neil",
        "2008-03-04",
        "ann@example.org",
        "BIO1",
        "'=Biology",
        "ama",
        "2.5",
        "2026-11-20",
        "2026-11-30",
    ]
    assert rows == [expected]
    assert stages(db) == [Stage.EXPORTED, Stage.INCOMPLETE]
    with pytest.raises(InputError, match="lack something"):
        outgoing_export.export_for_body(TaskContext(), db, user, keys, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == lacking).values(email="bob@example.org"))
    assert stages(db) == [Stage.EXPORTED, Stage.DUE], "what is missing is looked up when it is asked"
    assert history.undo(db, user.id, done.operation_id).left == 0
    assert stages(db) == [Stage.DUE, Stage.DUE]


def test_a_file_is_for_one_body_and_only_for_who_may(db: Database, user: User, tmp_path: Path):
    keys = due(db, user, people=[add_learner(db)])
    cpd = add_type(db, user, "cpd")
    add_body(db, user, "AMS", cpd)
    completed(db, user, Completion(add_learner(db), add_course(db, user, "ART1", CourseCredit(cpd, 100)), DAY))
    with db.read() as tx:
        both = list(db.ids(tx, outgoing.keys_query()))
    path = tmp_path / "both.csv"
    with pytest.raises(InputError, match="2 bodies: AMS, PARS"):
        outgoing_export.export_for_body(TaskContext(), db, user, both, path)
    with pytest.raises(InputError, match="None"):
        outgoing_export.export_for_body(TaskContext(), db, user, [], path)
    other = user_with(db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError):
        outgoing_export.export_for_body(TaskContext(), db, other, keys, path)
    assert not path.exists()
    assert set(stages(db)) == {Stage.DUE}


def test_what_cannot_be_written_is_not_marked(db: Database, user: User, tmp_path: Path):
    keys = due(db, user, people=[add_learner(db)])
    with pytest.raises(InputError):
        outgoing_export.export_for_body(TaskContext(), db, user, keys, tmp_path / "nowhere" / "pars.csv")
    assert stages(db) == [Stage.DUE]
