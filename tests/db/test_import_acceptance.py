"""The acceptance checks of course-record-import.md 12, by number, on both databases; in each the outcomes add up to
the rows of the file (14: `Importing.apply` looks every time)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import course
from app.imports import job_list, lock, undo
from app.imports.columns import Column
from app.imports.credit_set_up import CourseCredit
from app.imports.dry_run import DryRun
from app.imports.edit_credit import Wanted, read, save
from app.imports.repairs import Repair
from app.imports.rules import Outcome, Severity
from app.tasks import TaskContext
from tests.imports import credit_rows
from tests.imports.importing import EVERYTHING, Importing, credited, done, mail, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def broken(seen: DryRun) -> set[str]:
    """The rules that a file or its rows break, without what is only told."""
    rows = {rule for rule, weight in seen.facts.rules if weight is not Severity.INFO}
    return rows | {one.rule for one in seen.facts.findings}


@pytest.mark.rule("CR-02", "CR-L3")
def test_1_a_heading_with_a_space(world: Importing):
    world.add_people(1)
    path = world.folder / "records.csv"
    path.write_text(f"external_email,complete,credits ,credit_type\n{mail(1)},1,5,ama\n", encoding="utf-8")
    refused = world.check(path)
    assert refused.refused
    assert broken(refused) == {"CR-02"}
    with world.db.read() as tx:
        assert lock.standing(tx, world.db) == []
        told = job_list.one_job(tx, refused.job_id)
        assert told is not None
        assert told.state is job_list.JobState.FAILED
    mended = world.check(path, Repair("CR-02"))
    assert not mended.refused
    assert world.apply(mended, *EVERYTHING).outcomes == {Outcome.CREDITED: 1}


@pytest.mark.rule("CR-35")
def test_2_credit_on_an_incomplete_record(world: Importing):
    [learner_id] = world.add_people(1)
    rows = [row(1, complete=0, credits=2, credit_type="ama")]
    seen = world.check(rows)
    assert "CR-35" in broken(seen)
    assert world.apply(seen, *EVERYTHING).outcomes == {Outcome.ERROR: 1}
    told = world.bring(rows, Repair("CR-35"))
    assert told.outcomes == {Outcome.ENROLLED: 1}
    assert not world.enrolled()[learner_id].complete
    assert world.credit() == []


@pytest.mark.rule("CR-30")
def test_3_partial_credit(world: Importing):
    world.add_people(1)
    rows = [credited(1, 3)]
    seen = world.check(rows)
    assert broken(seen) == {"CR-30"}
    with world.db.read() as tx:
        before = credit_rows.credit_set_up.read(tx, world.course_id)
    [given] = before.credit
    changed = credit_rows.credit_set_up.replace(before, credit=(CourseCredit(**{**_of(given), "variable": True}),))
    credit_rows.credit_set_up.save(world.db, world.user, before, changed)
    again = world.check(rows)
    assert broken(again) == set()
    assert world.apply(again).outcomes == {Outcome.CREDITED: 1}


def _of(given: CourseCredit) -> dict[str, object]:
    return {name: getattr(given, name) for name in given.__dataclass_fields__}


@pytest.mark.rule("CR-33")
def test_4_nothing_stops_completion(world: Importing):
    world.add_course("OPEN", world.gives("ama"))
    seen = world.check([row(9)], course="OPEN")
    assert seen.to_confirm == {"CR-33": 1}
    assert world.apply(seen).outcomes == {Outcome.REFUSED: 1}
    again = world.check([row(9)], course="OPEN")
    assert world.apply(again, "CR-33", "CR-09").outcomes == {Outcome.HELD: 1}


@pytest.mark.rule("CR-36")
def test_5_two_types_in_one_cell(world: Importing):
    world.add_people(1)
    credit_rows.add_type(world.db, world.user, "ancc")
    seen = world.check([credited(1, 5, "ama;ancc")])
    assert "CR-36" in broken(seen)
    assert world.apply(seen, *EVERYTHING).outcomes == {Outcome.ERROR: 1}
    credit_rows.add_type(world.db, world.user, "ama/ancc")
    world.add_course("BOTH", world.gives("ama/ancc"), required_objects=1)
    named = world.check([credited(1, 5, "ama/ancc")], course="BOTH")
    assert broken(named) == set()
    assert world.apply(named).outcomes == {Outcome.CREDITED: 1}


def test_6_two_types_in_two_rows(world: Importing):
    [learner_id] = world.add_people(1)
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    told = world.bring([credited(1), credited(1, 5, "ancc")], course="TWO")
    assert told.outcomes == {Outcome.CREDITED: 2}
    assert told.surprises == 0
    assert world.credit() == [
        (learner_id, "TWO", "ama", 500, "import"),
        (learner_id, "TWO", "ancc", 500, "import"),
    ]


@pytest.mark.rule("CR-37")
def test_7_one_type_twice(world: Importing):
    world.add_people(1)
    told = world.bring([credited(1, 1), credited(1, 2)])
    assert told.outcomes == {Outcome.ERROR: 2}
    assert world.credit() == []
    assert world.enrolled() == {}


@pytest.mark.rule("CR-26", "CR-27", "CR-41")
def test_8_a_global_import(world: Importing):
    world.add_people(*range(1, 11))
    rows = [done(n, external_course_id=f"OLD-{n % 2}", title=f"Old {n % 2}") for n in range(1, 11)]
    seen = world.check(rows, course="")
    assert seen.to_confirm == {"CR-26": 2, "CR-41": 10}
    assert [one.rule for one in seen.facts.findings] == ["CR-41"]
    assert seen.facts.rules["CR-27", Severity.WARN] == 10
    told = world.apply(seen, "CR-26", "CR-41")
    assert told.outcomes == {Outcome.COMPLETED: 10}
    assert told.surprises == 0
    with world.db.read() as tx:
        shells = tx.execute(select(course.c.code, course.c.title).where(course.c.kind == "shell")).all()
    assert sorted(map(tuple, shells)) == [("OLD-0", "Old 0"), ("OLD-1", "Old 1")]
    assert len(world.enrolled("OLD-0")) == 5


@pytest.mark.rule("CR-42")
def test_9_credit_that_is_there(world: Importing):
    world.add_people(1)
    world.bring([credited(1)])
    assert world.bring([credited(1)]).outcomes == {Outcome.SKIPPED_EXISTING: 1}
    other = world.check([credited(1, "4.5")])
    assert "CR-30" in broken(other)
    later = world.bring([credited(1, credit_expiration="2027-01-01")])
    assert later.outcomes == {Outcome.ERROR: 1}


@pytest.mark.rule("CR-43", "CR-44")
def test_10_what_the_course_awards_is_reported(world: Importing):
    first, second = world.add_people(1, 2)
    credit_rows.add_body(world.db, world.user, "The Board", world.type_id, deadline_days=60)
    seen = world.check([done(1)])
    assert seen.facts.rules["CR-44", Severity.INFO] == 1
    assert world.apply(seen).outcomes == {Outcome.COMPLETED: 1}
    assert world.due() == 1
    own = world.check([credited(2)])
    assert own.to_confirm == {"CR-43": 1}
    assert world.apply(own, "CR-43").outcomes == {Outcome.CREDITED: 1}
    assert world.due() == 1, "credit in a file is not reported"
    assert [(one[0], one[4]) for one in world.credit()] == [(first, "course"), (second, "import")]


@pytest.mark.rule("CR-U2")
def test_12_undo_leaves_what_was_edited(world: Importing, user: User):
    people = world.add_people(*range(1, 11))
    told = world.bring([credited(n) for n in range(1, 11)])
    enrolment_id = world.enrolled()[people[3]].id
    with world.db.read() as tx:
        record = read(tx, enrolment_id)
    assert record is not None
    [held] = record.held
    save(world.db, user, record, [Wanted("ama", held.amount, held.awarded_on, record.completed_on)])
    undone = undo.undo_job(TaskContext(), world.db, user, told.job_id)
    assert (undone.withdrawn, undone.left) == (9, (5,))
    assert list(world.enrolled()) == [people[3]]
    assert len(world.credit()) == 1
    with world.db.read() as tx:
        job = job_list.one_job(tx, told.job_id)
    assert job is not None
    assert job.state is job_list.JobState.PARTLY_UNDONE


@pytest.mark.rule("CR-12")
def test_13_dates_of_a_spreadsheet(world: Importing):
    [learner_id, _] = world.add_people(1, 2)
    rows = [row(1, enrollment_start="03/04/2025"), row(2, enrollment_start="")]
    assert "CR-12" in broken(world.check(rows))
    told = world.bring(rows, Repair("CR-12", Column.STARTS, "day"))
    assert told.outcomes == {Outcome.ENROLLED: 2}
    assert world.enrolled()[learner_id].starts.isoformat() == "2025-04-03"
    both = [row(1, enrollment_start="03/04/2025"), row(2, enrollment_start="25/04/2025")]
    month = world.check(both, Repair("CR-12", Column.STARTS, "month"))
    assert "CR-12" in broken(month), "no such month: the repair is refused"
    assert any(one.why_not for one in month.offers)
