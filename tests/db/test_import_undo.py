"""Rows taken back: Withdraw, Delete Held Record, both, and Undo of a job (course-record-import.md 8)."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from app import history
from app.access import Role, User
from app.db.database import Database
from app.db.tables import award, change, course, enrolment, file_row, outgoing_report, section
from app.errors import AccessError, AppError, InputError
from app.imports import apply, held, job_list, undo
from app.imports.rules import Outcome
from app.imports.undo import CONSEQUENCES, TITLES, Removal, Undone
from app.tasks import TaskContext
from tests.builders import add_learner, snapshot, user_with
from tests.imports import credit_rows
from tests.imports.importing import EVERYTHING, Importing, credited, done, mail, row

STANDING = ("enrolment", "award", "outgoing_report", "course", "section")


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


def take_back(world: Importing, job_id: int) -> Undone:
    return undo.undo_job(TaskContext(), world.db, world.user, job_id)


def remove(world: Importing, job_id: int, what: Removal, *numbers: int) -> Undone:
    ids = [one.id for one in world.rows(job_id) if one.number in numbers]
    return undo.remove(TaskContext(), world.db, world.user, job_id, ids, what)


def state(world: Importing, job_id: int) -> job_list.JobState:
    with world.db.read() as tx:
        found = job_list.one_job(tx, job_id)
    assert found is not None
    return found.state


@pytest.mark.rule("CR-U2")
def test_undo_gives_back_what_was_there(world: Importing):
    world.add_people(1, 2, 3)
    credit_rows.add_body(world.db, world.user, "The Board", world.type_id, deadline_days=60)
    world.bring([row(3, enrollment_start="2026-09-01", attended=1)])
    before = snapshot(world.db, *STANDING)
    told = world.bring([row(1), done(2), credited(3), row(9)])
    assert told.outcomes == {Outcome.ENROLLED: 1, Outcome.COMPLETED: 2, Outcome.HELD: 1}
    undone = take_back(world, told.job_id)
    assert (undone.withdrawn, undone.deleted, undone.left, undone.told) == (3, 1, (), ())
    assert snapshot(world.db, *STANDING) == before
    assert state(world, told.job_id) is job_list.JobState.UNDONE
    with pytest.raises(InputError):
        take_back(world, told.job_id)
    again = world.bring([row(1), done(2), credited(3), row(9)])
    assert again.outcomes == told.outcomes
    assert again.surprises == 0


@pytest.mark.rule("CR-U2")
def test_rows_that_build_on_one_another_go_together(world: Importing):
    [learner_id] = world.add_people(1)
    first = world.bring([row(1)])
    second = world.bring([done(1)])
    assert take_back(world, first.job_id).left == (2,), "a later import completed it"
    assert world.enrolled()[learner_id].complete
    assert take_back(world, second.job_id).left == ()
    assert not world.enrolled()[learner_id].complete


@pytest.mark.rule("CR-U2")
def test_two_rows_of_one_learner_in_one_file(world: Importing):
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    world.add_people(1)
    told = world.bring([row(1), credited(1), credited(1, 5, "ancc")], course="TWO")
    assert told.outcomes == {Outcome.ENROLLED: 1, Outcome.COMPLETED: 1, Outcome.CREDITED: 1}
    assert take_back(world, told.job_id).withdrawn == 3
    assert world.enrolled("TWO") == {}
    assert world.credit() == []


@pytest.mark.rule("CR-U2")
def test_credit_that_came_later_keeps_its_record(world: Importing):
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    world.add_people(1)
    first = world.bring([credited(1)], course="TWO")
    second = world.bring([credited(1, 5, "ancc")], course="TWO")
    assert take_back(world, first.job_id).left == (2,), "else there would be credit without a record"
    assert take_back(world, second.job_id).left == ()
    assert [one[2] for one in world.credit()] == ["ama"]


@pytest.mark.rule("CR-U2")
def test_a_shell_goes_with_its_rows_and_stays_with_further_ones(world: Importing):
    world.add_people(1, 2)
    old = [done(1, external_course_id="OLD", title="Old"), done(2, external_course_id="OLDER", title="Older")]
    before = snapshot(world.db, *STANDING)
    first = world.bring(old, course="")
    undone = take_back(world, first.job_id)
    assert (undone.withdrawn, undone.shells) == (2, 2)
    assert snapshot(world.db, *STANDING) == before
    again = world.bring(old, course="")
    further = world.bring([done(2, external_course_id="OLD", title="Old")], course="")
    undone = take_back(world, again.job_id)
    assert (undone.withdrawn, undone.shells) == (2, 1)
    with world.db.read() as tx:
        assert list(tx.execute(select(course.c.code).where(course.c.kind == "shell")).scalars()) == ["OLD"]
    assert len(world.enrolled("OLD")) == 1
    assert take_back(world, further.job_id).withdrawn == 1


@pytest.mark.rule("CR-U3")
def test_what_was_reported_outside_is_named_before(world: Importing):
    world.add_people(1, 2)
    credit_rows.add_body(world.db, world.user, "The Board", world.type_id, deadline_days=60)
    told = world.bring([done(1), done(2)])
    with world.db.write() as tx:
        first = tx.execute(select(outgoing_report.c.id).order_by(outgoing_report.c.id)).scalars().first()
        here = outgoing_report.c.id == first
        tx.execute(update(outgoing_report).where(here).values(exported_at=world.db.now(tx)))
    with world.db.read() as tx:
        [named] = undo.consequence(tx, told.job_id).told
    assert (named.number, named.body) == (2, "The Board")
    assert [one.body for one in take_back(world, told.job_id).told] == ["The Board"]
    assert world.due() == 0


@pytest.mark.rule("CR-U1")
def test_withdraw_returns_a_row_to_the_holding_list(world: Importing):
    [learner_id] = world.add_people(1)
    told = world.bring([credited(1)])
    with world.db.read() as tx:
        foreseen = undo.consequence(tx, told.job_id, Removal.WITHDRAW)
    assert (foreseen.withdrawn, foreseen.deleted) == (1, 0)
    assert remove(world, told.job_id, Removal.WITHDRAW, 2).withdrawn == 1
    assert (world.enrolled(), world.credit()) == ({}, [])
    [one] = world.rows(told.job_id)
    assert (one.held, one.held_email, one.outcome) == ("held", mail(1), "credited")
    matched = held.match(TaskContext(), world.db, world.user)
    assert matched.attached == 1
    assert list(world.enrolled()) == [learner_id]


@pytest.mark.rule("CR-U1")
def test_delete_alone_leaves_what_was_applied(world: Importing):
    world.add_people(1)
    told = world.bring([done(1), row(9)])
    with pytest.raises(InputError):
        remove(world, told.job_id, Removal.DELETE, 2)
    assert remove(world, told.job_id, Removal.DELETE, 2, 3).deleted == 1
    assert len(world.enrolled()) == 1
    assert [one.held for one in world.rows(told.job_id)] == ["no", "deleted"]
    add_learner(world.db, 9, email=mail(9))
    assert held.match(TaskContext(), world.db, world.user).attached == 0


@pytest.mark.rule("CR-U1")
def test_withdraw_and_delete_removes_it(world: Importing):
    world.add_people(1, 2)
    told = world.bring([done(1), done(2)])
    assert remove(world, told.job_id, Removal.BOTH, 2).withdrawn == 1
    assert len(world.enrolled()) == 1
    assert held.match(TaskContext(), world.db, world.user).attached == 0
    assert take_back(world, told.job_id).withdrawn == 1, "the rest"
    assert state(world, told.job_id) is job_list.JobState.UNDONE


def test_what_was_purged_cannot_be_held_again(world: Importing):
    world.add_people(1)
    told = world.bring([done(1)])
    with world.db.write() as tx:
        tx.execute(update(file_row).values(cells=None))
    with pytest.raises(InputError, match="kept no longer"):
        remove(world, told.job_id, Removal.WITHDRAW, 2)
    assert remove(world, told.job_id, Removal.BOTH, 2).withdrawn == 1


def test_what_the_history_no_longer_tells_of_is_left(world: Importing):
    world.add_people(1)
    told = world.bring([done(1)])
    with world.db.write() as tx:
        tx.execute(delete(change))
    assert take_back(world, told.job_id).left == (2,)
    assert len(world.enrolled()) == 1


@pytest.mark.rule("CR-U1")
def test_each_names_its_consequence():
    assert set(TITLES) == set(CONSEQUENCES) == set(Removal)
    assert [TITLES[one] for one in Removal] == ["Withdraw", "Delete Held Record", "Withdraw and Delete"]


def test_an_aborted_import_can_be_undone(world: Importing):
    world.add_people(1, 2)
    seen = world.check([done(1), done(2)])
    context = TaskContext(lambda progress: context.cancel())
    told = apply.apply(context, world.db, world.user, seen.job_id, EVERYTHING, batch=1)
    assert told.outcomes == {Outcome.COMPLETED: 1, Outcome.NOT_REACHED: 1}
    assert take_back(world, told.job_id).withdrawn == 1
    with pytest.raises(InputError):
        apply.resume(TaskContext(), world.db, world.user, seen.job_id)


def test_undo_is_for_ones_own_jobs_or_an_administrator(world: Importing):
    world.add_people(1)
    told = world.bring([done(1)])
    importer = user_with(world.db, Role.ENROLMENT_MANAGER, Role.RECORD_IMPORTER)
    with pytest.raises(AccessError):
        undo.undo_job(TaskContext(), world.db, importer, told.job_id)
    mine = Importing.__new__(Importing)
    mine.db, mine.user, mine.folder = world.db, importer, world.folder
    own = mine.bring([row(1)])
    assert own.outcomes == {Outcome.ERROR: 1}, "the record is complete"
    administrator = user_with(world.db, Role.ENROLMENT_MANAGER, Role.ADMINISTRATOR)
    assert undo.undo_job(TaskContext(), world.db, administrator, told.job_id).withdrawn == 1


def test_nothing_was_applied(world: Importing):
    seen = world.check([row(1)])
    with pytest.raises(InputError):
        take_back(world, seen.job_id)
    assert world.number_of(enrolment) == world.number_of(award) == 0
    assert world.number_of(section) == 0


@pytest.mark.rule("CR-U1", "CR-U2")
def test_what_was_withdrawn_and_attached_again_is_undone(world: Importing):
    """Its versions count on through the withdrawal, which nobody else did."""
    world.add_people(1)
    told = world.bring([credited(1)])
    remove(world, told.job_id, Removal.WITHDRAW, 2)
    assert held.match(TaskContext(), world.db, world.user).attached == 1
    undone = take_back(world, told.job_id)
    assert (undone.withdrawn, undone.left) == (1, ())
    assert (world.enrolled(), world.credit()) == ({}, [])


@pytest.mark.rule("CR-U2")
def test_what_was_matched_again_after_an_undone_match_is_undone(world: Importing):
    told = world.bring([done(1), done(2)])
    world.add_people(1)
    first = held.match(TaskContext(), world.db, world.user)
    assert first.operation_id is not None
    held.undo_match(world.db, world.user, first.operation_id)
    assert held.match(TaskContext(), world.db, world.user).attached == 1
    undone = take_back(world, told.job_id)
    assert (undone.withdrawn, undone.deleted, undone.left) == (1, 1, ())
    assert world.enrolled() == {}


@pytest.mark.rule("CR-U2")
def test_who_edits_what_was_attached_again_keeps_it(world: Importing):
    [learner_id] = world.add_people(1)
    told = world.bring([done(1)])
    remove(world, told.job_id, Removal.WITHDRAW, 2)
    held.match(TaskContext(), world.db, world.user)
    with world.db.write() as tx:
        operation = history.begin(tx, world.db, world.user.id, "enrolled")
        there = tx.execute(select(enrolment)).one()
        operation.update(enrolment, there, {"attended": True}, learner_id)
        operation.end(tx)
    assert take_back(world, told.job_id).left == (2,)
    assert list(world.enrolled()) == [learner_id]


@pytest.mark.rule("CR-U2")
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # else one writes at a time: there is no such moment
def test_a_row_that_attaches_in_this_very_moment_is_undone_too(world: Importing):
    """On a server two write at once: an undo waits for who matches held records, and sees what came of it."""
    told = world.bring([done(1)])
    world.add_people(1)
    ended: list[Undone | AppError] = []

    def person() -> None:
        try:
            ended.append(take_back(world, told.job_id))
        except AppError as error:
            ended.append(error)

    other = threading.Thread(target=person)
    with world.db.write() as tx:
        locked = select(file_row).where(file_row.c.job_id == told.job_id).with_for_update()
        [waiting] = tx.execute(locked)
        matching = held._Attaching(world.db, tx, world.user, EVERYTHING, None)
        assert matching.run([waiting.id], last=True)[0].attached == 1
        other.start()
        while other.is_alive() and not _somebody_waits(world.db):
            pass
    other.join()
    assert [one.withdrawn for one in ended if isinstance(one, Undone)] == [1]
    assert world.enrolled() == {}


def _somebody_waits(db: Database) -> bool:
    with db.read() as tx:
        return tx.execute(text("select 1 from pg_stat_activity where wait_event_type = 'Lock'")).first() is not None


@pytest.mark.rule("CR-U2")
def test_what_was_undone_in_part_is_undone_again_once_the_rest_can_go(world: Importing):
    """Credit of a later import stands on one row; that import is undone, and then the rest of this one."""
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    world.add_people(1, 2)
    first = world.bring([credited(1), credited(2)], course="TWO")
    later = world.bring([credited(1, 5, "ancc")], course="TWO")
    assert take_back(world, first.job_id).left == (2,)
    with pytest.raises(InputError, match="stays"):
        take_back(world, first.job_id)
    assert state(world, first.job_id) is job_list.JobState.PARTLY_UNDONE
    take_back(world, later.job_id)
    undone = take_back(world, first.job_id)
    assert (undone.withdrawn, undone.left) == (1, ())
    assert state(world, first.job_id) is job_list.JobState.UNDONE
    assert (world.enrolled("TWO"), world.credit()) == ({}, [])
    with pytest.raises(InputError):
        take_back(world, first.job_id)


def two_credits(world: Importing) -> int:
    """A job of which row 2 enrols a learner and gives `ama`, and row 3 gives them `ancc`."""
    credit_rows.add_type(world.db, world.user, "ancc")
    world.add_course("TWO", world.gives("ama"), world.gives("ancc"), required_objects=1)
    world.add_people(1)
    return world.bring([credited(1), credited(1, 5, "ancc")], course="TWO").job_id


@pytest.mark.rule("CR-U1")
def test_a_row_stays_while_another_of_its_job_stands_on_it(world: Importing):
    """Else there would be credit without a record."""
    job_id = two_credits(world)
    assert remove(world, job_id, Removal.BOTH, 2).left == (2,)
    assert len(world.enrolled("TWO")) == 1
    assert remove(world, job_id, Removal.BOTH, 3).left == ()
    assert remove(world, job_id, Removal.BOTH, 2).left == ()
    assert (world.enrolled("TWO"), world.credit()) == ({}, [])


@pytest.mark.rule("CR-U2")
def test_credit_that_was_edited_keeps_its_record(world: Importing):
    job_id = two_credits(world)
    with world.db.write() as tx:
        operation = history.begin(tx, world.db, world.user.id, "credit_edited")
        [there] = tx.execute(select(award).where(award.c.file_row_id == world.rows(job_id)[1].id))
        operation.update(award, there, {"amount": 100}, there.learner_id)
        operation.end(tx)
    assert take_back(world, job_id).left == (2, 3), "else the credit of row 3 would be without a record"
    assert len(world.enrolled("TWO")) == 1
    assert len(world.credit()) == 2


@pytest.mark.rule("CR-U1", "CR-U2")
def test_a_completion_that_was_withdrawn_and_attached_again_is_undone(world: Importing):
    """Only it: the enrolment of an earlier import was there all the time."""
    [learner_id] = world.add_people(1)
    world.bring([row(1)])
    second = world.bring([done(1)])
    remove(world, second.job_id, Removal.WITHDRAW, 2)
    assert held.match(TaskContext(), world.db, world.user).attached == 1
    assert world.enrolled()[learner_id].complete
    undone = take_back(world, second.job_id)
    assert (undone.withdrawn, undone.left) == (1, ())
    assert not world.enrolled()[learner_id].complete
    assert world.credit() == []
