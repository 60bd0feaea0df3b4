"""The program as a child process, in an empty folder of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def surroundings(place: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which everything the program could write to is within `place`."""
    names = ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    folders = {name: str(place / name.lower()) for name in names}
    for folder in folders.values():
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEARNER_MANAGER")}
    return {
        **kept,
        **folders,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "LEARNER_MANAGER_DATA": str(place / "data"),
        **(more or {}),
    }


def run(
    place: Path,
    *arguments: str,
    more: Mapping[str, str] | None = None,
    given: str = "",
    timeout: float = 120,
) -> "subprocess.CompletedProcess[str]":
    """`learner-manager ARGUMENTS`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        env=surroundings(place, more),
        cwd=place,
        capture_output=True,
        text=True,
        input=given,
        timeout=timeout,
    )
