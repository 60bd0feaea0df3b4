"""A data folder with a million invented learners, made once in a run; past the program, indexes last."""

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import insert

from app.db.tables import campus
from app.folders import DataFolder
from app.learners.edit import derived
from app.start import open_folder, sign_in
from tests.bench.measured import sized
from tests.builders import licences_on

LEARNERS = sized(1_000_000)
BORN = date(2006, 9, 1)


@cache
def million_folder() -> DataFolder:
    """The folder; whoever opens it may write little things (who signed in), no learners. Removed with the program."""
    place = Path(tempfile.mkdtemp(prefix="learner-manager-bench-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    folder = DataFolder(place / "data")
    _, db = open_folder(folder)
    sign_in(db)
    licences_on(db)
    with db.write() as tx:
        tx.execute(insert(campus), [{"code": "C", "name": "City", "name_fold": "city"}])
    db.close()
    with closing(sqlite3.connect(folder.database_file, isolation_level=None)) as connection:
        _build(connection)
    return folder


def _build(connection: sqlite3.Connection) -> None:
    of_learner = (
        "select name, sql from sqlite_master where tbl_name = 'learner' and type = 'index' and sql is not null"
    )
    indexes = connection.execute(of_learner).fetchall()
    columns = list(_learner(0))
    marks = ", ".join("?" * len(columns))
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    for name, _ in indexes:
        connection.execute(f"drop index {name}")
    rows = (tuple(_learner(number).values()) for number in range(LEARNERS))
    connection.executemany(f"insert into learner ({', '.join(columns)}) values ({marks})", rows)
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("commit")
    connection.execute("pragma wal_checkpoint(truncate)")


def _learner(number: int) -> dict:
    mixed = number * 7_919 % LEARNERS
    values = derived(
        {
            "ref": f"{number:07}",
            "uln": str(1_000_000_000 + mixed),
            "family_name": f"Family{mixed % 50_000:05}",
            "given_names": f"Given{mixed % 3_001}",
            "birth_date": BORN + timedelta(days=mixed % 1_500),
            "postcode": "NF1 7BN",
            "email": f"{number:07}@students.example.org",
            "tutor_group": f"T{number % 400}",
        }
    )
    return {"ukprn": "19990002", "campus_id": 1, **values, "birth_date": values["birth_date"].isoformat()}
