"""A synchronisation of 60 courses with 60 enrolments each: by the clock, with the times a real Moodle needs, and in
processor time against the same calls by bare `requests` and `json`.

The sandbox has a process of its own; the database is an embedded one in a temporary folder.
"""

import json
import multiprocessing
import multiprocessing.connection
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import insert, select, update

from app import access
from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import enrolment, lms_account, lms_course
from app.db.upgrade import upgrade
from app.lms import courses, enrol, enrolments
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.bench.measured import ROUNDS, SMALL, Result, measures, median, result
from tests.builders import UKPRN, add_learners, learner_values

COURSES, LEARNERS, AT_ONCE = (4, 6, 4) if SMALL else (60, 60, 4)
PEOPLE = 20 if SMALL else 400
LATENCIES = {"contents": 40, "participants": 100, "gradebook": 600}
SERVER_SECONDS = COURSES * (40 + 2 * 100 + 600) / 1000
PATH = "/webservice/rest/server.php"


@measures("sync_wall")
def sync_wall() -> Result:
    """Seconds of a first run of enrolments with real latencies, four calls at once."""
    with _sandbox(latencies=True) as info, tempfile.TemporaryDirectory() as folder:
        figures = []
        for number in range(ROUNDS):
            with closing(_college(Path(folder) / f"{number}.sqlite", info)) as db:
                started = time.perf_counter()
                _run(db, info)
                figures.append(time.perf_counter() - started)
    reference = SERVER_SECONDS / AT_ONCE
    return result("sync_wall", median(figures), "s", reference, "server time / 4", times=1.2)


@measures("sync_cpu", "sync_unchanged", "sync_unchanged_rows")
def sync_cpu() -> list[Result]:
    """Seconds of processor time of a first and of a second run, both against the same bare calls."""
    first, second, bare, rows = [], [], [], []
    with _sandbox(latencies=False) as info, tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            with closing(_college(Path(folder) / f"{number}.sqlite", info)) as db:
                numbers = _numbers(db)
                started = time.process_time()
                _bare(info, numbers)
                bare.append(time.process_time() - started)
                for figures in (first, second):
                    started = time.process_time()
                    done = _run(db, info)
                    figures.append(time.process_time() - started)
                rows.append(done["rows_written"])
    unit = f"s CPU for {COURSES} courses of {LEARNERS}"
    return [
        result("sync_cpu", median(first), unit, median(bare), "requests and json", times=2),
        result("sync_unchanged", median(second), unit, median(first), "the first run", times=0.8),
        result("sync_unchanged_rows", max(rows), "rows written", at_most=0),
    ]


MEASURES = (sync_wall, sync_cpu)


def _run(db: Database, info: dict[str, str]) -> dict[str, int]:
    done = enrolments.run(TaskContext(), db, User(1, "bench", "bench"), _client(info))
    assert done.counts["done"] == COURSES, (done.state, done.messages, done.errors[:3])
    return done.counts


def _client(info: dict[str, str]) -> MoodleClient:
    return MoodleClient(MoodleAccess(**info, parallel=AT_ONCE))


def _college(file: Path, info: dict[str, str]) -> Database:
    """Every learner of the sandbox, every course open, and everybody enrolled whom the LMS has on it."""
    db = Database.in_file(file)
    upgrade(db)
    access.prepare(db)
    user = access.sign_in(db, "bench")
    some = people(PEOPLE)
    rows = [learner_values(one.number, ukprn=UKPRN, ref=one.ref, email=None) for one in some]
    add_learners(db, rows)
    courses.run(TaskContext(), db, user, _client(info))
    with db.write() as tx:
        tx.execute(update(lms_course).values(state="open"))
    # The first run finds out who is who; what is measured is the run that fills.
    enrolments.run(TaskContext(), db, user, _client(info))
    with db.write() as tx:
        known = dict(tx.execute(select(lms_account.c.lms_user_number, lms_account.c.learner_id)).all())
        for row in tx.execute(select(lms_course)).all():
            section_id = enrol.section_for(tx, row)
            listed = {known.get(user) for user in _listed(info, row.lms_number)} - {None}
            for key in sorted(listed):
                tx.execute(insert(enrolment).values(learner_id=key, section_id=section_id, origin="hand"))
    return db


def _numbers(db: Database) -> list[str]:
    with db.read() as tx:
        return list(tx.execute(select(lms_course.c.lms_number)).scalars())


def _listed(info: dict[str, str], number: str) -> list[str]:
    with _client(info).open() as calls:
        return [one.user for one in calls.participants(number) if one.student]


def _bare(info: dict[str, str], numbers: list[str]) -> None:
    """The same calls as one would write them first, and their JSON read."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = info["ca_file"]
        session.mount("https://", HTTPAdapter(pool_maxsize=AT_ONCE, pool_block=True))

        def ask(function: str, **parameters: object) -> object:
            control = {"wstoken": info["token"], "wsfunction": function, "moodlewsrestformat": "json"}
            return json.loads(session.post(info["url"] + PATH, data={**control, **parameters}, timeout=60).content)

        def course(number: str) -> int:
            fields = {"options[0][name]": "userfields", "options[0][value]": "id,idnumber,email,fullname,roles"}
            for active in ("onlyactive", "onlysuspended"):
                more = {"options[1][name]": active, "options[1][value]": 1}
                ask("core_enrol_get_enrolled_users", courseid=number, **fields, **more)
            contents = {"options[0][name]": "excludecontents", "options[0][value]": 1}
            ask("core_course_get_contents", courseid=number, **contents)
            told = ask("gradereport_user_get_grade_items", courseid=number, userid=0)
            return len(told["usergrades"])  # type: ignore[call-overload,index]

        with ThreadPoolExecutor(AT_ONCE) as threads:
            assert sum(threads.map(course, numbers))


@contextmanager
def _sandbox(*, latencies: bool) -> Iterator[dict[str, str]]:
    """The sandbox in another process; what a client needs."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    here, there = spawn.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        process = spawn.Process(target=_serve, args=(Path(folder), latencies, there, stop), daemon=True)
        process.start()
        try:
            assert here.poll(60), "the sandbox did not start"
            yield here.recv()
        finally:
            stop.set()
            process.join(10)


def _serve(folder: Path, latencies: bool, announce: multiprocessing.connection.Connection, stop: Event) -> None:
    with MoodleSandbox(folder, people=people(PEOPLE), courses=COURSES, learners=LEARNERS) as sandbox:
        if latencies:
            for function, milliseconds in LATENCIES.items():
                sandbox.set_latency(milliseconds, function)
        announce.send(sandbox.info.as_dict())
        stop.wait()
