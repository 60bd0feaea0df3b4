"""The tests' own server leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.db import postgresql

ROOT = Path(__file__).resolve().parents[2]
STARTER = """
import sys
from tests.db.postgresql import running_server

with running_server() as server:
    sys.stdout.write(f"{server.folder}\\n{server.port}\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


@pytest.mark.parametrize("killed", [True, False])
def test_a_server_ends_with_its_starter(killed: bool):
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        folder, port = Path(starter.stdout.readline().strip()), int(starter.stdout.readline())
        assert folder.is_dir()
        socket.create_connection(("127.0.0.1", port), 5).close()
        if killed:
            os.kill(starter.pid, signal.SIGKILL)
        else:
            starter.stdin.close()
        # Whoever cleans up holds the other end of this pipe: it ends with the last of them.
        assert starter.stdout.read() == ""
        assert starter.wait(30) == (-signal.SIGKILL if killed else 0)
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
