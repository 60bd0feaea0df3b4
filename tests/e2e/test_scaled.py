"""Nothing is clipped on a screen of 200 % either: the layout tests once more, in a process with that scale."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.children import ROOT, surroundings


def test_layout_on_a_screen_of_200_percent(tmp_path: Path):
    more = {"QT_SCALE_FACTOR": "2"}
    tests = ["tests/ui/test_window_layout.py", "-k", "not 200"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--basetemp",
            str(tmp_path / "base"),
            *tests,
        ],
        env=surroundings(tmp_path, more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    assert " passed" in done.stdout
