"""Copies: moved to another database of either kind and back, backed up, restored; whole or not at all."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import access, copies
from app.access import Role, User
from app.db import moving
from app.db.database import Database
from app.db.tables import app_user, learner, operation
from app.db.upgrade import upgrade
from app.errors import AccessError, DatabaseError, InputError
from app.history import begin
from app.learners.edit import LearnerForm, add
from app.tasks import Cancelled, Progress, TaskContext
from tests.builders import add_learner, add_learners, first_user, learner_values, snapshot, user_with
from tests.db.conftest import Further
from tests.db.crowd import make

ALL = [one.name for one in moving.TABLES]


def everything(db: Database) -> dict[str, list[str]]:
    return snapshot(db, *ALL, without=())


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        with closing(Database.in_file(tmp_path / "target.sqlite")) as made:
            yield made
        return
    with request.getfixturevalue("server").database() as address, closing(Database(address)) as made:
        yield made


def crowded(db: Database, first: User) -> None:
    """A crowd with its history; one of them merged into somebody who comes later."""
    make(db, 60)
    user = user_with(db, *Role, login=access.account())
    early, late = add_learners(db, [learner_values(number) for number in (901, 902)])
    with db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == early).values(merged_into_id=late))
        begin(tx, db, user.id, "learner_edited").end(tx)


@pytest.fixture
def further(request: pytest.FixtureRequest) -> Further | None:
    return crowded if "college" in request.fixturenames else None


@pytest.fixture
def college(db: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Database, User]:
    """A crowd with its history, in batches of few."""
    monkeypatch.setattr(moving, "BATCH", 20)
    login = access.account()
    with db.read() as tx:
        key = tx.execute(select(app_user.c.id).where(app_user.c.login == login)).scalar_one()
    return db, User(key, login, login)


def stopping(after: int) -> TaskContext:
    """A task that is cancelled once so many rows were copied."""

    def look(progress: Progress) -> None:
        if progress.done >= after:
            context.cancel()

    context = TaskContext(look)
    return context


def test_moved_there_and_back_nothing_differs(college, target: Database, tmp_path: Path):
    db, user = college
    before = everything(db)
    moved = copies.move(TaskContext(), db, user, target)
    assert sum(moved.counts.values()) > 150
    assert moved.resumed == 0
    assert {**everything(target), "app_user": [], "user_role": []} == {**before, "app_user": [], "user_role": []}
    # Ids go on after those that came, and this account is an administrator there.
    here = access.sign_in(target)
    with target.read() as tx:
        assert Role.ADMINISTRATOR in access.rights(tx, here).roles
    assert add_learner(target, 950) > max(_ids(db))
    with closing(Database.in_file(tmp_path / "back.sqlite")) as back:
        copies.move(TaskContext(), target, here, back)
        assert snapshot(back, "learner", without=()) == snapshot(target, "learner", without=())


def _ids(db: Database) -> list[int]:
    with db.read() as tx:
        return list(tx.execute(select(learner.c.id)).scalars())


def test_a_cancelled_copy_cannot_be_opened_and_goes_on_where_it_ended(college, target: Database):
    db, user = college
    with pytest.raises(Cancelled):
        copies.move(stopping(60), db, user, target)
    with pytest.raises(DatabaseError, match="not finished"):
        moving.require_finished(target)
    moved = copies.move(TaskContext(), db, user, target)
    assert moved.resumed > 0
    moving.require_finished(target)
    assert snapshot(target, "learner", without=()) == snapshot(db, "learner", without=())


def test_a_source_that_was_written_between_two_attempts_is_copied_anew(college, target: Database):
    db, user = college
    with pytest.raises(Cancelled):
        copies.move(stopping(100), db, user, target)
    with db.write() as tx:
        first = tx.execute(select(learner.c.id).order_by(learner.c.id).limit(1)).scalar_one()
        tx.execute(update(learner).where(learner.c.id == first).values(phone="01632 960000"))
    moved = copies.move(TaskContext(), db, user, target)
    assert moved.resumed == 0
    assert snapshot(target, "learner", without=()) == snapshot(db, "learner", without=())


def test_a_database_in_use_is_never_copied_into(college, target: Database):
    db, user = college
    upgrade(target)
    access.prepare(target)
    first_user(target)
    before = everything(target)
    with pytest.raises(InputError, match="not empty"):
        copies.move(TaskContext(), db, user, target)
    assert everything(target) == before
    moving.require_finished(target)


def test_only_administrators_copy(db: Database, tmp_path: Path):
    first_user(db)
    manager = user_with(db, Role.ENROLMENT_MANAGER, login="manager")
    with closing(Database.in_file(tmp_path / "t.sqlite")) as target:
        jobs: tuple[Callable[[], object], ...] = (
            lambda: copies.back_up(TaskContext(), db, manager, tmp_path / "b.db"),
            lambda: copies.move(TaskContext(), db, manager, target),
            lambda: copies.restore(TaskContext(), db, manager, tmp_path / "b.db", tmp_path / "k.db", "why"),
        )
        for job in jobs:
            with pytest.raises(AccessError):
                job()
    assert not (tmp_path / "b.db").exists()


def test_backed_up_looked_at_and_restored(college, tmp_path: Path):
    db, user = college
    before = everything(db)
    file, kept = tmp_path / "copy.db", tmp_path / "kept.db"
    assert copies.back_up(TaskContext(), db, user, file) == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith((".", "copy"))) == ["copy.db"]
    with pytest.raises(InputError, match="there already"):
        copies.back_up(TaskContext(), db, user, file)

    same = copies.look(TaskContext(), db, file)
    assert (list(same.differences), same.lost) == ([], 0)
    add(db, user, "99999999", LearnerForm(ref="NEW1", family_name="Newcomer", given_names="Nia"))
    seen = copies.look(TaskContext(), db, file)
    assert {one.table: one.there - one.here for one in seen.differences}["learner"] == -1
    assert seen.lost == 1
    assert seen.last_here is not None
    assert seen.last_there is not None
    assert seen.last_here > seen.last_there

    later = everything(db)
    copies.restore(TaskContext(), db, user, file, kept, "A wrong file was loaded")
    now = everything(db)
    # A server's role is made known, and that it was done stands in the history.
    of_its_own = {"operation", "app_user", "user_role"}
    assert {name for name in now if now[name] != before[name]} <= of_its_own
    with db.read() as tx:
        last = tx.execute(select(operation).order_by(operation.c.id.desc()).limit(1)).one()
    assert (last.kind, last.reason, last.state) == (copies.RESTORED, "A wrong file was loaded", "done")
    assert last.user_id == access.sign_in(db).id
    with closing(Database.in_file(kept)) as copy:  # what was there is not lost
        assert {**everything(copy), "app_user": []} == {**later, "app_user": []}


@pytest.mark.parametrize("half", ["while what is here is copied", "while the copy is put into place"])
def test_a_restore_that_is_stopped_leaves_all_as_it_was(college, tmp_path: Path, half: str):
    db, user = college
    file, kept = tmp_path / "copy.db", tmp_path / "kept.db"
    copies.back_up(TaskContext(), db, user, file)
    add_learner(db, 960)
    before = everything(db)
    is_first = half == "while what is here is copied"

    def look(progress: Progress) -> None:
        if is_first or (kept.exists() and progress.done >= 150):
            context.cancel()

    context = TaskContext(look)
    with pytest.raises(Cancelled):
        copies.restore(context, db, user, file, kept, "why")
    assert everything(db) == before
    assert kept.exists() is not is_first, "no copy of a part is left"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_copy_ends_though_somebody_writes_all_the_time(db: Database, user: User, tmp_path: Path):
    """It would begin anew with each write otherwise."""
    add_learners(db, [learner_values(at, tutor_group="x" * 900) for at in range(9_000)])
    seen: list[Progress] = []

    def write(progress: Progress) -> None:
        seen.append(progress)
        assert len(seen) < 30, "it never ends"
        add_learner(db, ref=f"while {len(seen)}")

    copies.back_up(TaskContext(on_progress=write), db, user, tmp_path / "copy.db")
    assert len(seen) > 1, "somebody wrote in the middle"
    with closing(Database.in_file(tmp_path / "copy.db")) as copy, copy.read() as tx:
        assert len(tx.execute(select(learner.c.id)).all()) == 9_000, "one state of the file"


def test_what_is_no_copy_is_refused(db: Database, tmp_path: Path):
    first_user(db)
    text = tmp_path / "text.db"
    text.write_text("Ref,Name\n1,Ann\n")
    hollow = tmp_path / "hollow.db"
    hollow.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
    with closing(Database.in_file(tmp_path / "empty.db")) as empty, empty.write() as tx:
        tx.exec_driver_sql("create table stranger (id integer)")
    for file in (tmp_path / "missing.db", text, hollow, tmp_path / "empty.db"):
        with pytest.raises(InputError):
            copies.look(TaskContext(), db, file)


def test_a_copy_a_day(db: Database, tmp_path: Path):
    first_user(db)
    today = date(2026, 11, 27)
    made = copies.daily(TaskContext(), db, today)
    if not db.embedded:
        assert made is None
        return
    assert made is not None
    assert copies.daily(TaskContext(), db, today) is None
    with closing(Database.in_file(made)) as copy:
        assert snapshot(copy, "app_user") == snapshot(db, "app_user")
    assert copies.daily(TaskContext(), db, today + timedelta(days=1)) is not None
    assert len(list(made.parent.iterdir())) == 2


@pytest.mark.parametrize("by", ["before-move-", "before-restore-"])
def test_what_was_put_aside_is_kept_as_long_as_copies_of_a_day(tmp_path: Path, by: str):
    today = date(2026, 11, 27)
    made = datetime(2026, 11, 20, 8)
    kept = [f"{by}20261127-080000.db", copies.before_restore(tmp_path, made).name, f"{by}20261001-080000.db"]
    gone = [f"{by}20261002-080000.db", f"{by}20241001-080000.db", "daily-2026-10-15.db"]
    others = [f"{by}mine.db", f"{by}20241001.db", f"{by[:-1]} 2020-01-01.db", f"My {by}20200101-080000.db"]
    others += [f"{by}20200101-080000.db.old", f"{by}2020011-0800000.db", "before-upgrade-20200101-080000.db"]
    others.append("daily-2026-10-01.db")
    for name in (*kept, *gone, *others):
        (tmp_path / name).touch()
    stuck = tmp_path / "daily-2026-10-02.db"
    stuck.mkdir()  # as one that another program has open: the others go all the same
    copies.forget_old(tmp_path, today)
    stuck.rmdir()
    assert {one.name for one in tmp_path.iterdir()} == {*kept, *others}
    copies.forget_old(tmp_path, today, 60)
    copies.forget_old(tmp_path / "missing", today)
    assert {one.name for one in tmp_path.iterdir()} == {*kept, *others}


@given(st.lists(st.integers(0, 1000), max_size=40, unique=True))
def test_what_is_kept_of_the_daily_copies(ages):
    """The last two weeks, and the first copy of each month of two years; never what is no copy of ours."""
    today = date(2026, 11, 27)
    days = sorted(today - timedelta(days=age) for age in ages)
    files = [Path(f"daily-{day:%Y-%m-%d}.db") for day in days]
    gone = copies._no_longer_kept([*files, Path("daily-mine.db")], today)
    left = [one for one in files if one not in gone]
    assert Path("daily-mine.db") not in gone
    assert {one.stem[6:13] for one in left} == {f"{day:%Y-%m}" for day in days if f"{day:%Y-%m}" >= "2024-11"}
    assert all(file in left for file, day in zip(files, days, strict=True) if (today - day).days < copies.KEPT_DAYS)
    for month in {f"{day:%Y-%m}" for day in days}:
        old = [
            one
            for one in left
            if one.stem[6:13] == month and date.fromisoformat(one.stem[6:]) <= today - timedelta(copies.KEPT_DAYS)
        ]
        assert len(old) <= 1
