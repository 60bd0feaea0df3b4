"""A disk that fills up while a file is read or loaded: a sentence with a next step, and nothing of it stays."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app import jobs
from app.db.database import Database
from app.errors import DatabaseError
from tests.builders import first_user, snapshot
from tests.db.loading import Loader, an_aim, record
from tests.db.small_disk import mounted

KEPT = ("learner", "aim", "campus", "operation", "change")
ROWS = ("file_job", "file_row")


class Disk:
    """A disk of 2 MB with a database of one load on it; `fill` leaves little room, `make_room` gives it back."""

    def __init__(self, folder: Path, db: Database, *, small: bool) -> None:
        self.db, self._filler, self._small = db, folder / "filler", small

    def fill(self, left: int) -> None:
        """Up to `left` bytes."""
        if not self._small:
            with self.db.read() as tx:  # the one connection of the pool
                pages = tx.exec_driver_sql("pragma page_count").scalar_one()
                tx.exec_driver_sql(f"pragma max_page_count = {pages + left // 4096}")
            return
        with self._filler.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while shutil.disk_usage(self._filler.parent).free > left:
                filler.write(bytes(4096))

    def make_room(self) -> None:
        if not self._small:
            with self.db.read() as tx:
                tx.exec_driver_sql("pragma max_page_count = 1000000")
        self._filler.unlink(missing_ok=True)


@pytest.fixture
def disk(sqlite_template: Path, tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path / "disk") as small:
        place = tmp_path / "disk" / "learners.sqlite"
        shutil.copyfile(sqlite_template, place)
        with contextlib.closing(Database.in_file(place)) as db:
            yield Disk(place.parent, db, small=small)


@pytest.fixture
def loader(disk: Disk, tmp_path: Path) -> Loader:
    made = Loader(disk.db, first_user(disk.db), tmp_path)
    made.bring(*(record(n, aims=[an_aim(1)]) for n in range(1, 10)))
    return made


def whole(db: Database) -> bool:
    with db.read() as tx:
        return tx.execute(text("pragma integrity_check")).scalar() == "ok"


@pytest.mark.parametrize("left", [0, 80_000, 200_000])
def test_while_the_file_is_read(disk: Disk, loader: Loader, left: int):
    """Even deleting finds no room: the rows that were read go with the next start of a load."""
    before = snapshot(disk.db, *KEPT, *ROWS)
    disk.fill(left)
    with pytest.raises(DatabaseError, match="disk is full") as failure:
        loader.preview(record(n, aims=[an_aim(1)]) for n in range(1, 4_000))
    assert "Free some space" in failure.value.hint
    assert snapshot(disk.db, *KEPT) == {name: before[name] for name in KEPT}
    disk.make_room()
    jobs.discard(disk.db, loader.preview([record(1)]).job_id)
    assert snapshot(disk.db, *KEPT, *ROWS) == before
    assert whole(disk.db)


@pytest.mark.parametrize("left", [0, 60_000])
def test_while_it_is_loaded(disk: Disk, loader: Loader, left: int):
    """The preview is still there, and is loaded once there is room."""
    seen = loader.preview(record(n, phone="1", aims=[an_aim(1), an_aim(2)]) for n in range(1, 60))
    before = snapshot(disk.db, *KEPT, *ROWS)
    disk.fill(left)
    with pytest.raises(DatabaseError, match="disk is full") as failure:
        loader.apply(seen)
    assert "Free some space" in failure.value.hint
    assert snapshot(disk.db, *KEPT, *ROWS) == before
    disk.make_room()
    done = loader.apply(seen)
    assert (done.new, done.changed, done.left) == (50, 9, 0)
    assert whole(disk.db)
