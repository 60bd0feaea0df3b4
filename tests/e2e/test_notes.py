"""A crash and a hang leave notes; the next start tells of them once, and puts them away."""

import re
import signal
import stat
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from app import crash_notes
from tests.e2e.children import surroundings


def child(place: Path, what: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.window_that_hangs", what],
        env=surroundings(place),
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def looked(place: Path) -> str:
    """What the next start tells, and what its *Copy Report* copies."""
    with child(place, "look") as process:
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        return output


def notes(place: Path) -> str:
    return (place / "data" / "logs" / "crash.log").read_text(encoding="utf-8")


def log(place: Path) -> str:
    return (place / "data" / "logs" / "learner-manager.log").read_text(encoding="utf-8")


def archived(place: Path) -> list[Path]:
    return sorted((place / "data" / "logs").glob("crash-*.log"))


def test_a_crash_is_told_once(tmp_path: Path):
    with child(tmp_path, "crash") as process:
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in notes(tmp_path)
    told = looked(tmp_path)
    assert told.startswith("Learner Manager ended unexpectedly the last time.\nLearner Manager 0.")
    assert "Segmentation fault" in told
    assert "window_that_hangs.py" in told
    assert notes(tmp_path) == ""
    [kept] = archived(tmp_path)
    assert "Segmentation fault" in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert looked(tmp_path) == "nothing\n"
    assert len(archived(tmp_path)) == 1


def wait_for(pattern: str, place: Path, process: "subprocess.Popen[str]") -> None:
    """Until the log has such a line; the process is given up after a minute."""
    end = monotonic() + 60
    while not re.search(pattern, log(place)):
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            if monotonic() < end:
                continue
            process.kill()
        raise AssertionError(f"no {pattern!r} in its log: {log(place)}")


def test_a_hang_is_noted_once_while_it_lasts(tmp_path: Path):
    with child(tmp_path, "hang") as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "blocked\n"
        wait_for("has not answered", tmp_path, process)
        text = notes(tmp_path)  # there while it hangs: whoever ends the program by force loses nothing
        with pytest.raises(subprocess.TimeoutExpired):  # it hangs on for five beats more
            process.wait(1)
        output, errors = process.communicate("x", timeout=60)
        assert (process.returncode, output, errors) == (0, "free\n", "")
    assert text.count(crash_notes.HANG) == 1
    assert "In the window's thread:" in text
    assert "In hang watch:" in text
    assert "sys.stdin.read(1)" in text
    assert "block_the_window_for_[10 digits]" in text, "masked"
    assert notes(tmp_path) == text
    assert "answers again" in log(tmp_path)
    assert looked(tmp_path).startswith("Learner Manager did not answer for a while the last time.\n")
    assert looked(tmp_path) == "nothing\n"


def test_a_hang_that_is_ended_by_force_is_told(tmp_path: Path):
    with child(tmp_path, "hang") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "blocked\n"
        wait_for("has not answered", tmp_path, process)
        process.kill()
    assert "did not answer for a while" in looked(tmp_path)


def test_a_computer_that_slept_is_no_hang(tmp_path: Path):
    """Stopped as a whole, as sleep stops it, for longer than a hang takes."""
    with child(tmp_path, "hang") as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "blocked\n"
        process.send_signal(signal.SIGSTOP)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.stdin.write("x")
            process.stdin.flush()
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, output) == (0, "free\n")
    assert notes(tmp_path) == ""
    assert "has not answered" not in log(tmp_path)
