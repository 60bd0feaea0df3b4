"""A synchronisation of 60 courses with 60 enrolments each: by the clock, with the times a real Moodle needs, and in
processor time against the same calls by bare `requests` and `json`.

The sandbox has a process of its own; the database is an embedded one in a temporary folder.
"""

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import lms_course
from app.lms import enrolments
from app.tasks import TaskContext
from tests.bench.lms_college import AT_ONCE, COURSES, LATENCIES, LEARNERS, client, college, sandbox
from tests.bench.measured import ROUNDS, Result, measures, median, result

SERVER_SECONDS = COURSES * (LATENCIES["contents"] + 2 * LATENCIES["participants"] + LATENCIES["gradebook"]) / 1000
PATH = "/webservice/rest/server.php"


@measures("sync_wall")
def sync_wall() -> Result:
    """Seconds of a first run of enrolments with real latencies, four calls at once."""
    with sandbox(latencies=True) as info, tempfile.TemporaryDirectory() as folder:
        figures = []
        for number in range(ROUNDS):
            with closing(college(Path(folder) / f"{number}.sqlite", info)) as db:
                started = time.perf_counter()
                _run(db, info)
                figures.append(time.perf_counter() - started)
    reference = SERVER_SECONDS / AT_ONCE
    return result("sync_wall", median(figures), "s", reference, "server time / 4", times=1.2)


@measures("sync_cpu", "sync_unchanged", "sync_unchanged_rows")
def sync_cpu() -> list[Result]:
    """Seconds of processor time of a first and of a second run, both against the same bare calls."""
    first, second, bare, rows = [], [], [], []
    with sandbox(latencies=False) as info, tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            with closing(college(Path(folder) / f"{number}.sqlite", info)) as db:
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
    done = enrolments.run(TaskContext(), db, User(1, "bench", "bench"), client(info))
    assert done.counts["done"] == COURSES, (done.state, done.messages, done.errors[:3])
    return done.counts


def _numbers(db: Database) -> list[str]:
    with db.read() as tx:
        return list(tx.execute(select(lms_course.c.lms_number)).scalars())


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
