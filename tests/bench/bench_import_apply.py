"""Importing course records: a large file applied, against the bare writing of every row that this writes."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.access import User
from app.db import embedded
from app.db.database import Database
from app.imports.apply import ImportSummary, apply
from app.imports.columns import Importer
from app.imports.dry_run import Options, dry_run
from app.tasks import TaskContext
from tests.bench.bench_import import COURSE, ROWS, college, write_records
from tests.bench.measured import ROUNDS, Result, measures, paired, result, seconds

_WRITTEN = ("operation", "section", "enrolment", "award", "outgoing_report", "change")
"""The tables in which applying makes rows, in the order in which they point to one another."""
Rows = dict[str, list[tuple[Any, ...]]]


@contextmanager
def _checked() -> Iterator[tuple[Path, User, int]]:
    """A database with the dry run of the file, as a file that nobody has open."""
    with college(ROWS) as (db, user, folder):
        path = folder / "records.csv"
        write_records(path, ROWS)
        seen = dry_run(TaskContext(), db, user, path, Options(Importer.COURSE, COURSE))
        assert db.file is not None
        db.close()
        yield db.file, user, seen.job_id


def _copy(file: Path) -> Path:
    copied = file.with_name("copy.sqlite")
    for old in file.parent.glob("copy.sqlite*"):
        old.unlink()
    shutil.copyfile(file, copied)
    return copied


def _ours(file: Path, user: User, job_id: int) -> float:
    db = Database.in_file(_copy(file))
    done: list[ImportSummary] = []
    took = seconds(lambda: done.append(apply(TaskContext(), db, user, job_id)))
    assert done[0].rows == ROWS
    assert done[0].surprises == 0
    db.close()
    return took


def _written(file: Path) -> tuple[Rows, list[tuple[Any, ...]]]:
    """Every row that applying made, and the outcome of every row of the file."""
    with closing(sqlite3.connect(file)) as before, closing(sqlite3.connect(file.with_name("copy.sqlite"))) as after:
        rows = {}
        for name in _WRITTEN:
            last = before.execute(f"select coalesce(max(id), 0) from {name}").fetchone()[0]
            rows[name] = after.execute(f"select * from {name} where id > ?", (last,)).fetchall()
        outcomes = after.execute("select outcome, held, held_user, held_email, id from file_row").fetchall()
    return rows, outcomes


def _bare(file: Path, rows: Rows, outcomes: Sequence[tuple[Any, ...]]) -> float:
    connection = sqlite3.connect(_copy(file), isolation_level=None)
    with closing(connection):
        embedded.prepare(connection, None)
        connection.execute("pragma cache_size = -65536")  # as ours has while it writes much

        def write() -> None:
            connection.execute("begin immediate")
            for name, some in rows.items():
                if some:
                    marks = ", ".join("?" * len(some[0]))
                    connection.executemany(f"insert into {name} values ({marks})", some)
            named = "update file_row set outcome = ?, held = ?, held_user = ?, held_email = ? where id = ?"
            connection.executemany(named, outcomes)
            connection.execute("commit")

        return seconds(write)


@measures("import_apply")
def import_apply() -> Result:
    """100,000 rows of an import into a course applied; the reference writes the same rows with `executemany`, in one
    transaction, into the same database."""
    with _checked() as (file, user, job_id):
        _ours(file, user, job_id)
        rows, outcomes = _written(file)
        assert len(rows["enrolment"]) == ROWS * 9 // 10
        took, bare = paired(lambda: _ours(file, user, job_id), lambda: _bare(file, rows, outcomes), ROUNDS)
    return result("import_apply", took, "s", bare, "bare executemany of all rows written", times=4)


MEASURES = (import_apply,)
