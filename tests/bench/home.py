"""Home on a million learners: everything that it counts, and its figures; against the same statements without the
program, and each statement by itself.

`python -m tests.bench.home`, with LM_BENCH_SMALL=1 only to see that it runs. It becomes one of the measures of
docs/performance.md (a module `bench_home`) once it was measured on that document's machine while nothing else runs.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app import access, attention, figures, month_list
from app.access import User
from app.db.database import Database
from tests.bench.__main__ import line
from tests.bench.measured import Result, paired, result, seconds
from tests.bench.million import LEARNERS, million_folder

SECTIONS = 400
Statement = tuple[str, Any]


def _rows() -> tuple[str, ...]:
    """A year of a very large college: of each learner an aim, a check, an enrolment with its progress and its record
    for the LMS, three attainments; made by the database itself."""
    day = "date('2025-08-01', '+' || (id * 7919 % 480) || ' days')"
    at = f"{day} || ' 10:42:00.000000'"
    numbers = f"with recursive n(i) as (select 0 union all select i + 1 from n where i < {SECTIONS - 1})"
    status = "case id % 20 when 0 then 'ready' when 1 then 'transmitted' when 2 then 'rejected' else 'processed' end"
    level = "case id % 6 when 0 then 'Level 3' when 1 then 'Level 1' when 2 then 'Entry Level' else 'Level 2' end"
    thrice = "from learner join (select 1 as one union select 2 union select 3)"
    return (
        "insert into lms_vendor (id, code, kind) values (1, 'M', 'moodle')",
        f"{numbers} insert into course (id, code, code_fold, title, origin)"
        " select i + 1, 'K' || i, 'k' || i, 'Subject ' || i, 'hand' from n",
        f"{numbers} insert into lms_course (id, vendor_id, lms_number, short_name, short_fold, full_name, full_fold,"
        " first_seen_at, state, grades_good_at) select i + 1, 1, i, 'K' || i, 'k' || i, 'Subject ' || i,"
        " 'subject ' || i, '2026-01-01 00:00:00.000000', case i % 50 when 0 then 'new' else 'open' end,"
        " strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-' || (i * 5) || ' minutes') from n",
        f"{numbers} insert into section (id, course_id, term_id, number, lms_course_id)"
        " select i + 1, i + 1, 1, 1, i + 1 from n",
        "insert into section_campus (section_id, campus_id, owner) select id, 1, true from section",
        "insert into aim (learner_id, year, seq, aim_ref, starts)"
        f" select id, '2526', 1, '6' || substr('000000' || (id % 900), -7), {day} from learner",
        "insert into plr_check (learner_id, at, outcome)"
        f" select id, {at}, case id % 40 when 0 then 'failed' when 1 then 'refused' else 'records' end"
        " from learner where id % 3 > 0",
        f"insert into enrolment (learner_id, section_id, origin, records) select id, 1 + id % {SECTIONS}, 'ilr', 1"
        " from learner",
        "insert into progress (enrolment_id, graded, visible, changed_at)"
        f" select id, id % 11, 10, {at} from enrolment",
        "insert into extract_record (enrolment_id, number, change, course_status, status, status_at, extracted_at)"
        f" select id, 1, 'add', 'current', {status}, {at}, {at} from enrolment",
        "insert into attainment (learner_id, type_id, subject_code, subject_key, level, grade, origin)"
        f" select id, 1, one, one, {level}, 'Pass', case id % 5 when 0 then 'hand' else 'lrs' end {thrice}",
        "insert into attainment_event (learner_id, event_id, attainment_id, source) select learner_id, id, id,"
        " case id % 3 when 0 then 'NPD' when 1 then 'ILR' else 'AO' end from attainment where origin = 'lrs'",
        "update learner set uln = null, uln_state = 'none' where id % 50 = 0",
        "update learner set uln_state = 'bad' where id % 500 = 1",
        "update learner set uln = (select uln from learner as other where other.id = 2) where id = 3",
    )


@contextmanager
def _college() -> Iterator[tuple[Database, User]]:
    """A copy of the million with all that Home counts."""
    with tempfile.TemporaryDirectory(prefix="learner-manager-bench-") as place:
        file = Path(place) / "learners.sqlite"
        shutil.copyfile(million_folder().database_file, file)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("pragma synchronous = off")
            connection.execute("pragma cache_size = -200000")
            for statement in _rows():
                connection.execute(statement)
            connection.commit()
        with closing(Database.in_file(file)) as db:
            yield db, access.sign_in(db)


def counts(db: Database, user: User) -> int:
    """Everything that Home counts; how much waits."""
    with db.read() as tx:
        waiting = attention.waiting(db, tx, user)
        month_list.lines(tx, user, waiting, date.today())
    return sum(one.number for one in waiting)


def drawn(db: Database, user: User) -> int:
    """All that Home draws; how much is in the figures."""
    with db.read() as tx:
        return sum(one.total for one in figures.figures(db, tx, user))


def _asked(db: Database, work: Callable[[], object]) -> list[Statement]:
    """The statements by which it was found out, with their values."""
    asked: list[Statement] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_others: object) -> None:
        asked.append((statement, values))

    event.listen(db._engine, "before_cursor_execute", note)
    work()
    event.remove(db._engine, "before_cursor_execute", note)
    return asked


def _bare(file: Path, statements: list[Statement]) -> list[float]:
    """Seconds that each takes, one after another on one connection."""
    with closing(sqlite3.connect(file)) as connection:
        return [seconds(lambda one=one: connection.execute(*one).fetchall()) for one in statements]


def home() -> list[Result]:
    """What Home waits for. The slowest statement by itself may take a second: the others come meanwhile."""
    with _college() as (db, user):
        return [*_measured(db, user, "home_counts", counts), *_measured(db, user, "home_figures", drawn)]


def _measured(db: Database, user: User, name: str, work: Callable[[Database, User], int]) -> list[Result]:
    assert db.file is not None
    assert work(db, user) > LEARNERS // 100
    file, asked = db.file, _asked(db, lambda: work(db, user))
    figure, bare = paired(lambda: seconds(lambda: work(db, user)), lambda: sum(_bare(file, asked)))
    return [
        result(name, figure, "s", bare, "the same statements without the program", times=1.2),
        result(f"{name} slowest", max(_bare(file, asked)), "s", at_most=1.0),
    ]


if __name__ == "__main__":
    for one in home():
        print(line(one), flush=True)
