"""Privacy: a download without Update leaves nothing of the answers anywhere; people stand in the database only.

The program runs as a child process; HOME, TMPDIR, the XDG folders and the data folder are one empty folder, all of
which is searched afterwards, write-ahead log and logs included.
"""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import demo
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, events_of, people

ROOT = Path(__file__).resolve().parents[2]
LEARNERS = 120
# The program's own clock, to the microsecond: six digits of it are an event's id now and then.
MOMENT = re.compile(rb"\d\d:\d\d:\d\d\.\d{6}")


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LrsSandbox]:
    """What a run of the program left in its one folder, and the service that it asked."""
    place = tmp_path_factory.mktemp("everything")
    elsewhere = tmp_path_factory.mktemp("service")
    with LrsSandbox(elsewhere, people=people(LEARNERS)) as sandbox:
        info = sandbox.info.as_dict()
        (elsewhere / "info.json").write_text(json.dumps(info), encoding="utf-8")
        names = ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
        folders = {name: str(place / name.lower()) for name in names}
        for folder in folders.values():
            Path(folder).mkdir(mode=0o700)
        environment = {
            **os.environ,
            **folders,
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(ROOT),
            "LEARNER_MANAGER_DATA": str(place / "data"),
            "LEARNER_MANAGER_SECRET_LRS_PASSWORD": info["password"],
            "LEARNER_MANAGER_SECRET_LRS_CERTIFICATE_PASSWORD": info["certificate_password"],
        }
        command = [sys.executable, "-m", "tests.e2e.download_only", str(elsewhere / "info.json"), str(LEARNERS)]
        done = subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "downloaded" in done.stdout
        (place / "stdout").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert len(set(sandbox.calls)) > LEARNERS // 2
    return place, sandbox


def files(place: Path) -> Iterator[Path]:
    yield from (file for file in place.rglob("*") if file.is_file())


def hits(place: Path, words: set[str]) -> list[tuple[str, str]]:
    found = []
    for file in files(place):
        body = MOMENT.sub(b"", file.read_bytes())
        for word in words:
            if word.encode() in body or word.encode("utf-16-le") in body:
                found.append((word, str(file.relative_to(place))))
    return found


def handed_out() -> set[str]:
    words: set[str] = set()
    for person in people(LEARNERS):
        for event in events_of(person):
            values = (
                event.subject,
                event.achievement_provider_name,
                event.awarding_organisation_name,
                event.id,
                person.found_uln,
            )
            words |= {str(value) for value in values if value and str(value).upper() != "UNKNOWN"}
    return words


def test_nothing_of_the_answers_is_left_anywhere(left_behind: tuple[Path, LrsSandbox]):
    place, _ = left_behind
    words = handed_out()
    assert len(words) > 200
    assert any(person.kind is Kind.LINKED for person in people(LEARNERS))
    assert hits(place, words) == []


def test_no_secret_is_left_anywhere(left_behind: tuple[Path, LrsSandbox]):
    place, sandbox = left_behind
    info = sandbox.info.as_dict()
    assert hits(place, {info["password"], info["certificate_password"]}) == []


def test_people_stand_in_the_database_only(left_behind: tuple[Path, LrsSandbox]):
    place, _ = left_behind
    words = {
        word
        for person in people(LEARNERS)
        for word in (person.uln, person.family_name, person.given_names)
        if word and len(word) > 5 and word != "9999999999"
    }
    assert len(words) > 150
    found = {file for _, file in hits(place, words)}
    assert found == {"data/learners.sqlite"}


def test_files_are_private(left_behind: tuple[Path, LrsSandbox]):
    place, _ = left_behind
    data = place / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for file in files(data):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    for folder in (one for one in data.rglob("*") if one.is_dir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_the_database_holds_the_people_and_that_they_were_asked(left_behind: tuple[Path, LrsSandbox]):
    """The search above could find nothing because there is nothing: the database is there and full."""
    place, _ = left_behind
    assert hits(place, {person.ref for person in people(3)})
    assert demo.COLLEGE_UKPRN
