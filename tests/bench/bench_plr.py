"""The main job's two halves: asking the service, and bringing the attainments up to date."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
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
from app.plr.session import Answer, PlrSession
from app.plr.update import update_selected
from app.sandbox.people import people
from app.tasks import TaskContext, now
from tests.bench.measured import ROUNDS, Result, measures, median, result, sized
from tests.builders import add_learners, all_keys, answer, event, first_user, learner_values, session_of, with_types

LEARNERS, LATENCY_MS, PARALLEL = sized(300), 200, 4
UPDATED, EVENTS = sized(1_000), 18
FAULTS_LEARNERS, FAULTS_LATENCY_MS, BUSY = max(60, sized(1_000)), 50, "busy:0.05"


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


@measures("plr_download")
def plr_download() -> Result:
    """300 learners at 200 ms, four at once, the service in a process of its own; against calls x latency / 4."""
    with _service(LEARNERS, LATENCY_MS) as ask:
        runs = [ask() for _ in range(ROUNDS)]
    figure = median([one[0] for one in runs])
    reference = median([calls * LATENCY_MS / 1000 / PARALLEL for _, calls in runs])
    return result("plr_download", figure, "s", reference, "calls x latency / 4", times=1.15)


@measures("plr_faults")
def plr_faults() -> Result:
    """1,000 learners at 50 ms, four at once, a service that is busy for 5 % of the calls and asks for a second of
    patience each time; against the same service when it is never busy. Nobody may be left without an answer."""
    with (
        _service(FAULTS_LEARNERS, FAULTS_LATENCY_MS) as calm,
        _service(FAULTS_LEARNERS, FAULTS_LATENCY_MS, "--fault", BUSY) as busy,
    ):
        pairs = [(calm(), busy()) for _ in range(ROUNDS)]
    assert all(with_faults[1] > without[1] for without, with_faults in pairs), "the service was never busy"
    figure, reference = (median([pair[which][0] for pair in pairs]) for which in (1, 0))
    return result("plr_faults", figure, "s", reference, "the same without faults", times=1.4)


@contextmanager
def _service(learners: int, latency_ms: int, *options: str) -> Iterator[Callable[[], tuple[float, int]]]:
    """A service and a database; what is given downloads all learners once: seconds and calls."""
    with TemporaryDirectory() as name, prepared(Path(name)) as (db, user):
        many = learners + learners // 3 + 50
        fill(db, many)
        ids = [one.number for one in people(many) if one.kind.asked][:learners]
        assert len(ids) == learners
        with sandbox_process("lrs", Path(name), "--latency-ms", str(latency_ms), *options) as info:
            client = LrsClient(LrsAccess(**info, parallel=PARALLEL))

            def ask() -> tuple[float, int]:
                session = PlrSession()
                started = now()
                summary = download(TaskContext(), db, user, client, session, ids)
                taken = now() - started
                assert (summary.answered, summary.stopped) == (learners, "")
                assert not any(session.answer_of(key).error_code for key in ids)
                return taken, summary.calls

            yield ask


@measures("update_selected")
def update_selected_rows() -> Result:
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
            ours.append(_update(file, user, dict.fromkeys(ids, one)))
            other = folder / f"bare{round_number}.sqlite"
            shutil.copyfile(template, other)
            bare.append(_insert_alike(file, other))
    return result("update_selected", median(ours), "s", median(bare), "bare inserts of the same rows", times=4)


def _update(file: Path, user: User, answers: dict[int, Answer]) -> float:
    with closing(Database.in_file(file)) as db:
        session = session_of(db, answers)
        keys = all_keys(session)
        started = now()
        summary = update_selected(TaskContext(), db, user, session, keys, lower_too=False)
        taken = now() - started
    assert len(summary.new) == UPDATED * EVENTS
    return taken


def _insert_alike(done: Path, file: Path) -> float:
    """Insert what the update wrote into `done`, learner by learner, each in a transaction; returns the seconds."""
    tables = ("attainment", "attainment_event", "at_a_glance", "change")
    with closing(sqlite3.connect(done)) as source:
        rows = {}
        for table in tables:
            place = [column[1] for column in source.execute(f"pragma table_info({table})")].index("learner_id")
            found = source.execute(f"select * from {table} order by learner_id, rowid").fetchall()
            rows[table] = {key: list(some) for key, some in groupby(found, key=lambda row, at=place: row[at])}
        operation = source.execute("select * from operation").fetchall()
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
            target.execute(f"pragma {pragma}")
        started = now()
        _insert(target, "operation", operation)
        for key in rows["attainment"]:
            target.execute("begin immediate")
            for table in tables:
                _insert(target, table, rows[table].get(key, []))
            target.execute("commit")
        return now() - started


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple]) -> None:
    if rows:
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


MEASURES = (plr_download, plr_faults, update_selected_rows)
