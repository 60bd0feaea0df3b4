"""How fast learner files are read: `python -m tests.files.bench_reading`.

The ILR (30,000 learners) is set against a bare `lxml.iterparse` that only looks for learners and clears them.
"""

import csv
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from app.files.checks import FileChecks
from app.files.columns import guess
from app.files.ilr import read_ilr
from app.files.rows import FileKind, Reading
from app.files.table import open_table
from app.files.table_learners import apply
from app.tasks import TaskContext
from tests.files.builders import made_up, write_big_ilr
from tests.files.test_table_hostile import HEAD


def bare(path: Path) -> int:
    count = 0
    for _, element in etree.iterparse(str(path), tag="{*}Learner"):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def ilr(path: Path) -> int:
    return sum(1 for _ in read_ilr(TaskContext(), path).learners)


def _table(path: Path) -> Reading:
    table = open_table(TaskContext(), path, FileKind.CSV)
    return apply(TaskContext(), table, guess(table.headings))


def table(path: Path) -> int:
    return sum(1 for _ in _table(path).learners)


def checked(path: Path) -> int:
    reading = _table(path)
    checks = FileChecks(reading.facts)
    return sum(checks.look(one) for one in reading.learners)


def write_csv(path: Path, count: int) -> None:
    def rows() -> Iterator[list[str]]:
        for one in made_up(count, aims=1):
            born = "/".join(reversed(one.born.split("-")))
            yield [one.ref, one.uln, one.family, one.given, born, one.postcode, one.aims[0].ref, "08/09/2025"]

    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEAD, *rows()])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        big, rows = Path(folder, "big.xml"), Path(folder, "big.csv")
        write_big_ilr(big)
        write_csv(rows, 100_000)
        print(f"ILR of {big.stat().st_size / 1e6:.0f} MB")
        measured: list[tuple[Callable[[Path], int], Path]] = [(bare, big), (ilr, big), (table, rows), (checked, rows)]
        for read, path in measured * 2:
            begun = time.process_time()
            count = read(path)
            taken = time.process_time() - begun
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{read.__name__:8} {count:7,} in {taken:5.2f} s, {count / taken:8,.0f} a second, {most} MB at most"
            )


if __name__ == "__main__":
    main()
