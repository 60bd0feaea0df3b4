"""Everything to this computer, where another database may have been left; what is there is never lost."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select

from app import access, copy_files, history
from app.access import Role
from app.config import DatabaseSettings
from app.db.database import Database
from app.db.moving import require_finished, written_since
from app.db.tables import learner
from app.errors import AccessError, ConflictError, DatabaseError, InputError
from app.folders import DataFolder
from app.move import _put_aside, move, require_unchanged
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
        if progress.done:  # something is there to go on with
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


def test_what_another_program_still_writes_to_is_not_put_aside(db: Database, folder: DataFolder):
    user = first_user(db, access.account())
    with closing(Database.in_file(folder.database_file)) as other, other.read() as reading:
        reading.execute(select(func.count()).select_from(learner)).scalar_one()
        with closing(Database.in_file(folder.database_file)) as third:
            add_learner(third, 999)
        with pytest.raises(InputError, match="Another program has the database"):
            move(TaskContext(), db, user, folder, HERE, NOTHING)
    assert learners(folder.database_file) == 6, "the row that was committed beside a reader is there"
    assert not (folder.path / "backups").exists()


def test_what_is_no_database_of_ours_is_kept_aside(db: Database, folder: DataFolder):
    user = first_user(db, access.account())
    add_learner(db, 901)
    folder.database_file.write_bytes(b"SQLite format 3\x00" + b"damaged" * 1000)
    before = folder.database_file.read_bytes()
    assert sum(move(TaskContext(), db, user, folder, HERE, NOTHING).counts.values()) > 0
    (kept,) = (folder.path / "backups").iterdir()
    assert kept.read_bytes() == before
    assert learners(folder.database_file) == 1


def test_what_was_written_since_is_noticed_and_what_is_unfinished_not_restored(db: Database, folder: DataFolder):
    user = first_user(db, access.account())
    add_learner(db, 901)
    with pytest.raises(Cancelled):
        move(stopped_at_once(), db, user, folder, HERE, NOTHING)
    unfinished = copy_files.opened(TaskContext(), folder.database_file, folder.path)
    with pytest.raises(InputError, match="was not finished"), unfinished:
        pass
    moved = move(TaskContext(), db, user, folder, HERE, NOTHING)
    assert not written_since(db, moved)
    require_unchanged(db, folder, HERE, NOTHING, moved)
    with db.write() as tx:
        history.begin(tx, db, user.id, "learner_edited")
    assert written_since(db, moved)
    with pytest.raises(ConflictError, match="Something was written here") as told:
        require_unchanged(db, folder, HERE, NOTHING, moved)
    assert "Choose Move again" in told.value.hint
    with closing(Database.in_file(folder.database_file)) as there, pytest.raises(DatabaseError, match="not finished"):
        require_finished(there)
    again = move(TaskContext(), db, user, folder, HERE, NOTHING)
    require_unchanged(db, folder, HERE, NOTHING, again)
    with closing(Database.in_file(folder.database_file)) as there, there.write() as tx:
        history.begin(tx, there, user.id, "learner_edited")
    with db.write() as tx:
        for _ in range(2):
            history.begin(tx, db, user.id, "learner_edited")
    with pytest.raises(ConflictError, match="somebody works in the new place"):
        require_unchanged(db, folder, HERE, NOTHING, again)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_does_not_end_the_one_side_while_the_other_is_gone_through(db: Database, folder: DataFolder):
    user = first_user(db, access.account())
    add_learner(db, 901)
    patience: list[str] = []

    def ask(connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        if statement.startswith("SELECT learner.id, learner.ukprn"):
            line = connection.connection.cursor()
            for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
                line.execute(f"show {name}")
                patience.extend(line.fetchone() or ())

    event.listen(db._engine, "before_cursor_execute", ask)
    move(TaskContext(), db, user, folder, HERE, NOTHING)
    assert patience == ["0", "0"] * 4, "two pages each are copied and compared"


def test_what_was_put_aside_in_the_same_second_is_not_replaced(tmp_path: Path):
    backups = tmp_path / "backups"
    for said in ("first", "second", "third"):
        file = tmp_path / "learners.sqlite"
        file.write_text(said)
        _put_aside(file, backups)
    assert sorted(one.read_text() for one in backups.iterdir()) == ["first", "second", "third"]
