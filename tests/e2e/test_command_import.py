"""`learner-manager import` and `unlock`: what they print, their exit statuses, and what they write."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app import access
from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.tables import enrolment, file_job, job_lock
from app.folders import DataFolder
from app.imports import lock
from app.start import open_folder
from tests import first_starts
from tests.imports.importing import Importing, credited, done, mail, row
from ui import main

DOCUMENT = ["job", "state", "rows", "outcomes", "findings", "surprises", "lms"]
Command = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: exit status and the JSON document, or what it complains of."""

    def ran(*arguments: object) -> tuple[int, dict[str, Any]]:
        status = main.main(["--data", str(tmp_path / "data"), "--json", *map(str, arguments)])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {"error": told.err}

    return ran


@pytest.fixture
def world(command: Command, tmp_path: Path) -> Any:
    data = DataFolder(tmp_path / "data")
    first_starts.put_into(data)
    _, db = open_folder(data, "")
    user: User = access.sign_in(db)
    yield Importing(db, user, tmp_path)
    db.close()


def enrolled(db: Database) -> int:
    with db.read() as tx:
        return len(tx.execute(select(enrolment.c.id).where(enrolment.c.removed_at.is_(None))).all())


def test_a_dry_run_writes_nothing_and_apply_applies(world: Importing, command: Command):
    world.add_people(1, 2)
    path = world.file([done(1), credited(2), row(3)])
    status, told = command("import", path, "--course", "ENG-1")
    assert list(told) == DOCUMENT
    assert (status, told["state"], told["rows"]) == (0, "validated", 3)
    assert told["outcomes"] == {"completed": 1, "credited": 1, "held": 1}
    assert enrolled(world.db) == 0
    status, told = command("import", path, "--course", "eng-1", "--apply")
    assert (status, told["state"], told["surprises"]) == (0, "imported", 0)
    assert told["outcomes"] == {"completed": 1, "credited": 1, "held": 1}
    assert enrolled(world.db) == 2
    status, undone = command("import", "--undo", told["job"])
    assert (status, undone["state"], undone["withdrawn"], undone["deleted"]) == (0, "undone", 2, 1)
    assert enrolled(world.db) == 0


def test_what_is_not_acknowledged_is_refused_and_listed(world: Importing, command: Command):
    world.add_course("OPEN", world.gives("ama"))
    world.add_people(1, 2)
    path = world.file([row(1), done(2), credited(2, 9)])
    status, told = command("import", path, "--course", "OPEN", "--apply")
    assert (status, told["state"]) == (1, "imported_with_messages")
    assert told["outcomes"] == {"completed": 1, "refused": 1, "error": 1}
    assert {one["rule"]: one["row"] for one in told["findings"]} == {"CR-34": 2, "CR-31": 4}
    assert set(told["findings"][0]) == {"rule", "severity", "row", "column", "message"}
    assert mail(1) not in json.dumps(told), "nobody is named"
    status, told = command("import", path, "--course", "OPEN", "--apply", "--acknowledge", "cr-34, CR-09")
    assert told["outcomes"] == {"completed": 1, "skipped_existing": 1, "error": 1}


def test_a_refused_file(world: Importing, command: Command):
    path = world.folder / "bad.csv"
    path.write_text("first_name\nAnn\n", encoding="utf-8")
    status, told = command("import", path, "--course", "ENG-1", "--apply")
    assert (status, told["state"], told["rows"]) == (1, "failed", 0)
    assert [one["rule"] for one in told["findings"]] == ["CR-03"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name the file to import"),
        (("FILE",), "--course with the course's external id"),
        (("FILE", "--course", "ENG-1", "--global"), "One of the two."),
        (("FILE", "--course", "ENG-1", "--undo", "1"), "One of the three."),
        (("FILE", "--course", "NOWHERE"), "There is no course with the external id “NOWHERE”."),
        (("FILE", "--course", "ENG-1", "--acknowledge", "CR-99"), "There is no rule CR-99."),
        (("--undo", "1", "--apply"), "belong to a file"),
        (("--undo", "77"), "There is no job 77."),
        (("--resume", "77"), "There is no job 77."),
        (("GONE", "--course", "ENG-1"), "GONE is not there any more."),
    ],
)
def test_what_cannot_be_asked(world: Importing, command: Command, arguments: tuple[str, ...], words: str):
    path = world.file([row(1)])
    status, told = command("import", *(str(path) if one == "FILE" else one for one in arguments))
    assert status == 3
    assert told["error"].count("\n") == 1, "one sentence"
    assert words in told["error"]


def test_somebody_else_imports_and_a_lock_is_released(world: Importing, command: Command):
    path = world.file([row(1)])
    status, told = command("import", path, "--global")
    assert (status, told["state"]) == (1, "failed"), "its columns are missing"
    assert locks.take_among(world.db, lock.name_of("global"), "Somebody", job_lock.c.id < 0, None) is not None
    status, told = command("import", path, "--course", "ENG-1", "--apply")
    assert status == 4
    assert "The global importer is in use by Somebody" in told["error"]
    status, told = command("unlock", "global", "--reason", "It hangs.")
    assert status == 3
    assert "It seems to be running" in told["error"]
    status, told = command("unlock", "global", "--reason", "It hangs.", "--even-if-running")
    assert (status, told["scope"], told["job"]) == (0, "global", None)
    status, told = command("unlock", "global", "--reason", "Again")
    assert status == 3
    world.add_people(1)
    assert command("import", path, "--course", "ENG-1", "--apply")[0] == 0


def test_an_aborted_import_is_resumed(world: Importing, command: Command):
    world.add_people(1)
    seen = world.check([done(1)])
    told = world.apply(seen)
    with world.db.write() as tx:  # as an unlock leaves it before the first batch
        tx.execute(update(file_job).where(file_job.c.id == seen.job_id).values(state="aborted"))
    status, document = command("import", "--resume", told.job_id)
    assert (status, document["state"], document["outcomes"]) == (0, "imported", {"completed": 1})
    assert command("import", "--resume", told.job_id)[0] == 3


def test_without_json_it_is_lines(world: Importing, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    world.add_course("OPEN", world.gives("ama"))
    world.add_people(1)
    path = world.file([row(1)])
    assert main.main(["--data", str(tmp_path / "data"), "import", str(path), "--course", "OPEN"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("Checked · rows 1")
    assert any("CR-34 has to be acknowledged" in line for line in lines)
