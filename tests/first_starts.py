"""Databases as a first start leaves them, made once in each process of the tests and copied for each test.

Making one takes ten times as long as copying it. What is opened is the copy, by the program's own start.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from app import demo
from app.folders import DataFolder
from app.start import open_folder, sign_in


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lm-first-starts-")


@cache
def _made(learners: int, held: bool) -> Path:
    data = DataFolder(Path(_place().name) / f"{learners}-{held}")
    if learners:
        put_into(data)
    _, db = open_folder(data)
    sign_in(db)
    if learners:
        demo.fill(db, learners, held=held)
    db.close()
    return data.database_file


def put_into(data: DataFolder, learners: int = 0, *, held: bool = True) -> None:
    """Give a folder that has none a database whose first user has signed in, of so many of the demo's learners."""
    data.make()
    shutil.copyfile(_made(learners, held), data.database_file)
    data.database_file.chmod(0o600)
