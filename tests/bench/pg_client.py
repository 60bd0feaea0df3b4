"""One officer's computer of `pg_clients`, as a process of its own: an operation every half second, by the program or
by bare psycopg as a careful person would use it."""

import json
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import select

from app import access
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import extract_record
from app.errors import AppError, ConflictError
from app.learners import edit, search
from app.learners.edit import derived
from app.lms.extracts import save as saving
from app.lms.extracts.staged import Staged
from app.tasks import TaskContext

PAGE = 100
"""Rows of the grid that are read at a time."""
KINDS = ("search", "page", "edit", "status")


@dataclass(slots=True)
class Told:
    """What became of the operations: milliseconds by kind, saves by row, and what went another way."""

    times: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    saved: Counter[tuple[str, int]] = field(default_factory=Counter)
    conflicts: int = 0
    deadlocks: int = 0
    """Told to the user."""
    gave_way: int = 0
    """How often the server let one of ours give way, told or begun anew."""
    failures: list[str] = field(default_factory=list)


class Changed(Exception):
    """Somebody else changed the row first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a client works: `number` of `clients`, for so many seconds, on so many rows that all of them change."""

    address: str
    number: int
    clients: int
    seconds: float
    learners: int
    hot: int
    pace: float = 0.5


def run(pipe: Pipe, plan: Plan, *, bare: bool) -> None:
    """Say that we are ready, wait for the start, work, and send what was `Told`."""
    client: Bare | Program = Bare(plan.address) if bare else Program(plan.address)
    works: dict[str, Callable[[int], tuple[str, int] | None]] = {
        "search": client.search,
        "page": client.page,
        "edit": client.edit,
        "status": client.status,
    }
    told, chance = Told(), random.Random(plan.number)
    for work in works.values():  # what a first time costs, compiling and preparing, is the start's
        _do(Told(), "page", lambda work=work: work(1 + plan.number))  # type: ignore[misc]
    pipe.send("ready")
    start = pipe.recv() + plan.pace * plan.number / plan.clients
    for turn in range(int(plan.seconds / plan.pace)):
        pause(start + turn * plan.pace)
        kind = chance.choice(KINDS)
        key = chance.randrange(plan.learners - PAGE) if kind in ("search", "page") else 1 + chance.randrange(plan.hot)
        _do(told, kind, lambda kind=kind, key=key: works[kind](key))  # type: ignore[misc]
    told.gave_way = client.gave_way
    client.close()
    pipe.send(told)


def pause(until: float) -> None:
    """Wait for a moment of the machine's clock."""
    TaskContext().wait(until - time.monotonic())


def _do(told: Told, kind: str, work: Callable[[], tuple[str, int] | None]) -> None:
    begun = time.perf_counter()
    try:
        if (row := work()) is not None:
            told.saved[row] += 1
    except (ConflictError, Changed, psycopg.errors.DeadlockDetected) as error:
        cause = getattr(error.__cause__, "orig", error)
        if getattr(cause, "sqlstate", None) == "40P01":
            told.deadlocks += 1
        else:
            told.conflicts += 1
    except AppError as error:
        told.failures.append(error.message)
    told.times[kind].append((time.perf_counter() - begun) * 1000)


class Program:
    """The services that the window calls."""

    def __init__(self, address: str) -> None:
        self._db = Database(address)
        self._user = access.sign_in(self._db)
        self._mark, self._turn = secrets.token_hex(8), 0  # nobody else has it, now or in another run

    @property
    def gave_way(self) -> int:
        return self._db.collisions

    def close(self) -> None:
        self._db.close()

    def search(self, number: int) -> None:
        asked = Group(Join.ALL, (Test("family_name", Operator.BEGINS, f"family{number % 50_000:05}"),))
        with self._db.read(TaskContext()) as tx:
            self._db.ids(tx, search.keys_query(asked))

    def page(self, number: int) -> None:
        with self._db.read(TaskContext()) as tx:
            search.rows(tx, range(number, number + PAGE))

    def edit(self, key: int) -> tuple[str, int] | None:
        with self._db.read() as tx:
            held = edit.read(tx, key)
        self._turn += 1
        values = {name: getattr(held.form, name) for name in held.form.__slots__}
        form = edit.LearnerForm(**values | {"tutor_group": f"{self._mark}-{self._turn}"})
        return ("learner", key) if edit.save(self._db, self._user, held, form) else None

    def status(self, key: int) -> tuple[str, int] | None:
        query = select(extract_record.c.id, extract_record.c.version, extract_record.c.status)
        with self._db.read() as tx:
            row = tx.execute(query.where(extract_record.c.id == key)).one()
        target = "rejected" if row.status == "ready" else "ready"
        staged = Staged.of([row], target)
        done = saving.save(TaskContext(), self._db, self._user, staged, "Told by telephone", confirmed=True)
        if done.conflicts:
            raise Changed
        return ("extract_record", key) if done.updated else None


_PAGE = """
select learner.id, learner.version, uln_state, ref, family_name, given_names, known_as, birth_date, sex, uln,
    postcode, campus.name, tutor_group, email, plr_check.at,
    gcse_english, gcse_maths, fs_english, fs_maths, full_level
from learner
left join campus on campus.id = campus_id
left join plr_check on plr_check.learner_id = learner.id
left join at_a_glance on at_a_glance.id = learner.id
where learner.id = any(%s) and removed_at is null and merged_into_id is null
"""
_CHANGE = (
    "insert into change (operation_id, learner_id, table_name, row_id, kind, before, after, version_after) "
    "values (%s, %s, %s, %s, 'update', %s, %s, %s)"
)


class Bare:
    """The same by hand: version looked at, history written; nobody asks what the user may do, or tries again."""

    gave_way = 0

    def __init__(self, address: str) -> None:
        self._line: psycopg.Connection[Any] = psycopg.connect(
            address.replace("+psycopg", ""), row_factory=namedtuple_row
        )
        self._me = self._one("select id from app_user where login = session_user").id
        self._line.rollback()
        self._mark, self._turn = secrets.token_hex(8), 0  # nobody else has it, now or in another run

    def close(self) -> None:
        self._line.close()

    def _one(self, statement: str, *values: object) -> Any:
        return self._line.execute(statement, values).fetchone()

    def search(self, number: int) -> None:
        statement = (
            "select id from learner where removed_at is null and merged_into_id is null and family_fold like %s "
            "order by family_fold nulls first, id"
        )
        with self._line.transaction():
            self._line.execute(statement, (f"family{number % 50_000:05}%",)).fetchall()

    def page(self, number: int) -> None:
        with self._line.transaction():
            self._line.execute(_PAGE, (list(range(number, number + PAGE)),)).fetchall()

    def edit(self, key: int) -> tuple[str, int]:
        with self._line.transaction():
            row = self._one("select * from learner where id = %s", key)
        self._turn += 1
        made = derived(row._asdict() | {"tutor_group": f"{self._mark}-{self._turn}"})
        told = {name: made[name] for name in ("tutor_group", "tutor_fold", "search_fold")}
        self._write("learner_edited", "learner", row, key, told)
        return "learner", key

    def status(self, key: int) -> tuple[str, int]:
        with self._line.transaction():
            row = self._one("select * from extract_record where id = %s", key)
            owner = self._one("select learner_id from enrolment where id = %s", row.enrolment_id).learner_id
        told = {"status": "rejected" if row.status == "ready" else "ready", "status_by": self._me}
        self._write("extract_statuses", "extract_record", row, owner, told)
        return "extract_record", key

    def _write(self, kind: str, table: str, row: Any, owner: int, told: dict[str, Any]) -> None:
        columns = ", ".join(f"{name} = %s" for name in told)
        statement = f"update {table} set {columns}, version = version + 1 where id = %s and version = %s"
        with self._line.transaction():
            begin = (
                "insert into operation (kind, user_id, computer, at, state) values (%s, %s, 'x', now(), 'stopped') "
                "returning id"
            )
            operation = self._one(begin, kind, self._me).id
            if self._line.execute(statement, (*told.values(), row.id, row.version)).rowcount != 1:  # type: ignore[arg-type]
                raise Changed
            before = {name: getattr(row, name) for name in told}
            bodies = (json.dumps(before), json.dumps(told))
            self._line.execute(_CHANGE, (operation, owner, table, row.id, *bodies, row.version + 1))
            self._line.execute("update operation set state = 'done' where id = %s", (operation,))
