"""What the program holds of the computer, and whether it grows: a line laid through the samples."""

import gc
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

_FILES = Path("/proc/self/fd")
QUIET_SECONDS = 3.0
"""So long the threads of a service may take to see that their client has hung up."""


@dataclass(frozen=True, slots=True)
class Sample:
    """At a simulated hour: memory in kB, objects that Python looks after, threads, open files, and of these
    connections to the database."""

    hour: float
    kb: int
    objects: int
    threads: int
    files: int
    databases: int


def take(hour: float, most_threads: int = 0) -> Sample:
    """Look, after all rubbish is collected and no more than `most_threads` run, or some time has passed."""
    waiting = threading.Event()
    for _ in range(int(QUIET_SECONDS / 0.02) if most_threads else 0):
        if threading.active_count() <= most_threads:
            break
        waiting.wait(0.02)
    gc.collect()
    links = _open_files()
    return Sample(
        hour,
        _kb(),
        len(gc.get_objects()),
        threading.active_count(),
        len(links),
        sum(".sqlite" in one for one in links),
    )


def _open_files() -> list[str]:
    found = []
    for one in os.listdir(_FILES) if _FILES.exists() else ():
        try:
            found.append(os.readlink(_FILES / one))
        except OSError:
            continue  # the one that the listing itself had open
    return found


def _kb() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """How much each grows in a simulated hour, by a straight line through the second half of the samples; 0 of fewer
    than three, through which any line would fit."""
    half = samples[len(samples) // 2 :]
    names = ("kb", "objects", "threads", "files", "databases")
    if len(half) < 3:
        return dict.fromkeys(names, 0.0)
    hours = [one.hour for one in half]
    return {name: round(linear_regression(hours, [getattr(one, name) for one in half]).slope, 3) for name in names}
