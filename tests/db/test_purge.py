"""Purge: what is kept no longer goes, what something depends on stays, whatever befalls it in between."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from app import history, purge, retention
from app.access import Role, User
from app.db import locks
from app.db.database import Database
from app.db.tables import (
    change,
    extract_attempt,
    extract_record,
    file_job,
    file_row,
    learner,
    operation,
    sync_run,
)
from app.errors import AccessError, ConflictError, InputError
from app.history import Operation
from app.learners import load_stored
from app.lms import settings
from app.lms.settings import SyncSettings
from app.purge import Counts
from app.tasks import Progress, TaskContext
from tests.builders import add_learner, user_with
from tests.db import killed_purge_child
from tests.db.dying import child
from tests.lms.rows import add_run
from tests.lms.sending import Sections

OLD = timedelta(days=750)
REASON = "Two years are over"


def past(db: Database, *operation_ids: int, by: timedelta = OLD) -> None:
    with db.write() as tx:
        tx.execute(update(operation).where(operation.c.id.in_(operation_ids)).values(at=db.now(tx) - by))


def edit(db: Database, user: User, key: int, kind: str = "learner_edited", **values: Any) -> int:
    """One operation that changes a learner; returns its id."""
    with db.write() as tx:
        row = tx.execute(select(learner).where(learner.c.id == key)).one()
        begun = history.begin(tx, db, user.id, kind)
        begun.update(learner, row, values, key)
        begun.end(tx)
    return begun.id


def course_named(db: Database, user: User, number: int) -> int:
    """One operation about no learner: a title of a course."""
    from app.db.tables import course

    with db.write() as tx:
        begun = history.begin(tx, db, user.id, "code_named")
        values = {"code": f"K{number}", "code_fold": f"k{number}", "title": f"Course {number}", "origin": "hand"}
        begun.insert_for(course, [values], [None])
        begun.end(tx)
    return begun.id


def all_of(db: Database, table: Any) -> list[int]:
    with db.read() as tx:
        return list(tx.execute(select(table.c.id).order_by(table.c.id)).scalars())


def by_hand(db: Database, *keys: int) -> dict[int, frozenset[str]]:
    with db.read() as tx:
        return load_stored._edited(tx, list(keys))


def run(db: Database, user: User, context: TaskContext | None = None) -> purge.PurgeSummary:
    return purge.purge(context or TaskContext(), db, user, REASON)


@pytest.mark.rule("EX-H2")
def test_what_is_old_goes_and_the_purge_is_logged(db: Database, user: User):
    old, young = course_named(db, user, 1), course_named(db, user, 2)
    past(db, old)
    found = purge.foresee(db, user)
    assert (found.months, found.old, found.held) == (
        24,
        Counts(changes=1, operations=1),
        Counts(changes=2, operations=2),
    )
    done = run(db, user)
    assert done.gone == Counts(changes=1, operations=1)
    assert all_of(db, operation) == [young, done.operation_id]
    assert done.left.operations == 2
    with db.read() as tx:
        row = tx.execute(select(operation).where(operation.c.id == done.operation_id)).one()
        assert (row.kind, row.user_id, row.reason, row.state) == ("purged", user.id, REASON, "done")
        noted = select(change.c.table_name, change.c.after).where(change.c.operation_id == row.id)
        told = tx.execute(noted.order_by(change.c.id.desc())).first()
    assert told is not None
    assert told.table_name == "setting"
    assert '\\"changes\\": 1' in told.after
    assert run(db, user).gone == Counts()
    with pytest.raises(InputError):
        history.undo(db, user.id, done.operation_id)


@pytest.mark.rule("EX-H2")
def test_how_long_is_a_setting(db: Database, user: User):
    old = course_named(db, user, 1)
    past(db, old, by=timedelta(days=200))
    assert run(db, user).gone == Counts()
    settings.save(db, user, SyncSettings(kept_months=6))
    assert run(db, user).gone.operations == 1
    settings.save(db, user, SyncSettings(kept_months=120))
    with db.read() as tx:
        assert retention.months(tx) == 120
    assert run(db, user).gone == Counts()


def test_what_people_typed_of_a_learner_stays_as_a_load_finds_it(db: Database, user: User):
    typed, loaded, undone = (add_learner(db, number) for number in (1, 2, 3))
    first = edit(db, user, typed, "learners_loaded", family_name="Loaded", email="a@example.org")
    second = edit(db, user, typed, family_name="Typed")
    third = edit(db, user, typed, "learners_loaded", family_name="Accepted", phone="1")
    fourth = edit(db, user, typed, email="typed@example.org")
    fifth = edit(db, user, loaded, "learners_loaded", family_name="Other")
    sixth = edit(db, user, undone, family_name="Wrong")
    history.undo(db, user.id, sixth)
    past(db, *all_of(db, operation))
    before = by_hand(db, typed, loaded, undone)
    foreseen = purge.foresee(db, user)
    assert before[typed] == {"email"}
    done = run(db, user)
    assert {first, fifth, sixth}.isdisjoint(all_of(db, operation))
    assert {second, third, fourth} <= set(all_of(db, operation))
    assert done.gone == foreseen.old == Counts(changes=4, operations=4)
    assert by_hand(db, typed) == {typed: before[typed]}
    assert not by_hand(db, loaded).get(loaded)


def test_undo_of_what_is_younger_works_and_of_what_is_older_says_why(db: Database, user: User):
    key = add_learner(db, 1)
    old = edit(db, user, key, family_name="Old")
    young = edit(db, user, key, family_name="Young")
    past(db, old)
    run(db, user)
    with pytest.raises(InputError, match="older than what the last Purge kept"):
        history.undo(db, user.id, old)
    assert history.undo(db, user.id, young).undone == 1
    again = course_named(db, user, 3)
    history.undo(db, user.id, again)
    past(db, again)
    done = run(db, user)
    assert again in all_of(db, operation), "its undo is younger, and stands on it"
    past(db, *all_of(db, operation))
    assert run(db, user).gone.operations >= 2
    assert again not in all_of(db, operation)
    assert done.operation_id not in all_of(db, operation), "one day the purges too"


def test_records_that_wait_keep_their_history_and_sendings(db: Database, user: User):
    some = Sections(db, user)
    section = some.section("5")
    keys = some.learners_of(section, range(1, 5))
    some.judge()
    run_id = add_run(db, "sender", started_at=datetime.now(UTC) - OLD)
    records = some.records()
    statuses = ("ready", "transmitted", "processed", "rejected")
    with db.write() as tx:
        for row, status in zip(records, statuses, strict=True):
            tx.execute(update(extract_record).where(extract_record.c.id == row.id).values(status=status, attempts=2))
            for number, result in ((1, "refused"), (2, "accepted" if status != "rejected" else "refused")):
                at = db.now(tx) - OLD
                values = {"computer": "PC", "payload": "{}", "started_at": at, "ended_at": at, "run_id": run_id}
                tx.execute(insert(extract_attempt).values(record_id=row.id, number=number, result=result, **values))
    past(db, *all_of(db, operation))
    done = run(db, user)
    with db.read() as tx:
        query = select(extract_attempt.c.record_id, extract_attempt.c.number).order_by(extract_attempt.c.id)
        left = [(row[0], row[1]) for row in tx.execute(query)]
        noted = set(tx.execute(select(change.c.row_id).where(change.c.table_name == "extract_record")).scalars())
    ready, transmitted, processed = (row.id for row in records[:3])
    assert left == [(ready, 1), (ready, 2), (transmitted, 1), (transmitted, 2), (processed, 2)]
    assert noted == {ready, transmitted}
    assert done.gone.attempts == 3
    assert run_id in all_of(db, sync_run), "a sending is told by it"
    some.set_status(ready, "processed")
    some.set_status(transmitted, "processed")
    for key in keys:
        some.change(key, status="dropped")
    some.judge()
    assert run(db, user).gone.attempts == 5, "there are newer records of the same enrolments"
    assert run_id not in all_of(db, sync_run)


def test_what_files_said_goes_after_90_days(db: Database, user: User):
    key = add_learner(db, 1)
    with db.write() as tx:
        now = db.now(tx)
        for number, (ended, held) in enumerate(((100, "no"), (100, "held"), (80, "no"), (None, "no")), 1):
            job = {"kind": "learners", "file_name": "f", "sha256": str(number), "options": "{}", "state": "applied"}
            ends = now - timedelta(days=ended) if ended else None
            job |= {"owner_id": user.id, "computer": "PC", "counts": "{}", "started_at": now, "ended_at": ends}
            job_id = tx.execute(insert(file_job).values(job).returning(file_job.c.id)).scalar_one()
            row = {"job_id": job_id, "number": 1, "cells": "{}", "predicted": "new", "held": held}
            tx.execute(insert(file_row).values(**row, learner_id=key))
    assert purge.foresee(db, user).old == Counts(cells=1)
    assert run(db, user).gone == Counts(cells=1)
    with db.read() as tx:
        cells = tx.execute(select(file_row.c.cells).order_by(file_row.c.id)).scalars().all()
    assert cells == [None, "{}", "{}", "{}"]


def test_only_administrators_with_a_reason_and_one_at_a_time(db: Database, user: User):
    other = user_with(db, Role.LMS_ADMINISTRATOR, Role.ENROLMENT_MANAGER)
    with pytest.raises(AccessError):
        run(db, other)
    with pytest.raises(AccessError):
        purge.foresee(db, other)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(InputError) as caught:
            purge.purge(TaskContext(), db, user, reason)
        assert caught.value.field == "reason"
    with locks.held(db, purge.LOCK, "somebody"), pytest.raises(ConflictError):
        run(db, user)
    assert all_of(db, operation) == []


def test_stopped_in_the_middle_the_next_goes_on(db: Database, user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(purge, "BATCH", 2)
    past(db, *(course_named(db, user, number) for number in range(6)))
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if progress.done >= 4:
            context.cancel()

    context = TaskContext(stop)
    done = run(db, user, context)
    assert done.stopped
    assert done.gone.changes == 4
    assert [(one.done, one.total) for one in seen] == [(2, 6), (4, 6)]
    with db.read() as tx:
        assert tx.execute(select(operation.c.state).where(operation.c.id == done.operation_id)).scalar() == "stopped"
    assert run(db, user).gone == Counts(changes=2, operations=6)


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        *(("sqlite", ("commit", number)) for number in range(2, 10)),
        *(("sqlite", ("statement", number)) for number in (20, 30, 40)),
        *(("postgresql", ("commit", number)) for number in (3, 5, 7)),
    ],
    indirect=["kind"],
)
def test_killed_in_the_middle_the_next_goes_on(db: Database, address: str, user: User, moment: tuple[str, int]):
    past(db, *(course_named(db, user, number) for number in range(6)))
    kept = course_named(db, user, 7)
    dead = child(killed_purge_child.main, address, *moment)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    if db.embedded:
        with db.read() as tx:
            assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
            assert tx.execute(text("pragma foreign_key_check")).all() == []
    killed_purge_child.minute_passes(db)
    done = run(db, user)
    with db.read() as tx:
        old = select(func.count()).select_from(change).where(change.c.operation_id < kept)
        assert tx.execute(old).scalar_one() == 0
    assert min(all_of(db, operation)) == kept
    assert not done.stopped


def test_many_are_swept_with_few_statements(db: Database, user: User, tmp_path: Path):
    with db.write() as tx:
        begun: Operation = history.begin(tx, db, user.id, "code_named")
        begun.note_inserts(learner, ((number, None, "{}") for number in range(1, 20_001)))
        begun.end(tx)
    course_named(db, user, 1)
    # Nobody typed anything: an insert of a learner by hand counts as typed, so it is said to be a load.
    with db.write() as tx:
        tx.execute(update(operation).where(operation.c.id == begun.id).values(kind="learners_loaded"))
    past(db, begun.id)
    counted = killed_purge_child.Counting(db)
    assert run(db, user).gone == Counts(changes=20_000, operations=1)
    assert counted.statements < 120
