"""Restore of a copy that an older version made: brought up to date beside, looked at, then put into place."""

import os
import shutil
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from app import access, copies
from app.access import User
from app.db import moving
from app.db.database import Database
from app.db.tables import learner, operation
from app.errors import InputError
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import add_learner, first_user, snapshot
from tests.db import killed_restore_child
from tests.db.dying import child
from tests.db.older import OLDER, make_older

ALL = [one.name for one in moving.TABLES]


def refs(db: Database) -> list[str]:
    with db.read() as tx:
        return list(tx.execute(select(learner.c.ref).order_by(learner.c.ref)).scalars())


@pytest.mark.parametrize("version", OLDER)
def test_an_older_copy_is_looked_at_and_restored_and_stays_as_it_is(db: Database, tmp_path: Path, version: str):
    user = first_user(db, access.account())
    add_learner(db, 901)
    file = make_older(tmp_path / "old.db", version)
    before, kept = file.read_bytes(), tmp_path / "backups" / "kept.db"
    look = copies.look(TaskContext(), db, file, kept.parent)
    assert look.older
    assert [(one.here, one.there) for one in look.differences if one.table == "learner"] == [(1, 3)]
    copies.restore(TaskContext(), db, user, file, kept, "back to the old ones")
    assert refs(db) == ["240001", "240002", "240003"]
    with db.read() as tx:
        assert tx.execute(select(operation.c.kind)).scalars().all()[-1] == copies.RESTORED
    with closing(Database.in_file(kept)) as there:
        assert refs(there) == ["240901"]
    assert file.read_bytes() == before
    assert [one.name for one in kept.parent.iterdir()] == ["kept.db"], "what was brought up to date has gone"


@pytest.fixture
def here(sqlite_template: Path, tmp_path: Path):
    place = tmp_path / "here.sqlite"
    shutil.copyfile(sqlite_template, place)
    with closing(Database.in_file(place)) as made:
        first_user(made)
        add_learner(made, 901)
        yield made


MOMENTS = [("older", 12), ("older", 60), ("older", 160), ("here", 60), ("here", 140)]


@pytest.mark.parametrize(("where", "number"), MOMENTS)
def test_killed_at_any_moment_all_is_as_before_and_the_next_try_goes(
    here: Database, tmp_path: Path, where: str, number: int
):
    file, backups = make_older(tmp_path / "old.db", "0003"), tmp_path / "backups"
    backups.mkdir()
    before = snapshot(here, *ALL, without=())
    dead = child(killed_restore_child.main, str(here.url), file, backups / "kept.db", where, number)
    assert dead.returncode == -9, dead.stdout + dead.stderr
    assert snapshot(here, *ALL, without=()) == before
    left = [one for one in backups.iterdir() if one.is_dir()]
    assert len(left) == 1, "killed while it was beside"
    for one in left:
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
        os.utime(one, (0, 0))  # an hour passes
    copies.restore(TaskContext(), here, User(1, "first", "first"), file, backups / "again.db", "once more")
    assert refs(here) == ["240001", "240002", "240003"]
    assert [one for one in backups.iterdir() if one.is_dir()] == []


def test_stopped_while_it_is_brought_up_to_date(here: Database, tmp_path: Path):
    file = make_older(tmp_path / "old.db", "0003")

    def stop(progress: Progress) -> None:
        context.cancel()

    context = TaskContext(stop)
    with pytest.raises(Cancelled):
        copies.look(context, here, file)
    assert sorted(one.name for one in tmp_path.iterdir() if "old" in one.name) == ["old.db"]


def test_an_older_copy_that_is_none_is_refused_and_nothing_is_left(here: Database, tmp_path: Path):
    """It says that it is of an older version, and has the tables of this one."""
    user, file = User(1, "first", "first"), tmp_path / "copy.db"
    copies.back_up(TaskContext(), here, user, file)
    with closing(Database.in_file(file)) as lying, lying.write() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = '0005'")
    with pytest.raises(InputError, match="could not be brought up to date") as told:
        copies.look(TaskContext(), here, file, tmp_path / "backups")
    assert "Nothing was changed" in told.value.hint
    assert list((tmp_path / "backups").iterdir()) == []
