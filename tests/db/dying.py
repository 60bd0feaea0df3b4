"""Programs that die at a named moment, forked from a process that has imported everything: starting each anew would
take longer than what it does."""

import multiprocessing
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

_IMPORTED = [
    "tests.db.killed_child",
    "tests.db.killed_load_child",
    "tests.db.killed_purge_child",
    "tests.db.killed_sync_child",
    "tests.killing.child",
    "tests.killing.planted",
]
_SECONDS = 60


@dataclass(frozen=True)
class Dead:
    """How it ended: the negative number of a signal, 0, or 1 with the exception in `stderr`."""

    returncode: int
    stdout: str = ""
    stderr: str = ""


def child(program: Callable[..., str], *arguments: object, seconds: int = _SECONDS) -> Dead:
    """Run `program` with these words in a process of its own; what it returns is its `stdout`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    told, tells = context.Pipe(duplex=False)
    words = [str(one) for one in arguments]
    process = context.Process(target=_live, args=(program, words, tells))
    process.start()
    tells.close()
    output = error = ""
    with told:
        # Read before it is waited for: what does not fit into the line would keep it from ending.
        hangs = not told.poll(seconds)
        if hangs:
            process.kill()
        else:
            with suppress(EOFError):  # it was killed
                output, error = told.recv()
    process.join()
    assert not hangs, f"{program.__module__} {words}: neither dead nor done after {seconds} s"
    assert process.exitcode is not None
    return Dead(process.exitcode, output, error)


def _live(program: Callable[..., str], words: list[str], tells: Connection) -> None:
    try:
        told = program(*words)
    except BaseException:
        tells.send(("", traceback.format_exc()))
        sys.exit(1)
    tells.send((told, ""))
