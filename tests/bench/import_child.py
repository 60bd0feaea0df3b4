"""The child process of `bench_import_memory`: says the most memory that it held while empty, then the most until
a file of course records was checked in a dry run."""

import sys
from pathlib import Path


def most_mib() -> float:
    """The most memory that this process held so far."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main(folder: str) -> None:
    say("empty", most_mib())
    from app import access
    from app.db.database import Database
    from app.imports.columns import Importer
    from app.imports.dry_run import Options, dry_run
    from app.tasks import TaskContext

    db = Database.in_file(Path(folder) / "learners.sqlite")
    user = access.sign_in(db, "first")
    found = dry_run(TaskContext(), db, user, Path(folder) / "rows.csv", Options(Importer.GLOBAL))
    db.close()
    say("rows", found.rows)
    say("held", sum(count for outcome, count in found.outcomes(found.to_confirm).items() if outcome == "held"))
    say("most", most_mib())


if __name__ == "__main__":
    main(sys.argv[1])
