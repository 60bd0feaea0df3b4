"""The college and the LMS of the measures: 60 courses of 60 enrolments, and the sandbox in a process of its own."""

import multiprocessing
import multiprocessing.connection
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

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
from tests.bench.measured import SMALL
from tests.builders import UKPRN, add_learners, learner_values

COURSES, LEARNERS, AT_ONCE = (4, 6, 4) if SMALL else (60, 60, 4)
PEOPLE = 20 if SMALL else 400
LATENCIES = {"contents": 40, "participants": 100, "gradebook": 600}
"""Milliseconds of an ordinary Moodle."""


def client(info: dict[str, str]) -> MoodleClient:
    return MoodleClient(MoodleAccess(**info, parallel=AT_ONCE))


def college(file: Path, info: dict[str, str]) -> Database:
    """Every learner of the sandbox, every course open, and everybody enrolled whom the LMS has on it."""
    db = Database.in_file(file)
    upgrade(db)
    access.prepare(db)
    enrol_everybody(db, access.sign_in(db, "bench"), info)
    return db


def enrol_everybody(db: Database, user: User, info: dict[str, str]) -> None:
    """Fill an empty database as `college` says; no enrolment has data yet."""
    some = people(PEOPLE)
    rows = [learner_values(one.number, ukprn=UKPRN, ref=one.ref, email=None) for one in some]
    add_learners(db, rows)
    courses.run(TaskContext(), db, user, client(info))
    with db.write() as tx:
        tx.execute(update(lms_course).values(state="open"))
    # The first run finds out who is who; what is measured is the run that fills.
    enrolments.run(TaskContext(), db, user, client(info))
    with db.write() as tx:
        known = dict(tx.execute(select(lms_account.c.lms_user_number, lms_account.c.learner_id)).all())
        for row in tx.execute(select(lms_course)).all():
            section_id = enrol.section_for(tx, row)
            listed = {known.get(user) for user in _listed(info, row.lms_number)} - {None}
            for key in sorted(listed):
                tx.execute(insert(enrolment).values(learner_id=key, section_id=section_id, origin="hand"))


def _listed(info: dict[str, str], number: str) -> list[str]:
    with client(info).open() as calls:
        return [one.user for one in calls.participants(number) if one.student]


@contextmanager
def sandbox(*, latencies: bool) -> Iterator[dict[str, str]]:
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
    with MoodleSandbox(folder, people=people(PEOPLE), courses=COURSES, learners=LEARNERS) as service:
        if latencies:
            for function, milliseconds in LATENCIES.items():
                service.set_latency(milliseconds, function)
        announce.send(service.info.as_dict())
        stop.wait()
