"""Told to end, the program ends: in the middle of a download, and while a question is open."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import people
from tests.e2e.children import run, surroundings


@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("busy", signal.SIGTERM),
        ("busy", signal.SIGINT),
        ("asking", signal.SIGTERM),
        ("quitting", signal.SIGTERM),
    ],
)
def test_a_signal_needs_no_answer(tmp_path: Path, what: str, number: signal.Signals):
    with LrsSandbox(tmp_path / "service", people=people(100), latency_ms=500) as sandbox:
        info = tmp_path / "info.json"
        info.write_text(json.dumps(sandbox.info.as_dict()), encoding="utf-8")
        passwords = {
            "LEARNER_MANAGER_SECRET_LRS_PASSWORD": sandbox.info.password,
            "LEARNER_MANAGER_SECRET_LRS_CERTIFICATE_PASSWORD": sandbox.info.certificate_password,
        }
        with subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.busy_window", str(info), what],
            env=surroundings(tmp_path, passwords),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            first = child.stdout.readline().strip()
            started = monotonic()
            child.send_signal(number)
            output, errors = child.communicate(timeout=60)
            assert (first, child.returncode, output, errors) == ("busy", 0, "", "")
            assert monotonic() - started < 10
    done = run(tmp_path, "--json", "db", "check")
    assert json.loads(done.stdout)["problems"] == []
