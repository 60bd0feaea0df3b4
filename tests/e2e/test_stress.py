"""The same thing again and again: nothing grows, nothing warns, nothing crashes.

20 and 10 rounds; 300 with LM_LONG=1 in the environment.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import logs
from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import people
from tests.e2e.children import surroundings
from tests.e2e.rounds import LEARNERS

LONG = os.environ.get("LM_LONG") == "1"
FEW = 3
"""Threads or files that a pool may keep."""
# Measured over 300 rounds: see the report of each run (pytest -s). What leaks a window or a download leaks more.
MOST_KB_A_ROUND = 40 if LONG else 400


def repeated(place: Path, what: str, rounds: int, *rest: str, more: dict[str, str] | None = None) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.e2e.rounds", what, str(rounds), *rest],
        env=surroundings(place, more),
        cwd=place,
        capture_output=True,
        text=True,
        timeout=1_800 if LONG else 240,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for file in (place / "data" / "logs").iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            warns = any(word in line for word in (" WARNING ", " ERROR ", " CRITICAL "))
            assert not warns or "This plugin does not support" in line, line  # so says offscreen of every window
    assert (place / "data" / "logs" / logs.CRASH_FILE_NAME).read_bytes() == b""
    samples = json.loads(done.stdout)
    print(what, rounds, sys.version.split()[0], samples[0], samples[-1])
    return samples


def flat(samples: list[dict], rounds: int) -> None:
    """From the first sample on (by then everything was used once) nothing grows."""
    first, last = samples[0], samples[-1]
    for name in ("threads", "files"):
        assert last[name] <= first[name] + FEW, (name, samples)
    apart = rounds - 10
    assert last["kb"] - first["kb"] <= MOST_KB_A_ROUND * apart, samples


def test_start_cancel_close(tmp_path: Path):
    rounds = 300 if LONG else 20
    with LrsSandbox(tmp_path / "service", people=people(LEARNERS), latency_ms=2) as sandbox:
        info = tmp_path / "info.json"
        info.write_text(json.dumps(sandbox.info.as_dict()), encoding="utf-8")
        passwords = {
            "LEARNER_MANAGER_SECRET_LRS_PASSWORD": sandbox.info.password,
            "LEARNER_MANAGER_SECRET_LRS_CERTIFICATE_PASSWORD": sandbox.info.certificate_password,
        }
        flat(repeated(tmp_path, "downloads", rounds, str(info), more=passwords), rounds)


@pytest.mark.parametrize("rounds", [300 if LONG else 20])
def test_the_whole_window(tmp_path: Path, rounds: int):
    flat(repeated(tmp_path, "windows", rounds), rounds)
