"""`python -m tests.fuzz [PARSER…] --minutes 3 --seed 1`: hostile inputs for every parser of foreign bytes, or for the
ones named, so many minutes each. What reaches new lines, and what shows a defect, goes into `tests/fuzz/corpus`;
figures as JSON. Ends with 1 where a defect was found. `--list` says which parsers there are, `--document` writes what
all runs came to into docs/reliability.md."""

import argparse
import gc
import json
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict

from tests.fuzz import document
from tests.fuzz.registry import PARSERS
from tests.fuzz.run import fuzz

MOST_MEMORY = 4_000_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("parsers", metavar="PARSER", nargs="*", help="its name; without one all of them")
    options.add_argument("--minutes", type=float, default=3.0, help="for each parser")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--list", action="store_true")
    options.add_argument("--document", action="store_true")
    given = options.parse_args(arguments)
    if unknown := set(given.parsers) - PARSERS.keys():
        options.error(f"no such parser: {', '.join(sorted(unknown))}")
    if given.list:
        print("\n".join(PARSERS))
        return 0
    if given.document:
        document.write()
        return 0
    _prepare()
    reports = []
    for name in given.parsers or PARSERS:
        report = fuzz(PARSERS[name], given.minutes * 60, given.seed, lambda words: print(words, file=sys.stderr))
        document.note(report)
        reports.append(report)
        print(f"{name}: {report.tried:,} tried, {report.new} kept", file=sys.stderr)
    print(json.dumps([asdict(one) for one in reports], indent=1))
    return 1 if any(one.defects for one in reports) else 0


def _prepare() -> None:
    """As in the tests: no display, no log on the screen, and no more memory than a small computer has."""
    gc.disable()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    warnings.simplefilter("error")
    logging.getLogger().addHandler(logging.NullHandler())
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    sys.exit(main())
