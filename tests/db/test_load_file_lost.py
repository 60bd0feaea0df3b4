"""A drive that is lost, or a file that goes away, while a load reads it: the file named, why, what to do, and the
database as before."""

import csv
import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.access import User
from app.db.database import Database
from app.errors import InputError
from app.learners import load, load_file
from app.tasks import Progress, TaskContext
from tests.builders import UKPRN, snapshot
from tests.files.builders import ilr, made_up, uln, zipped
from tests.files.reading import book
from tests.files.test_lrs_batch import batch

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


class Drive:
    """A drive that gives `left` bytes more before it is gone, as the system says it (EIO) of a stick pulled out."""

    def __init__(self, left: float) -> None:
        self.left, self.given = left, 0

    def read(self, stream: io.FileIO, room: Any) -> int:
        if self.given >= self.left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        number = stream.readinto(room)
        self.given += number
        return number


class OnDrive(io.FileIO):
    drive: Drive

    def readinto(self, room: Any) -> int:
        return self.drive.read(_Plain(self), room)
