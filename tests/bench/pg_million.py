"""A million invented learners on a PostgreSQL server, made once in a run by the server itself, indexes last; and an
officer who works there.

`LM_BENCH_SERVER` names a database of another server by its owner's address, who may make roles: it is filled if it is
empty, and stays for the next run.
"""

import atexit
import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache

import psycopg
from sqlalchemy import select, text

from app import access, grants, users
from app.access import Role, User
from app.db.database import Database
from app.db.tables import learner
from app.db.upgrade import upgrade
from app.learners.edit import derived
from app.users import Account
from tests.bench.measured import sized
from tests.builders import licences_on, with_types
from tests.db import postgresql

LEARNERS, RECORDS = sized(1_000_000), sized(20_000)
_OFFICER = "lm_bench_officer"
_LOOKED_AT = 997
"""Every so manieth row is compared with what the program would have made."""


@dataclass(frozen=True, slots=True)
class College:
    """The database by its owner's address, and by that of an officer, who holds every role but Administrator."""

    owner: str
    officer: str

    def opened(self) -> tuple[Database, User]:
        """The officer signed in."""
        db = Database(self.officer)
        return db, access.sign_in(db)

    def bare(self) -> psycopg.Connection:
        """The same account without the program."""
        return psycopg.connect(self.officer.replace("+psycopg", ""))


@cache
def million_college() -> College:
    """The college. Whoever works there may edit learners: what is measured does not depend on it."""
    owner = os.environ.get("LM_BENCH_SERVER", "") or _own_server()
    with closing(Database(owner)) as db:
        upgrade(db)
        access.prepare(db)
        grants.install(db)
        boss = access.sign_in(db)
        with db.read() as tx:
            there = tx.execute(text("select count(*) from learner")).scalar_one()
        if not there:
            with_types(db)
            licences_on(db)
            _fill(owner.replace("+psycopg", ""))
            _require_real(db)
            _admit(db, boss)
        officer = db.url.set(username=_OFFICER).render_as_string(hide_password=False)
    assert there in (0, LEARNERS), "LM_BENCH_SERVER holds something else"
    return College(owner, officer)


def _own_server() -> str:
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(postgresql.running_server())
    server.run("create database bench template template0")
    return server.address("bench")


def _admit(db: Database, boss: User) -> None:
    with db.write() as tx:
        if not tx.execute(text("select 1 from pg_roles where rolname = :name"), {"name": _OFFICER}).first():
            tx.execute(text(f"create role {_OFFICER} login"))
    roles = frozenset(Role) - {Role.ADMINISTRATOR}
    users.save(db, boss, None, Account(login=_OFFICER, name="Officer", roles=roles, campuses=frozenset({1})))


# -------------------------------------------------------------------------------------------------------- the rows

_DIGITS = " + ".join(f"nine / {10 ** (9 - place)} % 10 * {11 - place}" for place in range(1, 10))
_NAMES = (
    "ukprn, campus_id, ref, ref_fold, uln, uln_state, family_name, family_fold, given_names, given_fold, birth_date, "
    "postcode, email, email_fold, tutor_group, tutor_fold, search_fold"
)
_LEARNERS = f"""
insert into learner ({_NAMES})
select '19990002', 1, ref, ref, uln, 'ok', 'Family' || family, 'family' || family, 'Given' || given, 'given' || given,
    born, 'NF1 7BN', email, email, 'T' || tutor, 't' || tutor,
    concat_ws(chr(31), ref, 'family' || family, 'given' || given, uln, 'nf1 7bn', email, 't' || tutor,
        to_char(born, 'FMDD mon YYYY'))
from (
    select n, lpad(n::text, 7, '0') as ref, lpad(n::text, 7, '0') || '@students.example.org' as email,
        lpad((mixed % 50000)::text, 5, '0') as family, mixed % 3001 as given, n % 400 as tutor,
        date '2006-09-01' + (mixed % 1500)::int as born, nine::text || (10 - ({_DIGITS}) % 11) as uln
    from (
        select n, mixed, case when ({_DIGITS}) % 11 = 0 then nine + 1 else nine end as nine
        from (
            select n, mixed, 100000000 + mixed * 11 as nine
            from (
                select n, n * 7919 % {LEARNERS} as mixed from generate_series(0, {LEARNERS - 1}::bigint) as n
            ) as numbered
        ) as tried
    ) as made
) as told
"""
_RECORDS = f"""
insert into course (code, code_fold, title, origin) values ('K', 'k', 'Subject', 'hand');
insert into section (course_id, term_id, number) select max(course.id), 1, 1 from course;
insert into section_campus (section_id, campus_id, owner) select max(id), 1, true from section;
insert into enrolment (learner_id, section_id, origin, records)
    select id, (select max(id) from section), 'hand', 1 from learner order by id limit {RECORDS};
insert into extract_record (enrolment_id, number, change, course_status, status, status_at, attempts)
    select id, 1, 'add', 'current', 'rejected', now(), 1 from enrolment;
"""


def _fill(address: str) -> None:
    """Learners, and records for the LMS of the first of them. An officer's college has been used: it is analysed."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '512MB'")
        found = connection.execute(
            "select indexname, indexdef from pg_indexes where tablename = 'learner' and indexdef like 'CREATE INDEX%'"
        ).fetchall()
        for name, _ in found:
            connection.execute(f"drop index {name}")
        connection.execute("insert into campus (code, name, name_fold) values ('C', 'City', 'city')")
        connection.execute(_LEARNERS)
        for _, made in found:
            connection.execute(made)
        connection.execute(_RECORDS)
        connection.execute("vacuum analyze")


def _require_real(db: Database) -> None:
    """The server made what the program would have: each column, checked on rows from the whole range."""
    with db.read() as tx:
        rows = tx.execute(select(learner).where(learner.c.id % _LOOKED_AT == 1)).all()
    for row in rows:
        held = row._asdict()
        assert derived(held) == held, row.id
