"""Course records applied: what is written, what is not, and that both databases agree with the dry run."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import learner
from app.errors import InputError
from app.imports import apply, job_list, undo
from app.imports.rules import Outcome
from app.learners import erase
from app.tasks import TaskContext
from tests.db.test_import_lock import StoppingContext
from tests.imports import credit_rows
from tests.imports.importing import EVERYTHING, Importing, credited, done, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def test_rows_do_what_was_foreseen(world: Importing):
    first, second, third = world.add_people(1, 2, 3)
    seen = world.check([row(1), done(2), credited(3), row(4)])
    assert seen.outcomes() == {
        Outcome.ENROLLED: 1,
        Outcome.COMPLETED: 1,
        Outcome.CREDITED: 1,
        Outcome.HELD: 1,
    }
    told = world.apply(seen)
    assert told.outcomes == seen.outcomes()
    assert (told.state, told.surprises) == ("applied", 0)
    there = world.enrolled()
    assert (there[first].complete, there[second].complete, there[third].complete) == (False, True, True)
    assert world.credit() == [
        (second, "ENG-1", "ama", 500, "course"),
        (third, "ENG-1", "ama", 500, "import"),
    ]


def test_the_course_status_is_what_the_file_says(world: Importing):
    """Who is complete because nothing stops it keeps access; a completion touches no dates of an enrolment."""
    people = world.add_people(1, 2, 3, 4, 5)
    world.add_course("OPEN", world.gives("ama"))
    later = {"enrollment_start": "2999-09-01"}
    world.bring([row(1, enrollment_start="2026-09-01"), row(2, **later), done(3)])
    world.bring([row(4), done(5)], course="OPEN")
    statuses = {key: (one.status, one.complete) for key, one in (world.enrolled() | world.enrolled("OPEN")).items()}
    assert [statuses[one] for one in people] == [
        ("current", False),
        ("scheduled", False),
        ("completed", True),
        ("current", True),
        ("completed", True),
    ]
    world.bring([done(1, enrollment_start="2026-09-02")])
    one = world.enrolled()[people[0]]
    assert (one.status, one.status_on, one.complete) == ("completed", one.completed_on, True)
    assert one.starts.isoformat() == "2026-09-01"


def test_who_was_withdrawn_stays_withdrawn_when_completed(world: Importing):
    [learner_id] = world.add_people(1)
    credit_rows.enrol(
        world.db, learner_id, world.course_id, complete=False, completed_on=None, status="dropped", origin="hand"
    )
    assert world.bring([done(1)]).outcomes == {Outcome.COMPLETED: 1}
    one = world.enrolled()[learner_id]
    assert (one.status, one.complete) == ("dropped", True)


def test_a_course_that_is_gone_ends_the_import_with_its_reason(world: Importing):
    world.add_people(1)
    first = world.bring([done(1, external_course_id="OLD", title="Old")], course="")
    seen = world.check([row(1)], course="OLD")
    assert undo.undo_job(TaskContext(), world.db, world.user, first.job_id).shells == 1
    with pytest.raises(InputError, match="The course OLD is no longer there"):
        world.apply(seen, *EVERYTHING)
    assert set(world.outcomes(seen.job_id)) == {"not_reached"}
    with world.db.read() as tx:
        told = job_list.one_job(tx, seen.job_id)
    assert told is not None
    assert told.message.startswith("The course OLD is no longer there")


@pytest.mark.parametrize("stopped", [False, True])
def test_who_is_erased_leaves_the_rest_of_the_file_to_be_applied(world: Importing, stopped: bool):
    first, second, third = world.add_people(1, 2, 3)
    seen = world.check([done(1), done(2), done(3)])
    if stopped:
        apply.apply(StoppingContext(1), world.db, world.user, seen.job_id, EVERYTHING, batch=1)
    with world.db.read() as tx:
        ref = tx.execute(select(learner.c.ref).where(learner.c.id == second)).scalar_one()
    erase.erase(world.db, world.user, second, ref, "Asked in writing")
    if stopped:
        told = apply.resume(TaskContext(), world.db, world.user, seen.job_id)
    else:
        told = world.apply(seen, *EVERYTHING)
    assert (told.state, told.outcomes, told.surprises) == ("applied", {Outcome.COMPLETED: 2, Outcome.ERROR: 1}, 0)
    assert world.enrolled().keys() == {first, third}
