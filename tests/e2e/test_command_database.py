"""`db backup`, `db restore`, `db copy`, `db grant`, `db revoke`: by the command line alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.files.builders import Learner, ilr, uln
from ui import main

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the data folder, or on the database that is named: exit status and document."""

    def ran(*arguments: object, database: str = "") -> tuple[int, dict[str, Any]]:
        where = ["--data", str(tmp_path / "data"), *(["--database", database] if database else []), "--json"]
        status = main.main([*where, *map(str, arguments)])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {"error": told.err}

    return ran


def load(run: Run, folder: Path, count: int) -> None:
    path = folder / f"{count}.xml"
    people = [Learner(ref=f"S{n:05}", uln=uln(n), family="Brindle", given="Marlo") for n in range(1, count + 1)]
    path.write_text(ilr(*people), encoding="utf-8")
    assert run("load", path)[0] == 0


def learners(run: Run, database: str = "") -> int:
    return int(run("db", "check", database=database)[1]["counts"]["learner"])


def test_backed_up_looked_at_and_restored(run: Run, tmp_path: Path):
    load(run, tmp_path, 3)
    copy = tmp_path / "copy.db"
    status, told = run("db", "backup", copy)
    assert (status, told["bytes"]) == (0, copy.stat().st_size)
    load(run, tmp_path, 5)

    status, told = run("db", "restore", copy)
    assert (status, told["restored"], told["differences"]["learner"], told["lost"]) == (1, False, [5, 3], 1)
    assert learners(run) == 5
    status, told = run("db", "restore", copy, "--yes")
    assert (status, learners(run)) == (3, 5)
    assert "--reason" in told["error"]
    status, told = run("db", "restore", copy, "--yes", "--reason", "The wrong file was loaded")
    assert (status, told["restored"], learners(run)) == (0, True, 3)
    assert learners(run, f"sqlite:///{told['kept']}") == 5


def test_copied_and_worked_with(run: Run, tmp_path: Path):
    load(run, tmp_path, 4)
    target = tmp_path / "other.sqlite"
    status, told = run("db", "copy", "--to", target)
    assert (status, told["resumed"], told["counts"]["learner"]) == (0, 0, 4)
    assert learners(run, f"sqlite:///{target}") == 4
    status, told = run("db", "copy", "--to", target)
    assert status == 3
    assert "not empty" in told["error"]


def test_a_role_is_granted_and_revoked(run: Run):
    status, told = run("db", "grant", "jane", "enrolment_manager")
    assert (status, told) == (0, {"user": "jane", "changed": True, "roles": ["enrolment_manager"]})
    assert run("db", "grant", "jane", "Plr-User")[1]["roles"] == ["enrolment_manager", "plr_user"]
    assert run("db", "grant", "jane", "plr_user")[1]["changed"] is False
    status, told = run("db", "revoke", "jane", "plr_user")
    assert (status, told["changed"], told["roles"]) == (0, True, ["enrolment_manager"])


def test_what_cannot_be_granted_or_revoked_is_said(run: Run):
    from app import access

    status, told = run("db", "grant", "jane", "god")
    assert status == 3
    assert "There is no role “god”. They are: enrolment_manager, " in told["error"]
    status, told = run("db", "revoke", "nobody", "plr_user")
    assert (status, "“nobody” is not a user" in told["error"]) == (3, True)
    status, told = run("db", "revoke", access.account(), "administrator")
    assert (status, "Nobody would be left" in told["error"]) == (3, True)
