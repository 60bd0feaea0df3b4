"""`learner-manager extracts send --once`: its JSON document and its exit statuses."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app import access
from app.config import FILE_NAME
from app.db import locks
from app.db.database import Database
from app.folders import DataFolder
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.people import people
from tests import first_starts
from tests.certificates import certificates
from tests.lms.sending import Sections
from ui import main

Send = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with MoodleSandbox(certificates(), people=people(12), courses=1, learners=0) as running:
        yield running


@pytest.fixture
def data(tmp_path: Path, sandbox: MoodleSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    first_starts.put_into(DataFolder(folder))
    lines = ["[lms]", f'url = "{sandbox.info.url}"', f'ca_file = "{sandbox.info.ca_file}"', ""]
    (folder / FILE_NAME).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("LEARNER_MANAGER_SECRET_LMS_TOKEN", sandbox.info.token)
    return folder


@pytest.fixture
def db(data: Path) -> Iterator[Database]:
    [file] = data.glob("*.sqlite")
    with closing(Database.in_file(file)) as db:
        yield db


@pytest.fixture
def some(db: Database) -> Sections:
    return Sections(db, access.sign_in(db))


@pytest.fixture
def send(data: Path, capsys: pytest.CaptureFixture[str]) -> Send:
    def sent() -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        status = main.main(["--data", str(data), "--json", "extracts", "send", "--once"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {"error": told.err}

    return sent


def test_sent_refused_and_waiting(some: Sections, send: Send, sandbox: MoodleSandbox):
    number = sandbox.add_course("NEW", "A new course")
    section = some.section(str(number))
    for one in (1, 2, 3):
        some.learner(one, section, str(1000 + one))
    sandbox.delete_account(1003)
    status, told = send()
    assert {name: told[name] for name in ("sent", "processed", "rejected", "waiting")} == {
        "sent": 2,
        "processed": 2,
        "rejected": 1,
        "waiting": 0,
    }
    [error] = told["errors"]
    assert (status, error["id"], error["level"]) == (1, "userdeleted", "record")
    assert "record 3" in error["where"]
    assert "resubmit" in error["advice"]
    assert send() == (0, {"sent": 0, "processed": 0, "rejected": 0, "waiting": 0, "errors": []})


def test_a_revoked_token(some: Sections, send: Send, sandbox: MoodleSandbox):
    some.learner(1, some.section(str(sandbox.add_course("NEW", "A new course"))), "1001")
    some.judge()
    sandbox.revoke_token()
    status, told = send()
    assert (status, told["sent"], told["waiting"]) == (1, 0, 1)
    assert [(one["id"], one["level"]) for one in told["errors"]] == [("SE-03", "connection")]


def test_while_somebody_else_does_it(db: Database, send: Send):
    with locks.held(db, "lms", "Ann"):
        status, told = send()
    assert status == 4
    assert "by Ann on" in told["error"]


def test_wrong_usage_and_no_lms(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        main.main(["extracts", "send"])
    assert caught.value.code == 2
    assert main.main(["--data", str(tmp_path / "other"), "extracts", "send", "--once"]) == 3
    assert "No LMS is set up" in capsys.readouterr().err
