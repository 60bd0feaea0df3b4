"""The real thing: a desktop's password store, started for this test alone and left with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
SESSION = """
printf x | gnome-keyring-daemon --unlock --foreground --components=secrets >/dev/null & daemon=$!
"$0" -c "$1"; result=$?; kill $daemon; exit $result
"""
PROGRAM = """
import threading
import time
from app.secrets import Kept, Secrets, StoreState

until = time.monotonic() + 5  # the daemon may not listen yet
while Secrets({}).store_state() is not StoreState.AVAILABLE and time.monotonic() < until:
    threading.Event().wait(0.05)
assert Secrets({}).store_state() is StoreState.AVAILABLE
assert Secrets({}).set("lrs_password", "Sixteen-L\\u00e9tters!", host="lrs.invalid") is Kept.STORE
assert Secrets({}).get("lrs_password", host="lrs.invalid") == "Sixteen-L\\u00e9tters!"
assert Secrets({}).get("lrs_password", host="other.invalid") is None
Secrets({}).forget("lrs_password", host="lrs.invalid")
assert Secrets({}).get("lrs_password", host="lrs.invalid") is None
"""


def run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "PYTHON_KEYRING"))}
    environment = {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason="needs " + " and ".join(PROGRAMS))
def test_a_real_password_store_keeps_and_forgets(tmp_path):
    done = run(["dbus-run-session", "--", "sh", "-c", SESSION, sys.executable, PROGRAM], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a store")
def test_without_a_session_there_is_no_store(tmp_path):
    program = """
from app.secrets import Kept, Secrets, StoreState
assert Secrets({}).store_state() is StoreState.NONE
assert Secrets({}).set("lrs_password", "Sixteen-Letters!", host="lrs.invalid") is Kept.SESSION
"""
    done = run([sys.executable, "-c", program], tmp_path)
    assert done.returncode == 0, done.stderr
