"""One window on one embedded database, whatever became of the window before it."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.db import postgresql
from tests.e2e.children import run, surroundings

Child = subprocess.Popen


@contextmanager
def window(place: Path, *arguments: str) -> "Iterator[Child[str]]":
    """The program with its window minimised; killed at the end, if it is still there."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.minimised_window", *arguments],
        env=surroundings(place),
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stderr is not None
            assert said(child) == "minimised", child.stderr.read()
            yield child
        finally:
            child.kill()


def said(child: "Child[str]") -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def ended(child: "Child[str]") -> None:
    child.send_signal(signal.SIGTERM)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output, errors) == (0, "", "")


def address(place: Path) -> tuple[int, str]:
    file = place / "data" / "learners.sqlite.window"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = re.fullmatch(r"(\d+) ([0-9a-f]{32})\n", file.read_text(encoding="ascii"))
    assert found
    return int(found[1]), found[2]


def test_a_second_start_brings_the_first_window_to_the_front(tmp_path: Path):
    with window(tmp_path) as first:
        for _ in range(2):
            again = run(tmp_path, timeout=30)
            assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
            assert said(first) == "in front"
        ended(first)
    with window(tmp_path) as next_one:
        ended(next_one)


def test_two_data_folders_are_two_windows(tmp_path: Path):
    with window(tmp_path) as first, window(tmp_path, "--data", str(tmp_path / "other")) as second:
        ended(second)
        ended(first)


def test_commands_work_beside_a_window(tmp_path: Path):
    with window(tmp_path) as first:
        for arguments in (["db", "upgrade"], ["--json", "db", "check"], ["--smoke", str(tmp_path / "proof")]):
            done = run(tmp_path, *arguments)
            assert done.returncode == 0, done.stderr
        ended(first)


def test_after_a_killed_window_the_next_start_is_the_first(tmp_path: Path):
    with window(tmp_path) as killed:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait(10)
    port, _ = address(tmp_path)  # it is still written there
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 2)
    with window(tmp_path) as first:
        assert run(tmp_path, timeout=30).returncode == 0
        assert said(first) == "in front"
        ended(first)


def answer_to(message: bytes, port: int) -> bytes:
    """What comes back; nothing when the line is hung up on us."""
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.settimeout(10)
        try:
            line.sendall(message)
            line.shutdown(socket.SHUT_WR)
            return line.recv(100)
        except TimeoutError:
            raise
        except OSError:  # a line that was reset may be "not connected", which is no ConnectionError
            return b""


def test_whoever_does_not_know_the_word_is_not_heard(tmp_path: Path):
    with window(tmp_path) as first, ExitStack() as silent:
        port, word = address(tmp_path)
        for _ in range(20):
            silent.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        wrong = (b"\0" * 100_000, word[:-1].encode() + b"x", word.encode() + b"x", b"", b"quit\n")
        assert [answer_to(message, port) for message in wrong] == [b""] * 5
        assert run(tmp_path, timeout=30).returncode == 0
        assert said(first) == "in front"
        ended(first)  # and it did not come forward at any other time


def test_a_window_that_does_not_answer_is_told_of(tmp_path: Path):
    with window(tmp_path) as first:
        os.kill(first.pid, signal.SIGSTOP)
        done = run(tmp_path, timeout=60)
        assert done.returncode == 3
        assert "open already and does not answer" in done.stderr
        os.kill(first.pid, signal.SIGCONT)


def test_a_shared_database_may_have_many_windows(tmp_path: Path):
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with postgresql.running_server() as server, server.database() as url:
        arguments = ("--database", url)
        with window(tmp_path, *arguments) as first, window(tmp_path, *arguments) as second:
            ended(second)
            ended(first)
