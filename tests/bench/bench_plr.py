"""The main job's two halves: asking the service, and bringing the attainments up to date."""

import shutil
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from app import access
from app.access import User
from app.connectors.lrs import LrsAccess, LrsClient
from app.db.database import Database
from app.db.upgrade import upgrade
from app.demo import fill, sandbox_process
from app.plr.download import download
from app.plr.session import PlrSession
from app.plr.update import update_selected
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.builders import add_learners, all_keys, answer, event, first_user, learner_values, session_with, with_types

LEARNERS, LATENCY_MS, PARALLEL = 300, 200, 4
UPDATED, EVENTS, ROUNDS = 1_000, 18, 3
DOWNLOAD_GOAL, UPDATE_GOAL = 1.15, 4.0


@contextmanager
def prepared(folder: Path) -> Iterator[tuple[Database, User]]:
    db = Database.in_file(folder / "learners.sqlite")
    upgrade(db)
    access.prepare(db)
    with_types(db)
    try:
        yield db, first_user(db)
    finally:
        db.close()


def plr_download() -> dict[str, object]:
    """300 learners at 200 ms, four at once, the service in a process of its own; against calls x latency / 4."""
    with TemporaryDirectory() as name, prepared(Path(name)) as (db, user):
        fill(db, LEARNERS + 100)
        ids = [one.number for one in people(LEARNERS + 100) if one.kind.asked][:LEARNERS]
        with sandbox_process("lrs", Path(name), "--latency-ms", str(LATENCY_MS)) as info:
            client = LrsClient(LrsAccess(**info, parallel=PARALLEL))
            seconds, ideal = [], []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                summary = download(TaskContext(), db, user, client, PlrSession(), ids)
                seconds.append(time.perf_counter() - started)
                ideal.append(summary.calls * LATENCY_MS / 1000 / PARALLEL)
                assert (summary.answered, summary.stopped) == (LEARNERS, "")
    figure, reference = statistics.median(seconds), statistics.median(ideal)
    return _result("plr_download", figure, "calls x latency / 4", reference, DOWNLOAD_GOAL)


def update_selected_rows() -> dict[str, object]:
    """1,000 learners with 18 new events each; against bare inserts of the very same rows, history included."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with prepared(folder) as (db, user):
            ids = add_learners(db, [learner_values(number) for number in range(UPDATED)])
        template = folder / "learners.sqlite"
        one = answer(*(event(n, subject_code=f"603/44{n:02}/2", level="Level 3", credits="6") for n in range(EVENTS)))
        ours, bare = [], []
        for round_number in range(ROUNDS):
            file = folder / f"ours{round_number}.sqlite"
            shutil.copyfile(template, file)
            ours.append(_update(file, user, session_with(dict.fromkeys(ids, one))))
            other = folder / f"bare{round_number}.sqlite"
            shutil.copyfile(template, other)
            bare.append(_insert_alike(file, other))
    figure, reference = statistics.median(ours), statistics.median(bare)
    return _result("update_selected", figure, "bare inserts of the same rows", reference, UPDATE_GOAL)


def _update(file: Path, user: User, session: PlrSession) -> float:
    with closing(Database.in_file(file)) as db:
        keys = all_keys(session)
        started = time.perf_counter()
        summary = update_selected(TaskContext(), db, user, session, keys, lower_too=False)
        seconds = time.perf_counter() - started
    assert len(summary.new) == UPDATED * EVENTS
    return seconds


def _insert_alike(done: Path, file: Path) -> float:
    """Insert what the update wrote into `done`, learner by learner, each in a transaction; returns the seconds."""
    tables = ("attainment", "attainment_event", "change")
    with closing(sqlite3.connect(done)) as source:
        rows = {}
        for table in tables:
            place = [column[1] for column in source.execute(f"pragma table_info({table})")].index("learner_id")
            found = source.execute(f"select * from {table} order by learner_id, id").fetchall()
            rows[table] = {key: list(some) for key, some in groupby(found, key=lambda row, at=place: row[at])}
        operation = source.execute("select * from operation").fetchall()
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
            target.execute(f"pragma {pragma}")
        started = time.perf_counter()
        _insert(target, "operation", operation)
        for key in rows["attainment"]:
            target.execute("begin immediate")
            for table in tables:
                _insert(target, table, rows[table][key])
            target.execute("commit")
        return time.perf_counter() - started


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple]) -> None:
    connection.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _result(name: str, figure: float, reference_name: str, reference: float, goal: float) -> dict[str, object]:
    return {
        "name": name,
        "figure": figure,
        "unit": "s",
        "reference_name": reference_name,
        "reference": reference,
        "ratio": figure / reference,
        "goal": f"{goal:g} x",
        "ok": figure / reference <= goal,
    }


update_selected_rows.__name__ = "update_selected"
MEASURES = (plr_download, update_selected_rows)
