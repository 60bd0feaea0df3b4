"""The whole program as a child process: how soon it can be used, what memory it takes, how soon it is gone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app import config
from app.demo import fill, sandbox_process, settings_for
from app.folders import DataFolder
from app.start import open_folder, sign_in
from tests.bench.measured import ROUNDS, Result, measures, median, paired, result
from tests.bench.million import LEARNERS, million_folder

ROOT = Path(__file__).resolve().parents[2]
SLOW_MS = 60_000
IMPORTS = "import PySide6.QtWidgets, sqlalchemy"


@measures("start")
def start() -> Result:
    """From the start of the process to the first rows of a million painted and the window taking keys; against a
    process that imports QtWidgets and SQLAlchemy and ends."""
    data = str(million_folder().path)
    _to_first_rows(data)  # what the first start on a folder writes, and files into the system's memory
    figure, reference = paired(lambda: _to_first_rows(data), _to_imported, max(ROUNDS, 3) + 2)
    return result("start", figure, "s", reference, "importing QtWidgets and SQLAlchemy", times=1.6)


def _to_first_rows(data: str) -> float:
    began = time.monotonic()
    with _child("start", data) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        taken = time.monotonic() - began
        assert line == "shown\n", line
    return taken


def _to_imported() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=_surroundings(), cwd=ROOT)
    return time.monotonic() - began


@measures("memory")
def memory() -> Result:
    """Resident memory with a million learners open, scrolled from end to end, sorted and selected, against the empty
    window of the same process."""
    with TemporaryDirectory() as place:
        found = in_a_child("memory", str(Path(place) / "data"), str(million_folder().path), str(LEARNERS))
    return result("memory", float(found["full"]), "MB", float(found["window"]), "empty window", more=60)


def in_a_child(*arguments: str) -> dict[str, str]:
    """What `program_child` says with these arguments: words and their values."""
    with _child(*arguments) as child:
        assert child.stdout is not None
        return dict(line.split() for line in child.stdout)


@measures("shutdown")
def shutdown() -> Result:
    """From the click that leaves while four calls wait for a service that takes a minute, to the end of the
    process."""
    return result("shutdown", median([_left_after() for _ in range(ROUNDS)]), "s", at_most=1)


def _left_after() -> float:
    with TemporaryDirectory() as place:
        folder = DataFolder(Path(place) / "data")
        _, db = open_folder(folder)
        sign_in(db)
        fill(db, 100)
        db.close()
        with sandbox_process("lrs", Path(place), "--latency-ms", str(SLOW_MS)) as info:
            config.save(folder.path, settings_for(info))
            secrets = {
                "LEARNER_MANAGER_SECRET_LRS_PASSWORD": info["password"],
                "LEARNER_MANAGER_SECRET_LRS_CERTIFICATE_PASSWORD": info["certificate_password"],
            }
            with _child("leave", str(folder.path), **secrets) as child:
                assert child.stdout is not None
                said = child.stdout.readline().split()
                child.wait(60)
                ended = time.monotonic()
                assert said[:1] == ["leaving"], said
    return ended - float(said[1])


@contextmanager
def _child(*arguments: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """`program_child` with these arguments; must end well."""
    command = [sys.executable, "-m", "tests.bench.program_child", *arguments]
    child = subprocess.Popen(command, cwd=ROOT, env=_surroundings() | more, stdout=subprocess.PIPE, text=True)
    try:
        yield child
        assert child.wait(120) == 0, arguments[0]
    finally:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def _surroundings() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEARNER_MANAGER")}
    return {
        **kept,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        # Compiled modules are there, as in an installed program.
        "PYTHONDONTWRITEBYTECODE": "",
    }


MEASURES = (start, memory, shutdown)
