"""Notes of a crash: taken once, masked, bounded; what is no crash is not told."""

import os
from pathlib import Path

import pytest

from app import crash_notes, logs

FATAL = (
    "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n  File x.py, line 1\n"
)
HANDLED = "Windows fatal exception: code 0x8001010d\n\nCurrent thread 0x1 (most recent call first):\n  File x.py\n"


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / logs.CRASH_FILE_NAME
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_is_nothing(tmp_path: Path):
    assert crash_notes.take(tmp_path / "none") == ""
    written(tmp_path, "")
    assert crash_notes.take(tmp_path) == ""
    assert os.listdir(tmp_path) == [logs.CRASH_FILE_NAME]


def test_notes_are_masked_and_taken_once(tmp_path: Path):
    home = os.path.expanduser("~")
    file = written(tmp_path, f"{FATAL}3000000029 ann@college.invalid {home}/x.py {home}\n")
    taken = crash_notes.take(tmp_path)
    assert taken == f"{FATAL}[10 digits] [e-mail] ~/x.py ~\n"
    assert crash_notes.is_crash(taken)
    assert file.read_bytes() == b""
    assert crash_notes.take(tmp_path) == ""
    [kept] = tmp_path.glob("crash-*.log")
    assert kept.read_text(encoding="utf-8") == taken


@pytest.mark.parametrize(
    ("text", "told", "crash"),
    [
        (FATAL, True, True),
        ("Windows fatal exception: access violation\n\nThread 0x1\n", True, True),
        (HANDLED, False, False),
        (HANDLED + FATAL, True, True),
        (f"{crash_notes.HANG} for 10 seconds.\n", True, False),
        ("\0\xff" * 300_000, False, False),
    ],
)
def test_what_is_told(tmp_path: Path, text: str, told: bool, crash: bool):
    written(tmp_path, text)
    taken = crash_notes.take(tmp_path)
    assert bool(taken) is told
    assert crash_notes.is_crash(taken) is crash
    assert crash_notes.take(tmp_path) == ""


def test_the_newest_five_stay(tmp_path: Path):
    for number in range(8):
        written(tmp_path, f"{FATAL}{number}")
        assert crash_notes.take(tmp_path).endswith(str(number))
    kept = sorted(tmp_path.glob("crash-*.log"))
    assert [file.read_text(encoding="utf-8")[-1] for file in kept] == ["3", "4", "5", "6", "7"]


@pytest.mark.expects_log
def test_a_folder_that_cannot_be_written_is_no_harm(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / logs.CRASH_FILE_NAME).mkdir()
    assert crash_notes.take(tmp_path) == ""
    assert "could not be taken" in caplog.text


def test_a_note_goes_where_a_crash_would(tmp_path: Path):
    logs.note("nobody listens")
    logs.start(tmp_path)
    try:
        logs.note("learner 3000000029\n")
        assert (tmp_path / logs.CRASH_FILE_NAME).read_text(encoding="utf-8") == "learner [10 digits]\n"
        assert crash_notes.take(tmp_path) == ""
        logs.note("after")  # the file that is open goes on from its new beginning
        assert (tmp_path / logs.CRASH_FILE_NAME).read_text(encoding="utf-8") == "after"
    finally:
        logs.stop()
