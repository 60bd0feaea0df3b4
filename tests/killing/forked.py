"""What is done in a process of its own, forked from this one, which holds no connection and has no other thread."""

import os
import pickle
import select
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """How it ended: killed, or with what it returned."""

    killed: bool
    value: Any = None


def forked(act: Callable[[], Any], kill_after: float | None = None) -> Ended:
    """Do it in a process of its own, which is killed so many seconds later. Raises AssertionError with the traceback
    of what it raised, or where it hung."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reads)
        _live(act, writes)
    os.close(writes)
    told = b""
    try:
        os.read(reads, 1)  # it has begun
        wait = _SECONDS if kill_after is None else kill_after
        hangs = not select.select([reads], [], [], wait)[0]
        if hangs:
            os.kill(pid, signal.SIGKILL)
        with open(reads, "rb", closefd=False) as stream:
            told = stream.read()
    finally:
        os.close(reads)
        _, status = os.waitpid(pid, 0)
    assert not hangs or kill_after is not None, f"neither dead nor done after {_SECONDS} s"
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return Ended(killed=True)
    went_well, value = pickle.loads(told)
    assert went_well, value
    return Ended(killed=False, value=value)


def _live(act: Callable[[], Any], writes: int) -> None:
    signal.alarm(2 * _SECONDS)  # whoever waits for it may have been killed
    os.write(writes, b"!")
    try:
        told = (True, act())
    except BaseException:
        told = (False, traceback.format_exc())
    with open(writes, "wb") as stream:
        stream.write(pickle.dumps(told))
    os._exit(0)
