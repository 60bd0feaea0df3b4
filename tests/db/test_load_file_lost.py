"""A drive that is lost, or a file that goes away, while a load reads it: the file named, why, what to do, and the
database as before."""

import csv
import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import jobs
from app.access import User
from app.db.database import Database
from app.errors import InputError
from app.learners import load, load_file
from app.tasks import Progress, TaskContext
from tests.builders import UKPRN, snapshot
from tests.files.builders import ilr, made_up, uln, zipped
from tests.files.reading import book

EVERYTHING = ("learner", "aim", "campus", "operation", "change", "file_job", "file_row")
ROWS = [
    ["Student Ref", "ULN", "Surname", "Forename", "DOB", "UKPRN"],
    *([f"T{n}", uln(n), f"Brindle{n}", "Marlo", "14/03/2008", "99999999"] for n in range(1, 4_000)),
]


def table() -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(ROWS)
    return stream.getvalue().encode()


FILES: dict[str, Callable[[], bytes]] = {
    "ilr": lambda: ilr(*made_up(900)).encode(),
    "zip": lambda: zipped({"return.xml": ilr(*made_up(900)).encode()}),
    "csv": table,
    "xlsx": lambda: book(*ROWS[:2_000]),
}


class Drive(type(Path())):  # type: ignore[misc]
    """The path of a file on a drive that gives `left` bytes more and is then gone, as a stick that was pulled out."""

    left = float("inf")
    given = 0

    def open(self, mode: str = "r", *args: Any, **words: Any) -> Any:
        if mode != "rb":
            return super().open(mode, *args, **words)
        return io.BufferedReader(_Lost(self, super().open("rb", buffering=0)))


class _Lost(io.RawIOBase):
    def __init__(self, drive: Drive, stream: io.FileIO) -> None:
        self._drive, self._stream = type(drive), stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readinto(self, room: Any) -> int:
        if self._drive.given >= self._drive.left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        number = self._stream.readinto(room)
        self._drive.given += number
        return number


def read_all(context: TaskContext, db: Database, user: User, path: Path) -> load.Preview:
    """Everything that reads the file, as the window and the command do it."""
    kind = load_file.kind_of(path)
    columns = load_file.columns_of(context, db, user, path, kind) if kind in load_file.TABLES else None
    mapping = columns.mapping if columns is not None else None
    reading = load_file.reading(context, path, kind, mapping, columns=columns)
    return load.preview(context, db, user, path, reading, load.LoadOptions(UKPRN))


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> type[Drive]:
    for name in ("left", "given"):
        monkeypatch.setattr(Drive, name, getattr(Drive, name))
    return Drive


@pytest.mark.parametrize("what", FILES)
def test_a_drive_that_is_lost(db: Database, user: User, tmp_path: Path, drive: type[Drive], what: str):
    path = drive(tmp_path / "export of today.dat")
    path.write_bytes(FILES[what]())
    before = snapshot(db, *EVERYTHING)
    drive.left, drive.given = float("inf"), 0
    jobs.discard(db, read_all(TaskContext(), db, user, path).job_id)
    whole = drive.given
    for part in (0, 0.1, 0.3, 0.5, 0.7, 0.9):
        drive.left, drive.given = whole * part, 0
        with pytest.raises(InputError) as failure:
            read_all(TaskContext(), db, user, path)
        assert failure.value.message == f"export of today.dat could not be read ({os.strerror(errno.EIO)}).", part
        assert "drive is connected" in failure.value.hint
        assert snapshot(db, *EVERYTHING) == before, part


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_goes_away(db: Database, user: User, tmp_path: Path, what: str):
    """Deleted, or cut off, by another program while it is read."""
    before = snapshot(db, *EVERYTHING)
    for happens, words in (
        (Path.unlink, "is not there any more"),
        (lambda path: os.truncate(path, 2_000), "changed|breaks off|damaged"),
    ):
        path = tmp_path / "export of today.dat"
        path.write_bytes(FILES[what]())

        def once(progress: Progress, path: Path = path, happens: Callable[[Path], None] = happens) -> None:
            if path.exists() and path.stat().st_size > 2_000:
                happens(path)

        with pytest.raises(InputError, match=words) as failure:
            read_all(TaskContext(once), db, user, path)
        assert path.name in failure.value.message
        assert failure.value.hint
        assert snapshot(db, *EVERYTHING) == before
