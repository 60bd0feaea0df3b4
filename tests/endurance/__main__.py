"""`python -m tests.endurance --hours 8 --seed 1`: so many simulated hours of use; figures as JSON. Ends with 1 where
anything was lost or doubled, or grew beyond the bounds below."""

import argparse
import gc
import json
import sys
import tempfile
from pathlib import Path

from tests.endurance.run import endure

BOUNDS = {"kb": 400.0, "threads": 0.5, "files": 0.5, "databases": 0.25}
"""Of growth in a simulated hour, by the line through the second half. Memory: both sandboxes live in this process and
remember each call that they were asked, some 100 kB an hour; the rest is the scatter of the allocator."""


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    options.add_argument("--hours", type=float, default=8.0)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    gc.disable()  # as in the program: it is collected at known moments
    with tempfile.TemporaryDirectory(prefix="lm-endurance-") as folder:
        told = endure(Path(folder), given.hours, given.seed, lambda words: print(words, file=sys.stderr))
    told["too_much"] = [name for name, most in BOUNDS.items() if told["growth_an_hour"][name] > most]
    print(json.dumps(told, indent=1))
    return 1 if told["too_much"] else 0


if __name__ == "__main__":
    sys.exit(main())
