"""Sending 2,000 records in 20 courses with the times a real Moodle needs, against the server's time shared among the
calls at once. The sandbox has a process of its own; the database is an embedded one in a temporary folder."""

import multiprocessing
import multiprocessing.connection
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import insert

from app import access
from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import enrolment, lms_account
from app.db.upgrade import upgrade
from app.lms.extracts import queue, sender
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_people import FIRST_LEARNER
from app.sandbox.people import people
from app.tasks import TaskContext
from tests.bench.measured import ROUNDS, SMALL, Result, measures, median, result
from tests.builders import UKPRN, add_learners, learner_values
from tests.lms.rows import MOMENT
from tests.lms.sending import Sections

COURSES, IN_EACH, AT_ONCE = (3, 5, 4) if SMALL else (20, 100, 4)
PEOPLE = 20 if SMALL else 400
LATENCIES = {"enrol": 500, "participants": 100}
"""Milliseconds; of a call with 100 entries, and of one of the two questions for participants (moodle.md 4.6, 4.7)."""
SERVER_SECONDS = COURSES * (500 + 2 * 100) / 1000


@measures("send")
def send() -> Result:
    """Seconds of a run that sends every record and sees it Processed."""
    with tempfile.TemporaryDirectory() as folder:
        figures = []
        for number in range(ROUNDS):
            with _sandbox() as (info, numbers):
                file = Path(folder) / f"{number}.sqlite"
                with closing(_college(file, numbers)) as db:
                    client = MoodleClient(MoodleAccess(**info, parallel=AT_ONCE))
                    started = time.perf_counter()
                    done = sender.run(TaskContext(), db, User(1, "bench", "bench"), client)
                    figures.append(time.perf_counter() - started)
                    assert done.counts["processed"] == COURSES * IN_EACH, (done.state, done.messages)
    reference = SERVER_SECONDS / AT_ONCE
    return result("send", median(figures), "s", reference, f"server time / {AT_ONCE}", times=1.4)


def _college(file: Path, numbers: list[int]) -> Database:
    """Sections whose gates hold, everybody with an account, and a Ready record for each enrolment."""
    db = Database.in_file(file)
    upgrade(db)
    access.prepare(db)
    user = access.sign_in(db, "bench")
    some = people(PEOPLE)
    keys = add_learners(db, [learner_values(one.number, ukprn=UKPRN, ref=one.ref, email=None) for one in some])
    sections = Sections(db, user)
    taught = [sections.section(str(number)) for number in numbers]
    with db.write() as tx:
        tx.execute(
            insert(lms_account),
            [
                {
                    "vendor_id": sections.vendor,
                    "lms_user_number": str(FIRST_LEARNER + one.number),
                    "learner_id": key,
                    "matched_by": "id_number",
                    "seen_at": MOMENT,
                }
                for one, key in zip(some, keys, strict=True)
            ],
        )
        tx.execute(
            insert(enrolment),
            [
                {"learner_id": keys[(place * 7 + number) % PEOPLE], "section_id": section, "origin": "hand"}
                for place, section in enumerate(taught)
                for number in range(IN_EACH)
            ],
        )
    queue.judge(db, user)
    return db


@contextmanager
def _sandbox() -> Iterator[tuple[dict[str, str], list[int]]]:
    """An LMS with empty courses, in another process: what a client needs, and their numbers."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    here, there = spawn.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        process = spawn.Process(target=_serve, args=(Path(folder), there, stop), daemon=True)
        process.start()
        try:
            assert here.poll(60), "the sandbox did not start"
            yield here.recv()
        finally:
            stop.set()
            process.join(10)


def _serve(folder: Path, announce: multiprocessing.connection.Connection, stop: Event) -> None:
    with MoodleSandbox(folder, people=people(PEOPLE), courses=1, learners=0) as sandbox:
        numbers = [sandbox.add_course(f"NEW{place}", f"New course {place}") for place in range(COURSES)]
        for function, milliseconds in LATENCIES.items():
            sandbox.set_latency(milliseconds, function)
        announce.send((sandbox.info.as_dict(), numbers))
        stop.wait()


MEASURES = (send,)
