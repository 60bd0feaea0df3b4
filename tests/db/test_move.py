"""Everything to this computer, where another database may have been left; what is there is never lost."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import access
from app.access import Role
from app.config import DatabaseSettings
from app.db.database import Database
from app.db.moving import require_finished
from app.db.tables import learner
from app.errors import AccessError, InputError
from app.folders import DataFolder
from app.move import move
from app.secrets import Secrets
from app.tasks import Cancelled, Progress, TaskContext
from tests import first_starts
from tests.builders import add_learner, first_user, user_with

HERE, NOTHING = DatabaseSettings(), Secrets({})


def learners(file: Path) -> int:
    with closing(Database.in_file(file)) as db, db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(learner)).scalar_one())


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder in which a database of five was left."""
    made = DataFolder(tmp_path / "data")
    first_starts.put_into(made, learners=5)
    return made


def stopped_at_once() -> TaskContext:
    def stop(progress: Progress) -> None:
        context.cancel()

    context = TaskContext(stop)
    return context


def test_what_was_left_is_kept_and_an_attempt_goes_on(db: Database, folder: DataFolder):
    user = first_user(db, access.account())
    for number in (901, 902):
        add_learner(db, number)
    with pytest.raises(Cancelled):
        move(stopped_at_once(), db, user, folder, HERE, NOTHING)
    (kept,) = (folder.path / "backups").iterdir()
    assert kept.name.startswith("before-move-")
    assert learners(kept) == 5
    moved = move(TaskContext(), db, user, folder, HERE, NOTHING)
    assert moved.resumed > 0
    assert learners(folder.database_file) == 2
    assert list((folder.path / "backups").iterdir()) == [kept], "an unfinished attempt is gone on with, not kept"
    with closing(Database.in_file(folder.database_file)) as there:
        require_finished(there)


def test_nothing_is_put_aside_for_whoever_may_not_move(db: Database, folder: DataFolder):
    first_user(db)
    manager = user_with(db, Role.ENROLMENT_MANAGER, login="manager")
    with pytest.raises(AccessError):
        move(TaskContext(), db, manager, folder, HERE, NOTHING)
    assert learners(folder.database_file) == 5
    assert not (folder.path / "backups").exists()


def test_the_place_that_is_used_is_none_to_move_to(folder: DataFolder):
    with closing(Database.in_file(folder.database_file)) as db:
        user = access.sign_in(db)
        with pytest.raises(InputError, match="already"):
            move(TaskContext(), db, user, folder, HERE, NOTHING)
    assert learners(folder.database_file) == 5
