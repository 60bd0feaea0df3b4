"""What a screen reader finds on a real display: names, roles, states, how much is selected (`screen_reader.py`)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.children import ROOT, surroundings
from tests.e2e.virtual_screen import SYSTEM_PYTHON, missing, virtual_screen
from ui.page_stack import TITLES

LOOK = Path(__file__).with_name("screen_reader.py")
LACKING = missing("Atspi")

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


@pytest.fixture
def display() -> Iterator[str]:
    with virtual_screen() as name:
        yield name


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


@pytest.mark.skipif(bool(LACKING) and not os.environ.get("CI"), reason=f"not installed: {LACKING}")
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
