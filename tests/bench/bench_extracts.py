"""Extract records: five filters over a million, and a hundred thousand staged and saved, on both databases; each
against bare SQL that does the same."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from app import access
from app.access import User
from app.db.database import Database
from app.db.upgrade import upgrade
from app.keys import Keys
from app.lms.extracts import records_list, statuses
from app.lms.extracts import save as saving
from app.lms.extracts.records_list import Filters
from app.lms.extracts.staged import Staged
from app.tasks import TaskContext
from tests.bench.measured import Measure, Result, measures, paired, result, seconds, sized
from tests.builders import first_user
from tests.db import postgresql

RECORDS, CHANGED = sized(1_000_000), sized(100_000)
SECTIONS, CAMPUSES, TERMS = 400, 4, 5
_FROM, _TO = date(2026, 11, 3), date(2026, 11, 20)
_STATUS = "case i % 10 when 0 then 'ready' when 1 then 'transmitted' when 2 then 'rejected' else 'processed' end"
_SENT = {
    True: "case i % 10 when 0 then null "
    "else '2026-11-' || substr('0' || (1 + i / 10 % 28), -2) || ' 10:42:00.000000' end",
    False: "case i % 10 when 0 then null else timestamptz '2026-11-01 10:42+00' + i / 10 % 28 * interval '1 day' end",
}
_AT = {True: "'2026-11-02 10:42:00.000000'", False: "timestamptz '2026-11-02 10:42+00'"}


@contextmanager
def _opened(kind: str) -> Iterator[tuple[Database, User]]:
    with ExitStack() as stack:
        if kind == "sqlite":
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix="learner-manager-bench-"))
            db = Database.in_file(Path(place) / "learners.sqlite")
        else:
            server = stack.enter_context(postgresql.running_server())
            server.run("create database bench template template0")
            db = Database(server.address("bench"))
        stack.callback(db.close)
        upgrade(db)
        access.prepare(db)
        user = first_user(db)
        fill(db, RECORDS)
        yield db, user


def _tables(records: int) -> dict[str, tuple[int, str]]:
    """What goes into each table: how many rows, and their values by the number i."""
    return {
        "campus (id, code, name, name_fold)": (CAMPUSES, "i + 1, 'C' || i, 'Campus ' || i, 'campus ' || i"),
        # The row that stands for no term has the number 1.
        "term (id, code, name)": (TERMS, "i + 2, 'T' || i, 'Term ' || i"),
        "course (id, code, code_fold, title, origin)": (
            SECTIONS,
            "i + 1, 'K' || i, 'k' || i, 'Subject ' || i, 'hand'",
        ),
        "section (id, course_id, term_id, number)": (SECTIONS, f"i + 1, i + 1, 2 + i % {TERMS}, 1"),
        "section_campus (section_id, campus_id, owner)": (SECTIONS, f"i + 1, 1 + i % {CAMPUSES}, true"),
        "learner (id, ukprn, ref, ref_fold, uln_state, family_name, family_fold, given_fold, search_fold)": (
            records // 20,
            "i + 1, '19990002', 'L' || i, 'l' || i, 'none', "
            "'F' || i * 7919 % 5000, 'f' || i * 7919 % 5000, 'g' || i, 'x'",
        ),
        "enrolment (id, learner_id, section_id, origin, records)": (
            records,
            f"i + 1, 1 + i / 20, 1 + (i / 20 + i % 20 * 20) % {SECTIONS}, 'hand', 1",
        ),
    }


def fill(db: Database, records: int) -> None:
    """So many records, a tenth of them Ready, Transmitted and Rejected each, on sections of four campuses."""
    embedded = db.embedded
    tables = _tables(records)
    columns = "enrolment_id, number, change, course_status, status, status_at, extracted_at, attempts"
    values = f"i + 1, 1, 'add', 'current', {_STATUS}, {_AT[embedded]}, {_SENT[embedded]}, 1"
    tables[f"extract_record ({columns})"] = (records, values)
    with db.write(much=True) as tx:
        for target, (number, made) in tables.items():
            series = f"with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {number})"
            tx.execute(text(f"insert into {target} {series} select {made} from n"))
    with db.write() as tx:
        tx.execute(text("analyze"))


_KINDS = ("sqlite", "postgresql")
"""Without a server's programs on the machine the second cannot be measured."""


# ---------------------------------------------------------------------------------------------------- five filters

_FILTERS = Filters(
    campuses=(1, 2, 3),
    terms=(2, 3, 4),
    sections=tuple(range(1, SECTIONS // 2)),
    statuses=("ready", "transmitted", "rejected"),
    sent_from=_FROM,
    sent_to=_TO,
    include_not_sent=True,
)
_BY_HAND = f"""
select r.id from extract_record r
join enrolment e on e.id = r.enrolment_id
join learner l on l.id = e.learner_id
join section s on s.id = e.section_id
where s.id in (select section_id from section_campus where campus_id in (1, 2, 3))
  and s.term_id in (2, 3, 4)
  and e.section_id in ({", ".join(str(one) for one in _FILTERS.sections)})
  and r.status in ('ready', 'transmitted', 'rejected')
  and (r.extracted_at is null or (r.extracted_at >= :first and r.extracted_at < :after))
order by l.family_fold nulls first, l.given_fold nulls first, r.id
"""


def _filter(kind: str) -> Result:
    """The ids of the grid in its order."""
    with _opened(kind) as (db, _):
        query = records_list.keys_query(_FILTERS, None)
        days = [datetime(one.year, one.month, one.day).astimezone() for one in (_FROM, date(2026, 11, 21))]
        bounds = [f"{one.astimezone(UTC):%Y-%m-%d %H:%M:%S}.000000" for one in days] if db.embedded else days
        values = dict(zip(("first", "after"), bounds, strict=True))

        def ours() -> list[int]:
            with db.read() as tx:
                return list(records_list.keys(db, tx, query))

        def by_hand() -> list[int]:
            with db.read() as tx:
                return [row[0] for row in tx.execute(text(_BY_HAND), values)]

        assert ours() == by_hand()
        assert 0 < len(ours()) < RECORDS
        figure, reference = (1000 * one for one in paired(lambda: seconds(ours), lambda: seconds(by_hand)))
    return result(_name("extract_filter", kind), figure, "ms", reference, "the same by hand", times=1.3)


# ------------------------------------------------------------------------------------------------------ update all

_CHANGE = "operation_id, learner_id, table_name, row_id, kind, before, after, version_after"
_BARE = (
    "update extract_record set status = 'ready', version = version + 1 where id in (select id from picked)",
    f"insert into change ({_CHANGE}) select 1, e.learner_id, 'extract_record', r.id, 'update', "
    '\'{"status":"rejected"}\', \'{"status":"ready"}\', r.version from extract_record r '
    "join enrolment e on e.id = r.enrolment_id where r.id in (select id from picked)",
)


def _update_all(kind: str) -> Result:
    """Staged with its counts, and saved: version checks, refusals, history, in batches."""
    with _opened(kind) as (db, user):
        with db.read() as tx:
            rejected = records_list.keys_query(Filters(statuses=("rejected",)), None, sort="id")
            ids = db.ids(tx, rejected)[:CHANGED]
        with db.write() as tx:
            tx.execute(
                text("insert into operation (id, kind, computer, at, state) values (1, 'x', 'x', :at, 'done')"),
                {"at": "2026-11-02 10:42:00.000000+00" if not db.embedded else "2026-11-02 10:42:00.000000"},
            )
            if not db.embedded:
                tx.execute(text("select setval('operation_id_seq', 1)"))

        def again() -> None:
            with db.write() as tx, db.ids_as_table(tx, ids):
                tx.execute(text("update extract_record set status = 'rejected' where id in (select id from picked)"))

        def ours() -> float:
            again()
            return seconds(lambda: _stage_and_save(db, user, ids))

        def bare() -> float:
            again()
            with db.write() as tx, db.ids_as_table(tx, ids):
                return seconds(lambda: [tx.execute(text(one.replace(":", "\\:"))) for one in _BARE])

        figure, reference = paired(ours, bare)
    return result(
        _name("update_all", kind), figure, "s", reference, "two bare SQL statements", times=8.0, at_most=2.0
    )


def _stage_and_save(db: Database, user: User, ids: Keys) -> None:
    found = statuses.foresee(TaskContext(), db, user, ids, "ready")
    summary = saving.save(TaskContext(), db, user, Staged().and_then(found.staged))
    assert summary.updated == len(ids)


def _name(name: str, kind: str) -> str:
    if (name, kind) == ("update_all", "postgresql"):
        return "pg_update_all"
    return name if kind == "sqlite" else f"{name} postgresql"


def _of(name: str, measure: Callable[[str], Result]) -> Measure:
    @measures(*(_name(name, kind) for kind in _KINDS))
    def both() -> list[Result]:
        return [measure(kind) for kind in _KINDS]

    return both


MEASURES = (_of("extract_filter", _filter), _of("update_all", _update_all))
