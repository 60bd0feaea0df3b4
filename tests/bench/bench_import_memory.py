"""Checking a large file of course records: what memory a dry run takes, against an empty process."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from app import access
from app.db.database import Database
from app.db.upgrade import upgrade
from tests.bench.measured import Result, measures, result, sized
from tests.builders import first_user

ROWS = sized(1_000_000)
COURSES = 20
LEARNERS = max(1, ROWS // COURSES)
_TABLES = {
    "course (id, code, code_fold, title, origin)": (COURSES, "i + 1, 'K' || i, 'k' || i, 'Subject ' || i, 'hand'"),
    "credit_type (id, code, title)": (1, "1, 'ama', 'AMA'"),
    "course_credit (course_id, type_id, maximum)": (COURSES, "i + 1, 1, 200"),
    # One learner in ten is not known yet.
    "learner (id, ukprn, ref, ref_fold, uln_state, family_name, family_fold, given_fold, search_fold)": (
        LEARNERS * 9 // 10,
        "i + 1, '19990002', 'L' || i, 'l' || i, 'none', "
        "'F' || i * 7919 % 5000, 'f' || i * 7919 % 5000, 'g' || i, 'x'",
    ),
}
_HEADINGS = (
    "external_course_id", "title", "external_user_id", "first_name", "last_name", "enrollment_start", "credits",
    "credit_type", "complete", "date_completed",
)  # fmt: skip


def _rows() -> Iterator[tuple[object, ...]]:
    """Every learner on every course, course by course: nobody's rows stand together."""
    for number in range(ROWS):
        course, learner = divmod(number, LEARNERS)
        credited = ("2", "ama", 1, "2026-06-30") if number % 2 else ("", "", 0, "")
        name = f"F{learner * 7919 % 5000}"
        yield f"K{course}", f"Subject {course}", f"L{learner}", f"Given {learner}", name, "2025-09-01", *credited


@measures("import_memory")
def import_memory() -> Result:
    """The most memory that the dry run of a million rows took, on a database of 45,000 learners and 20 courses."""
    with TemporaryDirectory(prefix="learner-manager-bench-") as place:
        folder = Path(place)
        db = Database.in_file(folder / "learners.sqlite")
        upgrade(db)
        access.prepare(db)
        first_user(db)
        with db.write(much=True) as tx:
            for target, (number, made) in _TABLES.items():
                series = f"with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {number})"
                tx.execute(text(f"insert into {target} {series} select {made} from n"))
        db.close()
        with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_HEADINGS)
            writer.writerows(_rows())
        command = [sys.executable, "-m", "tests.bench.import_child", place]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = dict(line.split() for line in done.stdout.splitlines())
    assert int(found["rows"]) == ROWS
    assert int(found["held"]) >= ROWS // COURSES, "one learner in ten is not known"
    return result("import_memory", float(found["most"]), "MB", float(found["empty"]), "empty process", more=250)


MEASURES = (import_memory,)
