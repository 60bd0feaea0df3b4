"""`python -m tests.endurance --hours 8 --seed 1`: so many simulated hours of use, after some that are not measured;
figures as JSON. Ends with 1 where anything was lost or doubled, or is not shown to be flat (`flat.BOUNDS`).

`--database postgresql` runs on a server of its own (`tests.db.postgresql`), which ends with it.
"""

import argparse
import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.db.postgresql import running_server
from tests.endurance import flat
from tests.endurance.run import endure


@contextmanager
def _address(kind: str) -> Iterator[str]:
    """Of an empty database on a server; "" for a file."""
    if kind == "sqlite":
        yield ""
        return
    with running_server("autovacuum=on") as server, server.database() as address:
        yield address


def judged(samples: list[Mapping[str, Any]]) -> dict[str, Any]:
    """How much each thing grows in an hour, and what is beyond its bound: nothing of too few samples."""
    found = [flat.Sample(**one) for one in samples if one["hour"] >= flat.WARM]
    if len(found) < flat.LEAST:
        return {"growth_an_hour": {}, "too_much": ["too few hours to tell"]}
    names = (*flat.BOUNDS, "python", "native", "objects")
    told = {name: flat.growth(found, name)._asdict() for name in names}
    return {"growth_an_hour": told, "too_much": sorted(flat.too_much(found))}


def _start_anew() -> None:
    """With all memory from the C library, and that from one place for all threads. It counts every byte in use, and
    gives back what is free; Python's own allocator keeps what it has, and so does that of each thread."""
    wanted = {"PYTHONMALLOC": "malloc", "MALLOC_ARENA_MAX": "1"}
    if not wanted.items() <= os.environ.items():
        arguments = [sys.executable, "-m", "tests.endurance", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, **wanted})


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    options.add_argument("--hours", type=float, default=8.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = options.parse_args()
    _start_anew()
    gc.disable()  # as in the program: it is collected at known moments
    with tempfile.TemporaryDirectory(prefix="lm-endurance-") as folder, _address(given.database) as address:
        hours = flat.WARM + given.hours
        told = endure(
            Path(folder), hours, given.seed, lambda words: print(words, file=sys.stderr, flush=True), address
        )
    told |= judged(told["samples"])
    print(json.dumps(told, indent=1))
    return 1 if told["too_much"] else 0


if __name__ == "__main__":
    sys.exit(main())
