"""Held records: the forecast, Match Held Records, and attaching when a learner appears."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app import appearing, history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import file_job, operation
from app.errors import AccessError
from app.imports import held, undo
from app.imports.held import HeldForecast
from app.imports.rules import Outcome
from app.json_text import decoded
from app.learners import edit
from app.learners.asking import learners_to_ask
from app.learners.edit import LearnerForm
from app.tasks import TaskContext
from tests.builders import UKPRN, add_learner, uln_number, user_with
from tests.imports import credit_rows
from tests.imports.importing import COURSE, Importing, credited, done, mail, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def forecasts(world: Importing, job_id: int) -> list[HeldForecast]:
    ids = [one.id for one in world.rows(job_id)]
    with world.db.read() as tx:
        found = held.forecast(tx, ids)
    return [found[one] for one in ids if one in found]


def match(world: Importing, *acknowledged: str) -> held.Matched:
    return held.match(TaskContext(), world.db, world.user, None, frozenset(acknowledged))


def test_the_forecast_names_credit_bodies_and_days(world: Importing):
    credit_rows.add_body(world.db, world.user, "The Board", world.type_id, deadline_days=60)
    world.add_course("OPEN", world.gives("ama"))
    told = world.bring([row(7), done(8), credited(9)], course="OPEN")
    assert told.outcomes == {Outcome.HELD: 3}
    enrols, completes, brings = forecasts(world, told.job_id)
    today = date.today()
    assert (enrols.learner_id, enrols.at_once, enrols.credit) == (None, True, (("ama", 500),))
    assert enrols.reports == (("The Board", today + timedelta(days=60)),)
    assert "CR-34" in enrols.needs
    assert completes.reports == (("The Board", date(2026, 11, 2) + timedelta(days=60)),)
    assert (brings.credit, brings.reports) == ((("ama", 500),), ()), "credit in a file is not reported"


def test_the_forecast_of_somebody_who_is_there_by_now(world: Importing):
    told = world.bring([row(7), done(8, credits=5, credit_type="ama")])
    learner_id = add_learner(world.db, 8, email=mail(8))
    first, second = forecasts(world, told.job_id)
    assert (first.learner_id, first.outcome, first.at_once) == (None, Outcome.ENROLLED, False)
    assert (second.learner_id, second.outcome, second.completes) == (learner_id, Outcome.CREDITED, True)
    assert world.credit() == [], "nothing is written"


def test_matching_attaches_those_who_are_known(world: Importing):
    told = world.bring([done(7), done(8), row(9)])
    learner_id = add_learner(world.db, 8, email=mail(8).upper())
    matched = match(world)
    assert (matched.attached, matched.waiting, matched.left) == (1, 2, {})
    assert list(world.enrolled()) == [learner_id]
    assert [one[4] for one in world.credit()] == ["course"]
    assert [(one.held, one.outcome) for one in world.rows(told.job_id)] == [
        ("held", "held"),
        ("attached", "completed"),
        ("held", "held"),
    ]
    with world.db.read() as tx:
        counts = decoded(tx.execute(select(file_job.c.counts).where(file_job.c.id == told.job_id)).scalar_one())
        kinds = tx.execute(select(operation.c.kind).where(operation.c.id == matched.operation_id)).scalars().all()
    assert counts == {"completed": 1, "held": 2, "surprises": 0}
    assert kinds == ["held_matched"]
    assert match(world).attached == 0
    assert undo.undo_job(TaskContext(), world.db, world.user, told.job_id).withdrawn == 1
    assert world.enrolled() == {}


def test_what_nobody_acknowledged_stays(world: Importing):
    world.add_course("OPEN", world.gives("ama"))
    world.add_people(1)
    seen = world.check([row(1)], course="OPEN", assign=False)
    told = world.apply(seen)
    assert told.outcomes == {Outcome.HELD: 1}
    left = match(world)
    assert left.attached == 0
    assert "completed and credited" in next(iter(left.left.values()))
    assert match(world, "CR-34").attached == 1
    assert len(world.enrolled("OPEN")) == 1


def test_what_contradicts_what_is_there_stays_with_its_reason(world: Importing):
    told = world.bring([row(7, enrollment_start="2026-09-01")])
    learner_id = add_learner(world.db, 7, email=mail(7))
    credit_rows.enrol(world.db, learner_id, world.course_id, complete=False, completed_on=None)
    left = match(world)
    assert left.attached == 0
    assert "An import cannot update" in left.left[world.rows(told.job_id)[0].id]
    with world.db.read() as tx:
        assert tx.execute(select(operation.c.id).where(operation.c.kind == "held_matched")).all() == []


def test_a_row_attaches_when_its_learner_is_added(world: Importing):
    told = world.bring([done(7), {"external_email": "", "external_user_id": "S77", "complete": 1}])
    reader = user_with(world.db, Role.ENROLMENT_MANAGER)  # who may not import
    form = LearnerForm(ref="s77", uln=uln_number(7), family_name="Example", given_names="Ann")
    learner_id = appearing.add(world.db, reader, UKPRN, form)
    assert list(world.enrolled()) == [learner_id]
    assert [one.held for one in world.rows(told.job_id)] == ["held", "attached"]


def test_a_row_attaches_when_its_learner_is_edited(world: Importing):
    told = world.bring([done(7)])
    learner_id = add_learner(world.db, 7)
    with world.db.read() as tx:
        before = edit.read(tx, learner_id)
    form = LearnerForm(ref=before.form.ref, family_name="Example", given_names="Ann", email=mail(7))
    assert appearing.save(world.db, world.user, before, form)
    assert list(world.enrolled()) == [learner_id]
    assert [one.outcome for one in world.rows(told.job_id)] == ["completed"]


def test_a_row_attaches_when_find_uln_corrects_its_learner(world: Importing):
    uln = uln_number(5)
    told = world.bring([{"external_user_id": uln, "complete": 1, "date_completed": "2026-11-02"}])
    learner_id = add_learner(world.db, 5, uln=None)
    [subject] = learners_to_ask(world.db, world.user, [learner_id], all_names=False)
    operation_id = appearing.correct_uln(world.db, world.user, subject, uln)
    assert list(world.enrolled()) == [learner_id]
    assert [one.held for one in world.rows(told.job_id)] == ["attached"]
    assert history.undo(world.db, world.user.id, operation_id).left == 0, "the ULN is undone by itself"
    assert list(world.enrolled()) == [learner_id]


def test_the_uln_of_a_row_finds_its_learner(world: Importing):
    uln = uln_number(5)
    world.bring([{"external_user_id": uln, "complete": 1, "date_completed": "2026-11-02"}])
    learner_id = add_learner(world.db, 5, uln=uln)
    assert held.attach_of(world.db, world.user, [learner_id]).attached == 1


def test_two_rows_of_one_learner_attach_in_order(world: Importing):
    world.bring([row(7), done(7, credits=5, credit_type="ama")])
    add_learner(world.db, 7, email=mail(7))
    assert match(world).attached == 2
    assert [one.complete for one in world.enrolled(COURSE).values()] == [True]
    assert len(world.credit()) == 1


def test_a_match_is_taken_back(world: Importing):
    told = world.bring([done(7), row(8)])
    add_learner(world.db, 7, email=mail(7))
    matched = match(world)
    assert matched.operation_id is not None
    assert held.undo_match(world.db, world.user, matched.operation_id).left == 0
    assert (world.enrolled(), world.credit()) == ({}, [])
    assert [(one.held, one.outcome, one.held_email) for one in world.rows(told.job_id)] == [
        ("held", "held", mail(7)),
        ("held", "held", mail(8)),
    ]
    with world.db.read() as tx:
        counts = decoded(tx.execute(select(file_job.c.counts).where(file_job.c.id == told.job_id)).scalar_one())
    assert counts == {"held": 2, "surprises": 0}
    assert match(world).attached == 1, "and attaches again"


def test_matching_is_a_permission(world: Importing):
    with pytest.raises(AccessError):
        held.match(TaskContext(), world.db, user_with(world.db, Role.ENROLMENT_MANAGER))
