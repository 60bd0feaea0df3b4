"""What a screen reader finds on a real display: names, roles, states, how much is selected (`screen_reader.py`)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.children import ROOT, surroundings
from ui.page_stack import TITLES

SYSTEM_PYTHON = "/usr/bin/python3"
LOOK = Path(__file__).with_name("screen_reader.py")

DIALOGS = {
    "Condition Builder": {"Add a condition", "Cancel", "Save Search"},
    "Export": {"Protect it with a password", "Password", "Password, once more", "Cancel"},
    "Update summary": {"Export List", "Undo", "OK"},
    "Database": {"On this computer", "On a shared server", "Computer", "Port", "Move to Server…"},
    "Move": {"Move", "Close"},
    "Credit Types": {"Credit Types, 3", "Code", "Title", "Add Credit Type", "Save"},
}
"""Some of the controls that have to be found in each. Of the demo nothing has to be set up, and nobody in it is
complete, so that two dialogs are left to `tests/ui`."""


def missing() -> str:
    """Which of what the test needs is not installed."""
    programs = [name for name in ("Xvfb", "dbus-run-session", SYSTEM_PYTHON) if not shutil.which(name)]
    asking = "import gi; gi.require_version('Atspi', '2.0')"
    if not programs and subprocess.run([SYSTEM_PYTHON, "-c", asking], capture_output=True).returncode:
        programs.append("gir1.2-atspi-2.0")
    return ", ".join(programs)


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of the test's own, by the name that programs know it by."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(20)


@pytest.fixture
def seen(tmp_path: Path, display: str) -> dict[str, Any]:
    command = ["dbus-run-session", "--", SYSTEM_PYTHON, "-W", "ignore", str(LOOK)]
    command += [sys.executable, "-m", "ui", "--demo"]
    environment = surroundings(tmp_path, {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
    environment.pop("LEARNER_MANAGER_DATA")
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # the registry prints a line of its own
    return found


@pytest.mark.skipif(bool(missing()) and not os.environ.get("CI"), reason=f"not installed: {missing()}")
def test_a_screen_reader_finds_its_way(seen: dict[str, Any]):
    assert seen["frame"] == ["frame", "Learner Manager – Demo"]
    table = seen["table"]
    assert table["rows"] == 2500
    assert table["headers"][:4] == ["Selected", "PLR", "Person Code", "Surname"]
    assert table["cell"][0] == "table cell"
    assert table["cell"][1].isdigit()
    assert not table["selected_before"]
    assert table["mark"] == "selected", "said by a word as well as by a state"
    assert seen["spoken"] == ["2,500 rows selected"]
    assert seen["nameless"] == []
    pages = {name.split(",")[0] for names in seen["tabs"].values() for name in names}
    assert pages <= set(TITLES.values())
    assert len(pages) > 15
    assert set(DIALOGS) <= set(seen["dialogs"])
    for name, controls in DIALOGS.items():
        assert controls <= set(seen["dialogs"][name]), name
        assert "" not in seen["dialogs"][name], name
    assert seen["dialogs"]["window"] == ["frame"]
    assert seen["dialogs_nameless"] == []
