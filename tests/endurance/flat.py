"""What the program holds of the computer, and whether it grows: a straight line through the hours.

Looked at once an hour, at the same point of it, when all rubbish is collected. What is in use is told by the two
allocators themselves, to the byte; what the operating system has given is more, and scatters, for an allocator keeps
what may be wanted again.
"""

import ctypes
import gc
import os
import sqlite3
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

_FILES = Path("/proc/self/fd")
QUIET_SECONDS = 3.0
"""So long the threads of a service may take to see that their client has hung up."""


@dataclass(frozen=True, slots=True)
class Sample:
    """At a simulated hour: `python`, small objects in use; `native`, kB in use of what the C library gave out, to
    SQLite, OpenSSL, libxml2 and to Python for large objects; `kb` that the operating system has given; objects that
    the collector looks after; threads; open files, and of these files of the database."""

    hour: float
    python: int
    native: int
    kb: int
    objects: int
    threads: int
    files: int
    databases: int

    @property
    def live(self) -> float:
        """kB in use."""
        return self.python * SMALL / 1024 + self.native


SMALL = 94
"""Bytes of a small object on average, as `sys._debugmallocstats` tells in a run."""


class _Mallinfo(ctypes.Structure):
    """What `mallinfo2` of the GNU C library answers."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    )


def _library() -> ctypes.CDLL | None:
    """The C library, if it can be asked."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        return None
    library.mallinfo2.restype = _Mallinfo
    return library


_LIBRARY = _library()


def take(hour: float, most_threads: int = 0) -> Sample:
    """Look, after all rubbish is collected and no more than `most_threads` run, or some time has passed."""
    waiting = threading.Event()
    for _ in range(int(QUIET_SECONDS / 0.02) if most_threads else 0):
        if threading.active_count() <= most_threads:
            break
        waiting.wait(0.02)
    gc.collect()
    _give_back_pages()
    links = _open_files()
    native = 0
    if _LIBRARY is not None:
        _LIBRARY.malloc_trim(0)
        told = _LIBRARY.mallinfo2()
        native = (told.uordblks + told.hblkhd) // 1024
    return Sample(
        hour,
        sys.getallocatedblocks(),
        native,
        _kb(),
        len(gc.get_objects()),
        threading.active_count(),
        len(links),
        sum(".sqlite" in one for one in links),
    )


def _give_back_pages() -> None:
    """Each connection of SQLite keeps pages of the file, up to a size that the program sets (`embedded.CACHE`): how
    many it holds by now says how much was read, and is no growth."""
    for one in gc.get_objects():
        if isinstance(one, sqlite3.Connection):
            one.execute("pragma shrink_memory").close()


def _open_files() -> list[str]:
    found = []
    for one in os.listdir(_FILES) if _FILES.exists() else ():
        try:
            found.append(os.readlink(_FILES / one))
        except OSError:
            continue  # the one that the listing itself had open
    return found


def _kb() -> int:
    """Memory of the process itself: not what it shares, as the text of libraries."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


# ------------------------------------------------------------------------------------------------------------ growth

WARM = 6
"""Hours in which everything is done for the first time. What the program makes once and keeps, above all statements
of SQL, it has made by then: every fault was dealt, and there were four purges."""
FOUR_WEEKS = 24 * 28
MOST_MB = 64
"""By so much a window that stays open for four weeks may have grown in the end."""
_KB = MOST_MB * 1024 / FOUR_WEEKS
BOUNDS = {"live": _KB, "kb": _KB, "threads": 0.5, "files": 0.5, "databases": 0.25}
"""Of growth in an hour. Files and threads: some hundred in four weeks, of a thousand that a program may have open."""
LEAST = 5
"""Samples: through fewer almost any line would do."""


class Growth(NamedTuple):
    """In a simulated hour, by the straight line of least squares; `least` and `most`: where the true slope is with a
    certainty of 95 in 100, if hours differ by chance."""

    slope: float
    least: float
    most: float


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """Of what is called `name`, by at least three samples."""
    hours, values = [one.hour for one in samples], [float(getattr(one, name)) for one in samples]
    line = linear_regression(hours, values)
    middle = sum(hours) / len(hours)
    off = sum((value - line.intercept - line.slope * hour) ** 2 for hour, value in zip(hours, values, strict=True))
    error = sqrt(off / (len(hours) - 2) / sum((hour - middle) ** 2 for hour in hours))
    wide = student(len(hours) - 2) * error
    return Growth(round(line.slope, 2), round(line.slope - wide, 2), round(line.slope + wide, 2))


def too_much(samples: Sequence[Sample]) -> dict[str, Growth]:
    """What is not flat, of samples after the warm hours. What is in use has to be shown to grow by less than its
    bound. What the operating system has given scatters by more than that, for freed memory is given back in pieces:
    of that it must not be shown that it grows by more."""
    lines = {name: growth(samples, name) for name in BOUNDS}
    return {name: line for name, line in lines.items() if (line.least if name == "kb" else line.most) > BOUNDS[name]}


def student(freedom: int) -> float:
    """Student's t for 95 in 100, two-sided (Cornish-Fisher about the normal one; within 2 in 100 from three on)."""
    z = 1.959964
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
