"""The lock of the importers: who excludes whom, what a second user sees, what becomes of it when an import ends
badly, and Unlock (course-record-import.md 7)."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from app import access, history
from app.access import Role, User
from app.dates import shown_time
from app.db import locks
from app.db.database import Database
from app.db.tables import change, file_job, file_row, job_lock, operation
from app.errors import AccessError, ConflictError, DatabaseError, InputError
from app.imports import apply, job_list, lock, undo, unlock
from app.imports.lock import LockedError
from app.imports.rules import Outcome
from app.imports.unlock import NotStaleError
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import user_with
from tests.imports.importing import COURSE, EVERYTHING, Importing, done, row


@pytest.fixture
def world(db: Database, user: User, tmp_path: Path) -> Importing:
    return Importing(db, user, tmp_path)


class StoppingContext(TaskContext):
    """A task that is cancelled by what it reports the n-th time."""

    def __init__(self, after: int) -> None:
        self._left = after
        super().__init__(self._seen)

    def _seen(self, progress: Progress) -> None:
        self._left -= 1
        if self._left == 0:
            self.cancel()


def standing(world: Importing) -> list[lock.ImportLock]:
    with world.db.read() as tx:
        return lock.standing(tx, world.db)


def silent(world: Importing) -> None:
    """A minute passes without a sign of life."""
    with world.db.write() as tx:
        old = world.db.now(tx) - locks.STALE_AFTER - timedelta(seconds=5)
        tx.execute(update(job_lock).values(since=old, alive_at=old))


def killed(world: Importing, rows: int = 6, batch: int = 2, batches: int = 2) -> int:
    """A job whose program died after some batches: its lock is held and its job importing, as a kill leaves them."""
    world.add_people(*range(1, rows + 1))
    seen = world.check([done(n) for n in range(1, rows + 1)])
    stopped = apply.apply(StoppingContext(batches), world.db, world.user, seen.job_id, EVERYTHING, batch=batch)
    assert stopped.state == "aborted"
    scope = f"course:{COURSE}"
    taken = locks.take_among(world.db, lock.name_of(scope), world.user.name, job_lock.c.id < 0, seen.job_id)
    assert taken is not None
    with world.db.write() as tx:
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(state="importing"))
        tx.execute(update(file_row).where(file_row.c.outcome == "not_reached").values(outcome=None))
    return seen.job_id


@pytest.mark.rule("CR-L1")
def test_one_import_for_each_course_and_a_global_one_alone(world: Importing):
    def free(scope: str) -> bool:
        try:
            with lock.locked(TaskContext(), world.db, scope, "other", 1):
                return True
        except LockedError:
            return False

    with lock.locked(TaskContext(), world.db, "course:A", "first", 1):
        assert not free("course:A")
        assert free("course:B"), "another course"
        assert not free("global"), "a global import excludes all others"
    with lock.locked(TaskContext(), world.db, "global", "first", 1):
        assert not free("course:A")
        assert not free("global")
    assert free("global")
    assert free("course:A")


@pytest.mark.rule("CR-L2", "CR-L9")
def test_who_comes_second_sees_who_when_and_how_far(world: Importing):
    job_id = killed(world)
    seen = world.check([row(1)])
    with pytest.raises(LockedError) as told:
        world.apply(seen)
    held = told.value.lock
    assert (held.owner, held.job_id, held.stale) == (world.user.name, job_id, False)
    assert (held.reached, held.rows, held.percent) == (5, 6, 66)
    assert "66 % done" in str(told.value)
    assert f"since {shown_time(held.since)}" in str(told.value)
    assert held.since <= held.alive_at
    with world.db.read() as tx:
        assert job_list.rows(tx, [seen.job_id])[seen.job_id].state is job_list.JobState.VALIDATED, "nothing happened"


@pytest.mark.rule("CR-L9")
def test_who_comes_second_may_queue(world: Importing):
    world.add_people(1)
    seen = world.check([row(1)])
    first = locks.take_among(world.db, lock.name_of("global"), "first", job_lock.c.id < 0, None)
    assert first is not None

    def seen_waiting(progress: Progress) -> None:
        if progress.text.startswith("Waiting"):
            first.release()

    context = TaskContext(seen_waiting)
    told = apply.apply(context, world.db, world.user, seen.job_id, queue=True)
    assert told.outcomes == {Outcome.ENROLLED: 1}


def test_who_queues_may_give_up(world: Importing):
    seen = world.check([row(1)])
    assert locks.take_among(world.db, lock.name_of("global"), "first", job_lock.c.id < 0, None) is not None
    with pytest.raises(Cancelled):
        apply.apply(StoppingContext(1), world.db, world.user, seen.job_id, queue=True)
    assert [one.scope for one in standing(world)] == ["global"]


@pytest.mark.rule("CR-L3")
def test_a_cancel_releases_the_lock_and_the_rest_is_resumed(world: Importing):
    world.add_people(*range(1, 8))
    seen = world.check([done(n) for n in range(1, 8)])
    told = apply.apply(StoppingContext(2), world.db, world.user, seen.job_id, EVERYTHING, batch=2)
    assert told.state == "aborted"
    assert told.outcomes == {Outcome.COMPLETED: 4, Outcome.NOT_REACHED: 3}
    assert standing(world) == []
    again = apply.resume(TaskContext(), world.db, world.user, seen.job_id, batch=2)
    assert again.state == "applied"
    assert again.outcomes == {Outcome.COMPLETED: 7}
    assert again.operation_id == told.operation_id
    assert again.surprises == 0
    with world.db.read() as tx:
        states = tx.execute(select(operation.c.state).where(operation.c.id == told.operation_id)).scalars().all()
    assert states == ["done"]
    with pytest.raises(InputError):
        apply.resume(TaskContext(), world.db, world.user, seen.job_id)


@pytest.mark.rule("CR-L3")
def test_a_failure_releases_the_lock(world: Importing):
    world.add_people(1, 2)
    seen = world.check([done(1), done(2)])

    def fails(progress: Progress) -> None:
        raise DatabaseError("The disk is full.")

    with pytest.raises(DatabaseError):
        apply.apply(TaskContext(fails), world.db, world.user, seen.job_id, EVERYTHING, batch=1)
    assert standing(world) == []
    with world.db.read() as tx:
        told = job_list.one_job(tx, seen.job_id)
    assert told is not None
    assert (told.state, told.message) == (job_list.JobState.ABORTED, "The disk is full.")
    assert told.outcomes == {Outcome.COMPLETED: 1, Outcome.NOT_REACHED: 1}


@pytest.mark.rule("CR-L3")
def test_a_lock_that_cannot_be_released_is_released_once_the_database_is_back(
    world: Importing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(locks, "ALIVE_EVERY", 0.05)
    with lock.locked(TaskContext(), world.db, f"course:{COURSE}", "first", 1), world.db.write() as tx:
        tx.execute(text("alter table job_lock rename to job_lock_away"))
    [waiting] = [one for one in threading.enumerate() if one.name == "lock release"]
    with world.db.write() as tx:
        tx.execute(text("alter table job_lock_away rename to job_lock"))
    waiting.join(10)
    assert standing(world) == []


@pytest.mark.rule("CR-L4")
def test_a_stale_lock_is_shown_and_never_taken_over(world: Importing):
    killed(world)
    silent(world)
    [held] = standing(world)
    assert held.stale
    assert "stale" in held.sentence()
    seen = world.check([row(1)])
    for queue in (False, True):
        with pytest.raises(LockedError) as told:
            world.apply(seen, queue=queue)
        assert told.value.lock.stale
        assert "Unlock" in told.value.hint


@pytest.mark.rule("CR-L5")
def test_unlocking_is_the_administrators_and_a_fresh_lock_needs_more(world: Importing):
    job_id = killed(world)
    importer = user_with(world.db, Role.ENROLMENT_MANAGER, Role.RECORD_IMPORTER)
    with pytest.raises(AccessError):
        unlock.unlock(world.db, importer, "course:ENG-1", "It hangs.", sure=True)
    with pytest.raises(NotStaleError):
        unlock.unlock(world.db, world.user, "course:ENG-1", "It hangs.")
    with pytest.raises(NotStaleError) as told:
        unlock.unlock(world.db, world.user, "course:ENG-1", sure=True)
    assert told.value.field == "reason"
    assert len(standing(world)) == 1
    assert unlock.unlock(world.db, world.user, "course:ENG-1", "It hangs.", sure=True).job_id == job_id
    assert standing(world) == []
    with pytest.raises(InputError):
        unlock.unlock(world.db, world.user, "course:ENG-1", "It hangs.", sure=True)


@pytest.mark.rule("CR-L6", "CR-L7", "CR-L8", "CR-L10")
def test_11_a_killed_import_is_unlocked_and_imported_again(world: Importing):
    job_id = killed(world)
    silent(world)
    look = unlock.look(TaskContext(), world.db, world.user, "course:ENG-1")
    assert (look.lock.reached, look.outcomes, look.suspects) == (5, {Outcome.COMPLETED: 4}, [])
    told = unlock.unlock(world.db, world.user, "course:ENG-1")
    assert (told.job_id, told.reached) == (job_id, 5)
    assert told.outcomes == {Outcome.COMPLETED: 4, Outcome.NOT_REACHED: 2}
    assert len(world.enrolled()) == 4, "nothing is rolled back"
    with world.db.read() as tx:
        job = job_list.one_job(tx, job_id)
        written = tx.execute(select(operation).where(operation.c.id == told.operation_id)).one()
        tables = set(tx.execute(select(change.c.table_name).where(change.c.operation_id == written.id)).scalars())
    assert job is not None
    assert job.state is job_list.JobState.ABORTED
    assert job.message.startswith(f"Unlocked by {world.user.name}: No sign of life since")
    assert (written.kind, written.user_id) == ("import_unlocked", world.user.id)
    assert written.reason.startswith("No sign of life since")
    assert tables == {"job_lock", "file_job"}
    with pytest.raises(InputError):
        history.undo(world.db, world.user.id, told.operation_id)
    again = world.bring([done(n) for n in range(1, 7)])
    assert again.outcomes == {Outcome.COMPLETED: 2, Outcome.SKIPPED_EXISTING: 4}
    assert again.surprises == 0


@pytest.mark.rule("CR-L7")
def test_unlock_shows_the_known_causes_and_that_a_file_is_gone(world: Importing):
    world.add_people(1)
    path = world.file([row(1, last_name="Ann\u200bExample")])
    seen = world.check(path)
    assert locks.take_among(world.db, lock.name_of("course:ENG-1"), "x", job_lock.c.id < 0, seen.job_id) is not None
    look = unlock.look(TaskContext(), world.db, world.user, "course:ENG-1")
    assert [(one.number, one.finding.rule) for one in look.suspects] == [(2, "CR-06")]
    path.unlink()
    assert "records.csv" in unlock.look(TaskContext(), world.db, world.user, "course:ENG-1").why_no_file
    silent(world)
    told = unlock.unlock(world.db, world.user, "course:ENG-1")
    assert told.job_id is None, "it had not begun: the job is still one that can be applied"


def test_whoever_was_unlocked_finds_out_before_it_writes(world: Importing):
    world.add_people(*range(1, 5))
    seen = world.check([done(n) for n in range(1, 5)])
    unlocked: list[int] = []

    def unlocks(progress: Progress) -> None:
        if not unlocked:
            unlocked.append(1)
            unlock.unlock(world.db, world.user, "course:ENG-1", "It seems to hang.", sure=True)

    with pytest.raises(ConflictError):
        apply.apply(TaskContext(unlocks), world.db, world.user, seen.job_id, EVERYTHING, batch=1)
    assert world.outcomes(seen.job_id) == ["completed", "not_reached", "not_reached", "not_reached"]
    assert len(world.enrolled()) == 1


def test_a_file_that_changed_is_refused(world: Importing):
    world.add_people(1, 2)
    seen = world.check([row(1)])
    world.file([row(2)])
    with pytest.raises(InputError, match="has changed since the dry run"):
        world.apply(seen)
    (world.folder / "records.csv").unlink()
    with pytest.raises(InputError):
        world.apply(seen)
    assert world.enrolled() == {}
    assert standing(world) == []
    world.file([row(1)])
    assert world.apply(seen).outcomes == {Outcome.ENROLLED: 1}, "the file is as it was"


def test_importing_is_a_permission(world: Importing):
    seen = world.check([row(1)])
    nobody = user_with(world.db, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError):
        apply.apply(TaskContext(), world.db, nobody, seen.job_id)
    with world.db.read() as tx:
        access.require(tx, world.user, access.Permission.IMPORT_RECORDS)


def abandoned(world: Importing) -> int:
    """A job whose program could not write how it ended, but released its lock: the disk was full for one of them."""
    job_id = killed(world)
    with world.db.write() as tx:
        tx.execute(update(job_lock).values(locks.NOBODY))
    return job_id


@pytest.mark.rule("CR-L3")
def test_a_job_that_ended_without_a_word_is_resumed(world: Importing):
    told = apply.resume(TaskContext(), world.db, world.user, abandoned(world))
    assert told.state == "applied"
    assert told.outcomes == {Outcome.COMPLETED: 6}


@pytest.mark.rule("CR-L3")
def test_a_job_that_ended_without_a_word_is_undone(world: Importing):
    assert undo.undo_job(TaskContext(), world.db, world.user, abandoned(world)).withdrawn == 4
    assert world.enrolled() == {}


@pytest.mark.rule("CR-L3")
def test_a_job_that_ended_without_a_word_is_aborted_by_the_next_check(world: Importing):
    job_id = abandoned(world)
    world.check([row(1)])
    with world.db.read() as tx:
        told = job_list.one_job(tx, job_id)
    assert told is not None
    assert told.state is job_list.JobState.ABORTED
    assert told.outcomes == {Outcome.COMPLETED: 4, Outcome.NOT_REACHED: 2}


@pytest.mark.rule("CR-L4")
def test_a_job_under_way_is_left_alone(world: Importing):
    """It is only silent: its lock is for a person to release."""
    job_id = killed(world)
    silent(world)
    world.check([row(1)])
    with world.db.read() as tx:
        told = job_list.one_job(tx, job_id)
    assert told is not None
    assert told.state is job_list.JobState.IMPORTING
    with pytest.raises(InputError):
        apply.resume(TaskContext(), world.db, world.user, job_id)


def test_a_job_of_somebody_else_is_not_resumed(world: Importing):
    """What is written under an operation was done by whoever it names."""
    job_id = abandoned(world)
    other = user_with(world.db, Role.RECORD_IMPORTER, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError, match=f"{world.user.name} began job {job_id}") as failure:
        apply.resume(TaskContext(), world.db, other, job_id)
    assert "import the file again" in failure.value.hint
    assert standing(world) == []


def test_what_was_purged_is_not_resumed(world: Importing):
    """Else the rest of its rows would end as errors with no cells."""
    world.add_people(1, 2)
    seen = world.check([done(1), done(2)])
    stopped = apply.apply(StoppingContext(1), world.db, world.user, seen.job_id, EVERYTHING, batch=1)
    assert stopped.outcomes == {Outcome.COMPLETED: 1, Outcome.NOT_REACHED: 1}
    with world.db.write() as tx:
        tx.execute(update(file_row).values(cells=None))
    with pytest.raises(InputError, match="kept no longer"):
        apply.resume(TaskContext(), world.db, world.user, seen.job_id)
    assert standing(world) == []
    assert world.outcomes(seen.job_id) == ["completed", "not_reached"]
