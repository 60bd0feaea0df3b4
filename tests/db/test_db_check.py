"""Check Database: nothing is said of a whole database, and whatever is broken past the program is found."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text, update

from app import db_check, history
from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.tables import file_job, metadata
from app.errors import DatabaseError
from app.imports import apply, lock, unlock
from app.learners import edit
from app.learners.edit import LearnerForm
from app.tasks import Cancelled, TaskContext
from tests.builders import UKPRN, first_user
from tests.db.crowd import make
from tests.imports.importing import Importing, row


def found(db: Database) -> list[str]:
    return [one.what for one in db_check.check(TaskContext(), db).problems]


@pytest.fixture
def college(db: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Database, User, int]:
    """A crowd, read in small batches, and the learner who was edited last."""
    monkeypatch.setattr(db_check, "BATCH", 7)
    make(db, 40)
    user = first_user(db)
    form = LearnerForm(ref="Ł-1", family_name="Ødegård", given_names="Zoë  Ann", email="Z@Example.org")
    key = edit.add(db, user, UKPRN, form)
    with db.read() as tx:
        held = edit.read(tx, key)
    assert edit.save(db, user, held, LearnerForm(ref="Ł-1", family_name="Ødegård", known_as="Zo"))
    return db, user, key


def past_the_program(db: Database, *statements: str) -> None:
    """What somebody does who has the file, or the owner's password."""
    if db.embedded:
        with closing(sqlite3.connect(str(db.file), isolation_level=None)) as raw:
            for one in statements:
                raw.execute(one)
        return
    with db.write() as tx:
        tx.execute(text("set local session_replication_role = replica"))
        for one in statements:
            tx.execute(text(one))


def test_a_whole_database(college):
    db, user, _ = college
    looked = db_check.check(TaskContext(), db)
    assert (looked.ok, looked.problems) == (True, [])
    assert set(looked.counts) == set(metadata.tables)
    assert looked.counts["learner"] == 43
    with db.read() as tx:
        last = tx.execute(text("select max(id) from operation")).scalar_one()
    assert history.undo(db, user.id, last).undone == 1
    assert found(db) == []


def test_what_is_broken_is_found(college):
    db, _, key = college
    past_the_program(db, f"update learner set family_fold = 'x', search_fold = 'y' where id = {key}")
    assert found(db) == [
        f"learner: in 1 rows family_fold does not agree with what it is made of, the first is row {key}.",
        f"learner: in 1 rows search_fold does not agree with what it is made of, the first is row {key}.",
        "1 rows are not as the last operation (2) left them, by its own history.",
    ]
    past_the_program(db, f"update learner set campus_id = 4711 where id = {key}")
    assert f"learner: 1 rows point by campus_id to a missing campus, the first is row {key}." in found(db)


def test_another_schema_is_found_and_counted_as_far_as_it_goes(college):
    db, _, _ = college
    past_the_program(
        db,
        f"drop index ix_learner_uln_id{'_sqlite' if db.embedded else ''}",
        "drop index ix_learner_email_fold",
        "alter table learner add column shoe_size integer",
        "drop table saved",
        "create table invoice (id integer primary key)",
    )
    looked = db_check.check(TaskContext(), db)
    assert sorted(one.what for one in looked.problems) == [
        "The column shoe_size of the table learner is none that this version makes.",
        "The index ix_learner_email_fold is missing.",
        f"The index ix_learner_uln_id{'_sqlite' if db.embedded else ''} is missing.",
        "The table invoice is none that this version makes.",
        "The table saved is missing.",
    ]
    assert looked.counts["learner"] == 43
    assert "saved" not in looked.counts


def test_a_job_that_was_unlocked_goes_on_without_history(db: Database, user: User, tmp_path: Path):
    """What the last operation, an Unlock, said of the job and its lock is overtaken by the import that goes on."""
    here = Importing(db, user, tmp_path)
    here.add_people(1)
    seen = here.check([row(1)])
    with db.write() as tx:
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(state="importing"))
    held = locks.take(db, lock.name_of("course:ENG-1"), "Somebody")
    assert held is not None
    with db.write() as tx:
        held.job(tx, seen.job_id)
    unlock.unlock(db, user, "course:ENG-1", "It hangs", sure=True)
    assert db_check.check(TaskContext(), db).ok
    apply.resume(TaskContext(), db, user, seen.job_id)
    assert db_check.check(TaskContext(), db).ok


def test_a_check_is_cancelled(college):
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        db_check.check(context, college[0])


def test_a_damaged_file(tmp_path: Path, sqlite_template: Path):
    file = tmp_path / "damaged.sqlite"
    shutil.copyfile(sqlite_template, file)
    with closing(Database.in_file(file)) as db:
        make(db, 3)
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:  # an index that holds something else
        raw.execute("pragma writable_schema = on")
        raw.execute("update sqlite_master set sql = replace(sql, '(email_fold)', '(phone)') where type = 'index'")
    with closing(Database.in_file(file)) as db:
        looked = db_check.check(TaskContext(), db)
    assert looked.problems
    assert all(one.what.startswith("The file is damaged: ") and "restore" in one.hint for one in looked.problems)
    file.write_bytes(b"This is no database at all. " * 200)
    with closing(Database.in_file(file)) as db, pytest.raises(DatabaseError, match="damaged"):
        db_check.check(TaskContext(), db)
