"""Memory that goes back to the system.

The C library of most Linux systems keeps what a sort of a million rows needed, for ever and once per thread. Other
systems give it back by themselves: there these functions do nothing.
"""

import ctypes
import sys
from functools import cache
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 128 * 1024
"""Bytes. What is larger is asked of the system piece by piece, and goes back piece by piece."""


@cache
def _library() -> Any:
    """The C library, if it is the one that needs to be told."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None


def keep_little() -> None:
    """Once, at the start, before there are threads: the thresholds stay where they are instead of growing with every
    large piece, and all threads take from one heap. Of a thread's own heap `give_back` leaves the upper end, which
    is most of it after a sort."""
    if (library := _library()) is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)
        library.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """After something large, in the thread that did it (some milliseconds)."""
    if (library := _library()) is not None:
        library.malloc_trim(0)
