"""Somebody changed something between the dry run and the application: a row does what was shown of it, or less; what
ends otherwise is a surprise, counted and listed with what was found. And repairs that concern several rows."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.access import User
from app.db.database import Database
from app.db.tables import course, file_row, learner
from app.errors import AppError
from app.imports import apply, credit_set_up, job_rows, stored, undo
from app.imports.apply import ImportSummary
from app.imports.dry_run import DryRun
from app.imports.repairs import Repair
from app.imports.rules import Outcome
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.imports import credit_rows
from tests.imports.importing import EVERYTHING, Importing, credited, done, mail, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def surprises(world: Importing, seen: DryRun) -> list[tuple[int, str, str, list[str]]]:
    """The rows that ended otherwise: number, what was foreseen, what became of it, and the rules found."""
    with world.db.read() as tx:
        ids = world.db.ids(tx, job_rows.keys_query(seen.job_id).where(apply.SURPRISED))
        found = [tx.execute(select(file_row).where(file_row.c.id == one)).one() for one in ids]
    return [
        (one.number, one.predicted, one.outcome, [each.rule for each in stored.row_of(one).findings]) for one in found
    ]


def test_what_is_there_meanwhile_is_left_alone(world: Importing):
    first, _ = world.add_people(1, 2)
    seen = world.check([row(1), row(2)])
    credit_rows.enrol(world.db, first, world.course_id, complete=False, completed_on=None)
    told = world.apply(seen)
    assert told.outcomes == {Outcome.ENROLLED: 1, Outcome.SKIPPED_EXISTING: 1}
    assert told.surprises == 1
    assert surprises(world, seen) == [(2, "enrolled", "skipped_existing", ["CR-42"])]


def test_a_confirmation_that_was_not_asked_for_is_not_given(world: Importing):
    world.add_people(1)
    seen = world.check([row(1)])
    with world.db.read() as tx:
        before = credit_set_up.read(tx, world.course_id)
    assert before is not None
    credit_set_up.save(world.db, world.user, before, replace(before, required_objects=0))
    told = world.apply(seen, *EVERYTHING)
    assert told.outcomes == {Outcome.REFUSED: 1}
    assert surprises(world, seen) == [(2, "enrolled", "refused", ["CR-34"])]
    assert world.credit() == []


def test_who_appears_meanwhile_is_no_longer_held(world: Importing):
    seen = world.check([done(1)])
    learner_id = add_learner(world.db, 1, email=mail(1))
    told = world.apply(seen)
    assert told.outcomes == {Outcome.COMPLETED: 1}
    assert [one[1] for one in surprises(world, seen)] == ["held"]
    assert list(world.enrolled()) == [learner_id]
    [one] = world.rows(seen.job_id)
    assert (one.learner_id, one.held) == (learner_id, "no")


def test_who_was_told_of_credit_on_appearing_was_told_of_it_on_having_appeared(world: Importing):
    world.add_course("OPEN", world.gives("ama"))
    seen = world.check([row(1)], course="OPEN")
    assert seen.to_confirm == {"CR-33": 1}
    add_learner(world.db, 1, email=mail(1))
    assert world.apply(seen, "CR-33").outcomes == {Outcome.COMPLETED: 1}


def test_who_is_removed_meanwhile_is_held(world: Importing):
    [learner_id] = world.add_people(1)
    seen = world.check([row(1)])
    with world.db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == learner_id).values(removed_at=world.db.now(tx)))
    told = world.apply(seen)
    assert told.outcomes == {Outcome.HELD: 1}
    [one] = world.rows(seen.job_id)
    assert (one.held, one.held_email, one.learner_id) == ("held", mail(1), None)


def test_who_was_withdrawn_meanwhile_is_not_enrolled_again(world: Importing):
    world.add_people(1)
    first = world.bring([row(1)])
    seen = world.check([row(1)])
    undo.undo_job(TaskContext(), world.db, world.user, first.job_id)
    told = world.apply(seen, *EVERYTHING)
    assert told.outcomes == {Outcome.ERROR: 1}
    assert surprises(world, seen) == [(2, "skipped_existing", "error", ["CR-42"])]
    assert world.enrolled() == {}


def test_a_type_that_is_switched_off_meanwhile(world: Importing):
    world.add_people(1)
    seen = world.check([credited(1)])
    with world.db.read() as tx:
        before = credit_set_up.read(tx, world.course_id)
    assert before is not None
    off = tuple(replace(one, active=False) for one in before.credit)
    credit_set_up.save(world.db, world.user, before, replace(before, credit=off))
    told = world.apply(seen)
    assert told.outcomes == {Outcome.ERROR: 1}
    assert surprises(world, seen) == [(2, "credited", "error", ["CR-16"])]


def test_a_shell_that_is_a_course_meanwhile(world: Importing):
    world.add_people(1)
    seen = world.check([credited(1, external_course_id="OLD", title="Old")], course="")
    world.add_course("OLD", world.gives("ama"), required_objects=1)
    told = world.apply(seen, "CR-26", "CR-41")
    assert told.outcomes == {Outcome.CREDITED: 1}
    assert told.surprises == 0
    with world.db.read() as tx:
        assert tx.execute(select(course.c.kind).where(course.c.code == "OLD")).scalars().all() == ["normal"]


@pytest.mark.rule("CR-36")
def test_a_row_that_was_split_is_applied_and_taken_back_whole(world: Importing):
    [learner_id] = world.add_people(1)
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    told = world.bring([credited(1, "5;5", "ama;ancc")], Repair("CR-36"), course="TWO")
    assert told.outcomes == {Outcome.CREDITED: 1}
    assert [(one[0], one[2], one[3]) for one in world.credit()] == [
        (learner_id, "ama", 500),
        (learner_id, "ancc", 500),
    ]
    assert undo.undo_job(TaskContext(), world.db, world.user, told.job_id).withdrawn == 1
    assert world.credit() == []


@pytest.mark.rule("CR-38")
def test_a_participant_is_counted_once_however_far_apart(world: Importing):
    [learner_id] = world.add_people(1)
    world.add_people(2, 3)
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    start = {"enrollment_start": "2026-09-01"}
    rows = [
        credited(1, participant_category="physician", **start),
        row(2, participant_category="physician", **start),
        row(3, participant_category="other", **start),
        credited(1, 5, "ancc", participant_category="other", **start),
    ]
    seen = world.check(rows, Repair("CR-38"), course="TWO")
    told = world.apply(seen, batch=1)
    assert told.outcomes == {Outcome.CREDITED: 2, Outcome.ENROLLED: 2}
    assert told.surprises == 0
    assert world.enrolled("TWO")[learner_id].participant_category == "physician"
    assert len(world.credit()) == 2


@pytest.mark.rule("CR-L1")
def test_two_people_at_once(world: Importing):
    """Each into a course of their own, about the same learners: both are whole. Into one course: one waits."""
    world.add_people(*range(1, 41))
    world.add_course("MATHS", world.gives("ama"), required_objects=1)
    rows = [done(n) for n in range(1, 41)]
    jobs = [world.check(world.file(rows, f"{code}.csv"), course=code) for code in ("ENG-1", "MATHS", "MATHS")]
    ended: list[ImportSummary | AppError] = []

    def person(seen: DryRun) -> None:
        try:
            done = apply.apply(TaskContext(), world.db, world.user, seen.job_id, EVERYTHING, queue=True, batch=5)
        except AppError as error:
            ended.append(error)
        else:
            ended.append(done)

    threads = [threading.Thread(target=person, args=(one,)) for one in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(isinstance(one, ImportSummary) and one.state == "applied" for one in ended), ended
    assert len(world.enrolled("ENG-1")) == len(world.enrolled("MATHS")) == 40
    assert len(world.credit()) == 80
    outcomes = [one.outcomes for one in ended if isinstance(one, ImportSummary)]
    assert outcomes.count({Outcome.COMPLETED: 40}) == 2
    assert {Outcome.SKIPPED_EXISTING: 40} in outcomes, "what came second found all of it there"


def test_of_two_who_apply_one_job_one_does(world: Importing):
    world.add_people(1)
    seen = world.check([row(1)])
    ended: list[object] = []

    def person() -> None:
        try:
            ended.append(apply.apply(TaskContext(), world.db, world.user, seen.job_id))
        except AppError as error:
            ended.append(error)

    threads = [threading.Thread(target=person) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(isinstance(one, ImportSummary) for one in ended) == 1
    assert not any(isinstance(one, ImportSummary) and one.surprises for one in ended)
    assert len(world.enrolled()) == 1
