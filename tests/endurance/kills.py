"""`python -m tests.endurance.kills --kills 200 --seed 1 --database both`: so many programs are killed on each
database, spread over every kind of write (`tests.killing`), at counted steps, at any call of a function, and by the
clock. What came of them as a table; `--write` puts it into docs/reliability.md. Ends with 1 where anything was not as
it should be.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.report import with_block
from tests.db import dying, postgresql
from tests.db.conftest import _first_signed_in, _prepared
from tests.db.postgresql import Server
from tests.killing import child
from tests.killing.kinds import EVERY, OWN_FILES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
HEAD = ("Kind of write", "Kills", "Not there", "Whole", "In part", "Not as it should be")
TEMPLATE = "lm_signed_in"


class Found:
    """What was found, by kind."""

    def __init__(self) -> None:
        self.ends: dict[str, Counter[str]] = {name: Counter() for name in EVERY}
        self.wrong: dict[str, list[str]] = {}

    def lines(self) -> list[str]:
        rows = [HEAD, ("---",) * len(HEAD), *(self._row(name) for name in EVERY), self._sum()]
        return [f"| {' | '.join(row)} |" for row in rows]

    def _row(self, name: str) -> tuple[str, ...]:
        return self._cells(name.replace("_", " "), self.ends[name], len(self.wrong.get(name, ())))

    def _sum(self) -> tuple[str, ...]:
        total = sum(self.ends.values(), Counter())
        return self._cells("**together**", total, sum(map(len, self.wrong.values())))

    @staticmethod
    def _cells(name: str, ends: Mapping[str, int], wrong: int) -> tuple[str, ...]:
        each = [ends.get(one, 0) for one in ("not there", "whole", "in part")]
        return (name, *(str(one) for one in (sum(each) + wrong, *each, wrong)))


def shares(kills: int, names: list[str]) -> Iterator[tuple[str, int, int]]:
    """The kinds with how many kills each gets, and how many came before it."""
    before = 0
    for place, name in enumerate(names):
        share = kills // len(names) + (place < kills % len(names))
        if share:
            yield name, share, before
        before += share


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """The address of an embedded database in the folder."""
    file = folder / "learners.sqlite"
    shutil.copyfile(folder.parent / "template.sqlite", file)
    yield f"sqlite:///{file}"


def try_out(found: Found, kills: int, seed: int, folder: Path, server: Server | None, names: list[str]) -> None:
    """So many kills on one database."""
    for name, share, before in shares(kills, names):
        here = folder / f"{name}-{'server' if server else 'file'}"
        here.mkdir()
        with server.database(TEMPLATE) if server else sqlite(here) as address:
            dead = dying.child(child.main, name, address, here, seed, share, True, before, seconds=600)
        if dead.returncode == 0:
            found.ends[name].update(json.loads(dead.stdout)["ends"])
        else:
            found.wrong.setdefault(name, []).append(dead.stderr)
            print(dead.stderr, file=sys.stderr)
        print(name, "server" if server else "file", share, dict(found.ends[name]), file=sys.stderr, flush=True)
        shutil.rmtree(here, ignore_errors=True)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.endurance.kills", description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    options.add_argument("--kind", action="append", choices=list(EVERY), help="only this kind; more than once")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    names, found = given.kind or list(EVERY), Found()
    with tempfile.TemporaryDirectory(prefix="lm-kills-") as place:
        if given.database != "postgresql":
            template = f"sqlite:///{Path(place, 'template.sqlite')}"
            _prepared(template)
            _first_signed_in(template)
            try_out(found, given.kills, given.seed, Path(place), None, names)
        if given.database != "sqlite":
            with postgresql.running_server(*postgresql.FEW_ROWS) as server:
                server.run(f"create database {TEMPLATE} template template0")
                _prepared(server.address(TEMPLATE))
                _first_signed_in(server.address(TEMPLATE))
                names = [name for name in names if name not in OWN_FILES]
                try_out(found, given.kills, given.seed, Path(place), server, names)
    lines = "\n".join(found.lines())
    print(lines)
    if given.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(with_block(text, "kills", lines), encoding="utf-8")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
