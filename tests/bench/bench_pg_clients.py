"""Thirty officers on one server: what nineteen of twenty operations take at most, and whether anything is lost."""

import itertools
import json
import multiprocessing
import time
from collections import Counter
from contextlib import closing
from typing import Any

import psycopg

from tests.bench import pg_client
from tests.bench.measured import SMALL, Result, measures, result
from tests.bench.pg_client import KINDS, Plan, Told
from tests.bench.pg_million import LEARNERS, RECORDS, million_college

CLIENTS, SECONDS = (3, 3.0) if SMALL else (30, 60.0)
HOT = min(300, RECORDS)
"""So many learners, and so many records, are changed by all of them: some meet."""
_TABLES = ("learner", "extract_record")


@measures("pg_clients p95", "pg_clients lost updates", "pg_clients deadlocks shown")
def thirty_clients() -> list[Result]:
    """Each does something every half second: a search by surname, a page of the grid, an edit, a status saved."""
    bare, _ = played(bare=True)
    told, lost = played(bare=False)
    assert not told.failures, told.failures[:3]
    figure, reference = (percentile([one for kind in KINDS for one in who.times[kind]]) for who in (told, bare))
    return [
        result("pg_clients p95", figure, "ms", reference, "bare psycopg at the same pace", times=1.5),
        result("pg_clients lost updates", lost, "lost", at_most=0),
        result(
            "pg_clients deadlocks shown",
            told.deadlocks,
            f"shown of {told.gave_way}",
            at_most=0,
            goal_unit="shown",
        ),
    ]


def played(*, bare: bool) -> tuple[Told, int]:
    """All clients at once; what became of it, and how many saves are not in the rows."""
    college = million_college()
    address = college.owner.replace("+psycopg", "")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([pg_client.__name__])
    pipes, processes = [], []
    for number in range(CLIENTS):
        here, there = context.Pipe()
        plan = Plan(college.officer, number, CLIENTS, SECONDS, LEARNERS, HOT)
        process = context.Process(target=pg_client.run, args=(there, plan), kwargs={"bare": bare}, daemon=True)
        process.start()
        there.close()
        pipes.append(here)
        processes.append(process)
    for here in pipes:
        assert here.recv() == "ready"
    with closing(psycopg.connect(address, autocommit=True)) as owner:
        before = _versions(owner)
        last = owner.execute("select coalesce(max(id), 0) from change").fetchone()
        start = time.monotonic() + 1
        for here in pipes:
            here.send(start)
        whole = Told()
        for here in pipes:
            one: Told = here.recv()
            for kind in KINDS:
                whole.times[kind] += one.times[kind]
            whole.saved += one.saved
            whole.conflicts += one.conflicts
            whole.deadlocks += one.deadlocks
            whole.gave_way += one.gave_way
            whole.failures += one.failures
        for process in processes:
            process.join(30)
        assert last is not None
        return whole, _lost(owner, before, whole.saved, last[0])


def percentile(times: list[float], part: float = 0.95) -> float:
    return sorted(times)[int(part * len(times))]


Row = tuple[str, int]


def _versions(owner: psycopg.Connection[Any]) -> dict[Row, int]:
    return {
        (table, key): version
        for table in _TABLES
        for key, version in owner.execute(f"select id, version from {table} where id <= %s", (HOT,))
    }


def _lost(owner: psycopg.Connection[Any], before: dict[Row, int], saved: Counter[Row], last: int) -> int:
    """A model that adds up: each save that was told is one version of its row and one change, which begins with what
    the one before it left; and the row holds what the last one left."""
    after = _versions(owner)
    lost = sum(abs(after[row] - before[row] - saved[row]) for row in before)
    told = owner.execute(
        "select table_name, row_id, version_after, before, after from change where id > %s and table_name = any(%s) "
        "order by table_name, row_id, version_after",
        (last, list(_TABLES)),
    )
    for row, changes in itertools.groupby(told, key=lambda one: (one[0], one[1])):
        expected, held = before[row], dict[str, Any]()
        for _, _, version, was, became in changes:
            expected += 1
            known = json.loads(was)
            lost += version != expected or any(known[name] != held[name] for name in known.keys() & held.keys())
            held |= json.loads(became)
        columns = ", ".join(f"{name}::text" for name in held)
        values = owner.execute(f"select {columns} from {row[0]} where id = %s", (row[1],)).fetchone()
        plain = [name for name, value in held.items() if isinstance(value, str) and not name.endswith("_at")]
        now = dict(zip(held, values or (), strict=True))
        lost += any(now[name] != held[name] for name in plain)
    return lost


MEASURES = (thirty_clients,)
