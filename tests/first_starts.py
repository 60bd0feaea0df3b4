"""Databases as a first start leaves them, made once in each process of the tests and copied for each test.

Making one takes ten times as long as copying it. What is opened is the copy, by the program's own start.
"""

import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from app import demo
from app.context import AppContext
from app.folders import DataFolder
from app.secrets import Secrets
from app.start import open_folder, sign_in

Further = Callable[[AppContext], object]


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lm-first-starts-")


@cache
def _made(learners: int, held: bool, further: Further | None) -> Path:
    name = further.__name__ if further is not None else "plain"
    data = DataFolder(Path(_place().name) / f"{learners}-{held}-{name}")
    if further is not None:
        put_into(data, learners, held=held)
    elif learners:
        put_into(data)
    settings, db = open_folder(data)
    user, rights = sign_in(db)
    if further is not None:
        further(AppContext(data, settings, Secrets({}), db, user, rights))
    elif learners:
        demo.fill(db, learners, held=held)
    db.close()
    return data.database_file


def put_into(data: DataFolder, learners: int = 0, *, held: bool = True, further: Further | None = None) -> None:
    """Give a folder that has none a database whose first user has signed in, of so many of the demo's learners.

    `further` goes on in such a database, once in each process: a function of a module, whose name no other has.
    """
    data.make()
    shutil.copyfile(_made(learners, held, further), data.database_file)
    data.database_file.chmod(0o600)
