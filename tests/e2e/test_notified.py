"""A notification reaches a real message bus, and pressing it comes back (`notified.py`, `telling_window.py`)."""

import json
import os
import subprocess
import sys
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
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {"told": [["Synchronise: Done", "Press to go to the result."]], "signs": 1, "said": ["pressed"]}
