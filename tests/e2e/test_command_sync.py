"""`learner-manager sync`: once, twice, refused, held by another, and interrupted on schedule."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.config import FILE_NAME
from app.db import locks
from app.db.database import Database
from app.db.tables import lms_course
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from ui import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = {"state", "courses", "enrolments", "rows_written", "errors"}
Sync = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path / "moodle", people=people(40), courses=5, learners=4) as running:
        yield running


@pytest.fixture
def data(tmp_path: Path, sandbox: MoodleSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    lines = ["[lms]", f'url = "{sandbox.info.url}"', f'ca_file = "{sandbox.info.ca_file}"', ""]
    (folder / FILE_NAME).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("LEARNER_MANAGER_SECRET_LMS_TOKEN", sandbox.info.token)
    return folder


@pytest.fixture
def sync(data: Path, capsys: pytest.CaptureFixture[str]) -> Sync:
    """Runs `sync --once` in this process: exit status and the JSON document."""

    def synced(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = main.main(["--data", str(data), "--json", "sync", *arguments, "--once"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {"error": told.err}

    return synced


def opened(data: Path) -> Database:
    [file] = data.glob("*.sqlite")
    return Database.in_file(file)


def test_once_and_again(sync: Sync, data: Path):
    status, told = sync()
    assert (status, told["state"], set(told)) == (0, "finished", DOCUMENT)
    assert told["courses"] == {"total": 0, "done": 0, "failed": 0, "added": 5, "changed": 0, "removed": 0, "held": 0}
    assert told["rows_written"] == 5
    with closing(opened(data)) as db, db.write() as tx:
        tx.execute(update(lms_course).values(state="open"))
    status, told = sync("enrolments")
    assert (status, told["courses"]["done"], told["courses"]["failed"]) == (0, 5, 0)
    assert sync("all")[1]["rows_written"] == 0
    assert sync("courses")[1]["courses"]["total"] == 5


def test_a_revoked_token_is_listed_with_what_to_do(sync: Sync, sandbox: MoodleSandbox):
    sandbox.revoke_token()
    status, told = sync()
    assert (status, told["state"]) == (1, "failed")
    assert {(one["id"], one["level"]) for one in told["errors"]} == {("SE-03", "connection")}
    assert "token" in told["errors"][0]["advice"]


def test_a_decision_that_is_open_is_listed(sync: Sync, sandbox: MoodleSandbox):
    sync()
    sandbox.set_fault("empty-list")
    status, told = sync("courses")
    assert (status, told["state"], told["courses"]["held"]) == (1, "held", 5)


def test_while_somebody_else_does_it(sync: Sync, data: Path):
    sync()
    with closing(opened(data)) as db, locks.held(db, "lms", "Ann"):
        status, told = sync()
    assert status == 4
    assert "by Ann on" in told["error"]


def test_without_an_lms(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main.main(["--data", str(tmp_path / "other"), "sync", "--once"]) == 3
    assert "No LMS is set up" in capsys.readouterr().err


def test_on_schedule_until_interrupted(data: Path, sandbox: MoodleSandbox, capsys: pytest.CaptureFixture[str]):
    words = [sys.executable, "-m", "ui", "--data", str(data), "sync"]
    child = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
    finally:
        child.send_signal(signal.SIGTERM)
        _, problems = child.communicate(timeout=60)
    assert first.startswith("courses: finished"), problems
    assert child.returncode == 130
