"""A sender killed (SIGKILL) anywhere, between call and note above all: nothing is lost, nothing is sent twice."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.db.tables import job_lock
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from tests.lms.sending import Sections

ROOT = Path(__file__).resolve().parents[2]
LEARNERS = range(1, 7)


def starts_anew(db: Database) -> None:
    """The minute passes after which a silent holder loses the lock."""
    with db.write() as tx:
        tx.execute(update(job_lock).values(alive_at=db.now(tx) - timedelta(seconds=61)))


def killed(address: str, sandbox: MoodleSandbox, point: str, number: int) -> bool:
    """Let a child run until that moment; whether it died there."""
    info = sandbox.info
    words = [address, info.url, info.ca_file, info.token, point, str(number)]
    child = subprocess.run(
        [sys.executable, "-m", "tests.db.killed_sender_child", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode in (0, -signal.SIGKILL), child.stderr
    return child.returncode != 0


@pytest.mark.rule("EX-H1", "EX-R2")
@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        *(("sqlite", ("commit", number)) for number in (4, 5, 6, 7)),
        ("sqlite", ("statement", 30)),
        ("postgresql", ("commit", 6)),  # between call and note
        ("postgresql", ("statement", 30)),
    ],
    indirect=["kind"],
)
def test_killed(db: Database, address: str, user: User, tmp_path: Path, moment: tuple[str, int]):
    with MoodleSandbox(tmp_path, people=people(12), courses=1, learners=0) as sandbox:
        some = Sections(db, user)
        number = sandbox.add_course("NEW", "A new course")
        section = some.section(str(number))
        for one in LEARNERS:
            some.learner(one, section, str(1000 + one))
        assert killed(address, sandbox, *moment)
        taken = len(sandbox.course(number).places)
        assert taken in (0, len(LEARNERS)), "all of them or none"
        assert {row.status for row in some.records()} <= {"ready", "transmitted", "processed"}
        if taken:
            assert len(some.attempts()) == len(LEARNERS), "an attempt is written before the call"
        if db.embedded:
            with db.read() as tx:
                assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
        starts_anew(db)
        done = some.send(MoodleClient(MoodleAccess(**sandbox.info.as_dict(), connect_timeout=5.0, read_timeout=20.0)))
        assert done.state == "finished"
        assert some.statuses() == [("add", "processed")] * len(LEARNERS)
        assert all(row.ended_at is not None for row in some.attempts())
        calls = [function for function, _ in sandbox.calls if "enrol_users" in function]
        assert len(calls) == 1, "what was taken is not sent again, what was not is sent"
