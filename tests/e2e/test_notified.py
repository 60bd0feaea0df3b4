"""A notification reaches a real message bus, and pressing it comes back (`notified.py`, `telling_window.py`)."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.children import ROOT, surroundings
from tests.e2e.virtual_screen import SYSTEM_PYTHON, missing, virtual_screen

DESKTOP = Path(__file__).with_name("notified.py")
LACKING = missing("Gio")


@pytest.mark.skipif(bool(LACKING) and not os.environ.get("CI"), reason=f"not installed: {LACKING}")
def test_a_desktop_is_told_and_a_press_comes_back(tmp_path: Path):
    with virtual_screen() as display:
        command = ["dbus-run-session", "--", SYSTEM_PYTHON, "-W", "ignore", str(DESKTOP)]
        command += [sys.executable, "-m", "tests.e2e.telling_window"]
        environment = surroundings(tmp_path, {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        session = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True, **pipes)
        try:
            out, err = session.communicate(timeout=120)
        finally:
            with suppress(ProcessLookupError):  # the bus and whoever is on it
                os.killpg(session.pid, signal.SIGKILL)
    assert session.returncode == 0, err
    found = json.loads(out)
    assert found == {"told": [["Synchronise: Done", "Press to go to the result."]], "signs": 1, "said": ["pressed"]}
