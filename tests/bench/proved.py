"""`python -m tests.bench.proved [WORD…]`: runs the tests that docs/reliability.md names, in their long form, and
writes what came of it into the last column. With words only the rows that hold one of them.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.report import block, with_block

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
TEST = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
_COUNTS = re.compile(r"(\d+) (passed|failed|errors?|skipped)")
_SECONDS = re.compile(r" in ([\d.]+)s")
MOST_SECONDS = 3_600


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.proved")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args(arguments)
    status = 0
    for line in block(DOCUMENT.read_text(encoding="utf-8"), "proved").splitlines():
        tests = TEST.findall(line)
        if not tests or (options.words and not any(word.casefold() in line.casefold() for word in options.words)):
            continue
        result = run(tests)
        print(f"{cells(line)[0]}: {result}", flush=True)
        status |= "failed" in result or "error" in result or "passed" not in result
        text = DOCUMENT.read_text(encoding="utf-8")
        rows = [
            row_with(row, result) if cells(row)[0] == cells(line)[0] else row
            for row in block(text, "proved").splitlines()
        ]
        DOCUMENT.write_text(with_block(text, "proved", "\n".join(rows)), encoding="utf-8")
    return int(status)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def row_with(line: str, result: str) -> str:
    return f"| {' | '.join([*cells(line)[:-1], result])} |"


def run(tests: Sequence[str]) -> str:
    """What pytest counts, in words: "5 passed, 121 s"."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "LM_LONG": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS,
    )
    last = (done.stdout.strip().splitlines() or [""])[-1]
    counts = ", ".join(f"{number} {what}" for number, what in _COUNTS.findall(last))
    taken = _SECONDS.search(last)
    return f"{counts or 'did not run, error'}, {float(taken.group(1)):.0f} s" if taken else "did not run, error"


if __name__ == "__main__":
    sys.exit(main())
