"""The commands as other programs meet them: child processes, exit statuses, JSON on standard output."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from app import __version__, config, demo
from app.config import LmsSettings, Settings
from app.context import lms_client
from app.db.database import Database
from app.db.tables import operation
from app.folders import DataFolder
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, events_of, people
from app.secrets import Secrets
from tests.app.test_secrets import Store, using
from tests.e2e.children import run, surroundings
from ui.main import main

KEYS = {
    "url",
    "ca_file",
    "certificate_file",
    "certificate_password",
    "organisation_ref",
    "ukprn",
    "username",
    "password",
    "vendor_id",
}


def test_version(tmp_path: Path):
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"Learner Manager {__version__}")


def test_smoke(tmp_path: Path):
    done = run(tmp_path, "--smoke", str(tmp_path / "proof"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "proof").read_text(encoding="utf-8").strip() == __version__


def test_licences_and_bill_of_materials_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    licences, bom = tmp_path / "licences.txt", tmp_path / "bom.json"
    assert main(["third-party", "licences", str(licences)]) == 0
    assert main(["--json", "third-party", "bom", str(bom)]) == 0
    listed = json.loads(bom.read_text(encoding="utf-8"))["components"]
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["parts"], told["file"]) == (len(listed), str(bom))
    text = licences.read_text(encoding="utf-8")
    assert all(f"{one['name']} {one['version']}: " in text for one in listed)


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["db", "purge"],
        ["db"],
        ["db", "mend"],
        ["tour"],
        ["tour", "--out", "x", "--learners", "0"],
        ["sandbox", "moon"],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage(tmp_path: Path, arguments: list[str]):
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert done.stdout == ""


def test_db_upgrade_and_check(tmp_path: Path):
    assert run(tmp_path, "db", "upgrade").returncode == 0
    done = run(tmp_path, "--json", "db", "check")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"ok", "revision", "counts", "problems"}
    assert found["ok"] is True
    assert found["problems"] == []
    assert found["counts"]["app_user"] == 1
    assert found["counts"]["learner"] == 0


def test_db_purge_counts_and_deletes_with_a_reason(tmp_path: Path):
    assert run(tmp_path, "db", "upgrade").returncode == 0
    counted = run(tmp_path, "--json", "db", "purge", "--dry-run")
    assert counted.returncode == 0, counted.stderr
    found = json.loads(counted.stdout)
    assert set(found) == {"older_than", "before", "deleted"}
    done = run(tmp_path, "--json", "db", "purge", "--reason", "Yearly")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {*found, "after", "operation"}
    assert told["deleted"] == found["deleted"] == dict.fromkeys(("changes", "operations", "attempts", "cells"), 0)
    with closing(Database.in_file(database(tmp_path))) as db, db.read() as tx:
        row = tx.execute(select(operation).where(operation.c.id == told["operation"])).one()
    assert (row.kind, row.reason, row.state) == ("purged", "Yearly", "done")


# Databases that cannot be used


def database(place: Path) -> Path:
    return DataFolder(place / "data").database_file


def one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith((".", "?"))
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return lines[0]


@pytest.mark.parametrize("arguments", [["db", "check"], ["--smoke", "proof"]], ids=" ".join)
def test_a_damaged_database(tmp_path: Path, arguments: list[str]):
    run(tmp_path, "db", "upgrade")
    file = database(tmp_path)
    file.write_bytes(b"This is no database at all. " * 200)
    done = run(tmp_path, *arguments)
    assert done.returncode == 3
    assert "damaged" in one_sentence(done)
    assert file.read_bytes().startswith(b"This is no database")


@pytest.mark.parametrize("arguments", [["db", "check"], ["--smoke", "proof"]], ids=" ".join)
def test_a_newer_database(tmp_path: Path, arguments: list[str]):
    run(tmp_path, "db", "upgrade")
    with sqlite3.connect(database(tmp_path)) as raw:
        raw.execute("update alembic_version set version_num = '9999'")
    raw.close()
    done = run(tmp_path, *arguments)
    assert done.returncode == 3
    assert "newer" in one_sentence(done)


def test_a_data_folder_that_is_a_file(tmp_path: Path):
    (tmp_path / "data").write_text("not a folder", encoding="utf-8")
    done = run(tmp_path, "db", "check")
    assert done.returncode == 3
    assert "is a file" in one_sentence(done)


def test_an_unknown_setting(tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "settings.toml").write_text('[lrs]\npasword = "hunter22"\n', encoding="utf-8")
    done = run(tmp_path, "db", "check")
    assert done.returncode == 3
    assert "pasword" in one_sentence(done)
    assert "hunter22" not in done.stderr


# Secrets


@pytest.mark.parametrize("name", ["lrs_password", "lms_token"])
def test_a_secret_without_a_store_is_not_kept(tmp_path: Path, name: str):
    done = run(tmp_path, "secret", "set", name, given="correct horse\n")
    assert done.returncode == 3
    assert f"LEARNER_MANAGER_SECRET_{name.upper()}" in one_sentence(done)
    assert "correct horse" not in done.stderr
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        assert b"correct horse" not in file.read_bytes()


@pytest.mark.rule("LS-N6")
def test_the_lms_token_is_kept_under_its_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store()
    using(store, monkeypatch)
    folder = DataFolder(tmp_path / "data")
    folder.make()
    lms = LmsSettings(url="https://moodle.invalid/lms")
    config.save(folder.path, Settings(lms=lms))
    monkeypatch.setattr("sys.stdin", StringIO("0123456789abcdef\n"))
    assert main(["--data", str(folder.path), "secret", "set", "lms_token"]) == 0
    assert store.held == {("Learner Manager (moodle.invalid)", "lms_token"): "0123456789abcdef"}
    assert lms_client(config.load(folder.path), Secrets({})).parallel == lms.parallel
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        assert b"0123456789abcdef" not in file.read_bytes()


@pytest.mark.parametrize(("name", "given"), [("nothing_known", "x\n"), ("lrs_password", "")])
def test_a_secret_that_is_none(tmp_path: Path, name: str, given: str):
    done = run(tmp_path, "secret", "set", name, given=given)
    assert done.returncode == 3
    one_sentence(done)


# The LRS


@pytest.fixture(scope="module")
def lrs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsSandbox]:
    with LrsSandbox(tmp_path_factory.mktemp("service"), people=people(100)) as sandbox:
        yield sandbox


def with_settings(place: Path, lrs: LrsSandbox) -> dict[str, str]:
    folder = DataFolder(place / "data")
    folder.make()
    config.save(folder.path, demo.settings_for(lrs.info.as_dict()))
    return {
        "LEARNER_MANAGER_SECRET_LRS_PASSWORD": lrs.info.password,
        "LEARNER_MANAGER_SECRET_LRS_CERTIFICATE_PASSWORD": lrs.info.certificate_password,
    }


def asked_for(person: Person) -> list[str]:
    names = ["--given-name", str(person.given_names), "--family-name", str(person.family_name)]
    return ["--uln", str(person.uln), *names]


def test_lrs_check_of_one_learner(tmp_path: Path, lrs: LrsSandbox):
    more = with_settings(tmp_path, lrs)
    person = next(one for one in people(100) if one.kind is Kind.EXACT and events_of(one))
    done = run(tmp_path, "--json", "lrs", "check", *asked_for(person), "--show-events", more=more)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert {"steps", "response_code", "found_uln", "events", "by_source", "error_code", "records"} == set(found)
    assert all(step["ok"] for step in found["steps"])
    assert found["response_code"] == "WSRC0004"
    assert found["error_code"] is None
    assert found["events"] == len(events_of(person)) == len(found["records"]) == sum(found["by_source"].values())
    assert all(len(one) == 22 for one in found["records"])


def test_lrs_check_with_a_wrong_password(tmp_path: Path, lrs: LrsSandbox):
    more = with_settings(tmp_path, lrs) | {"LEARNER_MANAGER_SECRET_LRS_PASSWORD": "0123456789abcdef"}
    done = run(tmp_path, "--json", "lrs", "check", *asked_for(people(100)[0]), more=more)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not all(step["ok"] for step in found["steps"])
    assert "0123456789abcdef" not in done.stdout + done.stderr


def test_lrs_check_without_settings(tmp_path: Path):
    done = run(tmp_path, "lrs", "check")
    assert done.returncode == 3
    assert "Settings" in one_sentence(done)


def test_the_sandbox_says_where_it_is_and_ends_with_its_starter(tmp_path: Path):
    command = [sys.executable, "-m", "ui", "sandbox", "lrs", "--people", "100"]
    with subprocess.Popen(
        command,
        env=surroundings(tmp_path),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        info = json.loads(child.stdout.readline())
        assert set(info) == KEYS
        assert info["url"].startswith("https://127.0.0.1:")
        assert info["url"].endswith("/LearnerServiceR9.svc")
        child.stdin.close()
        assert child.wait(30) == 0


def test_the_sandbox_moodle_says_where_it_is_and_goes_on_by_itself(tmp_path: Path):
    command = [sys.executable, "-m", "ui", "sandbox", "moodle", "--people", "100", "--move-every", "0.2"]
    with subprocess.Popen(
        command,
        env=surroundings(tmp_path),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        info = json.loads(child.stdout.readline())
        assert set(info) == {"url", "ca_file", "token"}
        settings = LmsSettings(url=info["url"], ca_file=info["ca_file"])
        secrets = Secrets({})
        secrets.set_for_session("lms_token", info["token"], host=settings.host)
        with lms_client(Settings(lms=settings), secrets).open() as calls:
            before = {one.number for one in calls.courses()}
            until = time.monotonic() + 20
            while {one.number for one in calls.courses()} <= before:
                assert time.monotonic() < until
        child.stdin.close()
        assert child.wait(30) == 0


def test_the_sandbox_moodle_knows_its_faults(tmp_path: Path):
    done = run(tmp_path, "sandbox", "moodle", "--fault", "no-such-fault")
    assert done.returncode == 3
    assert "token-revoked" in one_sentence(done)


# Signals


def test_the_window_ends_cleanly_when_it_is_told_to(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.window_until_signal"],
        env=surroundings(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "shown"
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
        assert child.returncode == 0, errors
        assert "Traceback" not in errors
    assert run(tmp_path, "--json", "db", "check").returncode == 0
